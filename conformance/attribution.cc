#include "conformance/attribution.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "conformance/ports/gomap_port.h"
#include "gomap/corrections.h"
#include "oracle/judge.h"

namespace mapproof {
namespace {

constexpr char kKnown[] =
#include "known_findings.inc"
    ;

std::uint32_t correction_bit(const std::string& name) {
  for (const auto& c : gomap::correction::list) {
    if (c.name == name) return c.bit;
  }
  throw std::runtime_error("known.json names a correction that does not exist: " + name);
}

std::vector<KnownPair> read_known_pairs() {
  std::vector<KnownPair> pairs;
  for (const auto& entry : nlohmann::json::parse(kKnown)) {
    std::uint32_t corrections = 0;
    for (const auto& name : entry.at("corrections")) corrections |= correction_bit(name);
    pairs.push_back({entry.at("finding"), corrections, entry.at("property")});
  }
  return pairs;
}

// All sets of corrections, the small ones first.
std::vector<std::uint32_t> sets_by_size() {
  std::vector<std::uint32_t> sets(gomap::correction::all);
  std::iota(sets.begin(), sets.end(), 1U);
  std::stable_sort(sets.begin(), sets.end(),
                   [](auto a, auto b) { return std::popcount(a) < std::popcount(b); });
  return sets;
}

// The verdicts of a program's runs under sets of corrections. A run depends on those corrections
// only that it has asked for, so that few of the sets have to be run.
class Reruns {
 public:
  Reruns(const Program& program, RunOptions options)
      : program_(program), options_(std::move(options)) {}

  std::optional<Verdict> operator()(std::uint32_t corrections) {
    for (const Run& run : runs_) {
      if (((corrections ^ run.corrections) & run.asked) == 0) return run.verdict;
    }
    thread_local const std::unique_ptr<Port> port = make_gomap_port(0);
    thread_local Judge judge;
    set_corrections(*port, corrections);
    std::optional<Verdict> verdict = run(program_, *port, &judge, options_).verdict;
    runs_.push_back({corrections, asked_corrections(*port), verdict});
    return verdict;
  }

 private:
  struct Run {
    std::uint32_t corrections = 0;
    std::uint32_t asked = 0;
    std::optional<Verdict> verdict;
  };

  const Program& program_;
  const RunOptions options_;
  std::vector<Run> runs_;
};

bool later(const Verdict& a, const Verdict& b) {
  return std::tie(a.op, a.step) > std::tie(b.op, b.step);
}

const KnownPair* on_record(std::uint32_t corrections, const std::string& property) {
  for (const KnownPair& pair : known_pairs()) {
    if (pair.corrections == corrections && pair.property == property) return &pair;
  }
  return nullptr;
}

// Explains one verdict by findings on record: by the pair itself; or, if several defects show at
// one and the same step, by what is left of it when all of the set but one correction are on, for
// each. Empty: not on record.
std::vector<const KnownPair*> explanation(const Rerun& rerun, std::uint32_t earlier,
                                          std::uint32_t set, const std::string& property) {
  if (const KnownPair* pair = on_record(set, property)) return {pair};
  std::vector<const KnownPair*> pairs;
  for (const auto& c : gomap::correction::list) {
    if ((set & c.bit) == 0 || set == c.bit) continue;
    const auto left = rerun(earlier | (set & ~c.bit));
    const KnownPair* pair = left ? on_record(c.bit, left->property) : nullptr;
    if (pair == nullptr) return {};
    pairs.push_back(pair);
  }
  return pairs;
}

// A way past a verdict: the corrections, what explains it, and the verdict that comes after it with
// them on, if any.
struct Way {
  std::uint32_t corrections = 0;
  std::vector<const KnownPair*> explanation;  // empty: not on record
  std::optional<Verdict> next;
};

bool differs(const Verdict& a, const Verdict& b) {
  return std::tie(a.op, a.step, a.property) != std::tie(b.op, b.step, b.property);
}

// The smallest set of further corrections that gets past `now` and is explained by what is on
// record; else one that is on record for it, and leads a walk another way, on which something else
// shows as soon or sooner; else the smallest that gets past it. (A correction may get past a
// verdict that it has nothing to do with, by changing what a walk has given before.)
Way way_past(const Rerun& rerun, std::uint32_t earlier, const Verdict& now) {
  static const std::vector<std::uint32_t> sets = sets_by_size();
  Way smallest, another;
  for (const std::uint32_t set : sets) {
    if ((set & earlier) != 0) continue;
    auto next = rerun(earlier | set);
    if (next && !later(*next, now)) {
      const KnownPair* pair = on_record(set, now.property);
      if (pair != nullptr && another.corrections == 0 && differs(*next, now)) {
        another = {set, {pair}, std::move(next)};
      }
      continue;
    }
    auto pairs = explanation(rerun, earlier, set, now.property);
    if (!pairs.empty()) return {set, std::move(pairs), std::move(next)};
    if (smallest.corrections == 0) smallest = {set, {}, std::move(next)};
  }
  // All corrections together get past everything.
  if (smallest.corrections == 0) {
    throw std::logic_error("attribution: the faithful port's run differs");
  }
  return another.corrections != 0 ? another : smallest;
}

// The program, and the same with cells as they may be behind a door, to which owning objects are
// numbers: how large a bucket is says how many spare ones an array has.
std::vector<Program> with_cells_of_doors(const Program& program) {
  std::vector<Program> same{program};
  MapSpec spec = program.spec;
  if (spec.key == KeyKind::owning) spec.key = KeyKind::u32;
  if (spec.elem == ElemKind::owning) spec.elem = ElemKind::u32;
  if (spec == program.spec) return same;
  same.push_back(program);
  same.back().spec = spec;
  return same;
}

// Does what a port breaks come of what the faithful port breaks? A door stops where it is handed a
// torn key, which the port goes on with; it does not say in which step of the operation.
bool is_same(const Verdict& verdict, const Verdict& faithful) {
  if (verdict.op != faithful.op) return false;
  return verdict.property == PortRule("port/answer").id() ||
         (verdict.property == faithful.property && verdict.step == faithful.step);
}

}  // namespace

const std::vector<KnownPair>& known_pairs() {
  static const std::vector<KnownPair> pairs = read_known_pairs();
  return pairs;
}

std::string correction_names(std::uint32_t corrections) {
  std::string names;
  for (const auto& c : gomap::correction::list) {
    if ((corrections & c.bit) == 0) continue;
    if (!names.empty()) names += " + ";
    names += c.name;
  }
  return names;
}

Attribution attribute(const Program& program, const Verdict& verdict, const RunOptions& options) {
  RunOptions quiet = options;
  quiet.trace = nullptr;
  quiet.at_end = nullptr;
  Reruns reruns(program, quiet);
  return attribute_by(std::ref(reruns), verdict);
}

bool runs_as_faithful(const PortInfo& info) {
  return info.profile == Profile::go && info.forces_hashes && info.forces_starts;
}

Attribution attribute_by_faithful(const Program& program, const Verdict& verdict,
                                  const RunOptions& options) {
  RunOptions quiet = options;
  quiet.trace = nullptr;
  quiet.at_end = nullptr;
  const auto port = make_gomap_port(0);
  Judge judge;
  for (const Program& same : with_cells_of_doors(program)) {
    const std::optional<Verdict> faithful = run(same, *port, &judge, quiet).verdict;
    if (faithful && is_same(verdict, *faithful)) return attribute(same, *faithful, quiet);
  }
  Attribution unknown;
  unknown.sentence = "the faithful port does not fail in this way: one of the two is wrong";
  return unknown;
}

Attribution attribute_by(const Rerun& rerun, const Verdict& verdict) {
  Attribution result;
  if (rerun(gomap::correction::all)) {
    result.corrected_fails = true;
    result.sentence = "NEW: the port fails with all corrections on, too";
    return result;
  }
  for (std::optional<Verdict> now = verdict; now;) {
    Way way = way_past(rerun, result.corrections, *now);
    result.corrections |= way.corrections;
    if (way.explanation.empty()) {
      result.sentence = "NEW: repaired by " + correction_names(way.corrections) +
                        ", but breaking " + now->property + " by that defect is not on record";
      return result;
    }
    for (const KnownPair* pair : way.explanation) {
      result.findings.push_back(pair->finding);
      result.sentence += (result.sentence.empty() ? "known finding " : ", and ") + pair->finding +
                         ", repaired by " + correction_names(pair->corrections);
    }
    now = std::move(way.next);
  }
  result.known = true;
  result.finding = result.findings.front();
  return result;
}

}  // namespace mapproof
