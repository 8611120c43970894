// The port while hashes, comparisons, copies and allocations fail: every entry stays, once.
#include "fuzz/faults_target.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  return std::make_unique<FaultsTarget>(std::make_unique<FaultyPort>());
}
