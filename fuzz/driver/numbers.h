// What workers have done: from the statistics that they write (fuzz/statistics.h) and from the log
// of the engine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace mapproof::driver {

struct Numbers {
  std::uint64_t executions = 0;
  std::uint64_t operations = 0;
  std::uint64_t cov = 0;  // the engine's edges and features: of several workers the most
  std::uint64_t ft = 0;
  std::uint64_t peak_rss_mb = 0;                  // of one process at most; 0: not known
  std::map<std::string, std::uint64_t> findings;  // on record, stepped over: how often
  std::map<std::string, std::uint64_t> seen;      // situations: how often
  std::map<std::string, std::uint64_t> peaks;
  // Situations that the inputs from before the run reach, as far as that is known.
  std::optional<std::set<std::string>> seen_at_start;

  void add(const Numbers& other);
  std::uint64_t known() const;  // findings in all
  std::set<std::string> newly_seen() const;
};

// Of the worker whose files these are. What is missing or torn counts as nothing: a worker that was
// killed still counts with what it had written.
Numbers read_numbers(const std::filesystem::path& statistics, const std::filesystem::path& log);

// The end of a file, at most so many bytes; "" if it cannot be read. Logs grow for days.
std::string tail_of(const std::filesystem::path& file, std::uint64_t at_most);

}  // namespace mapproof::driver
