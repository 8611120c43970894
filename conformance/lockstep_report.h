// Tells a difference between the port and a Go runtime to people.
#pragma once

#include <string>
#include <string_view>

#include "oracle/goruntime/lockstep.h"
#include "oracle/program.h"

namespace mapproof {

// Two texts in two columns under their titles; lines that differ have a mark between them, and of
// many that are alike the inner ones are left out.
std::string beside(std::string_view left_title, std::string_view left, std::string_view right_title,
                   std::string_view right);

// The sentence, the operation with both answers, and both layouts beside each other.
std::string lockstep_report(const Program& program, const go::LockstepDifference& difference,
                            std::string_view runtime);

}  // namespace mapproof
