// Merges and minimises the kept corpus of a target.
#pragma once

#include <string_view>

#include "fuzz/driver/context.h"

namespace mapproof::driver {

// Behind the target's name: what the folder of a worker is called that merges.
inline constexpr std::string_view kMergeSuffix = "-merge";

// As the options say (Mode::merge, Mode::minimize). The engine chooses in folders of the workers;
// then the corpus gets what is new, and after that, if it is minimised, loses the inputs that were
// there and are not wanted. Whatever ends this, it has at least what it should. An input that fails
// on the way is kept as a failure.
void tend_corpus(const FuzzTarget& target, Context* context, TargetResult* result);

}  // namespace mapproof::driver
