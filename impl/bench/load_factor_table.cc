// The table in map.go's header comment, measured on maps of the port.
//
// For each load factor, maps are filled from empty with random keys up to the last insertion before
// they would grow; then their chains are counted. What the comment calls the percentage of buckets
// with an overflow bucket is in fact overflow buckets per hundred buckets: with Poisson-distributed
// chains the latter gives 41.12 for a load of 8, the former 40.75, and the comment says 41.10.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gomap/inspect.h"
#include "gomap/map.h"
#include "impl/bench/counting_status.h"
#include "impl/bench/panel_chart.h"

namespace mapproof {
namespace {

struct options {
  unsigned log2_buckets = 13;                      // of each map
  std::uint64_t buckets = std::uint64_t{1} << 26;  // in all
  std::uint64_t seed = 1;
  bool json = false;
  std::string svg;  // file
};

inline constexpr std::size_t columns = 4;
inline constexpr std::array<const char*, columns> column_names{"%overflow", "bytes/entry",
                                                               "hitprobe", "missprobe"};
using figures = std::array<double, columns>;

// map.go's own, for load factors of 8/2 to 16/2.
inline constexpr unsigned first_halves = 8;
inline constexpr std::array<figures, 9> in_comment{{{2.13, 20.77, 3.00, 4.00},
                                                    {4.05, 17.30, 3.25, 4.50},
                                                    {6.85, 14.77, 3.50, 5.00},
                                                    {10.55, 12.94, 3.75, 5.50},
                                                    {15.27, 11.67, 4.00, 6.00},
                                                    {20.90, 10.79, 4.25, 6.50},
                                                    {27.14, 10.15, 4.50, 7.00},
                                                    {34.03, 9.73, 4.75, 7.50},
                                                    {41.10, 9.40, 5.00, 8.00}}};
inline constexpr double tolerance = 0.01;

template <unsigned Halves>
struct load_of : gomap::go1_14 {
  static constexpr std::uintptr_t load_factor_num = Halves;
  static constexpr std::uintptr_t load_factor_den = 2;
};
template <unsigned Halves>
using map_of_load = gomap::map<std::uint64_t, std::uint64_t, gomap::hash<std::uint64_t>,
                               std::equal_to<std::uint64_t>, load_of<Halves>>;

// What the chains of some maps sum up to.
struct tally {
  std::uint64_t maps = 0;
  std::uint64_t buckets = 0;         // base ones
  std::uint64_t overflow = 0;        // overflow buckets that hang in a chain
  std::uint64_t entries = 0;         // in all chains
  std::uint64_t checks_to_find = 0;  // to look up every entry once
};

struct chain_length {
  std::uint64_t buckets = 0;
  std::uint64_t entries = 0;
};

template <class T>
chain_length length_of_chain(const T& t, gomap::bmap* b) {
  chain_length length;
  for (; b != nullptr; b = b->overflow(t)) {
    length.buckets++;
    for (const std::uint8_t top : b->tophash) length.entries += top >= gomap::minTopHash ? 1 : 0;
  }
  return length;
}

template <class Map>
void count_chains(const Map& m, tally& sum) {
  const gomap::hmap* h = m.handle();
  const auto view = gomap::inspect_array(Map::t, h->buckets, gomap::bucketShift(h->B));
  tally here;
  for (std::size_t i = 0; i < view.base; i++) {
    const chain_length chain = length_of_chain(Map::t, view.buckets[i].at);
    here.overflow += chain.buckets - 1;
    here.entries += chain.entries;
    // The first entry of a chain is found at the first check, the last at the last.
    here.checks_to_find += chain.entries * (chain.entries + 1) / 2;
  }
  // noverflow is exact for B < 16.
  if (here.entries != m.size() || here.overflow != h->noverflow) {
    throw std::logic_error("the chains do not hold what the map says that it holds");
  }
  sum.maps++;
  sum.buckets += view.base;
  sum.overflow += here.overflow;
  sum.entries += here.entries;
  sum.checks_to_find += here.checks_to_find;
}

// Inserts random keys until the next one would make the map grow.
template <class Map>
void fill(Map& m, std::uint64_t entries, std::mt19937_64& random) {
  while (m.size() < entries) {
    const std::uint64_t key = random();
    m[key] = key;
  }
  const gomap::hmap* h = m.handle();
  if (h->growing() || !gomap::overLoadFactor(Map::t, h->count + 1, h->B)) {
    throw std::logic_error("the map is not about to grow");
  }
}

// The buckets to fill for a row. Overflow buckets are rare at low loads, so those rows get more:
// the relative error of each row's %overflow is the same, 1 / sqrt(overflow buckets seen).
double share_of(unsigned halves, const options& o) {
  double sum = 0;
  for (const figures& f : in_comment) sum += 1 / f[0];
  return static_cast<double>(o.buckets) / in_comment[halves - first_halves][0] / sum;
}

template <unsigned Halves>
tally measure(const options& o) {
  using map = map_of_load<Halves>;
  gomap::thread_random().seed(o.seed);
  std::mt19937_64 random(o.seed * in_comment.size() + Halves);
  tally sum;
  while (static_cast<double>(sum.buckets) < share_of(Halves, o)) {
    map m;
    fill(m, (std::uint64_t{Halves} << o.log2_buckets) / 2, random);
    count_chains(m, sum);
  }
  return sum;
}

figures figures_of(const tally& sum) {
  constexpr double bucket_bytes = map_of_load<first_halves>::type::bucketsize();
  constexpr double entry_bytes = 2 * sizeof(std::uint64_t);
  const auto buckets = static_cast<double>(sum.buckets);
  const auto overflow = static_cast<double>(sum.overflow);
  const auto entries = static_cast<double>(sum.entries);
  return {100 * overflow / buckets, (buckets + overflow) * bucket_bytes / entries - entry_bytes,
          static_cast<double>(sum.checks_to_find) / entries, entries / buckets};
}

struct row {
  double load_factor = 0;
  tally counted;
  figures go{};
  figures here{};

  double deviation(std::size_t column) const { return here[column] / go[column] - 1; }
  bool close() const {
    for (std::size_t c = 0; c < columns; c++) {
      if (!(std::abs(deviation(c)) <= tolerance)) return false;
    }
    return true;
  }
};

// ---- output ----

void print_head() {
  fmt::print("{:>4}", "load");
  for (const char* name : column_names) fmt::print(" |{:>21}", name);
  fmt::print("\n{:>4}", "");
  for (std::size_t c = 0; c < columns; c++) fmt::print(" |{:>6}{:>7}{:>8}", "Go", "here", "off");
  fmt::print("\n");
}

void print_row(const row& r) {
  fmt::print("{:4.2f}", r.load_factor);
  for (std::size_t c = 0; c < columns; c++) {
    fmt::print(" |{:6.2f}{:7.2f}{:+7.2f}%", r.go[c], r.here[c], 100 * r.deviation(c));
  }
  fmt::print("{}\n", r.close() ? "" : "  <- too far off");
  std::fflush(stdout);
}

nlohmann::json to_json(const row& r) {
  nlohmann::json j{{"load_factor", r.load_factor},
                   {"maps", r.counted.maps},
                   {"buckets", r.counted.buckets},
                   {"entries", r.counted.entries}};
  for (std::size_t c = 0; c < columns; c++) {
    j["columns"][column_names[c]] = {
        {"go", r.go[c]}, {"here", r.here[c]}, {"deviation_percent", 100 * r.deviation(c)}};
  }
  return j;
}

template <unsigned... I>
std::vector<row> measure_all(const options& o, std::integer_sequence<unsigned, I...>) {
  std::vector<row> rows;
  const auto add = [&](unsigned i, const tally& counted) {
    rows.push_back({(first_halves + i) / 2.0, counted, in_comment[i], figures_of(counted)});
    if (!o.json) print_row(rows.back());
  };
  (add(I, measure<first_halves + I>(o)), ...);
  return rows;
}

void draw(const std::vector<row>& rows, const std::string& file) {
  std::array<std::array<std::vector<std::array<double, 2>>, 2>, columns> points;
  std::vector<chart_panel> panels;
  for (std::size_t c = 0; c < columns; c++) {
    for (const row& r : rows) {
      points[c][0].push_back({r.load_factor, r.go[c]});
      points[c][1].push_back({r.load_factor, r.here[c]});
    }
    panels.push_back({column_names[c], points[c][0], points[c][1], axes::linear});
  }
  write_chart(panels,
              "entries a bucket at which a map grows; circles: map.go's comment, line: the port",
              file);
}

// True if every figure is close to the comment's.
bool report(const options& o) {
  if (!o.json) print_head();
  const std::vector<row> rows =
      measure_all(o, std::make_integer_sequence<unsigned, in_comment.size()>());
  bool close = true;
  double worst = 0;
  nlohmann::json all = nlohmann::json::array();
  for (const row& r : rows) {
    close = close && r.close();
    for (std::size_t c = 0; c < columns; c++) worst = std::max(worst, std::abs(r.deviation(c)));
    all.push_back(to_json(r));
  }
  if (!o.svg.empty()) draw(rows, o.svg);
  if (o.json) {
    const nlohmann::json j{{"seed", o.seed},
                           {"tolerance_percent", 100 * tolerance},
                           {"worst_deviation_percent", 100 * worst},
                           {"pass", close},
                           {"rows", all}};
    fmt::print("{}\n", j.dump(2));
  } else {
    fmt::print("\nat most {:.2f} % off; {}within {:.0f} %\n", 100 * worst, close ? "" : "NOT ",
               100 * tolerance);
  }
  return close;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  mapproof::options o;
  CLI::App app(
      "Reproduces the table of load factors in map.go's header comment on maps of the port.\n"
      "Exit status: 0 if every figure is within 1 % of the comment's, else 1.");
  app.add_option(
         "--buckets", o.buckets,
         "buckets to fill for all rows. Fewer are faster but vary more, and the comment's own "
         "figures are up to 0.6 % off what theory gives")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--log2-buckets", o.log2_buckets, "log2 of the buckets of each single map (B)")
      ->check(CLI::Range(8, 15))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "for keys and hash seeds")->capture_default_str();
  app.add_flag("--json", o.json, "print JSON");
  app.add_option("--svg", o.svg, "draw the table into this file, too");
  CLI11_PARSE(app, argc, argv);
  return mapproof::status_of("load_factor_table", [&] { return mapproof::report(o); });
}
