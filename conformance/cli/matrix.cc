// mapproof matrix: what all maps hold, side by side.

#include "conformance/reports/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/check_run.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/numbers.h"
#include "conformance/cli/outputs.h"
#include "conformance/cli/results.h"
#include "conformance/ports/registry.h"

namespace mapproof::cli {
namespace {

struct MatrixOptions {
  std::vector<std::string> ports;
  std::uint64_t programs = 500;
  std::string corpus;
  std::string markdown;
  std::string html;
  bool json = false;
};

std::vector<std::string> chosen_ports(const std::vector<std::string>& asked) {
  std::vector<std::string> names;
  for (const std::string& name : asked) {
    const PortEntry* entry = find_port(name);
    if (entry == nullptr) {
      throw CannotRun(fmt::format("unknown port {}; mapproof ports lists them", name));
    }
    names.push_back(entry->name);
  }
  if (!names.empty()) return names;
  for (const PortEntry& entry : ports()) names.push_back(entry.name);
  return names;
}

// The same seeds and programs for everybody, and nothing shrunk: the table says what, not why.
MatrixColumn column_of(const std::string& name, const MatrixOptions& options) {
  MatrixColumn column;
  column.port = name;
  const PortEntry& entry = *find_port(name);
  column.why_not = entry.why_not ? entry.why_not() : "";
  if (!column.why_not.empty()) return column;
  show_progress(fmt::format("checking {}", name));
  CheckOptions how;
  how.port.port = name;
  how.programs = options.programs;
  how.corpus = options.corpus;
  how.shrinks = false;
  const Report report = check(how).report;
  column.profile = report.info.profile;
  column.ran = report.runs != 0;
  column.properties = report.properties;
  column.holds = report.holds;
  column.operations = report.operations;
  return column;
}

nlohmann::json columns_as_json(const std::vector<MatrixColumn>& columns) {
  nlohmann::json list = nlohmann::json::array();
  for (const MatrixColumn& column : columns) {
    nlohmann::json properties = nlohmann::json::object();
    for (const PropertyLine& line : column.properties) properties[line.id] = name(line.state);
    nlohmann::json one = {{"port", column.port}, {"ran", column.ran}};
    if (column.ran) {
      one["profile"] = name(column.profile);
      one["holds"] = column.holds;
      one["properties"] = std::move(properties);
    } else {
      one["why_not"] = column.why_not;
    }
    list.push_back(std::move(one));
  }
  return list;
}

int show_matrix(const MatrixOptions& options) {
  std::vector<MatrixColumn> columns;
  const std::vector<Output> outputs = {
      {"--markdown", options.markdown, [&columns] { return matrix_markdown(columns); }},
      {"--html", options.html, [&columns] { return matrix_html(columns); }},
      {"--json", options.json ? "-" : "",
       [&columns] { return dumped(columns_as_json(columns), 2) + "\n"; }}};
  expect_writable(outputs);
  for (const std::string& name : chosen_ports(options.ports)) {
    columns.push_back(column_of(name, options));
  }
  show_progress("");
  const bool written = write_all(outputs);
  if (!take_stdout(outputs)) fmt::print("{}", matrix_text(columns));
  if (!written) return kCannotRun;
  const bool all_hold = std::all_of(columns.begin(), columns.end(),
                                    [](const MatrixColumn& one) { return one.holds || !one.ran; });
  return all_hold ? kHolds : kFails;
}

}  // namespace

void add_matrix(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<MatrixOptions>();
  CLI::App* command = app.add_subcommand("matrix", "Check all maps, and say what each one holds");
  command->add_option("--ports", options->ports, "just these, with commas between them")
      ->delimiter(',');
  command->add_option("--programs", options->programs, "how many random programs for each")
      ->check(whole_number(0, kMostPrograms))
      ->capture_default_str();
  command->add_option("--corpus", options->corpus, "folder of .mapproof files, as for check");
  command->add_option("--markdown", options->markdown, "write the table as Markdown; - is stdout");
  command->add_option("--html", options->html, "write it as a page; - is stdout");
  command->add_flag("--json", options->json, "print it for machines");
  command->footer(
      R"(The same programs for each map, so that the table is the same each time. Exit code 1 if a map fails.

Examples:
  mapproof matrix
  mapproof matrix --ports std,absl,gomap
  mapproof matrix --markdown - --html matrix.html)");
  command->callback([options, exit_code] { *exit_code = show_matrix(*options); });
}

}  // namespace mapproof::cli
