// Shrinks a failing program to a small one that still fails.
#pragma once

#include <cstddef>
#include <functional>

#include "oracle/program.h"

namespace mapproof {

struct ShrinkStats {
  std::size_t runs = 0;    // programs tried
  std::size_t rounds = 0;  // passes over the whole program
  std::size_t ops_before = 0;
  std::size_t ops_after = 0;
};

// Delta debugging over the operations, of few ones two by two as well, then over their arguments and
// the specification, round after round until nothing changes. The result still fails, and does not
// once any one operation is left out. Deterministic, if `still_fails` is. It is asked about valid programs only.
// Precondition: still_fails(program). Comments and the port stay; the results after "->" go.
Program shrink(const Program& program, const std::function<bool(const Program&)>& still_fails,
               ShrinkStats* stats = nullptr);

}  // namespace mapproof
