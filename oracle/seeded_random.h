// The numbers that programs are drawn with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mapproof {

// splitmix64. Own code, because the standard distributions differ between libraries, and a seed has
// to mean the same program everywhere. For the same reason no call takes two drawn arguments: the
// order of their evaluation is the compiler's choice.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  // Wraps around on purpose, whatever an engine's sanitizer thinks of it.
#if defined(__clang__)
  __attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
  std::uint64_t
  next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // In [0, n); n > 0.
  std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>((next() >> 32) % n); }
  // In [low, high].
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + below(std::uint64_t{high} - low + 1);
  }
  bool percent(unsigned chance) { return below(100) < chance; }
  template <typename T, std::size_t N>
  const T& pick(const std::array<T, N>& choices) {
    return choices[below(N)];
  }

 private:
  std::uint64_t state_;
};

}  // namespace mapproof
