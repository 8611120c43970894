#include "fuzz/harness.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "fuzz/budget.h"
#include "fuzz/process.h"

namespace mapproof {
namespace {

// The audit looked at moments of its own; an `audit` in the program lets everybody see the same.
Program with_audit(Program program, const Verdict& verdict) {
  if (!verdict.property.starts_with("layout/") || verdict.op >= program.ops.size()) return program;
  Op audit;
  audit.code = OpCode::audit;
  program.ops.insert(program.ops.begin() + static_cast<std::ptrdiff_t>(verdict.op) + 1, audit);
  return program;
}

}  // namespace

Program program_of(std::span<const std::uint8_t> bytes, const Target& target) {
  Program program = target.shaped(decode(bytes));
  keep_within(program, target.most_steps());
  return program;
}

std::string report(Target& target, const Stop& stop, const Program& program,
                   std::span<const std::uint8_t> bytes, const ArtifactOptions& options) {
  const auto still_fails = [&](const Program& candidate) {
    const std::optional<Stop> again = target.examine(candidate, nullptr);
    return again && again->port == stop.port && again->verdict.property == stop.verdict.property;
  };
  return keep({.property = stop.verdict.property,
               .words = fmt::format("{}\n==== on port {}: {}",
                                    stop.words.empty() ? stop.verdict.sentence() : stop.words,
                                    stop.port, stop.why),
               .program = program,
               .shown = with_audit(program, stop.verdict),
               .replay = target.replay(stop),
               .still_fails = still_fails},
              bytes, options);
}

int check(Target& target, std::span<const std::uint8_t> bytes) {
  Process& here = process();
  const Program program = program_of(bytes, target);
  if (const std::optional<Stop> stop = target.examine(program, &here.statistics)) {
    report(target, *stop, program, bytes, here.artifacts);
    stop_at(stop->verdict.property);
  }
  here.statistics.write_if_due();
  return 0;
}

void cannot_run(const std::string& why) {
  fmt::print(stderr, "cannot run: {}\n", why);
  std::fflush(stderr);
  std::_Exit(2);
}

}  // namespace mapproof
