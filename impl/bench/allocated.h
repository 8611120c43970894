// How much memory the program has from malloc. Linking allocated.cc puts it under the C library's
// malloc and its kin.
#pragma once

#include <cstdint>

namespace mapproof {

struct allocated {
  std::uint64_t now = 0;   // bytes that were given out and not freed yet, as malloc rounds them
  std::uint64_t peak = 0;  // the most so far
};

// One thread at a time.
allocated allocated_so_far();
// From now on `peak` is of what comes next.
void forget_peak();

}  // namespace mapproof
