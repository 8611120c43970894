// The port against the real Go map, std::unordered_map, absl::flat_hash_map and
// boost::unordered_map; see --help, or impl/bench/compare --help.
#include <fmt/core.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gomap/random.h"
#include "impl/bench/comparison.h"
#include "impl/bench/comparison_forms.h"
#include "impl/bench/contest.h"
#include "impl/bench/go_contender.h"
#include "impl/bench/number_of_entries.h"
#include "impl/bench/ratio_chart.h"

namespace mapproof {
namespace {

struct options {
  std::vector<std::size_t> sizes{100, 10'000, 1'000'000};
  unsigned repetitions = 9;
  std::string only;  // what the name of a cell has to contain
  bool quick = false;
  bool as_json = false;
  bool print_goals = false;
  std::string svg;
};

// Every contender once, beginning with another one each time.
void take_turns(const contest& ready, cell& measured, unsigned turn) {
  std::optional<std::uint64_t> checksum;
  for (std::size_t i = 0; i < ready.contenders.size(); i++) {
    const contender& one = ready.contenders[(turn + i) % ready.contenders.size()];
    const sample found = one.run(measured.workload);
    if (found.operations == 0 || found.checksum != checksum.value_or(found.checksum)) {
      throw std::logic_error(fmt::format("{}: {} did other work", measured.name(), one.map));
    }
    checksum = found.checksum;
    if (turn == 0) continue;  // warms up
    measured.nanoseconds[std::string(one.map)].push_back(found.seconds * 1e9 /
                                                         static_cast<double>(found.operations));
  }
}

std::vector<cell> wanted_cells(std::string_view key, std::size_t entries, const options& given) {
  std::vector<cell> cells;
  for (const std::string_view workload : workload_names) {
    cell one{std::string(workload), std::string(key), entries, false, {}};
    if (one.name().find(given.only) != std::string::npos) cells.push_back(std::move(one));
  }
  return cells;
}

// With many entries a run takes hours. Who stops it shall have what there is.
volatile std::sig_atomic_t interrupted = 0;

void stop_when_interrupted() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  // A second one ends the program. Go asks all handlers beside its own to have a stack apart.
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND | SA_ONSTACK);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

// One kind of key at one size.
struct match {
  const key_kind* kind;
  std::size_t entries;
  std::vector<cell> cells;
};

std::vector<match> wanted_matches(const options& given) {
  std::vector<match> wanted;
  for (const auto* kinds : {&integer_kinds(), &string_kinds(), &struct_kinds()}) {
    for (const key_kind& kind : *kinds) {
      for (const std::size_t entries : given.sizes) {
        std::vector<cell> cells = wanted_cells(kind.name, entries, given);
        if (!cells.empty()) wanted.push_back({&kind, entries, std::move(cells)});
      }
    }
  }
  if (wanted.empty()) throw std::invalid_argument("--only: no cell has such a name");
  return wanted;
}

// False if it was interrupted.
bool measure(match& one, unsigned repetitions, const go_library* go) {
  const contest ready = one.kind->make(one.entries, go);
  for (unsigned turn = 0; turn <= repetitions; turn++) {
    for (cell& measured : one.cells) {
      if (interrupted) return false;
      measured.apart = ready.apart;
      take_turns(ready, measured, turn);
    }
    if (::isatty(STDERR_FILENO)) fmt::print(stderr, "  {} of {}\r", turn, repetitions);
  }
  return true;
}

// Those of whole matches, if it is interrupted.
std::vector<cell> measure_all(std::vector<match> wanted, unsigned repetitions,
                              const go_library* go) {
  stop_when_interrupted();
  std::vector<cell> cells;
  for (std::size_t i = 0; i < wanted.size(); i++) {
    match& one = wanted[i];
    fmt::print(stderr, "{}/{}: {} keys, {} entries\n", i + 1, wanted.size(), one.kind->name,
               one.entries);
    if (!measure(one, repetitions, go)) {
      fmt::print(stderr, "interrupted: {} of {} are measured\n", i, wanted.size());
      break;
    }
    std::ranges::move(one.cells, std::back_inserter(cells));
  }
  return cells;
}

void write_chart(const std::string& path, std::span<const cell> cells) {
  std::ofstream out(path);
  out << chart_of(cells);
  if (!out.flush()) throw std::runtime_error(fmt::format("{}: cannot be written", path));
}

int run(const options& given) {
  if (given.print_goals) {
    for (const goal& one : goals) fmt::print("{}\n", line_of(one));
    return 0;
  }
  std::optional<go_library> go;
  try {
    go.emplace();
  } catch (const no_go& why) {
    fmt::print(stderr, "{}\n", why.what());
  }
  const std::vector<cell> cells =
      measure_all(wanted_matches(given), given.repetitions, go ? &*go : nullptr);
  if (cells.empty()) return 2;
  std::vector<ruling> rulings;
  for (const goal& one : goals) rulings.push_back(rule(one, cells));
  fmt::print("{}", given.as_json ? json_of(cells, rulings) : table_of(cells));
  // With JSON, standard output is for machines.
  std::FILE* const out = given.as_json ? stderr : stdout;
  for (const ruling& one : rulings) fmt::print(out, "{}", line_of(one));
  fmt::print(out, "{}", notes_on(cells));
  if (!given.svg.empty()) write_chart(given.svg, cells);
  return interrupted ? 2 : exit_status(rulings);
}

options parse(CLI::App& app, int argc, char** argv) {
  options given;
  app.add_option("--sizes", given.sizes, "entries, such as 1e2,1e4,1e6 (the default) or 1e7")
      ->delimiter(',')
      ->transform(number_of_entries(16, 100'000'000));
  app.add_option("--repetitions", given.repetitions, "of each measurement")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--only", given.only, "only cells whose name has this, as in hit/uint64/10000");
  app.add_flag("--quick", given.quick, "sizes 1e2 and 1e4, about a minute");
  app.add_flag("--json", given.as_json, "print JSON");
  app.add_option("--svg", given.svg, "draw the ratios into this file");
  app.add_flag("--goals", given.print_goals, "print the goals, measure nothing");
  app.parse(argc, argv);
  if (given.quick) {
    if (app.count("--sizes") == 0) given.sizes = {100, 10'000};
    if (app.count("--repetitions") == 0) given.repetitions = 7;
  }
  return given;
}

// Go asks the system for huge pages, without which a big map waits twice as long for its addresses.
// malloc does if this is set before the program begins. Who sets it otherwise knows why.
void begin_with_huge_pages(char** argv) {
  if (std::getenv(malloc_tunables) != nullptr) return;
  ::setenv(malloc_tunables, "glibc.malloc.hugetlb=1", 1);
  ::execv("/proc/self/exe", argv);  // if that cannot be, without them
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  mapproof::begin_with_huge_pages(argv);
  // Go keeps the memory of maps that are gone for the next ones. So shall malloc, or the big tables
  // of C++ would be compared with the page faults of the system on one side only.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  gomap::thread_random().seed(1);
  CLI::App app("The port against the real Go map and the maps of C++: times and ratios.");
  try {
    return mapproof::run(mapproof::parse(app, argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "cannot run: {}\n", error.what());
    return 2;
  }
}
