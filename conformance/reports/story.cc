#include "conformance/reports/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>

#include "oracle/judge.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// Pictures are looked for in so many operations before the end: a picture takes as long as the map
// is large.
constexpr std::size_t kWatched = 200;

bool stand_alike(const StoryStep::Standing& x, const StoryStep::Standing& y) {
  return x.slot == y.slot && x.bucket == y.bucket && x.offset == y.offset && x.in_old == y.in_old &&
         x.left == y.left;
}

std::vector<StoryStep::Standing> walks_of(Port& port) {
  std::vector<StoryStep::Standing> walks;
  for (unsigned slot = 0; slot < kIterators; ++slot) {
    const auto at = port.standing(slot);
    if (!at) continue;
    walks.push_back({.slot = static_cast<char>('a' + slot),
                     .bucket = at->bucket,
                     .offset = at->cell,
                     .in_old = at->array == Standing::In::old,
                     .left = at->array == Standing::In::left});
  }
  return walks;
}

struct Look {
  std::size_t op = 0;
  Snapshot picture;
  std::vector<StoryStep::Standing> walks;

  bool shows_more_than(const Look& before) const {
    return picture != before.picture ||
           !std::equal(walks.begin(), walks.end(), before.walks.begin(), before.walks.end(),
                       stand_alike);
  }
};

// The last changes that can be seen after an operation. `steps`: how many each has.
std::deque<Look> looks_at(const Program& program, Port& port, RunOptions options,
                          const std::vector<std::size_t>& steps) {
  std::deque<Look> looks;
  const std::size_t first = steps.size() - std::min(steps.size(), kWatched);
  options.trace = [&](std::size_t op, std::size_t step, const std::string&) {
    if (op < first || op >= steps.size() || step + 1 != steps[op]) return;
    Look look{op, {}, walks_of(port)};
    if (!port.snapshot(&look.picture)) return;
    if (!looks.empty() && !look.shows_more_than(looks.back())) return;
    looks.push_back(std::move(look));
    if (looks.size() > kStoryPictures) looks.pop_front();
  };
  Judge judge;
  run(program, port, &judge, options);
  return looks;
}

}  // namespace

std::vector<StoryStep> tell(const Program& program, Port& port, const RunOptions& options) {
  std::vector<std::vector<std::string>> answers(program.ops.size());
  std::size_t reached = 0;
  RunOptions traced = options;
  traced.trace = [&](std::size_t op, std::size_t, const std::string& answer) {
    answers[op].push_back(answer);
    reached = std::max(reached, op + 1);
  };
  Judge judge;
  const auto verdict = run(program, port, &judge, traced).verdict;
  // The operation that breaks may have had no answer.
  if (verdict) reached = std::max(reached, std::min(verdict->op + 1, program.ops.size()));

  std::vector<StoryStep> story(reached);
  std::vector<std::size_t> steps(reached);
  for (std::size_t op = 0; op < reached; ++op) {
    story[op].text = print(program.spec, program.ops[op]);
    story[op].answer = compact(answers[op]);
    story[op].breaks = verdict && verdict->op == op;
    steps[op] = answers[op].size();
  }
  if (port.info().lays_out_buckets) {
    for (Look& look : looks_at(program, port, options, steps)) {
      story[look.op].picture = std::move(look.picture);
      story[look.op].walks = std::move(look.walks);
    }
  }
  return story;
}

std::string compact(const std::vector<std::string>& results) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> spoken;
  std::copy_if(results.begin(), results.end(), std::back_inserter(spoken),
               [](const std::string& result) { return !result.empty(); });
  if (spoken.size() <= kShown) return fmt::format("{}", fmt::join(spoken, "; "));
  const auto shown_end = spoken.begin() + static_cast<std::ptrdiff_t>(kShown) - 2;
  return fmt::format("{}; ... {} more ...; {}", fmt::join(spoken.begin(), shown_end, "; "),
                     spoken.size() - kShown + 1, spoken.back());
}

}  // namespace mapproof
