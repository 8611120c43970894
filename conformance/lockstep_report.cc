#include "conformance/lockstep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "conformance/drawing.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

constexpr std::size_t kContext = 3;  // lines told before and after one that differs

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Which lines to tell: those that differ, and those near them.
std::vector<bool> worth_telling(const std::vector<std::string>& x,
                                const std::vector<std::string>& y) {
  std::vector<bool> told(x.size(), false);
  bool any = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i]) continue;
    any = true;
    const std::size_t end = std::min(i + kContext + 1, x.size());
    for (std::size_t j = i < kContext ? 0 : i - kContext; j < end; ++j) told[j] = true;
  }
  if (!any) told.assign(x.size(), x.size() <= 4 * kContext);
  if (!told.empty()) told[0] = true;
  return told;
}

}  // namespace

std::string beside(std::string_view left_title, std::string_view left, std::string_view right_title,
                   std::string_view right) {
  std::vector<std::string> x = lines_of(left), y = lines_of(right);
  const std::size_t rows = std::max(x.size(), y.size());
  x.resize(rows);
  y.resize(rows);
  std::size_t width = left_title.size();
  for (const std::string& line : x) width = std::max(width, line.size());
  std::string text = fmt::format("{:<{}} | {}\n", left_title, width, right_title);
  const std::vector<bool> told = worth_telling(x, y);
  for (std::size_t i = 0; i < rows;) {
    std::size_t skipped = 0;
    while (i + skipped < rows && !told[i + skipped]) ++skipped;
    if (skipped > 0) {
      text += fmt::format("{:<{}} |\n", fmt::format("... {} lines alike", skipped), width);
      i += skipped;
      continue;
    }
    text += fmt::format("{:<{}} {} {}", x[i], width, x[i] == y[i] ? '|' : '#', y[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
    ++i;
  }
  return text;
}

std::string lockstep_report(const Program& program, const go::LockstepDifference& difference,
                            std::string_view runtime) {
  std::string text = difference.sentence() + "\n";
  if (difference.op < program.ops.size()) {
    text += fmt::format("  {}\n", print(program.spec, program.ops[difference.op]));
  }
  const auto answer = [](const std::string& words) { return words.empty() ? "(nothing)" : words; };
  text += fmt::format("  the port answers: {}\n  {} answers: {}\n", answer(difference.ours),
                      runtime, answer(difference.theirs));
  return text + beside("the port", draw(difference.our_layout, program.spec.key), runtime,
                       draw(difference.their_layout, program.spec.key));
}

}  // namespace mapproof
