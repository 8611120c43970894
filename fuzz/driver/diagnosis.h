// What the log of a worker says about its end.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mapproof::driver {

struct Diagnosis {
  std::string property;             // "iter/once", "crash/heap-use-after-free", "timeout", ...
  std::string verdict;              // one line
  std::optional<std::size_t> op;    // the failing operation of the program
  std::string replay;               // the command that shows it again, but for the file; or ""
  std::vector<std::string> frames;  // the first stack of a sanitizer's report, innermost first

  bool is_verdict() const { return !replay.empty(); }  // of a target, not of a sanitizer
};

// `artifact`: the name of the file that the worker left ("verdict-iter-once-0123.bin",
// "timeout-..."), or "".
Diagnosis diagnose(const std::string& log, const std::string& artifact);

}  // namespace mapproof::driver
