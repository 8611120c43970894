// The body of the target that compares the port with a real Go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "fuzz/artifacts.h"
#include "fuzz/statistics.h"
#include "oracle/goruntime/lockstep.h"
#include "oracle/program.h"

namespace mapproof {

// About so many operations of a program have their first hash fail.
inline constexpr unsigned kFailHashEvery = 256;

class LockstepHarness {
 public:
  // Any difference is a failure. What states the port reaches is fed to the engine.
  LockstepHarness(go::ObservedPort port, go::Runtime& runtime, Statistics* statistics);

  std::optional<go::LockstepDifference> examine(const Program& program);
  // Keeps the failure (artifacts.h). Returns the file name of the bytes, without suffix.
  std::string report(const go::LockstepDifference& difference, const Program& program,
                     std::span<const std::uint8_t> bytes, const ArtifactOptions& options);

 private:
  go::LockstepResult run(const Program& program);

  go::Lockstep lockstep_;
  std::string version_;
  Statistics* statistics_;
};

// The harness over the port of this project and Go 1.19, made at the first input: a Go runtime that
// is loaded then leaves the engine's signal handlers in order. Returns 0, or does not return.
int check_lockstep(const std::uint8_t* data, std::size_t size);

}  // namespace mapproof
