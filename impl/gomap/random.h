// The source of randomness: hash seeds, iterator starts, the hashes of NaNs, noverflow of big maps.
//
// One source a thread. It can be seeded, so that a run can be repeated, and single draws can be
// forced, which is how a test chooses where an iterator starts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace gomap {

class random_source {
 public:
  // A map draws in the middle of things: neither this nor next() throws or allocates.
  random_source() noexcept {
    try {
      std::random_device device;
      seed((std::uint64_t{device()} << 32) | device());
    } catch (...) {  // no such device
      const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
      seed(static_cast<std::uint64_t>(now) ^ reinterpret_cast<std::uintptr_t>(this) << 16);
    }
  }

  void seed(std::uint64_t value) noexcept {
    state_ = value;
    forced_.clear();
    given_ = 0;
  }
  // The next draw that has not been forced yet gives `value`. May throw std::bad_alloc.
  void force(std::uint32_t value) { forced_.push_back(value); }

  std::uint32_t next() noexcept {
    if (!forced_.empty()) [[unlikely]] {
      const std::uint32_t value = forced_[given_++];
      if (given_ == forced_.size()) {
        forced_.clear();
        given_ = 0;
      }
      return value;
    }
    // splitmix64, the upper half
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
  }

 private:
  std::uint64_t state_ = 0;
  std::vector<std::uint32_t> forced_;
  std::size_t given_ = 0;  // of these
};

inline random_source& thread_random() noexcept {
  thread_local random_source source;
  return source;
}

inline std::uint32_t fastrand() noexcept { return thread_random().next(); }

}  // namespace gomap
