// What explains a failure: the command mapproof, and the fuzzer itself.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/driver/children.h"
#include "fuzz/driver/options.h"
#include "fuzz/driver/targets.h"

namespace mapproof::driver {

using Environment = std::map<std::string, std::string>;

std::filesystem::path fuzzer_of(const FuzzTarget& target, const Options& options);

// What every process of a target gets: the sanitizers' options and the map under test.
Environment environment_of(const FuzzTarget& target, const Options& options);

// The engine's flags for all ways to run inputs.
std::vector<std::string> common_flags(const std::filesystem::path& artifacts);

// Runs one input by itself; its log and its artifacts go into the folder.
Command lone_run(const FuzzTarget& target, const Options& options,
                 const std::filesystem::path& input, const std::filesystem::path& folder);

// The library under test, of a target that needs one; else "".
std::string library_of(const FuzzTarget& target, const Options& options);

}  // namespace mapproof::driver
