#include "conformance/attribution.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

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

bool passes(const Program& program, std::uint32_t corrections, const RunOptions& options) {
  thread_local const std::unique_ptr<Port> port = make_gomap_port(0);
  thread_local Judge judge;
  set_corrections(*port, corrections);
  return run(program, *port, &judge, options).ok();
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
  if (!passes(program, gomap::correction::all, quiet)) {
    result.corrected_fails = true;
    result.sentence = "NEW: the port fails with all corrections on, too";
    return result;
  }
  static const std::vector<std::uint32_t> sets = sets_by_size();
  result.corrections = *std::find_if(
      sets.begin(), sets.end(), [&](std::uint32_t set) { return passes(program, set, quiet); });
  const std::string names = correction_names(result.corrections);
  for (const KnownPair& pair : known_pairs()) {
    if (pair.corrections == result.corrections && pair.property == verdict.property) {
      result.known = true;
      result.finding = pair.finding;
      result.sentence = "known finding " + pair.finding + ": repaired by " + names;
      return result;
    }
  }
  result.sentence = "NEW: repaired by " + names + ", but breaking " + verdict.property +
                    " by it is not on record";
  return result;
}

}  // namespace mapproof
