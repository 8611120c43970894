#include "fuzz/faults_target.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/fnv1a.h"
#include "fuzz/mutator/random.h"
#include "oracle/kinds.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

std::string_view name(FaultPoint point) {
  static constexpr std::array<std::string_view, kFaultPoints> kNames = {"hash", "comparison",
                                                                        "copy", "allocation"};
  return kNames[static_cast<std::size_t>(point)];
}

std::vector<std::uint64_t> chosen(std::uint64_t points, const Program& program) {
  std::vector<std::uint64_t> all;
  if (points <= FaultsTarget::kAllPoints) {
    for (std::uint64_t n = 1; n <= points; ++n) all.push_back(n);
    return all;
  }
  Random random(fnv1a(encode(program)));
  for (std::uint64_t i = 0; i < FaultsTarget::kDrawnPoints; ++i) {
    all.push_back(1 + random.below(static_cast<std::uint32_t>(points)));
  }
  return all;
}

}  // namespace

FaultsTarget::FaultsTarget(std::unique_ptr<FaultInjector> faults) : faults_(std::move(faults)) {}

std::optional<Verdict> FaultsTarget::judged(const Program& program, Statistics* statistics) {
  RunOptions options;
  options.audit_at_end = true;
  RunResult result = run(program, faults_->port(), &judge_, options);
  if (statistics != nullptr) statistics->count_run(result.steps);
  // Walks that came to their end still hold what they saw last.
  for (unsigned slot = 0; slot < kIterators; ++slot) faults_->port().drop(slot);
  return std::move(result.verdict);
}

std::optional<Verdict> FaultsTarget::run_with_failure(std::uint64_t point, const Program& program) {
  faults_->fail_at(point);
  std::optional<Verdict> verdict = judged(program, nullptr);  // a program counts once
  const FaultReport& report = faults_->report();
  const std::string where = fmt::format("after a failed {} (point {})", name(report.failed), point);
  if (!report.damage.empty()) {
    return Verdict{.property = "except/strong",
                   .op = program.ops.empty() ? 0 : program.ops.size() - 1,
                   .step = 0,
                   .expected = "the map as it was " + where,
                   .got = report.damage.front()};
  }
  if (verdict) verdict->got += ", " + where;
  return verdict;
}

std::optional<Stop> FaultsTarget::examine(const Program& program, Statistics* statistics) {
  const auto stop = [this](Verdict verdict, const char* why) {
    return Stop{.port = faults_->port().info().name, .verdict = std::move(verdict), .why = why};
  };
  faults_->fail_at(0);
  if (auto verdict = judged(program, statistics)) {
    return stop(*std::move(verdict), "the corrected port must pass everything");
  }
  // After the first run, which has made the zero elem that misses read.
  const std::int64_t alive = Owning::live();
  for (const std::uint64_t point : chosen(faults_->report().points(), program)) {
    if (auto verdict = run_with_failure(point, program)) {
      return stop(*std::move(verdict), "a failure must leave everything as it was");
    }
    if (Owning::live() == alive) continue;
    return stop({.property = "except/strong",
                 .op = 0,
                 .step = 0,
                 .expected = fmt::format("{} objects alive after the map", alive),
                 .got = fmt::format("{} after a failure at point {}", Owning::live(), point)},
                "a failure must leak nothing");
  }
  return std::nullopt;
}

std::string FaultsTarget::replay(const Stop&) const { return "build/faults_replay"; }

}  // namespace mapproof
