// The judge of maps like Python's dict, against one that is seen to be right.
#include "conformance/fake_port.h"
#include "fuzz/judge_target.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  return std::make_unique<JudgeTarget>(std::make_unique<PythonFakePort>());
}
