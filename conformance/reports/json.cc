#include "conformance/reports/json.h"

#include <map>
#include <string>
#include <string_view>

#include "conformance/reports/markup.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

using nlohmann::json;

json counts(const std::map<std::string, std::uint64_t>& words) {
  json object = json::object();
  for (const auto& [word, count] : words) object[clean(word)] = count;
  return object;
}

json text_or_null(std::string_view text) {
  return text.empty() ? json(nullptr) : json(clean(text));
}

json property(const PropertyLine& line) {
  return {{"id", clean(line.id)},          {"rule", clean(line.rule)},
          {"source", clean(line.source)},  {"state", name(line.state)},
          {"why", text_or_null(line.why)}, {"link", text_or_null(line.link)},
          {"failing_runs", line.failures}};
}

json failure(const ReportFailure& one) {
  const Verdict& verdict = one.verdict;
  json story = json::array();
  for (const StoryStep& step : one.story) {
    story.push_back({{"text", clean(step.text)},
                     {"answer", text_or_null(step.answer)},
                     {"breaks", step.breaks}});
  }
  return {{"verdict",
           {{"property", clean(verdict.property)},
            {"op", verdict.op},
            {"step", verdict.step},
            {"expected", clean(verdict.expected)},
            {"got", clean(verdict.got)},
            {"sentence", clean(verdict.sentence())}}},
          {"rule", clean(one.rule)},
          {"rule_source", clean(one.source)},
          {"source", clean(one.found)},
          {"advice", text_or_null(one.advice)},
          {"known", text_or_null(one.known)},
          {"alone", one.alone},
          {"program", clean(print(one.small))},
          {"story", story},
          {"file", text_or_null(one.file)},
          {"command", text_or_null(one.command)}};
}

}  // namespace

json report_json(const Report& report) {
  json properties = json::array();
  for (const PropertyLine& line : report.properties) properties.push_back(property(line));
  json failures = json::array();
  for (const ReportFailure& one : report.failures) failures.push_back(failure(one));
  return {
      {"mapproof", clean(report.version)},
      {"port", clean(report.port)},
      {"profile", name(report.info.profile)},
      {"controls", {{"hashes", report.info.forces_hashes}, {"starts", report.info.forces_starts}}},
      {"layout_tested", report.info.lays_out_buckets},
      {"kinds", {{"stored", report.kinds}, {"of", report.all_kinds}}},
      {"seed", report.seed},
      {"stage", clean(report.stage)},
      {"programs", {{"corpus", report.corpus}, {"generated", report.generated}}},
      {"runs", report.runs},
      {"operations", report.operations},
      {"failing_runs", report.failing_runs},
      {"skipped", counts(report.skipped)},
      {"known", counts(report.findings)},
      {"properties", properties},
      {"failures", failures},
      {"stopped", report.stopped},
      {"holds", report.holds}};
}

}  // namespace mapproof
