#include "conformance/cli/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/cli/io.h"
#include "conformance/properties/catalogue.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [words, count] : counts) sum += count;
  return sum;
}

void print_failure(const ReportFailure& failure) {
  const Verdict& verdict = failure.verdict;
  fmt::print("{}\n", red(fmt::format("FAILS {} ({})", verdict.property, failure.found)));
  fmt::print("  {}\n  {}\n", verdict.sentence(), sentence(verdict.property));
  if (!failure.advice.empty()) fmt::print("  {}\n", failure.advice);
  if (failure.alone) {
    fmt::print("\n{}\nrepeat: {}\n\n", print(failure.small), failure.command);
  } else {
    fmt::print("  {}\n\nrepeat: {}\n\n", kNotAlone, failure.command);
  }
}

std::vector<const PropertyLine*> lines_of(const Report& report, PropertyState state) {
  std::vector<const PropertyLine*> lines;
  for (const PropertyLine& line : report.properties) {
    if (line.state == state) lines.push_back(&line);
  }
  return lines;
}

void print_properties(const Report& report) {
  std::vector<std::string> counts;
  for (const auto& [state, words] : {std::pair{PropertyState::holds, "hold"},
                                     {PropertyState::fails, "fail"},
                                     {PropertyState::known, "fail as known"},
                                     {PropertyState::fixed, "do not fail any more"},
                                     {PropertyState::unreached, "unreached"},
                                     {PropertyState::unpromised, "not promised"}}) {
    const std::size_t count = lines_of(report, state).size();
    if (count != 0) counts.push_back(fmt::format("{} {}", count, words));
  }
  fmt::print("properties: {}\n", fmt::join(counts, ", "));
  for (const PropertyLine* line : lines_of(report, PropertyState::known)) {
    fmt::print("{}\n", yellow(fmt::format("known: {}: {}", line->id, line->why)));
  }
  for (const PropertyLine* line : lines_of(report, PropertyState::fixed)) {
    fmt::print("{}\n", red(fmt::format("fixed: {}: {}", line->id, line->why)));
  }
  std::vector<std::string_view> unreached;
  for (const PropertyLine* line : lines_of(report, PropertyState::unreached)) {
    unreached.push_back(line->id);
  }
  if (!unreached.empty()) fmt::print("unreached: {}\n", fmt::join(unreached, ", "));
}

void print_limits(const Report& report) {
  const PortInfo& info = report.info;
  if (report.kinds != report.all_kinds) {
    fmt::print("stores {} of {} pairs of key and elem kinds\n", report.kinds, report.all_kinds);
  }
  if (!info.forces_hashes) fmt::print("not controlled: hashes\n");
  if (!info.forces_starts) fmt::print("not controlled: starts of walks\n");
  if (!info.lays_out_buckets) fmt::print("not tested: the layout\n");
}

void print_outcome(const Report& report) {
  if (report.stopped) {
    fmt::print("stopped in stage {}: what fails there hides what comes next\n", report.stage);
  }
  if (report.holds) {
    fmt::print("{}\n", green("holds"));
  } else if (report.runs == 0) {
    fmt::print("{}\n", red("nothing was run"));
  } else if (report.failing_runs == 0) {
    fmt::print("{}\n", red("fails: a failure that is listed as known is none any more"));
  } else {
    fmt::print("{}\n", red(fmt::format("fails: {} of {} runs", report.failing_runs, report.runs)));
  }
}

}  // namespace

void print_report(const Report& report, const std::string& corpus) {
  for (const ReportFailure& failure : report.failures) {
    if (failure.known.empty()) print_failure(failure);
  }
  fmt::print("port {}, profile {}\n", report.info.name, name(report.info.profile));
  fmt::print("programs: {} of the corpus{}, {} generated\n", report.corpus,
             corpus.empty() ? " (no corpus folder)" : " " + corpus, report.generated);
  fmt::print("runs: {} with {} operations\n", report.runs, report.operations);
  fmt::print("skipped: {}\n", sum_of(report.skipped));
  for (const auto& [reason, count] : report.skipped) fmt::print("  {:>6}  {}\n", count, reason);
  for (const auto& [finding, count] : report.findings) {
    fmt::print("{}\n", yellow(fmt::format("known finding {}: {} times", finding, count)));
  }
  print_limits(report);
  print_properties(report);
  print_outcome(report);
}

}  // namespace mapproof::cli
