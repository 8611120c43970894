#include "impl/bench/go_contender.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

namespace mapproof {

go_library::go_library() {
  const char* const chosen = std::getenv("MAPPROOF_BENCH_GO119");
  // Empty where the build found no Go.
  const std::string path = chosen != nullptr ? chosen : MAPPROOF_BENCH_GO_LIBRARY;
  if (path.empty()) {
    throw no_go("real Go: not installed (go1.19); apt-get install golang-1.19-go, and build again");
  }
  // Never closed: a Go runtime stays until the process ends.
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw no_go(fmt::format("real Go: {}", dlerror()));
  run_ = reinterpret_cast<decltype(run_)>(dlsym(library, "mapproof_bench_go_run"));
  live_bytes_ =
      reinterpret_cast<decltype(live_bytes_)>(dlsym(library, "mapproof_bench_go_live_bytes"));
  if (run_ == nullptr || live_bytes_ == nullptr)
    throw no_go(fmt::format("real Go: {} is another library", path));
}

sample go_library::run(std::string_view kind, std::string_view workload,
                       const key_view& keys) const {
  sample out;
  if (run_(std::string(kind).c_str(), std::string(workload).c_str(), &keys, &out) == 0) {
    throw std::logic_error(fmt::format("Go does not know {} with {} keys", workload, kind));
  }
  return out;
}

}  // namespace mapproof
