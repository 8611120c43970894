// The summary for the page of a CI job.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "fuzz/driver/summary.h"

namespace mapproof::driver {
namespace {

// Text in a cell of a table, or in a line: not taken for markup.
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\n') {
      safe += ' ';
      continue;
    }
    if (std::string_view("\\`*_{}[]<>#|~").find(c) != std::string_view::npos) safe += '\\';
    safe += c;
  }
  return safe;
}

std::string headline(const Summary& summary) {
  switch (summary.status()) {
    case 0:
      return "nothing new found";
    case 1:
      return fmt::format("{} failure{} found", summary.failures.size(),
                         summary.failures.size() == 1 ? "" : "s");
    case 130:
      return "interrupted";
    default:
      return "did not come to its end";
  }
}

std::string table_of_targets(const Summary& summary) {
  std::string text =
      "| target | executions | operations | per second | corpus | new | newly reached | known |\n"
      "|:--|--:|--:|--:|--:|--:|:--|--:|\n";
  for (const TargetResult& target : summary.targets) {
    if (!target.left_out.empty()) {
      text += fmt::format("| {} | left out: {} | | | | | | |\n", plain(target.name),
                          plain(target.left_out));
      continue;
    }
    const auto operations = static_cast<double>(target.numbers.operations);
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n", plain(target.name),
        grouped(target.numbers.executions), grouped(target.numbers.operations),
        target.seconds > 0 ? grouped(static_cast<std::uint64_t>(operations / target.seconds)) : "",
        target.inputs, target.new_inputs,
        plain(fmt::format("{}", fmt::join(target.new_situations(), ", "))), target.numbers.known());
  }
  return text;
}

std::string table_of_failures(const Summary& summary) {
  if (summary.failures.empty()) return "";
  std::string text = "\n| failure | target | place | verdict | times |\n|:--|:--|:--|:--|--:|\n";
  for (const Failure& failure : summary.failures) {
    const std::string line = failure.place.line ? fmt::format(":{}", failure.place.line) : "";
    text += fmt::format("| **{}** | {} | {} | {} | {} |\n", plain(failure.property),
                        plain(failure.target), plain(failure.place.file + line),
                        plain(failure.verdict), failure.times);
  }
  return text;
}

std::string details_of(const Failure& failure) {
  if (failure.shrunk_text.empty()) return "";
  return fmt::format(
      "\n<details><summary>{}: the program, {} operations</summary>\n\n"
      "```\n{}```\n\nSee it again: `{}`\n\n</details>\n",
      plain(failure.property), failure.operations, failure.shrunk_text, failure.replay);
}

}  // namespace

std::string summary_markdown(const Summary& summary) {
  std::string text = fmt::format(
      "### mapproof {}: {}\n\n{:.0f} s, {} workers, sanitizer {}, seed {}\n\n", summary.mode,
      headline(summary), summary.seconds, summary.jobs, summary.sanitizer, summary.seed);
  text += table_of_targets(summary);
  text += table_of_failures(summary);
  for (const Failure& failure : summary.failures) text += details_of(failure);
  for (const std::string& trouble : summary.troubles) {
    text += fmt::format("\n**Trouble:** {}\n", plain(trouble));
  }
  return text;
}

}  // namespace mapproof::driver
