#include "fuzz/lockstep_harness.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "conformance/lockstep_report.h"
#include "conformance/ports/gomap_observed.h"
#include "fuzz/harness.h"
#include "fuzz/observer.h"
#include "fuzz/process.h"
#include "oracle/goruntime/installed.h"

namespace mapproof {
namespace {

constexpr const char* kProperty = "lockstep/differs";

go::ObservedPort watched(go::ObservedPort port, Statistics* statistics) {
  port.port = std::make_unique<Observer>(std::move(port.port), statistics);
  return port;
}

// A target that cannot run must not look like one that found something.
go::Runtime& runtime_or_exit() {
  try {
    return go::runtime("go1.19");
  } catch (const go::Unavailable& why) {
    fmt::print(stderr, "cannot run: {}\n", why.what());
    std::fflush(stderr);
    std::_Exit(2);
  }
}

}  // namespace

LockstepHarness::LockstepHarness(go::ObservedPort port, go::Runtime& runtime,
                                 Statistics* statistics)
    : lockstep_(watched(std::move(port), statistics), runtime),
      version_(runtime.version()),
      statistics_(statistics) {}

go::LockstepResult LockstepHarness::run(const Program& program) {
  return lockstep_.run(program, {.fail_hash_every = kFailHashEvery});
}

std::optional<go::LockstepDifference> LockstepHarness::examine(const Program& program) {
  go::LockstepResult result = run(program);
  if (statistics_ != nullptr) statistics_->count_run(result.steps);
  return std::move(result.difference);
}

std::string LockstepHarness::report(const go::LockstepDifference& difference,
                                    const Program& program, std::span<const std::uint8_t> bytes,
                                    const ArtifactOptions& options) {
  return keep(
      {.property = kProperty,
       .words = lockstep_report(program, difference, version_),
       .program = program,
       .shown = program,
       .replay = fmt::format("build/mapproof lockstep --fail-hash-every {}", kFailHashEvery),
       .still_fails =
           [this](const Program& candidate) { return run(candidate).difference.has_value(); }},
      bytes, options);
}

int check_lockstep(const std::uint8_t* data, std::size_t size) {
  Process& here = process();
  static auto& harness =
      *new LockstepHarness(make_observed_gomap_port(), runtime_or_exit(), &here.statistics);
  const std::span<const std::uint8_t> bytes(data, size);
  const Program program = Harness::program_of(bytes);
  if (const auto difference = harness.examine(program)) {
    harness.report(*difference, program, bytes, here.artifacts);
    stop_at(kProperty);
  }
  here.statistics.write_if_due();
  return 0;
}

}  // namespace mapproof
