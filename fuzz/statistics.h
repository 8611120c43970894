// What a fuzzing process has done so far, kept in a small JSON file for whoever watches it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace mapproof {

class Statistics {
 public:
  // Writes to `file`, about once a second; an empty name writes nothing.
  explicit Statistics(std::string file);

  void count_run(std::uint64_t operations);
  void count_finding(const std::string& finding);  // a known defect, stepped over
  void count_stop(const std::string& property);    // a failure that is not known
  // The largest values seen, of whatever is worth knowing ("B", "live keys", ...).
  void note_peak(const char* what, std::uint64_t value);
  void note_seen(const char* what);

  void write_if_due();
  void write() const;  // atomically: readers see the old file or the new one
  std::string json() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string file_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point due_ = start_;
  std::uint64_t executions_ = 0;
  std::uint64_t operations_ = 0;
  std::map<std::string, std::uint64_t> findings_;
  std::map<std::string, std::uint64_t> stops_;
  using Noted = std::map<std::string, std::uint64_t, std::less<>>;
  static std::uint64_t& at(Noted& noted, const char* what);
  Noted peaks_;
  Noted seen_;
};

}  // namespace mapproof
