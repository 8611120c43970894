#include "fuzz/statistics.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

namespace mapproof {

Statistics::Statistics(std::string file) : file_(std::move(file)) {}

void Statistics::count_run(std::uint64_t operations, std::uint64_t in_bursts) {
  ++executions_;
  operations_ += operations;
  in_bursts_ += in_bursts;
}

void Statistics::count_finding(const std::string& finding) { ++findings_[finding]; }

void Statistics::count_stop(const std::string& property) { ++stops_[property]; }

void Statistics::note_peak(const char* what, std::uint64_t value) {
  std::uint64_t& peak = peaks_[what];
  peak = std::max(peak, value);
}

void Statistics::set_seen(const std::string& what, std::uint64_t times) { seen_[what] = times; }

void Statistics::note_start() {
  if (seen_at_start_) return;
  if (source_) source_(this);
  seen_at_start_.emplace();
  for (const auto& [what, times] : seen_) {
    if (times != 0) seen_at_start_->insert(what);
  }
}

void Statistics::set_source(std::function<void(Statistics*)> source) {
  source_ = std::move(source);
}

void Statistics::write_if_due() {
  if (file_.empty()) return;
  const Clock::time_point now = Clock::now();
  if (now < due_) return;
  due_ = now + std::chrono::seconds(1);
  write();
}

std::string Statistics::json() {
  if (source_) source_(this);
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  nlohmann::json all = {{"executions", executions_},
                        {"operations", operations_},
                        {"operations_in_bursts", in_bursts_},
                        {"seconds", seconds},
                        {"findings", findings_},
                        {"stops", stops_},
                        {"peaks", peaks_},
                        {"seen", seen_}};
  if (seen_at_start_) all["seen_at_start"] = *seen_at_start_;
  return all.dump(2) + "\n";
}

void Statistics::write() {
  if (file_.empty()) return;
  const std::string temporary = file_ + ".new";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << json();
    if (!out.flush()) return;  // a full disk must not stop the fuzzer
  }
  std::rename(temporary.c_str(), file_.c_str());
}

}  // namespace mapproof
