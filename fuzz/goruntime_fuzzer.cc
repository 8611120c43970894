// libFuzzer target: the port against the map of a real Go, layout and all.
#include <cstddef>
#include <cstdint>

#include "fuzz/lockstep_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return mapproof::check_lockstep(data, size);
}
