#include "oracle/goruntime/installed.h"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

// Set by CMake where it has found a toolchain; empty else.
#ifndef MAPPROOF_GO119_LIBRARY
#define MAPPROOF_GO119_LIBRARY ""
#endif
#ifndef MAPPROOF_GCCGO12_PROGRAM
#define MAPPROOF_GCCGO12_PROGRAM ""
#endif
#ifndef MAPPROOF_GCCGO12_VERSION
#define MAPPROOF_GCCGO12_VERSION "gccgo"
#endif

namespace mapproof::go {
namespace {

bool is_gccgo(std::string_view name) { return name == "gccgo-12"; }

const Known& known(std::string_view name) {
  for (const Known& one : known_runtimes()) {
    if (one.name == name) return one;
  }
  std::abort();
}

}  // namespace

const std::vector<Known>& known_runtimes() {
  static const std::vector<Known> all = {{"go1.19", "golang-1.19-go", "MAPPROOF_GO119"},
                                         {"gccgo-12", "gccgo-12", "MAPPROOF_GCCGO12"}};
  return all;
}

std::unique_ptr<Runtime> load(const Known& known, const std::string& built) {
  const char* const chosen = std::getenv(known.variable);
  const std::string path = chosen != nullptr && *chosen != '\0' ? chosen : built;
  if (path.empty()) {
    throw Unavailable(
        fmt::format("real Go: not installed ({}); apt-get install {}, and build again", known.name,
                    known.package));
  }
  return is_gccgo(known.name) ? start_process(path, MAPPROOF_GCCGO12_VERSION) : load_library(path);
}

Runtime& runtime(std::string_view name) {
  // Never destroyed: a Go runtime stays until the process ends.
  static auto& go119 = *new std::unique_ptr<Runtime>;
  static auto& gccgo = *new std::unique_ptr<Runtime>;
  auto& slot = is_gccgo(name) ? gccgo : go119;
  if (!slot) {
    slot = load(known(name), is_gccgo(name) ? MAPPROOF_GCCGO12_PROGRAM : MAPPROOF_GO119_LIBRARY);
  }
  return *slot;
}

std::string why_not(std::string_view name) {
  try {
    runtime(name);
    return "";
  } catch (const Unavailable& why) {
    return why.what();
  }
}

}  // namespace mapproof::go
