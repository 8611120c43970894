#include "conformance/exhaustion.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <numeric>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "conformance/ports/two_cell_port.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

constexpr std::uint64_t kTop = std::uint64_t{1} << 56;
constexpr unsigned kWalk = 0;     // the slot of the walks that programs begin
constexpr unsigned kCheck = 7;    // and of the one that looks at each state
constexpr unsigned kWatched = 1;  // operations behind a root up to which each step is audited

// The hashes that NaNs draw: first as a script says, then one more choice after the other.
class NanHashes {
 public:
  // The hash of a NaN that an operation is about: one of two buckets, both sides of which a growth
  // may split, and a tophash of either low bit (nothing else of it is ever read). While entries
  // move one bit counts: with walks about that of tophash, else the highest of the new bucket
  // number; both are tied together here.
  struct Choice {
    std::uint32_t options;
    std::uint32_t chosen = 0;
    bool own;
    std::uint64_t hash() const {
      if (own) return (6 + chosen % 2) * kTop + (chosen / 2) * 5;
      return chosen == 0 ? 6 * kTop : 7 * kTop + 0xffff;
    }
  };

  void play(std::vector<std::uint64_t> script) { script_ = std::move(script); }
  const std::vector<std::uint64_t>& played() const { return played_; }
  void rewind() {
    played_.clear();
    choices_.clear();
    choosing_ = false;
  }
  // From here on hashes are choices: `fixed` of them made already.
  void choose(std::vector<Choice> fixed, std::uint32_t own_options) {
    choosing_ = true;
    fixed_ = std::move(fixed);
    own_options_ = own_options;
  }
  const std::vector<Choice>& choices() const { return choices_; }

  std::uint64_t draw() {
    const std::size_t n = played_.size();
    std::uint64_t hash = 0;
    if (n < script_.size()) {
      hash = script_[n];
    } else if (choosing_) {
      const std::size_t c = choices_.size();
      choices_.push_back(c < fixed_.size() ? fixed_[c] : next_choice(c == 0));
      hash = choices_.back().hash();
    } else {
      hash = (6 + n % 2) * kTop + n * 5 % 8;
    }
    played_.push_back(hash);
    return hash;
  }

 private:
  Choice next_choice(bool first) const {
    if (first && own_options_ != 0) return {.options = own_options_, .chosen = 0, .own = true};
    return {.options = 2, .chosen = 0, .own = false};
  }

  std::vector<std::uint64_t> script_, played_;
  std::vector<Choice> fixed_, choices_;
  std::uint32_t own_options_ = 0;
  bool choosing_ = false;
};

// The next way to choose, as an odometer counts; false: that was the last.
bool next_way(std::vector<NanHashes::Choice>* choices) {
  while (!choices->empty()) {
    NanHashes::Choice& last = choices->back();
    if (++last.chosen < last.options) return true;
    choices->pop_back();
  }
  return false;
}

// One step of a program: an operation, or the begin of a walk.
struct Step {
  Op op;
  bool begins = false;
};

struct State {
  std::uint32_t parent = 0;  // itself: a root
  Step step;
  std::vector<std::uint64_t> nan_hashes;  // that the step drew
  std::uint8_t B = 0;
  bool growing = false;
  bool walking = false;  // in kWalk
};

class Explorer {
 public:
  Explorer(const Exhaustion& what, const std::function<bool(const Failure&)>& on_failure)
      : what_(what), on_failure_(on_failure), maker_(make_two_cell_port(what.corrections)) {
    maker_->draw_nans_from([this] { return hashes_.draw(); });
    spec_ = what.roots.at(0).program.spec;
    std::set<std::uint16_t> keys(what.keys.begin(), what.keys.end());
    for (const Root& root : what.roots) {
      for (const Op& op : root.program.ops) {
        if (op.code == OpCode::put) keys.insert(op.key);
      }
    }
    all_keys_.assign(keys.begin(), keys.end());
  }

  Exhausted run() {
    for (std::uint32_t r = 0; r < what_.roots.size() && going_; r++) {
      program_ = what_.roots[r].program;
      State root{
          .parent = r, .step = {}, .nan_hashes = {}, .B = 0, .growing = false, .walking = false};
      roots_++;
      states_.push_back(root);
      script_.clear();
      try_program({}, r, std::move(root), 0);
    }
    // The roots themselves stand at the front, whether new or not: later states name them.
    std::size_t first = 0;
    for (unsigned depth = 0; depth < what_.depth && going_; depth++) {
      const std::size_t end = states_.size();
      if (end - first > what_.widest) break;
      for (std::size_t i = first; i < end && going_; i++) {
        if (i >= roots_ || fresh_root_[i]) expand(static_cast<std::uint32_t>(i), depth + 1);
      }
      first = end;
    }
    return std::move(result_);
  }

 private:
  // Tries all that may come after a state.
  void expand(std::uint32_t at, unsigned depth) {
    prepare(at);
    const State here = states_[at];
    const std::size_t ops = program_.ops.size();
    for (const std::uint32_t key : what_.keys) {
      const auto k = static_cast<std::uint16_t>(key);
      // Deleting a NaN does nothing but evacuate: of the four hashes those of both buckets will do
      // (the second says the same as the first).
      const bool nan = key_class(spec_.key, key).nan;
      try_step(at, {.op = {.code = OpCode::put, .key = k}}, nan ? 4 : 0, ops, depth);
      if (!nan || here.growing) {
        try_step(at, {.op = {.code = OpCode::del, .key = k}}, nan ? 3 : 0, ops, depth);
      }
    }
    try_step(at, {.op = {.code = OpCode::clear}}, 0, ops, depth);
    if (here.walking) {
      try_step(at, {.op = {.code = OpCode::next, .slot = kWalk, .n = 1}}, 0, ops, depth);
      return;
    }
    for (unsigned bucket = 0; bucket < 1U << here.B; bucket++) {
      for (unsigned offset = 0; offset < 2; offset++) {
        const Op op{.code = OpCode::iter,
                    .slot = kWalk,
                    .bucket = static_cast<std::uint8_t>(bucket),
                    .offset = static_cast<std::uint8_t>(offset)};
        try_step(at, {.op = op, .begins = true}, 0, ops, depth);
      }
    }
  }

  // The program that leads to a state, and its hashes.
  void prepare(std::uint32_t at) {
    std::vector<std::uint32_t> path;
    for (; at >= roots_; at = states_[at].parent) path.push_back(at);
    program_ = what_.roots[at].program;
    script_ = root_hashes_[at];
    for (auto i = path.rbegin(); i != path.rend(); ++i) {
      append(states_[*i].step);
      script_.insert(script_.end(), states_[*i].nan_hashes.begin(), states_[*i].nan_hashes.end());
    }
  }

  void append(const Step& step) {
    program_.ops.push_back(step.op);
    if (step.begins) program_.ops.push_back({.code = OpCode::next, .slot = kWalk, .n = 1});
  }

  // Tries one step with all hashes that NaNs may draw in it.
  void try_step(std::uint32_t from, const Step& step, std::uint32_t own_options, std::size_t ops,
                unsigned depth) {
    std::vector<NanHashes::Choice> choices;
    do {
      if (!going_) return;
      program_.ops.resize(ops);
      append(step);
      State state{.parent = from,
                  .step = step,
                  .nan_hashes = {},
                  .B = 0,
                  .growing = false,
                  .walking = false};
      choices = try_program(std::move(choices), from, std::move(state), own_options, depth);
    } while (next_way(&choices));
    program_.ops.resize(ops);
  }

  std::vector<NanHashes::Choice> try_program(std::vector<NanHashes::Choice> fixed,
                                             std::uint32_t from, State state,
                                             std::uint32_t own_options, unsigned depth = 0) {
    const bool root = depth == 0;
    result_.transitions += root ? 0 : 1;
    hashes_.rewind();
    hashes_.play(script_);
    if (!root) hashes_.choose(std::move(fixed), own_options);
    bool is_new = false;
    RunOptions options;
    options.at_end = [&] {
      Snapshot header;
      maker_->port().header(&header);
      text_.clear();
      maker_->append_state(judge_, &text_);
      // The walk is at its end if the state has none in its slot.
      state.B = header.B;
      state.growing = header.old.has_value();
      state.walking = maker_->walking(kWalk);
      is_new = seen_.insert(std::hash<std::string_view>{}(text_)).second;
    };
    const RunResult result = mapproof::run(program_, maker_->port(), &judge_, options);
    std::vector<NanHashes::Choice> choices = hashes_.choices();
    const std::vector<std::uint64_t> played = hashes_.played();
    state.nan_hashes.assign(played.begin() + static_cast<std::ptrdiff_t>(script_.size()),
                            played.end());
    if (root) {
      root_hashes_.push_back(played);
      fresh_root_.push_back(is_new);
      states_[from].B = state.B;
      states_[from].growing = state.growing;
      states_[from].walking = state.walking;
    }
    if (!result.ok()) {
      failed(from, *result.verdict, played);
    } else if (is_new && look_at_state(from, played, depth)) {
      if (result_.states.size() <= depth) result_.states.resize(depth + 1);
      result_.states[depth]++;
      if (!root && depth < what_.depth) states_.push_back(std::move(state));
    }
    return choices;
  }

  // Reads all that the state holds, by look-ups, by its walks and by a new one, and audits it.
  bool look_at_state(std::uint32_t from, const std::vector<std::uint64_t>& played, unsigned depth) {
    const std::size_t ops = program_.ops.size();
    for (const std::uint16_t key : all_keys_) {
      program_.ops.push_back({.code = OpCode::has, .key = key});
      program_.ops.push_back({.code = OpCode::get, .key = key});
    }
    program_.ops.push_back({.code = OpCode::len});
    program_.ops.push_back({.code = OpCode::audit});
    program_.ops.push_back({.code = OpCode::drain, .slot = kWalk});
    program_.ops.push_back({.code = OpCode::iter, .slot = kCheck, .bucket = 1, .offset = 1});
    program_.ops.push_back({.code = OpCode::drain, .slot = kCheck});
    hashes_.rewind();
    hashes_.play(played);
    // The rules that need a history are dear; what they are about shows in short programs.
    RunOptions options;
    if (depth <= kWatched) options.audit_every = 1;
    const RunResult result = mapproof::run(program_, maker_->port(), &judge_, options);
    if (!result.ok()) failed(from, *result.verdict, hashes_.played());
    program_.ops.resize(ops);
    return result.ok();
  }

  void failed(std::uint32_t from, const Verdict& verdict, std::vector<std::uint64_t> hashes) {
    result_.failures++;
    while (from >= roots_) from = states_[from].parent;
    Failure failure{what_.roots[from].name, program_, std::move(hashes), verdict};
    failure.program.ops.resize(std::min(program_.ops.size(), verdict.op + 1));
    going_ = on_failure_(failure);
  }

  const Exhaustion& what_;
  const std::function<bool(const Failure&)>& on_failure_;
  std::unique_ptr<TwoCellPort> maker_;
  Judge judge_;
  MapSpec spec_;
  std::vector<std::uint16_t> all_keys_;  // of the programs and of the roots
  NanHashes hashes_;

  std::vector<State> states_;
  std::size_t roots_ = 0;
  std::vector<std::vector<std::uint64_t>> root_hashes_;
  std::vector<bool> fresh_root_;
  // Of 64 bits: two states in ten million share a number once in some hundred thousand runs.
  std::unordered_set<std::uint64_t> seen_;

  Program program_;
  std::vector<std::uint64_t> script_;
  std::string text_;
  bool going_ = true;
  Exhausted result_;
};

}  // namespace

std::string Failure::text() const {
  std::string hashes;
  for (const std::uint64_t hash : nan_hashes) hashes += fmt::format(" {:#x}", hash);
  return fmt::format("{}\nfrom root \"{}\", two cells a bucket; hashes of NaNs:{}\n{}",
                     verdict.sentence(), root, hashes.empty() ? " none" : hashes, print(program));
}

std::uint64_t Exhausted::all_states() const {
  return std::accumulate(states.begin(), states.end(), std::uint64_t{0});
}

Exhausted exhaust(const Exhaustion& what, const std::function<bool(const Failure&)>& on_failure) {
  return Explorer(what, on_failure).run();
}

std::optional<Verdict> two_cell_verdict(const Program& program,
                                        const std::vector<std::uint64_t>& nan_hashes,
                                        std::uint32_t corrections) {
  const auto maker = make_two_cell_port(corrections);
  NanHashes hashes;
  hashes.play(nan_hashes);
  maker->draw_nans_from([&] { return hashes.draw(); });
  Judge judge;
  return run(program, maker->port(), &judge, {}).verdict;
}

}  // namespace mapproof
