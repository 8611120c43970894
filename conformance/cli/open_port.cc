// The doors to maps that are not built in.
#include <chrono>

#include "conformance/cli/port_choice.h"
#include "oracle/doors/library_port.h"
#include "oracle/doors/process_port.h"

namespace mapproof::cli {
namespace {

std::chrono::milliseconds time_limit(const DoorOptions& door) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(door.time_limit));
}

}  // namespace

std::unique_ptr<Port> open_library(const std::string& path, const DoorOptions& door) {
  doors::LibraryOptions options;
  options.time_limit = time_limit(door);
  options.memory_limit = door.memory_limit;
  options.alone = door.alone;
  return doors::make_library_port(path, options);
}

std::unique_ptr<Port> open_program(const std::vector<std::string>& argv, const DoorOptions& door) {
  doors::ProcessOptions options;
  options.time_limit = time_limit(door);
  options.memory_limit = door.memory_limit;
  options.alone = door.alone;
  return doors::make_process_port(argv, options);
}

}  // namespace mapproof::cli
