// The hashes of a program: they are inputs, so that a program decides which keys collide.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "oracle/kinds.h"

namespace mapproof {

enum class HashMode : std::uint8_t {
  strong,    // a good 64-bit mix of key and hash0
  identity,  // hash(k) = k: bucket = low bits, top byte 0
  constant,  // every key collides completely
  low,       // only the low three bits differ: few chains, one tophash
  top,       // only the top byte differs: one chain, many tophashes
  table,     // single keys as the program says, the others as identity
};
inline constexpr std::size_t kHashModes = 6;
std::string_view name(HashMode mode);
std::optional<HashMode> hash_mode_named(std::string_view text);

// Hashes keys for one map under test. A NaN draws a new hash each time it is hashed, from a stream
// that `seed` decides, squeezed into the shape of the mode (constant NaNs all collide, ...).
class Hashing {
 public:
  Hashing() = default;
  Hashing(KeyKind kind, HashMode mode, std::uint32_t seed)
      : kind_(kind), mode_(mode), seed_(seed) {}

  // In mode table: the hash of all keys equal to the one at `index`; of a NaN's index: of all NaNs.
  // Precondition: index < 256, as in a KeyHash.
  void set(std::uint32_t index, std::uint64_t hash);

  // From now on the hashes of NaNs come from `source` instead.
  void draw_nans_from(std::function<std::uint64_t()> source) { nan_source_ = std::move(source); }

  // Precondition: the key is hashable (an adapter raises its own panic before).
  std::uint64_t operator()(std::uint32_t index, std::uint64_t hash0);

  std::uint64_t calls() const { return calls_; }

 private:
  KeyKind kind_ = KeyKind::u64;
  HashMode mode_ = HashMode::identity;
  std::uint32_t seed_ = 0;
  std::uint64_t nan_draws_ = 0;
  std::uint64_t calls_ = 0;
  std::function<std::uint64_t()> nan_source_;  // null: the stream that seed_ decides
  // By equality class, which is below 256 where the index is. Here rather than on the heap: a
  // fuzzer makes one for each program, and a leak detector looks closely where memory outlives a
  // program.
  std::array<std::uint64_t, 256> table_{};
  std::bitset<256> in_table_;
};

}  // namespace mapproof
