// How the port's cost grows with the number of entries: counted, never timed.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/bench/counted_map.h"
#include "impl/bench/counting_status.h"
#include "impl/bench/number_of_entries.h"
#include "impl/bench/panel_chart.h"

namespace mapproof {
namespace {

struct options {
  std::uint64_t most = 10'000'000;
  std::uint64_t seed = 1;
  bool json = false;
  std::string svg;  // file
};

// Something that is counted for maps of more and more entries, and what it may be at most.
struct cost {
  const char* name;
  std::uint64_t most_entries;  // beyond which counting takes long
  std::function<double(std::uint64_t entries)> counted;
  std::function<double(double entries)> limit;
  axes scale;
};

good_map filled(std::uint64_t n) {
  good_map m;
  fill(m, n);
  return m;
}

double hashes_per_insertion(std::uint64_t n) {
  const counts cost = cost_of([n] { filled(n); });
  return static_cast<double>(cost.hashes) / static_cast<double>(n);
}

// Of look-ups of all keys from `first` on.
double comparisons_per_find(std::uint64_t n, std::uint64_t first) {
  const good_map m = filled(n);
  std::uint64_t found = 0;
  const counts cost = cost_of([&] {
    for (std::uint64_t key = first; key < first + n; key++) found += m.find(key) != nullptr ? 1 : 0;
  });
  if (found != (first == 0 ? n : 0)) throw std::logic_error("the map does not hold its keys");
  return static_cast<double>(cost.equals) / static_cast<double>(n);
}

// By one insertion, during the first growth that begins with n entries or more.
double most_evacuated(std::uint64_t n) {
  unsigned B = 0;
  while (just_growing(B) < n) B++;
  good_map m = filled(just_growing(B) - 1);
  evacuation_counter evacuated(m);
  std::uint64_t most = 0;
  std::uint64_t key = m.size();
  do {
    most = std::max(most, evacuated.by_write_of(key, [&] { m[key] = key; }));
    key++;
  } while (m.handle()->growing());
  return static_cast<double>(most);
}

// To look up the key at the end of the one chain that a constant hash leaves.
double comparisons_in_chain(std::uint64_t n) {
  constant_map m;
  fill(m, n);
  return static_cast<double>(cost_of([&] { m.find(n - 1); }).equals);
}

std::vector<cost> all_costs() {
  const auto always = [](double limit) { return [limit](double) { return limit; }; };
  // Among few keys one that shares a tophash with another weighs much.
  const auto nearly = [](double limit) { return [limit](double n) { return limit + 10 / n; }; };
  return {
      {"hash calls an insertion", UINT64_MAX, hashes_per_insertion, always(3), axes::logarithmic_x},
      {"comparisons a hit", UINT64_MAX, [](auto n) { return comparisons_per_find(n, 0); },
       nearly(1.02), axes::logarithmic_x},
      {"comparisons a miss", UINT64_MAX, [](auto n) { return comparisons_per_find(n, n); },
       nearly(0.04), axes::logarithmic_x},
      {"old buckets evacuated by one write", UINT64_MAX, most_evacuated, always(2),
       axes::logarithmic_x},
      // To fill a chain of n costs n^2 / 2 comparisons: of 1e6 it would take the better part of an
      // hour.
      {"comparisons to the end of a chain", 100'000, comparisons_in_chain,
       [](double n) { return n; }, axes::logarithmic},
      // Of 1e7 some 4e9, nearly each of them a wait for memory.
      {"buckets looked at until all are popped", 1'000'000,
       [](auto n) { return static_cast<double>(buckets_popped_over(n)); },
       [](double n) { return std::pow(n, 1.5); }, axes::logarithmic},
  };
}

struct found {
  std::vector<std::array<double, 2>> limits, counted;
  bool kept(std::size_t i) const { return counted[i][1] <= limits[i][1]; }
  bool kept() const {
    for (std::size_t i = 0; i < counted.size(); i++) {
      if (!kept(i)) return false;
    }
    return true;
  }
};

found measure(const cost& one, const options& o) {
  found points;
  for (std::uint64_t n = 100; n <= std::min(o.most, one.most_entries); n *= 10) {
    gomap::thread_random().seed(o.seed);
    const auto x = static_cast<double>(n);
    points.counted.push_back({x, one.counted(n)});
    points.limits.push_back({x, one.limit(x)});
    if (!o.json) {
      fmt::print("{:<40}{:>10}{:>16.3f}{:>16.2f}{}\n", one.name, n, points.counted.back()[1],
                 points.limits.back()[1],
                 points.kept(points.counted.size() - 1) ? "" : "  <- too much");
      std::fflush(stdout);
    }
  }
  return points;
}

void draw(const std::vector<cost>& costs, const std::vector<found>& all, const std::string& file) {
  std::vector<chart_panel> panels;
  for (std::size_t i = 0; i < costs.size(); i++) {
    panels.push_back({costs[i].name, all[i].limits, all[i].counted, costs[i].scale});
  }
  write_chart(panels, "over the entries of a map; circles: at most, line: counted", file);
}

nlohmann::json to_json(const cost& one, const found& points) {
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t i = 0; i < points.counted.size(); i++) {
    rows.push_back({{"entries", points.counted[i][0]},
                    {"counted", points.counted[i][1]},
                    {"at_most", points.limits[i][1]}});
  }
  return {{"cost", one.name}, {"kept", points.kept()}, {"rows", rows}};
}

// True if no cost is above its limit.
bool report(const options& o) {
  const std::vector<cost> costs = all_costs();
  if (!o.json) fmt::print("{:<40}{:>10}{:>16}{:>16}\n", "cost", "entries", "counted", "at most");
  std::vector<found> all;
  bool kept = true;
  nlohmann::json rows = nlohmann::json::array();
  for (const cost& one : costs) {
    all.push_back(measure(one, o));
    kept = kept && all.back().kept();
    rows.push_back(to_json(one, all.back()));
  }
  if (!o.svg.empty()) draw(costs, all, o.svg);
  if (o.json) {
    fmt::print("{}\n", nlohmann::json{{"seed", o.seed}, {"kept", kept}, {"costs", rows}}.dump(2));
  }
  return kept;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  mapproof::options o;
  CLI::App app(
      "Counts what operations of the port cost in maps of more and more entries: hash calls,\n"
      "comparisons, buckets evacuated and walked over. Exit status: 1 if a limit is broken.\n\n"
      "example: cost_growth --most 1e5 --svg cost_growth.svg");
  app.add_option("--most", o.most, "entries of the largest maps")
      ->transform(mapproof::number_of_entries(1'000, 100'000'000))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "for hash seeds and where walks start")->capture_default_str();
  app.add_flag("--json", o.json, "print JSON");
  app.add_option("--svg", o.svg, "draw the table into this file, too");
  CLI11_PARSE(app, argc, argv);
  return mapproof::status_of("cost_growth", [&] { return mapproof::report(o); });
}
