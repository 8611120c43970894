#include "fuzz/driver/fuzzing.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "conformance/cli/io.h"
#include "fuzz/driver/artifacts.h"
#include "fuzz/driver/corpus.h"
#include "fuzz/driver/space.h"
#include "fuzz/driver/tools.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned kMostRestarts = 3;
// Workers look at the clock between inputs only, and a slow one has twenty seconds.
constexpr std::chrono::seconds kPatience{30};
// The one that found something keeps its input first, then explains and shrinks it.
constexpr std::chrono::seconds kFinderTime{10};
constexpr milliseconds kLook{1000};
constexpr unsigned kQuietLooks = 10;  // between two lines of progress, where there is no terminal

struct Worker {
  unsigned index = 0;
  unsigned starts = 0;
  pid_t pid = 0;  // 0: it has ended
  fs::path folder;
};

class Fuzzing {
 public:
  Fuzzing(const FuzzTarget& target, unsigned time, Context* context, TargetResult* result)
      : target_(target), time_(time), context_(*context), result_(*result) {}

  void run() {
    for (unsigned i = 0; i < context_.options.jobs; ++i) {
      Worker worker;
      worker.index = i;
      workers_.push_back(std::move(worker));
      start(&workers_.back());
    }
    watch();
    if (found_) let_finder_finish();
    context_.children.stop_all();
    take_numbers();
    for (const fs::path& folder : folders_) context_.failures.collect(target_, folder);
    if (troubles_.empty() && result_.numbers.executions == 0 && !context_.must_stop()) {
      troubles_ = fmt::format("{}: no input was run; see {}", target_.name, folders_[0].string());
    }
    if (!troubles_.empty()) context_.trouble(troubles_);
  }

 private:
  void start(Worker* worker);
  void watch();
  void let_finder_finish();
  void ended(const Ending& ending);
  void died(Worker* worker, const Ending& ending);
  void check_space();
  void take_numbers();
  void show_progress(unsigned look);
  bool over() const {
    return found_ || !troubles_.empty() || context_.must_stop() || !context_.children.any() ||
           Clock::now() > began_ + std::chrono::seconds(time_) + kPatience;
  }
  std::chrono::seconds left() const {
    return std::chrono::ceil<std::chrono::seconds>(began_ + std::chrono::seconds(time_) -
                                                   Clock::now());
  }

  const FuzzTarget& target_;
  unsigned time_;
  Context& context_;
  TargetResult& result_;
  Clock::time_point began_ = Clock::now();
  std::vector<Worker> workers_;
  std::vector<fs::path> folders_;  // of every start
  bool found_ = false;
  std::string troubles_;
};

void Fuzzing::start(Worker* worker) {
  const Options& options = context_.options;
  worker->folder =
      context_.workers() / fmt::format("{}-{}-{}", target_.name, worker->index, worker->starts);
  make_folder(worker->folder);
  folders_.push_back(worker->folder);
  std::vector<std::string> words = {fuzzer_of(target_, options).string(), result_.corpus.string(),
                                    context_.seeds_of(target_).string()};
  for (std::string& flag : common_flags(worker->folder)) words.push_back(std::move(flag));
  const unsigned seed = options.seed + worker->index + 1000 * worker->starts;
  words.push_back(fmt::format("-max_total_time={}", left().count()));
  words.push_back(fmt::format("-seed={}", seed));
  words.insert(words.end(), {"-reload=1", "-print_final_stats=1"});
  Environment environment = environment_of(target_, options);
  environment["MAPPROOF_STATS"] = (worker->folder / "stats.json").string();
  worker->pid = context_.children.start({.words = std::move(words),
                                         .environment = std::move(environment),
                                         .output = worker->folder / "log"});
  ++worker->starts;
}

void Fuzzing::watch() {
  for (unsigned look = 1; !over(); ++look) {
    for (const Ending& ending : context_.children.wait(kLook)) ended(ending);
    check_space();
    for (const Worker& worker : workers_) {
      found_ = found_ || !artifacts_in(worker.folder).empty();
    }
    show_progress(look);
  }
  cli::show_progress("");
}

void Fuzzing::let_finder_finish() {
  const auto deadline = Clock::now() + kFinderTime;
  while (!context_.children.interrupted() && Clock::now() < deadline) {
    for (const Worker& worker : workers_) {
      if (worker.pid == 0 && !artifacts_in(worker.folder).empty()) return;
    }
    for (const Ending& ending : context_.children.wait(kLook)) ended(ending);
  }
}

void Fuzzing::ended(const Ending& ending) {
  for (Worker& worker : workers_) {
    if (worker.pid != ending.pid) continue;
    worker.pid = 0;
    if (ending.well()) return;  // its time is over
    if (!artifacts_in(worker.folder).empty()) {
      found_ = true;
      return;
    }
    check_space();
    if (!context_.must_stop() && troubles_.empty() && !found_) died(&worker, ending);
  }
}

// Without an artifact.
void Fuzzing::died(Worker* worker, const Ending& ending) {
  const fs::path log = worker->folder / "log";
  if (ending.signal == 0 || worker->starts > kMostRestarts) {
    const std::string how =
        ending.signal == 0 ? fmt::format("ended with status {}", ending.code)
                           : fmt::format("was killed by signal {} time and again", ending.signal);
    troubles_ = fmt::format("{}: worker {} {} and left no artifact; its last words, from {}:\n{}",
                            target_.name, worker->index, how, log.string(), last_words(log));
    return;
  }
  if (left().count() <= 0) return;
  say(fmt::format("worker {} was killed by signal {} and is started again", worker->index,
                  ending.signal));
  ++result_.restarts;
  start(worker);
}

void Fuzzing::check_space() {
  if (context_.disk_is_full) return;
  const std::string full = disk_trouble({result_.corpus, context_.options.artifacts});
  if (full.empty()) return;
  context_.disk_is_full = true;
  context_.trouble(full);
}

void Fuzzing::take_numbers() {
  result_.numbers = {};
  for (const fs::path& folder : folders_) {
    result_.numbers.add(read_numbers(folder / "stats.json", folder / "log"));
  }
  result_.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
}

void Fuzzing::show_progress(unsigned look) {
  const bool terminal = cli::is_terminal(2);
  if (!terminal && look % kQuietLooks != 0) return;
  take_numbers();
  const Numbers& numbers = result_.numbers;
  const double spent = std::max(result_.seconds, 0.001);
  const std::string line = fmt::format(
      "{} {:.0f} s: {} executions, {} operations ({}/s), cov {}, ft {}, corpus {}, "
      "known findings {}",
      target_.name, spent, grouped(numbers.executions), grouped(numbers.operations),
      grouped(static_cast<std::uint64_t>(static_cast<double>(numbers.operations) / spent)),
      numbers.cov, numbers.ft, inputs_of(result_.corpus).size(), numbers.known());
  if (terminal) {
    cli::show_progress(line);
  } else {
    say(line);
  }
}

}  // namespace

void fuzz(const FuzzTarget& target, unsigned time, Context* context, TargetResult* result) {
  say(fmt::format("fuzzing {} with {} workers for {} s, seed {}", target.name,
                  context->options.jobs, time, context->options.seed));
  Fuzzing(target, time, context, result).run();
}

}  // namespace mapproof::driver
