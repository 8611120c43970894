// What all targets whose inputs are programs share: the way from bytes to the program that is run,
// and from a failure to what a person needs. What is particular to one is a Target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "fuzz/artifacts.h"
#include "fuzz/statistics.h"
#include "oracle/program.h"
#include "oracle/verdict.h"

namespace mapproof {

// Enough for five growths and a few same-size ones; more would only make runs slow.
inline constexpr std::uint64_t kMostSteps = 3000;

// The layout is checked at the end, where a program says `audit`, and after so many elementary
// operations, or as many as two cells of the map each (see RunOptions): a snapshot of a large map
// costs as much as some hundred of them.
inline constexpr std::uint64_t kAuditEvery = 512;
inline constexpr std::uint64_t kAuditCells = 2;

// A failure that is not on record.
struct Stop {
  std::string port;  // what failed
  Verdict verdict;
  std::string why;         // it is not stepped over; lines
  std::string words = {};  // the verdict for people; empty: its sentence
};

class Target {
 public:
  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  // How many elementary operations of an input are run.
  virtual std::uint64_t most_steps() const { return kMostSteps; }
  // The program that is run in place of `program`: one with more of what the target is about, or
  // without what the port under test does not promise. What it has made itself it leaves alone.
  virtual Program shaped(Program program) const { return program; }

  // Nothing: all is well, or known. Whoever shrinks gives no statistics.
  virtual std::optional<Stop> examine(const Program& program, Statistics* statistics) = 0;

  // The command that shows the failure again, but for the file.
  virtual std::string replay(const Stop& stop) const = 0;
};

// Every byte string is a program. This one is cut to the size that is run, so that whoever runs it
// (another port, attribution, shrinking, a person later) runs the very same operations.
Program program_of(std::span<const std::uint8_t> bytes, const Target& target);

// Keeps the failure (artifacts.h). Returns the file name of the bytes, without suffix.
std::string report(Target& target, const Stop& stop, const Program& program,
                   std::span<const std::uint8_t> bytes, const ArtifactOptions& options);

// One input. Returns 0, or keeps the failure and does not return.
int check(Target& target, std::span<const std::uint8_t> bytes);

// A target that cannot run must not look like one that found something: says why, and ends the
// process with 2.
[[noreturn]] void cannot_run(const std::string& why);

// What NAME_fuzzer.cc defines; called once, at the first input.
std::unique_ptr<Target> make_target();

}  // namespace mapproof
