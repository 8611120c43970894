// What the parts of one run share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/driver/children.h"
#include "fuzz/driver/failures.h"
#include "fuzz/driver/options.h"
#include "fuzz/driver/summary.h"
#include "fuzz/driver/targets.h"

namespace mapproof::driver {

// Seeds lie in one folder a target, under the names of the programs that they were made from.
struct Context {
  const Options& options;
  Children& children;
  Failures& failures;
  Summary& summary;

  std::filesystem::path workers() const { return options.artifacts / "workers"; }
  std::filesystem::path seeds_of(const FuzzTarget& target) const {
    return workers() / (target.name + "-seeds");
  }
  bool must_stop() const { return children.interrupted() || disk_is_full; }
  void trouble(const std::string& sentence) { summary.troubles.push_back(sentence); }

  bool of_many_targets = false;
  bool disk_is_full = false;
};

void say(const std::string& line);  // to stderr, below whatever line of progress is there

// Makes the folder. Throws cli::CannotRun if it cannot be made or written to.
void make_folder(const std::filesystem::path& folder);

// The last lines of a worker's log.
std::string last_words(const std::filesystem::path& log);

}  // namespace mapproof::driver
