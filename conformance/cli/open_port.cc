// Opens the doors to maps that are not built in.
#include "conformance/cli/io.h"
#include "conformance/cli/port_choice.h"

namespace mapproof::cli {

std::unique_ptr<Port> open_library(const std::string& path, const DoorOptions&) {
  throw CannotRun(path + ": the door for libraries is not built in");
}

std::unique_ptr<Port> open_program(const std::vector<std::string>& argv, const DoorOptions&) {
  throw CannotRun(argv[0] + ": the door for programs is not built in");
}

}  // namespace mapproof::cli
