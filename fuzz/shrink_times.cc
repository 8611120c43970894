#include "fuzz/shrink_times.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "conformance/ports/gomap_port.h"
#include "conformance/shrink.h"
#include "fuzz/harness.h"
#include "fuzz/mutator.h"
#include "fuzz/mutator/random.h"
#include "oracle/judge.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

Program long_program(std::uint64_t seed) {
  constexpr int kMutationsOfAnInput = 60;
  Program program;
  Random random(seed);
  for (int i = 0; i < kMutationsOfAnInput; ++i) mutate(program, random);
  return program;
}

}  // namespace

ShrinkTimes time_shrinking(std::size_t count) {
  const std::unique_ptr<Port> port = make_gomap_port(0);
  Judge judge;
  const auto property_of = [&](const Program& program) {
    const RunResult result = run(program, *port, &judge);
    return result.ok() ? std::string() : result.verdict->property;
  };
  ShrinkTimes times;
  for (std::uint64_t seed = 1; times.milliseconds.size() < count; ++seed) {
    const Program program = long_program(seed);
    if (elementary_ops(program) > kMostSteps) continue;
    const std::string property = property_of(program);
    if (property.empty()) continue;
    ShrinkStats stats;
    const auto start = std::chrono::steady_clock::now();
    shrink(
        program, [&](const Program& candidate) { return property_of(candidate) == property; },
        &stats);
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - start;
    times.milliseconds.push_back(spent.count());
    times.ops_before.push_back(static_cast<double>(stats.ops_before));
    times.ops_after.push_back(static_cast<double>(stats.ops_after));
  }
  return times;
}

}  // namespace mapproof
