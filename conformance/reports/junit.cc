#include "conformance/reports/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "conformance/reports/markup.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// A line, in an attribute.
std::string attribute(std::string_view text) {
  std::string value = escaped(text);
  std::replace(value.begin(), value.end(), '\n', ' ');
  return value;
}

const ReportFailure* failure_of(const Report& report, std::string_view id) {
  const auto found =
      std::find_if(report.failures.begin(), report.failures.end(),
                   [id](const ReportFailure& one) { return one.verdict.property == id; });
  return found == report.failures.end() ? nullptr : &*found;
}

std::string failure_element(const ReportFailure& failure) {
  std::string body =
      fmt::format("{}\n{}: {} ({})\nfound by: {}\n", failure.verdict.sentence(),
                  failure.verdict.property, failure.rule, failure.source, failure.found);
  if (!failure.advice.empty()) body += failure.advice + "\n";
  if (!failure.alone) body += std::string(kNotAlone) + "\n";
  if (!failure.command.empty()) body += fmt::format("repeat: {}\n", failure.command);
  body += "\n" + print(failure.small);
  return fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n",
                     attribute(failure.verdict.sentence()), attribute(failure.verdict.property),
                     escaped(body));
}

struct Counts {
  std::size_t cases = 0, failures = 0, skipped = 0, errors = 0;
};

std::string test_case(std::string_view id, std::string_view children) {
  const std::string begin = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
                                        attribute(area_of(id)), attribute(id));
  return children.empty() ? begin + "/>\n"
                          : fmt::format("{}>\n{}    </testcase>\n", begin, children);
}

std::string test_case(const Report& report, const PropertyLine& line, Counts& counts) {
  ++counts.cases;
  const auto skipped = [&](std::string_view why) {
    ++counts.skipped;
    return test_case(line.id, fmt::format("      <skipped message=\"{}: {}\"/>\n", attribute(why),
                                          attribute(line.why)));
  };
  const auto failed = [&](std::string_view words) {
    ++counts.failures;
    return test_case(line.id, fmt::format("      <failure message=\"{}\" type=\"{}\"/>\n",
                                          attribute(words), attribute(line.id)));
  };
  switch (line.state) {
    case PropertyState::holds:
      return test_case(line.id, "");
    case PropertyState::known:
      return skipped("known failure");
    case PropertyState::unreached:
      return skipped("not reached");
    case PropertyState::unpromised:
      return skipped("not promised");
    case PropertyState::fixed:
      return failed(fmt::format("listed as a known failure, but holds: {}", line.why));
    case PropertyState::fails:
      break;
  }
  const ReportFailure* failure = failure_of(report, line.id);
  if (failure == nullptr) return failed(fmt::format("{} ({})", line.rule, line.source));
  ++counts.failures;
  return test_case(line.id, failure_element(*failure));
}

}  // namespace

std::string junit_xml(const Report& report) {
  Counts counts;
  std::string cases;
  for (const PropertyLine& line : report.properties) cases += test_case(report, line, counts);
  for (const ReportFailure& failure : report.failures) {
    const bool listed =
        std::any_of(report.properties.begin(), report.properties.end(),
                    [&](const PropertyLine& line) { return line.id == failure.verdict.property; });
    if (listed || !failure.known.empty()) continue;
    ++counts.cases;
    ++counts.failures;
    cases += test_case(failure.verdict.property, failure_element(failure));
  }
  if (!report.holds && counts.failures == 0) {
    ++counts.cases;
    ++counts.errors;
    const std::string_view why =
        report.runs == 0 ? "nothing was run" : "the check came to no good end";
    cases += test_case(
        "check/ran", fmt::format("      <error message=\"{}\" type=\"check\"/>\n", attribute(why)));
  }
  const std::string totals =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\"",
                  counts.cases, counts.failures, counts.errors, counts.skipped);
  const auto property = [](std::string_view key, std::string_view value) {
    return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", key, attribute(value));
  };
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"mapproof\" {0}>\n"
      "  <testsuite name=\"mapproof.{1}\" {0}>\n"
      "    <properties>\n{2}    </properties>\n{3}"
      "  </testsuite>\n</testsuites>\n",
      totals, attribute(report.port),
      property("port", report.port) + property("profile", name(report.info.profile)) +
          property("mapproof", report.version) + property("seed", std::to_string(report.seed)) +
          property("stage", report.stage),
      cases);
}

}  // namespace mapproof
