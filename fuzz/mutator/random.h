// The generator that mutations are drawn from.
#pragma once

#include <cstdint>

namespace mapproof {

// splitmix64: tiny, and good enough for drawing mutations.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

#if defined(__clang__)
  __attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
  std::uint64_t
  next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  // 0 for bound 0.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace mapproof
