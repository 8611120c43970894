#include "impl/bench/comparison_forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mapproof {
namespace {

using json = nlohmann::ordered_json;

json json_of(const std::optional<estimate>& e) {
  if (!e) return nullptr;
  return {{"ratio", e->value}, {"low", e->low}, {"high", e->high}};
}

json json_of(const cell& one) {
  json out{{"name", one.name()},
           {"workload", one.workload},
           {"key", one.key},
           {"entries", one.entries},
           {"apart", one.apart}};
  for (const auto& [map, times] : one.nanoseconds) {
    if (times.empty()) continue;
    out["nanoseconds"][map] = median(times);
    out["repetitions"][map] = times;
  }
  for (const std::string_view peer : peers) {
    if (const auto found = ratio(one, peer)) out["ratios"][std::string(peer)] = json_of(found);
  }
  return out;
}

json json_of(const ruling& ruled) {
  const double confidence = confidence_of(ruled.about.repetitions);
  return {{"name", ruled.asked.name},
          {"limit", ruled.asked.limit},
          {"everywhere", ruled.asked.everywhere},
          {"figure", json_of(ruled.figure)},
          {"verdict", text_of(ruled.found)},
          {"missed_by", ruled.missed},
          {"cells", ruled.about.cells},
          {"sizes", ruled.about.sizes},
          {"confidence", confidence},
          {"sure", confidence >= sure_enough}};
}

std::string percent(double confidence) { return fmt::format("{:.3g} %", 100 * confidence); }

std::string plural(std::size_t n, std::string_view thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

std::string short_numbers(const std::set<std::uint64_t>& numbers) {
  std::vector<std::string> words;
  for (const std::uint64_t n : numbers) words.push_back(short_number(n));
  return fmt::format("{}", fmt::join(words, ", "));
}

scope scope_of_all_peers(std::span<const cell> cells) {
  scope all;
  for (const std::string_view peer : peers) {
    scope one = scope_of(cells, peer);
    if (one.cells == 0) continue;
    all.repetitions = all.cells == 0 ? one.repetitions : std::min(all.repetitions, one.repetitions);
    all.cells = std::max(all.cells, one.cells);
    all.sizes.merge(one.sizes);
  }
  return all;
}

// Of the cells that count: those of this workload, or "all".
std::string line_of_means(std::string_view workload, std::span<const cell> cells) {
  std::string line = fmt::format("{:<50}", workload);
  for (const std::string_view peer : peers) {
    std::vector<double> ratios;
    for (const cell& one : cells) {
      if (one.apart || (workload != "all" && workload != one.workload)) continue;
      if (const auto found = plain_ratio(one, peer)) ratios.push_back(*found);
    }
    line += ratios.empty() ? fmt::format("{:>22}", "-")
                           : fmt::format("{:>22.2f}", geometric_mean(ratios));
  }
  return line + "\n";
}

// By workload, in the order of the cells, and of all.
std::string means_of(std::span<const cell> cells) {
  std::string out = "\ngeometric mean of\n";
  std::vector<std::string> named;
  for (const cell& one : cells) {
    if (std::ranges::find(named, one.workload) != named.end()) continue;
    named.push_back(one.workload);
    out += line_of_means(one.workload, cells);
  }
  return out + line_of_means("all", cells) + "\n";
}

}  // namespace

std::string_view hash_used(std::string_view map) {
  if (map == the_real_go) return "Go's own: AES where the processor has it, seeded for each map";
  if (map == the_port)
    return "gomap::hash, a folded 64 x 64 bit multiplication, seeded for each map";
  return "gomap::hash with one seed for all";
}

std::string short_number(std::uint64_t n) {
  std::uint64_t rest = n;
  int zeros = 0;
  for (; rest % 10 == 0 && rest != 0; rest /= 10) zeros++;
  return zeros < 2 ? fmt::format("{}", n) : fmt::format("{}e{}", rest, zeros);
}

std::string line_of(const goal& asked) {
  return fmt::format("{:<26}at most {:.2f} {}", asked.name, asked.limit,
                     asked.everywhere ? "everywhere" : "in the geometric mean");
}

std::string line_of(const ruling& ruled) {
  std::string line = line_of(ruled.asked);
  if (!ruled.figure) return line + ": not measured\n";
  line += fmt::format(": {:.2f} ({:.2f} to {:.2f}): {} ({} of {})", ruled.figure->value,
                      ruled.figure->low, ruled.figure->high, text_of(ruled.found),
                      plural(ruled.about.cells, "cell"), short_numbers(ruled.about.sizes));
  if (!ruled.missed.empty()) line += fmt::format(" by {}", fmt::join(ruled.missed, ", "));
  const double confidence = confidence_of(ruled.about.repetitions);
  if (confidence < sure_enough) line += fmt::format("; not sure ({})", percent(confidence));
  return line + "\n";
}

std::string notes_on(std::span<const cell> cells) {
  const scope all = scope_of_all_peers(cells);
  std::string notes =
      fmt::format("intervals are {} sure at best ({})\n", percent(confidence_of(all.repetitions)),
                  plural(all.repetitions, "repetition"));
  if (!all.sizes.contains(largest_asked)) {
    notes += fmt::format("{0} not measured: --sizes {0}\n", short_number(largest_asked));
  }
  return notes;
}

std::string table_of(std::span<const cell> cells) {
  std::string out = fmt::format("{:<40}{:>10}", "workload/key/entries", "gomap ns");
  for (const std::string_view peer : peers) out += fmt::format("{:>22}", peer);
  out += "\n";
  for (const cell& one : cells) {
    out += fmt::format("{:<40}", one.name());
    const auto ours = one.nanoseconds.find(the_port);
    out += ours == one.nanoseconds.end() ? fmt::format("{:>10}", "")
                                         : fmt::format("{:>10.2f}", median(ours->second));
    for (const std::string_view peer : peers) {
      const auto found = ratio(one, peer);
      out += fmt::format("{:>22}", found ? fmt::format("{:.2f} ({:.2f}-{:.2f})", found->value,
                                                       found->low, found->high)
                                         : "-");
    }
    out += "\n";
  }
  return out + means_of(cells);
}

std::string json_of(std::span<const cell> cells, std::span<const ruling> rulings) {
  json out;
  for (const goal& one : goals) {
    if (!one.everywhere) {
      const auto mean = mean_ratio(cells, one.peer);
      out[std::string(one.name)] = mean ? json(mean->value) : json(nullptr);
    } else {
      const auto worst = worst_ratio(cells, one.peer);
      out[std::string(one.name)] =
          worst ? json{{"name", worst->name}, {"ratio", worst->ratio.value}} : json(nullptr);
    }
  }
  out["confidence"] = confidence_of(scope_of_all_peers(cells).repetitions);
  out["goals"] = json::array();
  for (const ruling& one : rulings) out["goals"].push_back(json_of(one));
  out["hashes"][std::string(the_port)] = hash_used(the_port);
  for (const std::string_view peer : peers) out["hashes"][std::string(peer)] = hash_used(peer);
  const char* tunables = std::getenv(malloc_tunables);
  out["malloc"] = tunables == nullptr ? "" : tunables;
  out["cells"] = json::array();
  for (const cell& one : cells) out["cells"].push_back(json_of(one));
  return out.dump(2) + "\n";
}

}  // namespace mapproof
