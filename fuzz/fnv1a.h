// FNV-1a, 64 bits: the same number for the same bytes, in each run and on each machine.
#pragma once

#include <cstdint>
#include <span>

namespace mapproof {

inline std::uint64_t fnv1a(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3U;
  return hash;
}

}  // namespace mapproof
