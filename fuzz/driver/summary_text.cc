// The summary for a terminal.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "fuzz/driver/summary.h"

namespace mapproof::driver {
namespace {

std::string row(const std::string& label, const std::string& words) {
  return fmt::format("  {:<12} {}\n", label, words);
}

std::string rate(std::uint64_t count, double seconds) {
  if (seconds <= 0) return "";
  return fmt::format(" ({}/s)",
                     grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)));
}

std::string words_of_corpus(const TargetResult& target) {
  std::string words = fmt::format("{} inputs in {}", target.inputs, target.corpus.string());
  if (target.new_inputs != 0) words += fmt::format(", {} of them new", target.new_inputs);
  if (target.gone_inputs != 0) words += fmt::format(", {} others gone", target.gone_inputs);
  return words;
}

std::string words_of_memory(const Numbers& numbers) {
  if (numbers.peak_rss_mb == 0) return "";
  return row("memory", fmt::format("at most {} MiB in a worker", numbers.peak_rss_mb));
}

std::string text_of(const TargetResult& target) {
  if (!target.left_out.empty()) return row("left out", target.name + ": " + target.left_out);
  std::string text = fmt::format("{}: {} ({:.0f} s)\n", target.name, target.proves, target.seconds);
  const Numbers& numbers = target.numbers;
  if (target.replayed != 0) text += row("replayed", fmt::format("{} inputs", target.replayed));
  if (numbers.executions != 0) text += row("executions", grouped(numbers.executions));
  if (numbers.operations != 0) {
    text +=
        row("operations", grouped(numbers.operations) + rate(numbers.operations, target.seconds));
  }
  if (numbers.cov != 0) {
    text += row("coverage", fmt::format("cov {}, ft {}", numbers.cov, numbers.ft));
  }
  text += words_of_memory(numbers);
  text += row("corpus", words_of_corpus(target));
  if (numbers.seen_at_start) {
    const std::set<std::string> fresh = target.new_situations();
    text += row("situations",
                fmt::format("{} seen; newly reached: {}", numbers.seen.size(),
                            fresh.empty() ? "none" : fmt::format("{}", fmt::join(fresh, ", "))));
  }
  if (target.restarts != 0) text += row("restarts", fmt::format("{}", target.restarts));
  for (const auto& [name, count] : numbers.findings) {
    text += row("known", fmt::format("{}: {} times, stepped over", name, count));
  }
  return text;
}

std::string text_of(const Failure& failure) {
  std::string text = row("FAILURE", failure.property + " (" + failure.target + ")");
  const auto detail = [&text](const char* label, const std::string& words) {
    text += fmt::format("               {}: {}\n", label, words);
  };
  detail("verdict", failure.verdict);
  if (!failure.place.file.empty()) {
    detail("at",
           fmt::format("{}{}{}", failure.place.file,
                       failure.place.line ? fmt::format(":{}", failure.place.line) : "",
                       failure.place.function.empty() ? "" : " in " + failure.place.function));
  }
  if (failure.times > 1) detail("met", fmt::format("{} times", failure.times));
  if (failure.seen_before) detail("note", "an earlier run has kept the same program");
  if (!failure.source.empty()) detail("input", failure.source);
  detail("kept in", failure.folder.string());
  detail("see it", failure.replay);
  return text;
}

}  // namespace

std::string summary_text(const Summary& summary) {
  static const std::map<std::string, std::string> kDone = {
      {"fuzz", "fuzzed"}, {"regress", "replayed"}, {"merge", "merged"}, {"minimize", "minimised"}};
  std::string text = fmt::format("{} {} for {:.0f} s with {} workers, sanitizer {}, seed {}\n",
                                 kDone.at(summary.mode), summary.target, summary.seconds,
                                 summary.jobs, summary.sanitizer, summary.seed);
  for (const TargetResult& target : summary.targets) text += text_of(target);
  if (summary.targets.size() > 1) text += "all targets:\n" + words_of_memory(summary.totals());
  for (const Failure& failure : summary.failures) text += text_of(failure);
  if (summary.failures.empty()) text += "  no new failure\n";
  for (const std::string& trouble : summary.troubles) text += row("TROUBLE", trouble);
  if (summary.interrupted) text += row("interrupted", "corpus and artifacts are kept");
  return text;
}

}  // namespace mapproof::driver
