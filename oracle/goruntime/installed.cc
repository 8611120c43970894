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

struct Place {
  const char* variable;
  const char* built;
  std::unique_ptr<Runtime> (*load)(const std::string& path);
};

const Place& place_of(std::string_view name) {
  static const Place go119{"MAPPROOF_GO119", MAPPROOF_GO119_LIBRARY, load_library};
  static const Place gccgo{
      "MAPPROOF_GCCGO12", MAPPROOF_GCCGO12_PROGRAM,
      [](const std::string& path) { return start_process(path, MAPPROOF_GCCGO12_VERSION); }};
  return name == "gccgo-12" ? gccgo : go119;
}

const Known& known(std::string_view name) {
  for (const Known& one : known_runtimes()) {
    if (one.name == name) return one;
  }
  std::abort();
}

std::unique_ptr<Runtime> load(std::string_view name) {
  const Place& place = place_of(name);
  const char* const chosen = std::getenv(place.variable);
  const std::string path = chosen != nullptr && *chosen != '\0' ? chosen : place.built;
  if (path.empty()) {
    throw Unavailable(
        fmt::format("real Go: not installed ({}); apt-get install {}, and build again", name,
                    known(name).package));
  }
  return place.load(path);
}

}  // namespace

const std::vector<Known>& known_runtimes() {
  static const std::vector<Known> all = {{"go1.19", "golang-1.19-go"}, {"gccgo-12", "gccgo-12"}};
  return all;
}

Runtime& runtime(std::string_view name) {
  // Never destroyed: a Go runtime stays until the process ends.
  static auto& go119 = *new std::unique_ptr<Runtime>;
  static auto& gccgo = *new std::unique_ptr<Runtime>;
  auto& slot = name == "gccgo-12" ? gccgo : go119;
  if (!slot) slot = load(name);
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
