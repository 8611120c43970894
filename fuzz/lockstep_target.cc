#include "fuzz/lockstep_target.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/lockstep_report.h"
#include "fuzz/observer.h"

namespace mapproof {
namespace {

go::ObservedPort watched(go::ObservedPort port) {
  port.port = std::make_unique<Observer>(std::move(port.port));
  return port;
}

}  // namespace

LockstepTarget::LockstepTarget(go::ObservedPort port, go::Runtime& runtime)
    : port_(port.port->info().name),
      lockstep_(watched(std::move(port)), runtime),
      version_(runtime.version()) {}

std::optional<Stop> LockstepTarget::examine(const Program& program, Statistics* statistics) {
  const go::LockstepResult result = lockstep_.run(program, {.fail_hash_every = kFailHashEvery});
  if (statistics != nullptr) statistics->count_run(result.steps);
  if (!result.difference) return std::nullopt;
  return Stop{.port = port_,
              .verdict = {.property = "lockstep/differs",
                          .op = result.difference->op,
                          .step = result.difference->step,
                          .expected = result.difference->theirs,
                          .got = result.difference->ours},
              .why = "what Go does, the port has to do as well",
              .words = lockstep_report(program, *result.difference, version_)};
}

std::string LockstepTarget::replay(const Stop&) const {
  return fmt::format("build/mapproof lockstep --fail-hash-every {}", kFailHashEvery);
}

}  // namespace mapproof
