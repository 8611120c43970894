#include "fuzz/driver/regress.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <sstream>
#include <utility>

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

constexpr std::size_t kBatch = 200;  // inputs for one process
constexpr unsigned kMostBatchRestarts = 3;
constexpr milliseconds kBatchLook{1000};
constexpr std::uint64_t kBatchLog = 4U << 20;

// One process and the inputs that it was given.
struct Batch {
  pid_t pid = 0;
  fs::path folder;
  std::vector<fs::path> inputs;
};

// How many inputs the process had begun: it says "Running: FILE" of each.
std::size_t begun(const Batch& batch) {
  std::istringstream lines(tail_of(batch.folder / "log", kBatchLog));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Running: ")) ++count;
  }
  return std::min(count, batch.inputs.size());
}

class Regression {
 public:
  Regression(const FuzzTarget& target, const std::map<fs::path, fs::path>& sources,
             Context* context, TargetResult* result)
      : target_(target), sources_(sources), context_(*context), result_(*result) {
    for (const auto& [seed, source] : sources) waiting_.push_back(seed);
    for (const std::string& name : inputs_of(result->corpus)) {
      waiting_.push_back(result->corpus / name);
    }
  }

  void run() {
    const auto began = Clock::now();
    while (!over()) {
      while (running_.size() < context_.options.jobs && !waiting_.empty()) start();
      for (const Ending& ending : context_.children.wait(kBatchLook)) ended(ending);
      check_space();
      cli::show_progress(fmt::format("{}: {} replayed, {} to go", target_.name, result_.replayed,
                                     waiting_.size()));
    }
    cli::show_progress("");
    context_.children.stop_all();
    for (const fs::path& folder : folders_) {
      result_.numbers.add(read_numbers(folder / "stats.json", folder / "log"));
    }
    // Not each target counts, nor does a process that dies before it has written what it counted.
    result_.numbers.executions =
        std::max<std::uint64_t>(result_.numbers.executions, result_.replayed);
    result_.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    keep_failures();
    if (trouble_.empty() && result_.replayed == 0 && !context_.must_stop()) {
      trouble_ = target_.name + ": there is nothing to replay";
    }
    if (!trouble_.empty()) context_.trouble(trouble_);
  }

 private:
  struct Failed {
    fs::path input;
    fs::path worker;
  };

  bool over() const {
    return context_.must_stop() || !trouble_.empty() || (waiting_.empty() && running_.empty());
  }
  void start();
  void ended(const Ending& ending);
  void failed(const Batch& batch, const Ending& ending);
  void check_space();
  void keep_failures();

  const FuzzTarget& target_;
  const std::map<fs::path, fs::path>& sources_;
  Context& context_;
  TargetResult& result_;
  std::deque<fs::path> waiting_;
  std::vector<Batch> running_;
  std::vector<fs::path> folders_;
  std::vector<Failed> failed_;
  std::string trouble_;
};

void Regression::start() {
  Batch batch;
  batch.folder = context_.workers() / fmt::format("{}-{}", target_.name, folders_.size());
  make_folder(batch.folder);
  folders_.push_back(batch.folder);
  std::vector<std::string> words = {fuzzer_of(target_, context_.options).string()};
  for (std::string& flag : common_flags(batch.folder)) words.push_back(std::move(flag));
  words.emplace_back("-print_final_stats=1");
  // So that each worker has its share of a few hundred programs.
  const std::size_t share = waiting_.size() / context_.options.jobs + 1;
  while (!waiting_.empty() && batch.inputs.size() < std::min(kBatch, share)) {
    batch.inputs.push_back(waiting_.front());
    words.push_back(waiting_.front().string());
    waiting_.pop_front();
  }
  Environment environment = environment_of(target_, context_.options);
  environment["MAPPROOF_STATS"] = (batch.folder / "stats.json").string();
  batch.pid = context_.children.start({.words = std::move(words),
                                       .environment = std::move(environment),
                                       .output = batch.folder / "log"});
  running_.push_back(std::move(batch));
}

void Regression::ended(const Ending& ending) {
  const auto at = std::find_if(running_.begin(), running_.end(),
                               [&ending](const Batch& batch) { return batch.pid == ending.pid; });
  if (at == running_.end()) return;
  const Batch batch = std::move(*at);
  running_.erase(at);
  if (ending.well()) {
    result_.replayed += batch.inputs.size();
  } else {
    failed(batch, ending);
  }
}

// The input that was running has failed; those after it get another process.
void Regression::failed(const Batch& batch, const Ending& ending) {
  const std::size_t count = begun(batch);
  const fs::path log = batch.folder / "log";
  const bool killed = ending.signal == SIGKILL || ending.signal == SIGTERM;
  if (count == 0 || (killed && result_.restarts == kMostBatchRestarts)) {
    trouble_ = fmt::format("{}: a worker {}; its last words, from {}:\n{}", target_.name,
                           killed ? "was killed time and again" : "could not run", log.string(),
                           last_words(log));
    return;
  }
  std::size_t next = count;
  if (killed) {
    say(fmt::format("a worker was killed by signal {} and is started again", ending.signal));
    ++result_.restarts;
    --next;
  } else {
    failed_.push_back({.input = batch.inputs[count - 1], .worker = batch.folder});
  }
  result_.replayed += next;
  waiting_.insert(waiting_.begin(), batch.inputs.begin() + static_cast<std::ptrdiff_t>(next),
                  batch.inputs.end());
}

void Regression::check_space() {
  const std::string full = disk_trouble({context_.options.artifacts});
  if (full.empty() || context_.disk_is_full) return;
  context_.disk_is_full = true;
  context_.trouble(full);
}

void Regression::keep_failures() {
  for (const Failed& one : failed_) {
    const auto source = sources_.find(one.input);
    const std::string told = (source == sources_.end() ? one.input : source->second).string();
    const std::vector<fs::path> artifacts = artifacts_in(one.worker);
    // The worker's own copy has the text and the shrunk program beside it.
    context_.failures.keep(target_, artifacts.empty() ? one.input : artifacts.front(), one.worker,
                           told);
  }
}

}  // namespace

void regress(const FuzzTarget& target, const std::map<fs::path, fs::path>& sources,
             Context* context, TargetResult* result) {
  say(fmt::format("replaying {} with {} workers", target.name, context->options.jobs));
  Regression(target, sources, context, result).run();
}

}  // namespace mapproof::driver
