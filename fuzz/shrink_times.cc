#include "fuzz/shrink_times.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "conformance/ports/gomap_port.h"
#include "conformance/shrink.h"
#include "fuzz/harness.h"
#include "fuzz/mutator.h"
#include "fuzz/mutator/random.h"
#include "oracle/judge.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

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
  std::vector<double> milliseconds, before, after;
  for (std::uint64_t seed = 1; milliseconds.size() < count; ++seed) {
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
    milliseconds.push_back(spent.count());
    before.push_back(static_cast<double>(stats.ops_before));
    after.push_back(static_cast<double>(stats.ops_after));
  }
  if (milliseconds.empty()) return {};
  return {.programs = count,
          .median_ms = median(milliseconds),
          .most_ms = *std::max_element(milliseconds.begin(), milliseconds.end()),
          .median_ops_before = median(before),
          .median_ops_after = median(after)};
}

}  // namespace mapproof
