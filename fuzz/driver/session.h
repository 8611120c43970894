// One run of the driver, from its options to its summary.
#pragma once

#include "fuzz/driver/options.h"
#include "fuzz/driver/summary.h"
#include "fuzz/driver/targets.h"

namespace mapproof::driver {

// Throws cli::CannotRun if nothing could be begun. What goes wrong later is told in the summary.
Summary run_session(const Options& options, const std::vector<FuzzTarget>& targets);

}  // namespace mapproof::driver
