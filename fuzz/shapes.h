// Programs made over so that they have more of what a target is about. One that has enough of it,
// such as one made over before, comes back unchanged.
#pragma once

#include "oracle/program.h"

namespace mapproof {

// Most operations happen while at least kManyWalks walks are under way, as far as that can be
// foreseen.
inline constexpr unsigned kManyWalks = 4;
Program with_many_walks(Program program);

// The keys are of a kind that has NaN and -0, and at least one put in four is of one of its special
// members; there is one at least.
Program with_nan_keys(Program program);

}  // namespace mapproof
