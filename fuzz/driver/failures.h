// The failures of a run, each kept in a folder named after the property.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "fuzz/driver/children.h"
#include "fuzz/driver/explain.h"
#include "fuzz/driver/options.h"
#include "fuzz/driver/place.h"
#include "fuzz/driver/summary.h"
#include "fuzz/driver/targets.h"

namespace mapproof::driver {

class Failures {
 public:
  Failures(const Options& options, Children* children, ExplainLimits limits = {});

  // Takes the artifacts out of a worker's folder. Each leaves it only when its own folder under
  // --artifacts is whole. Throws cli::CannotRun if that cannot be made; then the artifact stays.
  void collect(const FuzzTarget& target, const std::filesystem::path& worker);

  // The same of a worker that ran many inputs, as a merge does, and whose log tells of all of them:
  // each artifact is run by itself first, in a folder beside. After an interrupt the rest stays.
  void collect_each(const FuzzTarget& target, const std::filesystem::path& worker);

  // The same of one input which ended the worker that ran it: an artifact, or a file of a corpus,
  // which stays. `source`: where the user knows it from.
  void keep(const FuzzTarget& target, const std::filesystem::path& input,
            const std::filesystem::path& worker, const std::string& source);

  const std::vector<Failure>& all() const { return failures_; }
  // Torn artifacts that were met, where they are now: no failures, but not what should be, either.
  const std::set<std::filesystem::path>& torn() const { return torn_; }

 private:
  void set_torn_aside(const std::filesystem::path& worker);
  // One that is like it: of this run, or kept by an earlier one. Null: none.
  Failure* known(const Failure& failure);
  bool is_kept(const std::filesystem::path& folder, const Failure& failure) const;
  Place place_of_verdict(const FuzzTarget& target, const Program& program, std::size_t op,
                         const std::filesystem::path& staging);
  Failure described(const FuzzTarget& target, const Diagnosis& diagnosis,
                    const std::filesystem::path& staging);
  void settle(Failure failure, const std::filesystem::path& staging, const Explanation& told);

  const Options& options_;
  Children& children_;
  ExplainLimits limits_;
  std::vector<Failure> failures_;
  std::set<std::filesystem::path> torn_;
};

}  // namespace mapproof::driver
