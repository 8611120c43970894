// Replays what is known, and fuzzes nothing.
#pragma once

#include <filesystem>
#include <map>

#include "fuzz/driver/context.h"

namespace mapproof::driver {

// Runs the seeds and the inputs of the kept corpus once each, also those after one that fails.
// `sources`: where the seeds come from.
void regress(const FuzzTarget& target,
             const std::map<std::filesystem::path, std::filesystem::path>& sources,
             Context* context, TargetResult* result);

}  // namespace mapproof::driver
