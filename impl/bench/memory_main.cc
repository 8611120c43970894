// How much memory maps take: the port beside the real Go map and the maps of C++. See --help.
#include <absl/container/flat_hash_map.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <boost/unordered_map.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gomap/map.h"
#include "impl/bench/allocated.h"
#include "impl/bench/comparison.h"
#include "impl/bench/go_contender.h"
#include "impl/bench/number_of_entries.h"
#include "impl/bench/unseeded_hash.h"

namespace mapproof {
namespace {

using u64 = std::uint64_t;

constexpr double entry_bytes = 2 * sizeof(u64);

// A figure is bytes for each entry, the entry's own 16 included.
struct figures {
  double filled = 0;           // with so many entries put
  std::optional<double> peak;  // the most on the way there; of Go nothing is known of it
  double churned = 0;          // after three times as many were replaced by new ones
};

struct held {
  u64 now = 0;
  u64 peak = 0;
};

template <class Map>
held live_bytes(u64 entries, u64 churned) {
  const u64 before = allocated_so_far().now;
  forget_peak();
  Map m;
  for (u64 key = 0; key < entries; ++key) m[key] = key;
  for (u64 key = 0; key < churned; ++key) {
    m.erase(key);
    m[key + entries] = key;
  }
  const allocated after = allocated_so_far();
  return {after.now - before, after.peak - before};
}

constexpr u64 turnover = 3;

template <class Map>
figures measured(u64 n) {
  const held filled = live_bytes<Map>(n, 0);
  const held churned = live_bytes<Map>(n, turnover * n);
  const auto entries = static_cast<double>(n);
  return {static_cast<double>(filled.now) / entries, static_cast<double>(filled.peak) / entries,
          static_cast<double>(churned.now) / entries};
}

figures measured_in_go(const go_library& go, u64 n) {
  const auto entries = static_cast<double>(n);
  return {static_cast<double>(go.live_bytes(n, 0)) / entries, std::nullopt,
          static_cast<double>(go.live_bytes(n, turnover * n)) / entries};
}

struct row {
  u64 entries = 0;
  std::string map;
  figures bytes;
};

std::vector<row> measure(u64 n, const go_library* go) {
  std::vector<row> rows;
  gomap::thread_random().seed(1);
  rows.push_back({n, std::string(the_port), measured<gomap::map<u64, u64>>(n)});
  if (go != nullptr) rows.push_back({n, std::string(the_real_go), measured_in_go(*go, n)});
  rows.push_back(
      {n, std::string(the_std_map), measured<std::unordered_map<u64, u64, unseeded_hash<u64>>>(n)});
  rows.push_back({n, std::string(the_absl_map),
                  measured<absl::flat_hash_map<u64, u64, unseeded_hash<u64>>>(n)});
  rows.push_back({n, std::string(the_boost_map),
                  measured<boost::unordered_map<u64, u64, unseeded_hash<u64>>>(n)});
  return rows;
}

void print(const row& r) {
  const std::string peak = r.bytes.peak ? fmt::format("{:.1f}", *r.bytes.peak) : "-";
  fmt::print("{:>10}  {:<22}{:>8.1f}{:>8}{:>9.1f}\n", r.entries, r.map, r.bytes.filled, peak,
             r.bytes.churned);
  std::fflush(stdout);
}

nlohmann::json to_json(const row& r) {
  return {{"entries", r.entries},
          {"map", r.map},
          {"filled", r.bytes.filled},
          {"peak", r.bytes.peak ? nlohmann::json(*r.bytes.peak) : nlohmann::json()},
          {"churned", r.bytes.churned}};
}

int run(const std::vector<u64>& sizes, bool as_json) {
  std::optional<go_library> go;
  try {
    go.emplace();
  } catch (const no_go& missing) {
    fmt::print(stderr, "{}\n", missing.what());
  }
  nlohmann::json all = nlohmann::json::array();
  if (!as_json)
    fmt::print("{:>10}  {:<22}{:>8}{:>8}{:>9}\n", "entries", "map", "filled", "peak", "churned");
  for (const u64 n : sizes) {
    for (const row& r : measure(n, go ? &*go : nullptr)) {
      if (!as_json) print(r);
      all.push_back(to_json(r));
    }
  }
  if (as_json)
    fmt::print("{}\n", nlohmann::json{{"entry_bytes", entry_bytes}, {"rows", all}}.dump(2));
  return go ? EXIT_SUCCESS : 2;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  CLI::App app(
      "Bytes that maps from 64-bit to 64-bit integers hold for each entry, the entry's own 16 "
      "included:\n"
      "  filled   with so many entries\n"
      "  peak     the most on the way there, while an old and a new table are there\n"
      "  churned  after three times as many entries were deleted, and new ones put in their place\n"
      "In C++ what malloc has given out, in Go what its collector finds alive.\n\n"
      "examples:\n  build/map_memory\n  build/map_memory --sizes 106496,106497 --json\n\n"
      "exit status: 0 measured; 2 without a real Go (the others are measured), or could not run");
  std::vector<std::uint64_t> sizes{100, 10'000, 1'000'000};
  bool json = false;
  app.add_option("--sizes", sizes, "numbers of entries, such as 106497 or 1e7")
      ->delimiter(',')
      ->transform(mapproof::number_of_entries(1, 100'000'000))
      ->capture_default_str();
  app.add_flag("--json", json, "print JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  return mapproof::run(sizes, json);
}
