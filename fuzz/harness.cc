#include "fuzz/harness.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "fuzz/process.h"

namespace mapproof {
namespace {

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

bool puts(const Op& op) {
  return op.code == OpCode::put || op.code == OpCode::fill || op.code == OpCode::touch ||
         op.code == OpCode::putrange;
}

// A nil map answers each put alike, with a panic, which costs as much as some hundred operations:
// two are enough, as of any burst.
void shorten_on_nil(Program& program) {
  constexpr std::uint16_t kEnough = 2;
  bool nil = false;
  unsigned put = 0;
  std::erase_if(program.ops, [&](Op& op) {
    nil = nil || op.code == OpCode::nil;
    if (nil && op.code != OpCode::next && op.n > kEnough) op.n = kEnough;
    return nil && puts(op) && ++put > kEnough;
  });
}

// Cuts the program where it could exceed the bound.
void cut(Program& program, std::uint64_t most_steps) {
  std::uint64_t steps = 0;
  std::uint64_t live = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    steps += cost(program.ops[i], live);
    live = entries_after(program.ops[i], live);
    if (steps > most_steps) {
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

Program program_of(std::span<const std::uint8_t> bytes, const Target& target) {
  Program program = decode(bytes);
  shorten_on_nil(program);
  cut(program, target.most_steps());
  program = target.shaped(std::move(program));
  cut(program, target.most_steps());
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
