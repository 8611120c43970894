// The two forms of programs, as bytes and as text.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken = mapproof::broken_promise({data, size});
  if (broken.empty()) return 0;
  std::fprintf(stderr, "program_fuzzer: %s\n", broken.c_str());
  std::abort();
}
