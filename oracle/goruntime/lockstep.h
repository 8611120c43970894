// Runs a program on a port and on a Go runtime, and compares the two after each operation.
//
// Of each operation: the answer, the header, the number and order of hasher calls, the walk that
// took a step, and the chains that a write touched; every 32 operations and at the end the whole
// layout, stale cells and the iterators of all walks included. For speed both sides tell one word
// an operation; where these differ, both run again and tell everything, and the first difference
// is named.
//
// Left out, since Go cannot recover from it: failures in the middle of a write, re-entrancy, flags
// set by hand. And from B = 16 on, where noverflow depends on the runtime's random source, the
// comparison stops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "oracle/goruntime/go_runtime.h"
#include "oracle/goruntime/observed.h"
#include "oracle/goruntime/words.h"
#include "oracle/program.h"

namespace mapproof::go {

inline constexpr std::uint64_t kWholeEvery = 32;
inline constexpr unsigned kFirstUncertainB = 16;

struct LockstepOptions {
  // About every n-th operation has its first hash fail; 0: none. Which ones the program's own
  // contents decide.
  unsigned fail_hash_every = 0;
  // How often the whole layout is compared; it costs as much as the map is large. At least 1.
  std::uint64_t whole_every = kWholeEvery;
};

struct LockstepDifference {
  std::size_t op = 0;        // index in Program::ops
  std::size_t step = 0;      // of a burst
  std::string words;         // "B is 1, Go has 0"
  std::string ours, theirs;  // the answers, as a program's text has them
  Snapshot our_layout, their_layout;
  std::string sentence() const;  // "first differs at op 17: B is 1, Go has 0"
};

struct LockstepResult {
  std::optional<LockstepDifference> difference;
  std::uint64_t steps = 0;  // elementary operations compared
  std::uint64_t hash_failures = 0;
  unsigned most_walks = 0;  // at one time
  unsigned most_B = 0;
  bool cut = false;  // B = 16 was reached
  Observed::Counts counts;
};

class Lockstep {
 public:
  Lockstep(ObservedPort port, Runtime& runtime);
  ~Lockstep();

  // Throws Unavailable if the runtime has gone, std::invalid_argument for a hint that must not
  // reach Go.
  LockstepResult run(const Program& program, const LockstepOptions& options = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mapproof::go
