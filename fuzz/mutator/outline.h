// What a program has probably made of its map so far, foreseen without running it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "oracle/program.h"

namespace mapproof {

// As much of it as matters for what may follow.
struct MapState {
  std::uint32_t live = 0;     // entries
  std::uint8_t b = 0;         // 2^b buckets
  std::uint32_t unmoved = 0;  // old buckets that a growth has still to move; 0: at rest
  std::uint8_t open = 0;      // walks under way or asked for, a bit a slot
  bool nil = false;           // the map has been let go of
  unsigned walks() const;     // how many are open
  bool is_open(unsigned slot) const { return (open >> slot & 1U) != 0; }
};

// How far apart two states are; 0: what can follow one can follow the other.
unsigned distance(const MapState& x, const MapState& y);

// Follows a program. Growths to twice the size are foreseen, those to the same size are not: they
// depend on where keys collide.
class Outline {
 public:
  explicit Outline(const MapSpec& spec);

  // Takes the operation as done; one elementary operation costs a few nanoseconds. After
  // kMostForeseen of them nothing changes any more.
  void apply(const Op& op);
  const MapState& state() const { return state_; }

  static constexpr std::uint32_t kMostForeseen = 4096;

 private:
  void put(std::uint32_t key);
  void del(std::uint32_t key);
  void move_on();
  void clear();
  void walk(unsigned slot, std::uint32_t steps);

  KeyKind kind_;
  MapState state_;
  std::uint32_t steps_ = 0;
  std::vector<bool> lives_;  // by equality class
  // Steps left to a walk that has begun, if nothing changes; kNotBegun before its first.
  static constexpr std::uint32_t kNotBegun = ~std::uint32_t{0};
  std::array<std::uint32_t, kIterators> left_ = {};
};

// The state before each operation, and the one after the last.
std::vector<MapState> states_of(const Program& program);

}  // namespace mapproof
