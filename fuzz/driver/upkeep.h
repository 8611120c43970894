// Merges and minimises the kept corpus of a target.
#pragma once

#include "fuzz/driver/context.h"

namespace mapproof::driver {

// As the options say (Mode::merge, Mode::minimize). The new corpus is made beside the old one,
// which it replaces when it is whole; else the old one stays.
void tend_corpus(const FuzzTarget& target, Context* context, TargetResult* result);

}  // namespace mapproof::driver
