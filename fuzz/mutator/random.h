// The generator that mutations are drawn from.
#pragma once

#include <cstdint>

#include "oracle/seeded_random.h"

namespace mapproof {

class Random {
 public:
  explicit Random(std::uint64_t seed) : source_(seed) {}

  std::uint64_t next() { return source_.next(); }
  // 0 for bound 0.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  SeededRandom source_;
};

}  // namespace mapproof
