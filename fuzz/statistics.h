// What a fuzzing process has done so far, kept in a small JSON file for whoever watches it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace mapproof {

class Statistics {
 public:
  // Writes to `file`, about once a second; an empty name writes nothing.
  explicit Statistics(std::string file);

  // Operations of an input, and how many of them bursts asked for.
  void count_run(std::uint64_t operations, std::uint64_t in_bursts = 0);
  void count_finding(const std::string& finding);  // a known defect, stepped over
  void count_stop(const std::string& property);    // a failure that is not known
  // The largest values seen, of whatever is worth knowing ("B", "live keys", ...).
  void note_peak(const char* what, std::uint64_t value);
  // How often a situation was reached so far.
  void set_seen(const std::string& what, std::uint64_t times);
  // The inputs that were there at the start have been run: what they reached is told apart. Heeded
  // the first time.
  void note_start();
  bool started() const { return seen_at_start_.has_value(); }
  // Asked before anything is written; it may add to the statistics. For what is kept elsewhere.
  void set_source(std::function<void(Statistics*)> source);

  void write_if_due();
  void write();  // atomically: readers see the old file or the new one
  std::string json();

 private:
  using Clock = std::chrono::steady_clock;

  std::string file_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point due_ = start_;
  std::uint64_t executions_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t in_bursts_ = 0;
  std::map<std::string, std::uint64_t> findings_;
  std::map<std::string, std::uint64_t> stops_;
  std::map<std::string, std::uint64_t> peaks_;
  std::map<std::string, std::uint64_t> seen_;
  std::optional<std::set<std::string>> seen_at_start_;
  std::function<void(Statistics*)> source_;
};

}  // namespace mapproof
