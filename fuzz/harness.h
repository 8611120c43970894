// The body that all drivers share: one input, two ports, a judge; what is not known stops the run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "conformance/attribution.h"
#include "fuzz/artifacts.h"
#include "fuzz/observer.h"
#include "fuzz/statistics.h"
#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"
#include "oracle/verdict.h"

namespace mapproof {

// The layout is checked at the end, where a program says `audit`, and after so many elementary
// operations: a snapshot of a large map costs as much as a few hundred of them.
inline constexpr std::uint64_t kAuditEvery = 512;

// A failure that is not on record.
struct Stop {
  std::string port;  // which of the two
  Verdict verdict;
  std::string why;  // why it is not stepped over
};

class Harness {
 public:
  using Attribute = std::function<Attribution(const Program&, const Verdict&, const RunOptions&)>;

  // `corrected` must pass everything; `faithful` may fail in ways that `attribute` knows.
  Harness(std::unique_ptr<Port> corrected, std::unique_ptr<Port> faithful, Attribute attribute,
          Statistics* statistics);

  // Decodes and cuts the program to the size that is run.
  static Program program_of(std::span<const std::uint8_t> bytes);

  // Runs the program on both ports. Nothing: all is well, or known.
  std::optional<Stop> examine(const Program& program);

  // Keeps the failure (artifacts.h). Returns the file name of the bytes, without suffix.
  std::string report(const Stop& stop, const Program& program, std::span<const std::uint8_t> bytes,
                     const ArtifactOptions& options);

 private:
  std::optional<Stop> examine_corrected(const Program& program);
  std::optional<Stop> examine_faithful(const Program& program);

  Observer corrected_;
  std::unique_ptr<Port> faithful_;
  Attribute attribute_;
  Statistics* statistics_;
  Judge judge_;
  bool quiet_ = false;  // do not count: this run belongs to shrinking
};

// The harness over the port of this project, made once in a process. Returns 0, or does not return.
int check(const std::uint8_t* data, std::size_t size);
}  // namespace mapproof
