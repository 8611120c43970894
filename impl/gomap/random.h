// The source of randomness: hash seeds, iterator starts, the hashes of NaNs, noverflow of big maps.
//
// One source a thread. It can be seeded, so that a run can be repeated, and single draws can be
// forced, which is how a test chooses where an iterator starts.
#pragma once

#include <cstdint>
#include <deque>
#include <random>

namespace gomap {

class random_source {
 public:
  random_source() {
    std::random_device device;
    seed((std::uint64_t{device()} << 32) | device());
  }

  void seed(std::uint64_t value) {
    state_ = value;
    forced_.clear();
  }
  // The next draw that has not been forced yet gives `value`.
  void force(std::uint32_t value) { forced_.push_back(value); }

  std::uint32_t next() {
    if (!forced_.empty()) [[unlikely]] {
      const std::uint32_t value = forced_.front();
      forced_.pop_front();
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
  std::deque<std::uint32_t> forced_;
};

inline random_source& thread_random() {
  thread_local random_source source;
  return source;
}

inline std::uint32_t fastrand() { return thread_random().next(); }

}  // namespace gomap
