// Programs as RapidCheck draws and shrinks them: phrases of operations that belong together, with
// bursts, so that maps grow, to their own size too, under walks; now and then to 256 buckets.
#pragma once

#include <rapidcheck/Gen.h>

#include <iosfwd>

#include "oracle/program.h"

namespace mapproof {

rc::Gen<Program> programs();
// Over keys that are equal to themselves.
rc::Gen<Program> programs_without_nans();

// RapidCheck finds this by its name: a counterexample is a program to read and to replay.
void showValue(const Program& program, std::ostream& os);

}  // namespace mapproof
