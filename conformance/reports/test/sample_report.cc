#include "conformance/reports/test/sample_report.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "conformance/ports/gomap_port.h"
#include "conformance/properties/catalogue.h"
#include "conformance/reports/story.h"
#include "oracle/judge.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

Program finding(const std::string& file) {
  std::ifstream in(std::string(MAPPROOF_CORPUS_DIR) + "/findings/" + file);
  std::stringstream text;
  text << in.rdbuf();
  auto parsed = parse(text.str());
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    throw std::runtime_error(file + ": " + error->message());
  }
  return std::get<Program>(std::move(parsed));
}

ReportFailure failure_of(const std::string& file) {
  ReportFailure failure;
  failure.small = finding(file);
  const auto port = make_gomap_port(0);
  RunOptions options;
  options.audit_at_end = true;
  Judge judge;
  failure.verdict = run(failure.small, *port, &judge, options).verdict.value();
  failure.story = tell(failure.small, *port, options);
  const Property* property = find_property(failure.verdict.property);
  failure.rule = property->rule;
  failure.source = property->source;
  failure.file = "mapproof-gomap-" + file;
  failure.command = "mapproof replay --port gomap " + failure.file;
  return failure;
}

PropertyLine& line_of(Report& report, std::string_view id) {
  for (PropertyLine& line : report.properties) {
    if (line.id == id) return line;
  }
  throw std::runtime_error("no such property");
}

}  // namespace

Report holding_report() {
  Report report;
  report.port = "gomap";
  report.info = make_gomap_port(0)->info();
  report.version = "0.1.0";
  report.seed = 1;
  report.stage = "programs";
  report.kinds = report.all_kinds = 90;
  report.corpus = 120;
  report.generated = 2000;
  report.runs = 2120;
  report.operations = 371042;
  report.holds = true;
  for (const Property& property : properties()) {
    report.properties.push_back({.id = std::string(property.id),
                                 .rule = std::string(property.rule),
                                 .source = std::string(property.source),
                                 .state = PropertyState::holds,
                                 .why = ""});
    if (property.promise == Promise::port) {
      report.properties.back().state = PropertyState::unpromised;
      report.properties.back().why = "for the built-in port only";
    }
  }
  return report;
}

Report failing_report() {
  Report report = holding_report();
  report.holds = false;
  report.failing_runs = 3;
  report.skipped = {{"keys or elems of a kind that it cannot store", 12}, {"a nil map", 1}};
  report.findings = {{"clear-in-mid-growth", 5}};

  ReportFailure once = failure_of("sibling-check-lost.mapproof");
  once.found = "seed 17";
  PropertyLine& broken = line_of(report, once.verdict.property);
  broken.state = PropertyState::fails;
  broken.failures = 3;
  ReportFailure nan = failure_of("clear-in-mid-growth.mapproof");
  nan.found = "corpus/findings/clear-in-mid-growth.mapproof";
  nan.known = "finding clear-in-mid-growth on record";
  if (nan.verdict.property != once.verdict.property) {
    PropertyLine& known = line_of(report, nan.verdict.property);
    known.state = PropertyState::known;
    known.why = "finding clear-in-mid-growth on record";
    known.link = "https://example.org/findings/clear-in-mid-growth";
    known.failures = 5;
  }
  report.failures = {std::move(once), std::move(nan)};

  PropertyLine& fixed = line_of(report, "len/exact");
  fixed.state = PropertyState::fixed;
  fixed.why = "counts entries twice while it grows";
  PropertyLine& unreached = line_of(report, "panic/unhashable");
  unreached.state = PropertyState::unreached;
  unreached.why = "no kind of key with unhashable values is stored";
  return report;
}

Report hostile_report() {
  Report report = failing_report();
  const std::string worst =
      "]]>--><script>alert(\"1\")</script> & &amp;' "
      "\x01\x1b[31m\xff\xc0\x80\xed\xa0\x80\xef\xbf\xbe "
      "\n"
      "\xe2\x9c\x93 " +
      std::string(300, 'x');
  report.port = report.version = report.stage = worst;
  report.skipped = report.findings = {{worst, 1}};
  for (PropertyLine& line : report.properties) {
    line.rule = line.source = worst;
    if (!line.why.empty()) line.why = line.link = worst;
  }
  for (ReportFailure& failure : report.failures) {
    failure.verdict.expected = failure.verdict.got = worst;
    failure.rule = failure.source = failure.found = failure.advice = worst;
    failure.file = failure.command = failure.small.port = worst;
    if (!failure.known.empty()) failure.known = worst;
    failure.small.comments = {worst};
    for (StoryStep& step : failure.story) step.text = step.answer = worst;
  }
  return report;
}

std::vector<MatrixColumn> sample_matrix() {
  std::vector<MatrixColumn> columns;
  const auto add = [&](std::string port, Profile profile, const Report& report) {
    columns.push_back({.port = std::move(port),
                       .profile = profile,
                       .why_not = "",
                       .ran = true,
                       .properties = report.properties,
                       .holds = report.holds,
                       .operations = report.operations});
  };
  add("gomap", Profile::go, failing_report());
  add("gomap-corrected", Profile::go, holding_report());
  for (const char* port : {"std", "absl", "boost_flat", "boost_node", "libc++", "folly_f14",
                           "js-v8", "js-quickjs", "python3", "go1.14"}) {
    add(port, Profile::std_like, holding_report());
  }
  columns.push_back({.port = "go1.22",
                     .profile = Profile::go,
                     .why_not = "no go1.22 on this machine: install the Debian package golang-1.22",
                     .ran = false,
                     .properties = {},
                     .holds = false,
                     .operations = 0});
  return columns;
}

}  // namespace mapproof
