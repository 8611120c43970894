// The workloads of the comparison as benchmarks of Google Benchmark, for who wants its options: one
// cell at a time under a profiler, other sizes, its JSON. Goals are judged by `compare`.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gomap/random.h"
#include "impl/bench/comparison.h"
#include "impl/bench/comparison_forms.h"
#include "impl/bench/contest.h"

namespace mapproof {
namespace {

inline constexpr std::array<std::size_t, 3> sizes{1'000, 100'000, 10'000'000};

// Maps that are filled with the same keys, made when the first benchmark needs them.
class contests {
 public:
  explicit contests(const go_library* go) : go_(go) {}

  // Null if there is no such map.
  const contender* find(const key_kind& kind, std::size_t entries, std::string_view map) {
    const auto [at, is_new] = made_.try_emplace({kind.name, entries});
    if (is_new) at->second = kind.make(entries, go_);
    for (const contender& one : at->second.contenders) {
      if (one.map == map) return &one;
    }
    return nullptr;
  }

 private:
  const go_library* go_;
  std::map<std::pair<std::string_view, std::size_t>, contest> made_;
};

// What a benchmark's name says.
struct subject {
  cell of;
  const key_kind* kind;
  std::string_view map;

  std::string name() const { return fmt::format("{}/{}", of.name(), map); }
};

std::vector<subject> all_subjects() {
  std::vector<std::string_view> maps{the_port};
  maps.insert(maps.end(), std::begin(peers), std::end(peers));
  std::vector<subject> all;
  for (const auto* kinds : {&integer_kinds(), &string_kinds(), &struct_kinds()}) {
    for (const key_kind& kind : *kinds) {
      for (const std::string_view workload : workload_names) {
        for (const std::size_t n : sizes) {
          const cell one{std::string(workload), std::string(kind.name), n, false, {}};
          for (const std::string_view map : maps) all.push_back({one, &kind, map});
        }
      }
    }
  }
  return all;
}

// The workload takes its own time: what prepares the maps is not in it.
void run(benchmark::State& state, const subject& what, contests& ready) {
  const contender* one = ready.find(*what.kind, what.of.entries, what.map);
  if (one == nullptr) return state.SkipWithError("no such map here");
  std::uint64_t operations = 0;
  for (auto _ : state) {
    const sample found = one->run(what.of.workload);
    state.SetIterationTime(found.seconds);
    operations += found.operations;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(operations));
}

// Keeps the time of each repetition, which are taken in random order; prints what Google Benchmark
// makes of them all.
class collector : public benchmark::ConsoleReporter {
 public:
  explicit collector(const std::vector<subject>& all) : ConsoleReporter(OO_None) {
    for (const subject& one : all) by_name_.emplace(one.name(), one);
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred || run.iterations == 0) continue;
      const subject& what = by_name_.at(run.run_name.function_name);
      cell& measured = cells_.try_emplace(what.of.name(), what.of).first->second;
      measured.nanoseconds[std::string(what.map)].push_back(1e9 /
                                                            run.counters.at("items_per_second"));
    }
    const bool one_of_many = runs.front().run_type == Run::RT_Iteration && runs.size() > 1;
    if (!one_of_many) ConsoleReporter::ReportRuns(runs);
  }

  std::vector<cell> cells() const {
    std::vector<cell> all;
    for (const auto& [name, one] : cells_) all.push_back(one);
    return all;
  }

 private:
  std::map<std::string, subject> by_name_;
  std::map<std::string, cell> cells_;
};

void measure() {
  std::optional<go_library> go;
  try {
    go.emplace();
  } catch (const no_go& why) {
    fmt::print(stderr, "{}\n", why.what());
  }
  contests ready(go ? &*go : nullptr);
  const std::vector<subject> all = all_subjects();
  for (const subject& one : all) {
    const auto body = [&](benchmark::State& state) { run(state, one, ready); };
    benchmark::RegisterBenchmark(one.name().c_str(), body)->UseManualTime();
  }
  collector times(all);
  benchmark::RunSpecifiedBenchmarks(&times);
  fmt::print("\n{}", table_of(times.cells()));
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  // What is given on the command line comes later and wins.
  std::vector<std::string> words{argv[0], "--benchmark_filter=/uint64/(1000|100000)/(gomap|std)",
                                 "--benchmark_enable_random_interleaving=true",
                                 "--benchmark_repetitions=5", "--benchmark_min_time=0.05"};
  words.insert(words.end(), argv + 1, argv + argc);
  std::vector<char*> args;
  for (std::string& word : words) args.push_back(word.data());
  args.push_back(nullptr);
  auto count = static_cast<int>(words.size());
  benchmark::Initialize(&count, args.data());
  if (benchmark::ReportUnrecognizedArguments(count, args.data())) return 1;
  gomap::thread_random().seed(1);
  mapproof::measure();
  benchmark::Shutdown();
}
