// How much of an input is run: enough to get anywhere, and not so much that runs become slow.
#pragma once

#include <cstdint>

#include "oracle/program.h"

namespace mapproof {

// Cuts the program off in front of the operation with which it could cost more than `most_steps`
// elementary operations, and takes from it what a nil map would only refuse again. An operation
// whose key shares its chain with many others costs more than one: it is compared with all of
// them, and what a chain of forty buckets does, one of four does as well.
void keep_within(Program& program, std::uint64_t most_steps);

}  // namespace mapproof
