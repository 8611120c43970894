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

#include "fuzz/mutator/random.h"
#include "oracle/program.h"

namespace mapproof {

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
  clear_in_growth,   // a walk, keys until the map grows, or grows again, and a clear
  wrap_walk,         // a tail of the program happens during an iterator's life
  iterator_start,    // other start bucket and offset, forced or free
  change_spec,       // kinds, hash mode, hash0, seed, hint, table hashes
  open_walks,        // several walks in one another's life
  collide_run,       // the keys of a few neighbouring operations fall into one chain
  insert_run,        // a run of new operations
  raw_bytes,         // the engine's own byte mutation
};
inline constexpr std::size_t kMutations = 19;
std::string_view name(Mutation mutation);

// Applies one mutation, `wanted` if given and possible, and says which. Never raw_bytes.
Mutation mutate(Program& program, Random& random, std::optional<Mutation> wanted = std::nullopt);

// The engine's byte mutation: changes data[0, size) in place, returns the new size <= max_size.
using RawMutator = std::size_t (*)(std::uint8_t* data, std::size_t size, std::size_t max_size);

// For LLVMFuzzerCustomMutator: one to a few mutations, about one time in five of raw bytes instead
// (if `raw` is given). Returns the new size, at most max_size. *log collects what was done.
std::size_t mutate_bytes(std::uint8_t* data, std::size_t size, std::size_t max_size,
                         std::uint64_t seed, RawMutator raw, std::vector<Mutation>* log = nullptr);

// A head of the first one with a tail of the second, or with a run of it grafted in, cut where the
// second is in a state like the first's: buckets, growth, walks under way and entries, as far as
// they can be foreseen. Steps of walks go on in walks that are open. Precondition: the second has
// operations.
Program cross_over(const Program& first, const Program& second, Random& random);

// For LLVMFuzzerCustomCrossOver. Returns 0 ("try something else") three times out of four: left
// alone, an engine would spend half of its mutations here.
std::size_t cross_over_bytes(std::span<const std::uint8_t> first,
                             std::span<const std::uint8_t> second, std::uint8_t* out,
                             std::size_t max_size, std::uint64_t seed);

}  // namespace mapproof
