// mapproof check: the corpus and random programs on one port, and a report.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "conformance/cli/check_run.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/known_failures.h"
#include "conformance/cli/numbers.h"
#include "conformance/cli/outputs.h"
#include "conformance/cli/report_text.h"
#include "conformance/cli/results.h"
#include "conformance/reports/badge.h"
#include "conformance/reports/html.h"
#include "conformance/reports/json.h"
#include "conformance/reports/junit.h"

namespace mapproof::cli {
namespace {

// Files of the report's forms, or "".
struct Files {
  std::string json;
  std::string junit;
  std::string html;
  std::string badge;
  std::string emit_known_failures;
};

// Of what `checked` holds by the time that they are written.
std::vector<Output> outputs_of(const Files& files, const Checked& checked) {
  const Report& report = checked.report;
  return {{"--json", files.json, [&report] { return dumped(report_json(report), 2) + "\n"; }},
          {"--junit", files.junit, [&report] { return junit_xml(report); }},
          {"--html", files.html, [&report] { return html(report); }},
          {"--badge", files.badge, [&report] { return badge(report); }},
          {"--emit-known-failures", files.emit_known_failures, [&checked] {
             return print_known_failures(checked.still_failing, checked.report.info.name);
           }}};
}

int check_port(CheckOptions options, const Files& files) {
  options.announce = [](const std::string& words) {
    show_progress("");
    fmt::print(stderr, "mapproof: {}\n", words);
  };
  Checked checked;
  const std::vector<Output> outputs = outputs_of(files, checked);
  expect_writable(outputs);
  if (!options.out.empty()) probe_folder(options.out);
  checked = check(options);
  // Whatever is lost, what is left of it is told.
  const bool written = write_all(outputs);
  if (!take_stdout(outputs)) print_report(checked.report, checked.corpus);
  for (const std::string& why : checked.lost) fmt::print(stderr, "mapproof: {}\n", why);
  // A check that ran nothing has shown nothing.
  if (!written || !checked.lost.empty() || checked.report.runs == 0) return kCannotRun;
  return checked.report.holds ? kHolds : kFails;
}

void add_work_options(CLI::App* command, CheckOptions* options) {
  command->add_option("--programs", options->programs, "how many random programs")
      ->check(whole_number(0, kMostPrograms))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of the first random program")
      ->check(whole_number(0, kAnySeed))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "how long to fuzz when all else is done")
      ->check(number(0, kMostSeconds))
      ->capture_default_str();
  command->add_option("--corpus", options->corpus,
                      "folder of .mapproof files (default: ./corpus, or the one of mapproof)");
  command->add_option("--known-failures", options->known_failures,
                      "properties that may fail, as JSON; one that does not fail is an error");
}

void add_output_options(CLI::App* command, CheckOptions* options, Files* files) {
  command->add_option("--emit-known-failures", files->emit_known_failures,
                      "write what fails as a list for --known-failures; - is stdout");
  command->add_option("--json", files->json, "write a report for machines; - is stdout");
  command->add_option("--junit", files->junit, "write a report for build servers");
  command->add_option("--html", files->html, "write a report as a page");
  command->add_option("--badge", files->badge, "write the outcome as a badge (SVG)");
  command->add_option("--out", options->out, "folder for the failing programs, if any")
      ->capture_default_str();
}

}  // namespace

void add_check(CLI::App& app, const std::vector<std::string>& behind, int* exit_code) {
  auto options = std::make_shared<CheckOptions>();
  auto files = std::make_shared<Files>();
  options->port.behind = behind;
  CLI::App* command = app.add_subcommand("check", "Run the corpus and random programs on a port");
  command->add_option("PORT", options->port.port,
                      "a name (mapproof ports lists them) or a library; or -- COMMAND");
  add_port_options(command, "the same", &options->port);
  add_work_options(command, options.get());
  add_output_options(command, options.get(), files.get());
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
  command->callback([options, files, exit_code] { *exit_code = check_port(*options, *files); });
}

}  // namespace mapproof::cli
