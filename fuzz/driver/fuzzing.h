// Workers that fuzz one target side by side.
#pragma once

#include "fuzz/driver/context.h"

namespace mapproof::driver {

// Until `seconds` are over, a worker finds a failure, the disk is full or the user has enough.
// Workers that are killed are started again, a few times.
void fuzz(const FuzzTarget& target, unsigned seconds, Context* context, TargetResult* result);

}  // namespace mapproof::driver
