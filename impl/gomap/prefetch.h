// Asking for memory ahead of its use.
#pragma once

#include "gomap/constants.h"

namespace gomap {

inline constexpr uintptr cache_line = 64;  // wrong on some machines, which costs time only

// Asks for the lines of the bytes [from, to) of p.
[[gnu::always_inline]] inline void prefetch_lines(const void* p, uintptr from, uintptr to) {
  for (uintptr at = from; at < to; at += cache_line) {
    __builtin_prefetch(static_cast<const unsigned char*>(p) + at);
  }
}

}  // namespace gomap
