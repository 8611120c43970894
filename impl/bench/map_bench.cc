// gomap::map against std::unordered_map: insert, hit, miss, delete and iterate, at three sizes.
//
// Both hold the same random keys, use the same hash function, and are looked up in another order
// than they were filled in. What counts is the thread's CPU time, and repetitions are interleaved
// at random, so that a busy machine hits both alike; the table of ratios at the end is made of
// medians.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gomap/hash.h"
#include "gomap/map.h"
#include "impl/bench/comparison.h"
#include "impl/bench/key_lists.h"
#include "impl/bench/thread_clock.h"

namespace mapproof {
namespace {

// ---- the maps ----

inline constexpr gomap::uintptr std_seed = 0x9d5f2c31;

struct same_hash {
  gomap::uintptr operator()(std::uint64_t key, gomap::uintptr seed) const noexcept {
    return gomap::int64hash(key, seed);
  }
  std::size_t operator()(std::uint64_t key) const noexcept { return (*this)(key, std_seed); }
};

using go_map = gomap::map<std::uint64_t, std::uint64_t, same_hash>;
using std_map = std::unordered_map<std::uint64_t, std::uint64_t, same_hash>;

bool holds(const go_map& m, std::uint64_t key) { return m.find(key) != nullptr; }
bool holds(const std_map& m, std::uint64_t key) { return m.find(key) != m.end(); }

std::uint64_t sum_of(const go_map& m) {
  std::uint64_t sum = 0;
  for (auto w = m.walk(); w; w.next()) sum += w.key() + w.elem();
  return sum;
}
std::uint64_t sum_of(const std_map& m) {
  std::uint64_t sum = 0;
  for (const auto& [key, elem] : m) sum += key + elem;
  return sum;
}

// ---- the keys ----

using key_set = key_lists<std::uint64_t>;

const key_set& keys(std::size_t n) {
  static std::map<std::size_t, key_set> sets;
  return sets.try_emplace(n, n, [](std::uint64_t i) { return scatter(i); }).first->second;
}

template <class Map>
void fill(Map& m, std::span<const std::uint64_t> wanted) {
  for (const std::uint64_t key : wanted) m[key] = key;
}

// A map that was filled once, for the operations that do not change it.
template <class Map>
const Map& filled(std::size_t n) {
  static std::map<std::size_t, Map> maps;
  const auto [at, is_new] = maps.try_emplace(n);
  if (is_new) fill(at->second, keys(n).of_round(keys(n).inserted, 0));
  return at->second;
}

// ---- the operations: `run` returns how many of them an iteration is ----

// For operations that need a map of their own each time: only `body` counts.
template <class Body>
void time_only(benchmark::State& state, Body body) {
  const double start = thread_seconds();
  body();
  state.SetIterationTime(thread_seconds() - start);
}

struct insert {
  static constexpr const char* name = "insert";
  static constexpr bool own_clock = true;
  template <class Map>
  static std::size_t run(benchmark::State& state, std::size_t n) {
    const key_set& k = keys(n);
    std::size_t round = 0;
    for (auto _ : state) {
      const std::span wanted = k.of_round(k.inserted, round++);
      std::optional<Map> m;  // outlives the measurement: taking it down is not timed
      time_only(state, [&] {
        m.emplace();
        fill(*m, wanted);
      });
      if (m->size() != n) state.SkipWithError("entries are missing");
    }
    return n;
  }
};

struct erase {
  static constexpr const char* name = "delete";
  static constexpr bool own_clock = true;
  template <class Map>
  static std::size_t run(benchmark::State& state, std::size_t n) {
    const key_set& k = keys(n);
    std::size_t round = 0;
    for (auto _ : state) {
      const std::span unwanted = k.of_round(k.deleted, round);
      Map m;
      fill(m, k.of_round(k.inserted, round++));
      time_only(state, [&] {
        for (const std::uint64_t key : unwanted) m.erase(key);
      });
      if (!m.empty()) state.SkipWithError("entries are left");
    }
    return n;
  }
};

template <class Map>
std::size_t look_up(benchmark::State& state, std::size_t n,
                    const std::vector<std::uint64_t>& wanted, std::size_t expected) {
  const Map& m = filled<Map>(n);
  for (auto _ : state) {
    std::size_t found = 0;
    for (const std::uint64_t key : wanted) found += holds(m, key) ? 1 : 0;
    if (found != expected) state.SkipWithError("wrong number of entries found");
  }
  return wanted.size();
}

struct hit {
  static constexpr const char* name = "hit";
  static constexpr bool own_clock = false;
  template <class Map>
  static std::size_t run(benchmark::State& state, std::size_t n) {
    return look_up<Map>(state, n, keys(n).present, keys(n).present.size());
  }
};

struct miss {
  static constexpr const char* name = "miss";
  static constexpr bool own_clock = false;
  template <class Map>
  static std::size_t run(benchmark::State& state, std::size_t n) {
    return look_up<Map>(state, n, keys(n).absent, 0);
  }
};

struct iterate {
  static constexpr const char* name = "iterate";
  static constexpr bool own_clock = false;
  template <class Map>
  static std::size_t run(benchmark::State& state, std::size_t n) {
    std::uint64_t expected = 0;
    for (const std::uint64_t key : keys(n).of_round(keys(n).inserted, 0)) expected += 2 * key;
    const Map& m = filled<Map>(n);
    for (auto _ : state) {
      if (sum_of(m) != expected) state.SkipWithError("wrong entries walked over");
    }
    return n;
  }
};

// ---- registration ----

inline constexpr std::array<std::size_t, 3> sizes{1'000, 100'000, 10'000'000};
inline constexpr std::array<const char*, 5> operations{insert::name, hit::name, miss::name,
                                                       erase::name, iterate::name};
inline constexpr std::string_view ours = "gomap";
inline constexpr std::string_view theirs = "std";

std::string name_of(std::string_view operation, std::string_view map, std::size_t n) {
  return fmt::format("{}/{}/{}", operation, map, n);
}

template <class Operation, class Map>
void enlist(std::string_view map, std::size_t n) {
  const auto body = [n](benchmark::State& state) {
    const std::size_t items = Operation::template run<Map>(state, n);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
  };
  auto* made = benchmark::RegisterBenchmark(name_of(Operation::name, map, n).c_str(), body);
  made->Unit(n >= 1'000'000 ? benchmark::kMillisecond : benchmark::kMicrosecond);
  if (Operation::own_clock) made->UseManualTime();
}

template <class... Operation>
void enlist_all() {
  for (const std::size_t n : sizes) {
    ((enlist<Operation, go_map>(ours, n), enlist<Operation, std_map>(theirs, n)), ...);
  }
}

// ---- the table of ratios ----

// Keeps the CPU time of each repetition; prints what Google Benchmark makes of them all.
class collector : public benchmark::ConsoleReporter {
 public:
  explicit collector(OutputOptions options) : ConsoleReporter(options) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred || run.iterations == 0) continue;
      // By CPU time: its own notion, or ours where we keep the clock.
      const double rate = run.counters.at("items_per_second");
      nanoseconds_[run.run_name.function_name].push_back(1e9 / rate);
    }
    const bool one_of_many = runs.front().run_type == Run::RT_Iteration && runs.size() > 1;
    if (!one_of_many) ConsoleReporter::ReportRuns(runs);
  }

  // Median nanoseconds of one operation.
  std::optional<double> nanoseconds(std::string_view operation, std::string_view map,
                                    std::size_t n) const {
    const auto at = nanoseconds_.find(name_of(operation, map, n));
    if (at == nanoseconds_.end()) return std::nullopt;
    return median(at->second);
  }

 private:
  std::map<std::string, std::vector<double>> nanoseconds_;
};

void print_ratios(const collector& times) {
  std::vector<double> all;
  std::map<std::size_t, std::vector<double>> of_size;
  fmt::print("\n{:<10}{:>10}{:>16}{:>16}{:>12}\n", "operation", "entries", "gomap ns/op",
             "std ns/op", "gomap/std");
  for (const char* operation : operations) {
    for (const std::size_t n : sizes) {
      const auto mine = times.nanoseconds(operation, ours, n);
      const auto other = times.nanoseconds(operation, theirs, n);
      if (!mine || !other) continue;
      const double ratio = *mine / *other;
      fmt::print("{:<10}{:>10}{:>16.2f}{:>16.2f}{:>12.2f}\n", operation, n, *mine, *other, ratio);
      all.push_back(ratio);
      of_size[n].push_back(ratio);
    }
  }
  if (all.empty()) return;
  for (const auto& [n, ratios] : of_size) {
    fmt::print("{:<10}{:>10}{:>44.2f}\n", "geo. mean", n, geometric_mean(ratios));
  }
  fmt::print("{:<10}{:>10}{:>44.2f}\n", "geo. mean", "all", geometric_mean(all));
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  // What is given on the command line comes later and wins.
  std::vector<std::string> words{argv[0], "--benchmark_enable_random_interleaving=true",
                                 "--benchmark_repetitions=5", "--benchmark_min_time=0.1"};
  words.insert(words.end(), argv + 1, argv + argc);
  std::vector<char*> args;
  for (std::string& word : words) args.push_back(word.data());
  args.push_back(nullptr);
  auto count = static_cast<int>(words.size());

  benchmark::Initialize(&count, args.data());
  if (benchmark::ReportUnrecognizedArguments(count, args.data())) return 1;
  gomap::thread_random().seed(1);
  mapproof::enlist_all<mapproof::insert, mapproof::hit, mapproof::miss, mapproof::erase,
                       mapproof::iterate>();
  mapproof::collector times(benchmark::ConsoleReporter::OO_None);
  benchmark::RunSpecifiedBenchmarks(&times);
  mapproof::print_ratios(times);
  benchmark::Shutdown();
}
