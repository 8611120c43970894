#include "conformance/attribution.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tuple>

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

std::optional<Verdict> verdict_with(const Program& program, std::uint32_t corrections,
                                    const RunOptions& options) {
  thread_local const std::unique_ptr<Port> port = make_gomap_port(0);
  thread_local Judge judge;
  set_corrections(*port, corrections);
  return run(program, *port, &judge, options).verdict;
}

bool later(const Verdict& a, const Verdict& b) {
  return std::tie(a.op, a.step) > std::tie(b.op, b.step);
}

const KnownPair* on_record(std::uint32_t corrections, const std::string& property) {
  for (const KnownPair& pair : known_pairs()) {
    if (pair.corrections == corrections && pair.property == property) return &pair;
  }
  return nullptr;
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
  Attribution result;
  if (verdict_with(program, gomap::correction::all, quiet)) {
    result.corrected_fails = true;
    result.sentence = "NEW: the port fails with all corrections on, too";
    return result;
  }
  static const std::vector<std::uint32_t> sets = sets_by_size();
  std::optional<Verdict> next = verdict;
  while (next) {
    const Verdict now = *std::move(next);
    // The set of all corrections gets past everything, so the search ends.
    const auto set = std::find_if(sets.begin(), sets.end(), [&](std::uint32_t candidate) {
      if ((candidate & result.corrections) != 0) return false;
      next = verdict_with(program, result.corrections | candidate, quiet);
      return !next || later(*next, now);
    });
    if (set == sets.end()) throw std::logic_error("attribution: the faithful port's run differs");
    result.corrections |= *set;
    const KnownPair* pair = on_record(*set, now.property);
    if (pair == nullptr) {
      result.sentence = "NEW: repaired by " + correction_names(*set) + ", but breaking " +
                        now.property + " by that defect is not on record";
      return result;
    }
    result.findings.push_back(pair->finding);
    result.sentence += (result.sentence.empty() ? "known finding " : ", and ") + pair->finding +
                       ", repaired by " + correction_names(*set);
  }
  result.known = true;
  result.finding = result.findings.front();
  return result;
}

}  // namespace mapproof
