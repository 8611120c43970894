// All fuzz targets of the port in one program: $MAPPROOF_TARGET says which one it is.
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/harness.h"

namespace mapproof {

// MAPPROOF_EACH_TARGET, of the build: ONE_TARGET(name) for each.
#define ONE_TARGET(name) std::unique_ptr<Target> make_##name();
MAPPROOF_EACH_TARGET
#undef ONE_TARGET

std::unique_ptr<Target> make_target() {
  const char* wanted = std::getenv("MAPPROOF_TARGET");
  if (wanted == nullptr) cannot_run("MAPPROOF_TARGET names no target");
#define ONE_TARGET(name) \
  if (std::string_view(wanted) == #name) return make_##name();
  MAPPROOF_EACH_TARGET
#undef ONE_TARGET
  cannot_run(std::string("there is no target ") + wanted);
}

}  // namespace mapproof
