#include "fuzz/harness.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/ports/gomap_port.h"
#include "fuzz/process.h"

namespace mapproof {
namespace {

// Enough for five growths and a few same-size ones; more would only make runs slow.
constexpr std::uint64_t kMostSteps = 3000;

// How many elementary operations `op` may take when `live` entries are in the map at most.
std::uint64_t cost(const Op& op, std::uint64_t live) {
  switch (op.code) {
    case OpCode::drain:
      return live + 1;
    case OpCode::next:
    case OpCode::fill:
    case OpCode::empty:
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::delrange:
      return op.n;
    default:
      return 1;
  }
}

std::uint64_t entries_after(const Op& op, std::uint64_t live) {
  switch (op.code) {
    case OpCode::put:
      return live + 1;
    case OpCode::fill:
    case OpCode::putrange:
    case OpCode::touch:  // of a NaN: an entry each time
      return live + op.n;
    case OpCode::clear:
    case OpCode::nil:
      return 0;
    default:
      return live;
  }
}

// A nil map answers each step of a burst alike, with a panic (which costs as much as a hundred
// operations) or not at all: two are enough.
void shorten_on_nil(Program& program) {
  constexpr std::uint16_t kEnough = 2;
  bool nil = false;
  for (Op& op : program.ops) {
    nil = nil || op.code == OpCode::nil;
    if (nil && op.code != OpCode::next && op.n > kEnough) op.n = kEnough;
  }
}

// Cuts the program where it could exceed the bound, so that whoever runs it (the other port,
// attribution, shrinking, a person later) runs the very same operations.
void cut(Program& program) {
  std::uint64_t steps = 0;
  std::uint64_t live = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    steps += cost(program.ops[i], live);
    live = entries_after(program.ops[i], live);
    if (steps > kMostSteps) {
      program.ops.resize(i);
      return;
    }
  }
}

// The audit looked at moments of its own; an `audit` in the program lets everybody see the same.
Program with_audit(Program program, const Verdict& verdict) {
  if (!verdict.property.starts_with("layout/") || verdict.op >= program.ops.size()) return program;
  Op audit;
  audit.code = OpCode::audit;
  program.ops.insert(program.ops.begin() + static_cast<std::ptrdiff_t>(verdict.op) + 1, audit);
  return program;
}

}  // namespace

Harness::Harness(std::unique_ptr<Port> corrected, std::unique_ptr<Port> faithful,
                 Attribute attribute, Statistics* statistics)
    : corrected_(std::move(corrected), statistics),
      faithful_(std::move(faithful)),
      attribute_(std::move(attribute)),
      statistics_(statistics) {}

Program Harness::program_of(std::span<const std::uint8_t> bytes) {
  Program program = decode(bytes);
  shorten_on_nil(program);
  cut(program);
  return program;
}

std::optional<Stop> Harness::examine(const Program& program) {
  std::optional<Stop> stop = examine_corrected(program);
  if (!stop) stop = examine_faithful(program);
  return stop;
}

std::optional<Stop> Harness::examine_corrected(const Program& program) {
  RunOptions options;
  options.audit_at_end = true;
  options.audit_every = kAuditEvery;
  RunResult result = run(program, corrected_, &judge_, options);
  if (statistics_ != nullptr && !quiet_) statistics_->count_run(result.steps);
  if (result.ok()) return std::nullopt;
  return Stop{corrected_.info().name, *std::move(result.verdict),
              "the corrected port must pass everything"};
}

std::optional<Stop> Harness::examine_faithful(const Program& program) {
  // What the corrections change is not the layout, so one audit of the two ports' is enough.
  const RunOptions options;
  RunResult result = run(program, *faithful_, &judge_, options);
  if (result.ok()) return std::nullopt;
  const Attribution cause = attribute_(program, *result.verdict, options);
  if (cause.known) {
    if (statistics_ == nullptr || quiet_) return std::nullopt;
    for (const std::string& finding : cause.findings) statistics_->count_finding(finding);
    return std::nullopt;
  }
  return Stop{faithful_->info().name, *std::move(result.verdict), cause.sentence};
}

std::string Harness::report(const Stop& stop, const Program& program,
                            std::span<const std::uint8_t> bytes, const ArtifactOptions& options) {
  const auto still_fails = [&](const Program& candidate) {
    quiet_ = true;
    const std::optional<Stop> again = examine(candidate);
    quiet_ = false;
    return again && again->port == stop.port && again->verdict.property == stop.verdict.property;
  };
  return keep({.property = stop.verdict.property,
               .words = fmt::format("{}\n==== on port {}: {}", stop.verdict.sentence(), stop.port,
                                    stop.why),
               .program = program,
               .shown = with_audit(program, stop.verdict),
               .replay = "build/mapproof replay --port " + stop.port,
               .still_fails = still_fails},
              bytes, options);
}

// ---- the one harness of a process ----

int check(const std::uint8_t* data, std::size_t size) {
  Process& here = process();
  static auto& harness =
      *new Harness(make_gomap_port(~0U), make_gomap_port(0), attribute, &here.statistics);
  const std::span<const std::uint8_t> bytes(data, size);
  const Program program = Harness::program_of(bytes);
  if (const std::optional<Stop> stop = harness.examine(program)) {
    harness.report(*stop, program, bytes, here.artifacts);
    stop_at(stop->verdict.property);
  }
  here.statistics.write_if_due();
  return 0;
}

}  // namespace mapproof
