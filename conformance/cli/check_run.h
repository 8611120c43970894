// The stages of a check: smoke, conformance, programs, fuzzing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "conformance/cli/known_failures.h"
#include "conformance/cli/port_choice.h"
#include "conformance/report.h"

namespace mapproof::cli {

struct CheckOptions {
  PortOptions port;
  std::uint64_t programs = 2000;
  std::uint64_t seed = 1;
  double seconds = 0;          // of fuzzing
  std::string corpus;          // or "": wherever it is found
  std::string out = ".";       // folder for failing programs; "": none are written
  std::string known_failures;  // a file, or ""
  bool shrinks = true;         // and tells the story of what fails
  // Is told what lies ahead, in one line, once the port's speed is known; and what was skipped.
  std::function<void(const std::string&)> announce = {};
};

struct Checked {
  Report report;
  std::string corpus;                       // the folder, or ""
  std::vector<KnownFailure> still_failing;  // what a list of known failures has to hold
  std::vector<std::string> lost;            // failing programs that could not be written: why
};

// Throws CannotRun.
Checked check(const CheckOptions& options);

}  // namespace mapproof::cli
