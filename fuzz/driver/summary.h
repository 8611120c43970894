// What a run of the driver found out: the one source of all forms of the summary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

#include "fuzz/driver/numbers.h"
#include "fuzz/driver/place.h"

namespace mapproof::driver {

// A failure that is not on record.
struct Failure {
  std::string property;  // "iter/once", "crash/heap-use-after-free", ...
  std::string target;
  std::string verdict;  // one line
  Place place;
  std::filesystem::path folder;    // where it is kept
  std::filesystem::path artifact;  // the input, as bytes
  std::filesystem::path program;   // in text; "" for inputs that are none
  std::filesystem::path shrunk;    // ""
  std::string shrunk_text;
  std::size_t operations = 0;                  // of the shrunk one
  std::vector<std::filesystem::path> sources;  // tests to paste
  std::string replay;                          // the command that shows it again
  std::string source;                          // the file of a corpus that it was in, or ""
  std::uint64_t times = 1;
  bool seen_before = false;  // an earlier run has kept the same
};

struct TargetResult {
  std::string name;
  std::string proves;
  std::string left_out;  // why it was not run, or ""
  // Of its numbers: situations that neither seeds nor corpus had reached.
  std::set<std::string> new_situations() const { return numbers.newly_seen(); }
  double seconds = 0;
  Numbers numbers;
  std::filesystem::path corpus;
  std::size_t inputs = 0;      // in the corpus
  std::size_t new_inputs = 0;  // that were not there before
  std::size_t gone_inputs = 0;
  std::size_t replayed = 0;  // of --regress; the executions have them, too
  unsigned restarts = 0;     // of workers that were killed
};

struct Summary {
  std::string version;
  std::string target;  // as the user asked for them: "differential", "nan,layout", "all"
  std::string mode;
  std::string sanitizer;
  unsigned jobs = 0;
  unsigned seed = 0;
  double seconds = 0;
  bool interrupted = false;
  std::vector<std::string> troubles;  // why the run did not come to its end
  std::vector<TargetResult> targets;
  std::vector<Failure> failures;

  Numbers totals() const;
  std::uint64_t ops_per_s() const;
  int status() const;  // 0, 1, 2 or 130
};

std::string summary_text(const Summary& summary);
nlohmann::json summary_json(const Summary& summary);  // as summary.schema.json says
nlohmann::json summary_sarif(const Summary& summary);
std::string summary_markdown(const Summary& summary);

// "1 234 567 operations (20 576/s)" reads better than without the gaps.
std::string grouped(std::uint64_t number);

}  // namespace mapproof::driver
