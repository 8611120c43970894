// mapproof check: the corpus and random programs on one port, and a report.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "conformance/cli/check_run.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/known_failures.h"
#include "conformance/cli/report_text.h"
#include "conformance/reports/badge.h"
#include "conformance/reports/html.h"
#include "conformance/reports/json.h"
#include "conformance/reports/junit.h"

namespace mapproof::cli {
namespace {

struct Outputs {
  std::string json;
  std::string junit;
  std::string html;
  std::string badge;
  std::string emit_known_failures;

  // One of them is what is printed.
  bool takes_stdout() const {
    const auto all = {&json, &junit, &html, &badge, &emit_known_failures};
    return std::any_of(all.begin(), all.end(), [](const std::string* one) { return *one == "-"; });
  }
};

void write_outputs(const Outputs& outputs, const Checked& checked) {
  const Report& report = checked.report;
  if (!outputs.json.empty()) write_file(outputs.json, report_json(report).dump(2) + "\n");
  if (!outputs.junit.empty()) write_file(outputs.junit, junit_xml(report));
  if (!outputs.html.empty()) write_file(outputs.html, html(report));
  if (!outputs.badge.empty()) write_file(outputs.badge, badge(report));
  if (!outputs.emit_known_failures.empty()) {
    write_file(outputs.emit_known_failures,
               print_known_failures(checked.still_failing, report.info.name));
  }
}

int check_port(CheckOptions options, const Outputs& outputs) {
  options.announce = [](const std::string& words) {
    show_progress("");
    fmt::print(stderr, "mapproof: {}\n", words);
  };
  const Checked checked = check(options);
  if (!outputs.takes_stdout()) print_report(checked.report, checked.corpus);
  write_outputs(outputs, checked);
  // A check that ran nothing has shown nothing.
  if (checked.report.runs == 0) return kCannotRun;
  return checked.report.holds ? kHolds : kFails;
}

void add_work_options(CLI::App* command, CheckOptions* options) {
  command->add_option("--programs", options->programs, "how many random programs")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of the first random program")
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "how long to fuzz when all else is done")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--corpus", options->corpus,
                      "folder of .mapproof files (default: ./corpus, or the one of mapproof)");
  command->add_option("--known-failures", options->known_failures,
                      "properties that may fail, as JSON; one that does not fail is an error");
}

void add_output_options(CLI::App* command, CheckOptions* options, Outputs* outputs) {
  command->add_option("--emit-known-failures", outputs->emit_known_failures,
                      "write what fails as a list for --known-failures; - is stdout");
  command->add_option("--json", outputs->json, "write a report for machines; - is stdout");
  command->add_option("--junit", outputs->junit, "write a report for build servers");
  command->add_option("--html", outputs->html, "write a report as a page");
  command->add_option("--badge", outputs->badge, "write the outcome as a badge (SVG)");
  command->add_option("--out", options->out, "folder for the failing programs, if any")
      ->capture_default_str();
}

}  // namespace

void add_check(CLI::App& app, const std::vector<std::string>& behind, int* exit_code) {
  auto options = std::make_shared<CheckOptions>();
  auto outputs = std::make_shared<Outputs>();
  options->port.behind = behind;
  CLI::App* command = app.add_subcommand("check", "Run the corpus and random programs on a port");
  command->add_option("PORT", options->port.port,
                      "a name (mapproof ports lists them) or a library; or -- COMMAND");
  add_port_options(command, "the same", &options->port);
  add_work_options(command, options.get());
  add_output_options(command, options.get(), outputs.get());
  command->footer(
      R"(First come tiny programs with advice (smoke), then the corpus (conformance), random programs
out of seeds (programs), and fuzzing, if there is time for it (--seconds). Failures that a finding
on record explains are counted and stepped over.

Exit codes: 0 the port holds, 1 it fails, 2 it could not be checked.

Examples:
  mapproof check gomap
  mapproof check ./libmymap.so --seconds 60 --out failures
  mapproof check -- node my_port.mjs
  mapproof check std --programs 10000 --seed 7
  mapproof check absl --known-failures known.json --json report.json
  mapproof check ./libmymap.so --junit report.xml --html report.html --badge badge.svg)");
  command->callback([options, outputs, exit_code] { *exit_code = check_port(*options, *outputs); });
}

}  // namespace mapproof::cli
