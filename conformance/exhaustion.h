// Exhaustion: all programs up to a length over a few keys, from prepared maps, on the port with two
// cells a bucket.
//
// The hashes of NaNs and the starts of walks are inputs like any other, so they are enumerated,
// too. Programs that lead to the same state (of map, walks and judge) are followed once. In each
// new state all keys are looked up, all walks are drained, the map is walked anew and its layout
// audited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oracle/program.h"
#include "oracle/verdict.h"

namespace mapproof {

// What a root's map is in the middle of.
struct RootState {
  enum class Growth : std::uint8_t { idle, bigger, same_size };
  Growth growth = Growth::idle;
  std::vector<unsigned> evacuated = {};  // old buckets
};

// Where programs begin.
struct Root {
  std::string name;
  RootState state;
  Program program;
};

struct Exhaustion {
  std::vector<Root> roots;          // of one map specification; states are merged over all of them
  std::vector<std::uint32_t> keys;  // key indices that the programs use
  unsigned depth = 6;               // operations of a program after its root
  std::size_t widest =
      SIZE_MAX;  // programs of one length that lead to more states stay the longest
  std::uint32_t corrections = ~0U;
};

// A program that breaks a property, and the hashes that its NaNs drew, in order.
struct Failure {
  std::string root;
  Program program;
  std::vector<std::uint64_t> nan_hashes;
  Verdict verdict;

  std::string text() const;  // to read
};

struct Exhausted {
  std::vector<std::uint64_t> states;  // new ones by number of operations
  std::uint64_t transitions = 0;      // operations tried
  std::uint64_t failures = 0;
  std::uint64_t all_states() const;
};

// Programs are followed up to their first failure. `on_failure` says whether to go on.
Exhausted exhaust(const Exhaustion& what, const std::function<bool(const Failure&)>& on_failure);

// The verdict of one program with two cells a bucket and these hashes of NaNs. Further hashes are
// drawn as while enumerating a root.
std::optional<Verdict> two_cell_verdict(const Program& program,
                                        const std::vector<std::uint64_t>& nan_hashes,
                                        std::uint32_t corrections);

}  // namespace mapproof
