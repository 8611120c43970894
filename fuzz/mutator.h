// Structure-aware mutation of programs: changes operations, not bytes.
//
// Pure functions over byte strings with a generator of their own, so that the same seed gives the
// same result with and without libFuzzer, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "oracle/program.h"

namespace mapproof {

// splitmix64: tiny, and good enough for drawing mutations.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint32_t below(std::uint32_t bound);  // 0 for bound 0
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

enum class Mutation : std::uint8_t {
  insert_op,         // a new operation somewhere
  delete_run,        // a few neighbouring operations go
  duplicate_run,     // a few neighbouring operations twice, the copy elsewhere
  move_run,          // ... or moved elsewhere
  repeat_run,        // ... or several times in a row
  change_op,         // another operation code, the operands stay
  change_key,        // a neighbouring, colliding or awkward key
  change_count,      // a count at, below or above a boundary of growth
  insert_burst,      // fills, empties, ranges
  same_size_growth,  // fill and empty one residue class after the other, then insert
  finish_growth,     // touch one key until an evacuation is done
  wrap_walk,         // a tail of the program happens during an iterator's life
  iterator_start,    // other start bucket and offset, forced or free
  change_spec,       // kinds, hash mode, hash0, seed, hint, table hashes
  raw_bytes,         // the engine's own byte mutation
};
inline constexpr std::size_t kMutations = 15;
std::string_view name(Mutation mutation);

// Applies one mutation, `wanted` if given and possible, and says which. Never raw_bytes.
Mutation mutate(Program& program, Random& random, std::optional<Mutation> wanted = std::nullopt);

// The engine's byte mutation: changes data[0, size) in place, returns the new size <= max_size.
using RawMutator = std::size_t (*)(std::uint8_t* data, std::size_t size, std::size_t max_size);

// For LLVMFuzzerCustomMutator: one to a few mutations, about one time in five of raw bytes instead
// (if `raw` is given). Returns the new size, at most max_size. *log collects what was done.
std::size_t mutate_bytes(std::uint8_t* data, std::size_t size, std::size_t max_size,
                         std::uint64_t seed, RawMutator raw, std::vector<Mutation>* log = nullptr);

// For LLVMFuzzerCustomCrossOver. Returns 0 ("try something else") three times out of four: left
// alone, an engine would spend half of its mutations here.
std::size_t cross_over_bytes(std::span<const std::uint8_t> first,
                             std::span<const std::uint8_t> second, std::uint8_t* out,
                             std::size_t max_size, std::uint64_t seed);

}  // namespace mapproof
