#include "conformance/cli/report_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "oracle/rules.h"

namespace mapproof::cli {
namespace {

template <const auto& kList>
bool is_in(std::string_view id) {
  return std::find(kList.begin(), kList.end(), id) != kList.end();
}

// The rest of the catalogue is checked by tests of this project's own port.
bool is_reported_by_the_oracle(std::string_view id) {
  return is_in<kJudgeRules>(id) || is_in<kAuditRules>(id) || is_in<kWatchRules>(id) ||
         is_in<kPortRules>(id);
}

}  // namespace

ReportBuilder::ReportBuilder(const Examiner& examiner, std::vector<KnownFailure> listed)
    : door_(examiner.choice().door()), listed_(std::move(listed)) {
  report_.port = examiner.label();
  report_.info = examiner.info();
  report_.version = MAPPROOF_VERSION;
}

void ReportBuilder::ran(const Program& program, const Examination& examination,
                        const std::optional<Opportunities::Watched>& watched) {
  ++report_.runs;
  report_.operations += examination.result.steps;
  opportunities_.note(program, examination.result, report_.info.lays_out_buckets, watched);
  if (!examination.fails()) return;
  Tally& tally = tallies_[examination.result.verdict->property];
  ++tally.failures;
  tally.on_record = tally.on_record && examination.is_known();
  if (examination.is_known()) {
    for (const std::string& finding : examination.attribution->findings) {
      ++report_.findings[finding];
    }
  }
  Excuse its_excuse = excuse(examination);
  if (its_excuse.why.empty()) {
    ++report_.failing_runs;
    return;
  }
  ++tally.excused;
  if (tally.excuse.why.empty()) tally.excuse = std::move(its_excuse);
}

Excuse ReportBuilder::excuse(const Examination& examination) const {
  if (examination.is_known()) {
    const std::string& finding = examination.attribution->finding;
    return {fmt::format("finding on record: {}", finding),
            fmt::format("corpus/findings/{}.md", finding)};
  }
  const KnownFailure* failure = listed(examination.result.verdict->property);
  return failure == nullptr ? Excuse() : Excuse{failure->reason, failure->link};
}

const KnownFailure* ReportBuilder::listed(std::string_view id) const {
  const auto found = std::find_if(listed_.begin(), listed_.end(),
                                  [id](const KnownFailure& one) { return one.property == id; });
  return found == listed_.end() ? nullptr : &*found;
}

std::string ReportBuilder::why_unpromised(const Property& property) const {
  const PortInfo& info = report_.info;
  if (is_in<kPortRules>(property.id)) {
    if (door_ == Door::none) return "the map is built in: its process is this one";
    const bool of_memory = property.id == PortRule("port/corruption").id() ||
                           property.id == PortRule("port/leak").id();
    return of_memory && door_ == Door::program ? "the memory of a program is its own" : "";
  }
  const bool of_layout = is_in<kAuditRules>(property.id) || is_in<kWatchRules>(property.id);
  if (of_layout && !info.lays_out_buckets) {
    return "the map does not show its memory";
  }
  if (std::string why = why_not_bound(property, info); !why.empty()) return why;
  if (door_ != Door::none && property.id == JudgeRule("assign/new-elem-zero").id()) {
    return "through a door key and elem are stored in one step";
  }
  if (!info.updates_keys && property.id == JudgeRule("iter/current-key").id()) {
    return "the map keeps the key that came first";
  }
  return "";
}

void ReportBuilder::settle(PropertyLine* line, const Tally* tally) const {
  const KnownFailure* expected = listed(line->id);
  if (tally != nullptr) {
    line->failures = tally->failures;
    line->state = tally->excused == tally->failures ? PropertyState::known : PropertyState::fails;
    if (line->state == PropertyState::known) {
      line->why = tally->excuse.why;
      line->link = tally->excuse.link;
    }
    return;
  }
  if (!opportunities_.reached(line->id)) {
    line->state = PropertyState::unreached;
    line->why = "nothing that was run could have shown it";
    return;
  }
  if (expected == nullptr || report_.stopped) return;
  line->state = PropertyState::fixed;
  line->why = fmt::format(
      "listed as a known failure ({}), and not broken any more: take it off "
      "the list",
      expected->reason);
}

PropertyLine ReportBuilder::line_of(const Property& property) const {
  PropertyLine line;
  line.id = property.id;
  line.rule = property.rule;
  line.source = property.source;
  const auto tally = tallies_.find(property.id);
  line.why = why_unpromised(property);
  // What is broken all the same is told all the same.
  if (!line.why.empty() && tally == tallies_.end()) {
    line.state = PropertyState::unpromised;
    return line;
  }
  line.why.clear();
  settle(&line, tally == tallies_.end() ? nullptr : &tally->second);
  return line;
}

void ReportBuilder::finish() {
  bool fixed = false;
  for (const Property& property : properties()) {
    if (!is_reported_by_the_oracle(property.id)) continue;
    report_.properties.push_back(line_of(property));
    fixed = fixed || report_.properties.back().state == PropertyState::fixed;
  }
  std::stable_sort(report_.failures.begin(), report_.failures.end(),
                   [](const ReportFailure& x, const ReportFailure& y) {
                     return x.known.empty() && !y.known.empty();
                   });
  report_.holds = report_.failing_runs == 0 && report_.runs != 0 && !fixed;
}

std::vector<KnownFailure> ReportBuilder::still_failing() const {
  std::vector<KnownFailure> failures;
  for (const Property& property : properties()) {
    const auto tally = tallies_.find(property.id);
    if (tally == tallies_.end() || tally->second.on_record) continue;
    if (const KnownFailure* known = listed(property.id)) {
      failures.push_back(*known);
    } else {
      failures.push_back({.property = std::string(property.id), .reason = told(property.id)});
    }
  }
  return failures;
}

// As the report has it: of the smallest program.
std::string ReportBuilder::told(std::string_view id) const {
  const auto found = std::find_if(
      report_.failures.begin(), report_.failures.end(),
      [id](const ReportFailure& one) { return one.known.empty() && one.verdict.property == id; });
  return found == report_.failures.end() ? "" : found->verdict.sentence();
}

}  // namespace mapproof::cli
