#include "fuzz/driver/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>

#include "conformance/cli/io.h"
#include "fuzz/driver/artifacts.h"
#include "fuzz/driver/context.h"
#include "fuzz/driver/corpus.h"
#include "fuzz/driver/fuzzing.h"
#include "fuzz/driver/regress.h"
#include "fuzz/driver/seeds.h"
#include "fuzz/driver/space.h"
#include "fuzz/driver/tools.h"
#include "fuzz/driver/upkeep.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string list_of_ports(const Options& options, Children* children) {
  const fs::path file = options.artifacts / "workers" / "ports";
  const auto ending = children->run(
      {.words = {options.mapproof.string(), "ports"}, .environment = {}, .output = file},
      std::chrono::seconds(60));
  if (!ending || !ending->well()) return "";
  return cli::read_file(file.string());
}

class Session {
 public:
  Session(const Options& options, const std::vector<FuzzTarget>& targets)
      : options_(options),
        targets_(targets),
        failures_(options, &children_),
        context_{.options = options,
                 .children = children_,
                 .failures = failures_,
                 .summary = summary_,
                 .of_many_targets = targets.size() > 1} {
    summary_.version = MAPPROOF_VERSION;
    summary_.mode = name(options.mode);
    summary_.target = fmt::format("{}", fmt::join(options.targets, ","));
    summary_.sanitizer = options.sanitizer;
    summary_.jobs = options.jobs;
    summary_.seed = options.seed;
  }

  Summary run() {
    make_folder(options_.artifacts);
    const Lock lock(options_.artifacts);
    recover();
    make_folder(context_.workers());
    leave_out();
    check_space();
    const auto began = Clock::now();
    try {
      run_targets(began);
    } catch (const std::exception& why) {
      if (!begun_) throw;
      context_.trouble(why.what());  // a part of the run is done: it is worth a summary
    }
    children_.stop_all();
    summary_.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    for (const fs::path& file : failures_.torn()) {
      context_.trouble(file.string() +
                       " is torn: its worker could not write it to the end (a full disk, perhaps), "
                       "and nobody can say whether it fails");
    }
    summary_.interrupted = children_.interrupted();
    summary_.failures = failures_.all();
    return summary_;
  }

 private:
  void recover();
  void recover(const FuzzTarget& target, const fs::path& folder);
  void leave_out();
  void check_space() const;
  void run_targets(Clock::time_point began);
  void run_target(const FuzzTarget& target, unsigned seconds, TargetResult* result);

  const Options& options_;
  const std::vector<FuzzTarget>& targets_;
  Summary summary_;
  Children children_;
  Failures failures_;
  Context context_;
  bool begun_ = false;
};

// What a run that was cut off has not come to explain.
void Session::recover() {
  std::error_code error;
  std::vector<fs::path> folders;  // first all of them, since more come while they are explained
  for (const auto& entry : fs::directory_iterator(context_.workers(), error)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  for (const fs::path& folder : folders) {
    for (const FuzzTarget& target : read_targets(options_.target_list)) {
      if (folder.filename().string().starts_with(target.name + "-")) recover(target, folder);
    }
  }
  if (!children_.interrupted()) fs::remove_all(context_.workers(), error);
}

void Session::recover(const FuzzTarget& target, const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!artifacts_in(folder).empty()) {
    say("an earlier run was cut off before it could explain what " + name + " found");
  }
  if (name.ends_with(kMergeSuffix)) {
    failures_.collect_each(target, folder);
  } else {
    failures_.collect(target, folder);
  }
}

void Session::leave_out() {
  std::string ports;
  for (const FuzzTarget& target : targets_) {
    if (!target.needs.empty() && ports.empty()) ports = list_of_ports(options_, &children_);
    TargetResult result;
    result.name = target.name;
    result.proves = target.proves;
    result.left_out = why_not(target, ports, options_.port);
    // Of `all` what cannot run here is told and left out.
    const auto& asked = options_.targets;
    if (!result.left_out.empty() &&
        std::find(asked.begin(), asked.end(), target.name) != asked.end()) {
      throw cli::CannotRun(target.name + ": " + result.left_out);
    }
    if (result.left_out.empty() && !fs::is_regular_file(fuzzer_of(target, options_))) {
      throw cli::CannotRun(fuzzer_of(target, options_).string() +
                           " is not there: fuzz/run builds it");
    }
    result.corpus = options_.corpus_of(target.name, context_.of_many_targets);
    summary_.targets.push_back(std::move(result));
  }
}

void Session::check_space() const {
  const std::string full = disk_trouble({options_.artifacts});
  if (!full.empty()) throw cli::CannotRun(full);
}

void Session::run_targets(Clock::time_point began) {
  auto turns = std::count_if(summary_.targets.begin(), summary_.targets.end(),
                             [](const TargetResult& target) { return target.left_out.empty(); });
  for (std::size_t i = 0; i < targets_.size() && !context_.must_stop(); ++i) {
    if (!summary_.targets[i].left_out.empty()) continue;
    const double left =
        options_.seconds - std::chrono::duration<double>(Clock::now() - began).count();
    const auto share =
        static_cast<unsigned>(std::max(1L, std::lround(left / static_cast<double>(turns--))));
    // The first one has all the time that there is.
    run_target(targets_[i], targets_.size() == 1 ? options_.seconds : share, &summary_.targets[i]);
  }
}

void Session::run_target(const FuzzTarget& target, unsigned seconds, TargetResult* result) {
  make_folder(result->corpus);
  const Lock lock(result->corpus);
  sweep(result->corpus);
  begun_ = true;
  const std::set<std::string> before = inputs_of(result->corpus);
  if (options_.mode == Mode::fuzz || options_.mode == Mode::regress) {
    const auto sources = make_seeds(target, options_.programs, context_.seeds_of(target));
    if (options_.mode == Mode::fuzz) {
      fuzz(target, seconds, &context_, result);
    } else {
      regress(target, sources, &context_, result);
    }
  } else {
    tend_corpus(target, &context_, result);
  }
  sweep(result->corpus);
  const std::set<std::string> after = inputs_of(result->corpus);
  const auto there = static_cast<std::size_t>(std::count_if(
      after.begin(), after.end(), [&before](const auto& name) { return before.contains(name); }));
  result->inputs = after.size();
  result->new_inputs = after.size() - there;
  result->gone_inputs = before.size() - there;
}

}  // namespace

Summary run_session(const Options& options, const std::vector<FuzzTarget>& targets) {
  return Session(options, targets).run();
}

}  // namespace mapproof::driver
