// mapproof check: the corpus and random programs on one port, and a report.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/check_run.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/known_failures.h"
#include "conformance/cli/report_text.h"
#include "conformance/cli/results.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

struct Outputs {
  std::string json;
  std::string emit_known_failures;
};

nlohmann::json report_as_json(const Report& report) {
  nlohmann::json failures = nlohmann::json::array();
  for (const ReportFailure& failure : report.failures) {
    failures.push_back({{"verdict", as_json(failure.verdict)},
                        {"known", failure.known},
                        {"source", failure.found},
                        {"program", print(failure.small)},
                        {"file", failure.file},
                        {"command", failure.command}});
  }
  return {{"port", report.port},
          {"runs", report.runs},
          {"programs", {{"corpus", report.corpus}, {"generated", report.generated}}},
          {"skipped", report.skipped},
          {"known", report.findings},
          {"failures", failures},
          {"holds", report.holds}};
}

void write_outputs(const Outputs& outputs, const Checked& checked) {
  const Report& report = checked.report;
  if (!outputs.json.empty()) write_file(outputs.json, report_as_json(report).dump(2) + "\n");
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
  if (outputs.json != "-") print_report(checked.report, checked.corpus);
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
  mapproof check absl --known-failures known.json --json report.json)");
  command->callback([options, outputs, exit_code] { *exit_code = check_port(*options, *outputs); });
}

}  // namespace mapproof::cli
