// The fuzz targets, as the build lists them in fuzz_targets.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mapproof::driver {

struct FuzzTarget {
  std::string name;
  std::string proves;
  std::string inputs;  // "programs" or "text"
  std::string needs;   // "", a port that mapproof lists, or MAPPROOF_PORT
  bool runs_programs() const { return inputs == "programs"; }
};

// Throws cli::CannotRun if there is no such list.
std::vector<FuzzTarget> read_targets(const std::filesystem::path& file);

// Those called so, each once, in the order of the list; "all" stands for all. Throws
// cli::CannotRun, and tells the names, if there is none.
std::vector<FuzzTarget> choose_targets(const std::vector<FuzzTarget>& all,
                                       const std::vector<std::string>& names);

// Why the target cannot be run here, or "". `ports` is what `mapproof ports` prints; `port` the
// library that the user names, or "".
std::string why_not(const FuzzTarget& target, const std::string& ports,
                    const std::filesystem::path& port);

}  // namespace mapproof::driver
