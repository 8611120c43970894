#include "fuzz/driver/upkeep.h"

#include <fmt/format.h>

#include <chrono>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "conformance/cli/io.h"
#include "fuzz/driver/corpus.h"
#include "fuzz/driver/tools.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Of several targets each has its own folder in a corpus, as this tool keeps them.
fs::path part_of(const fs::path& folder, const FuzzTarget& target, bool of_many) {
  return of_many && fs::is_directory(folder / target.name) ? folder / target.name : folder;
}

// The inputs of the folders to merge, in the form that the target reads, in one folder.
void gather(const FuzzTarget& target, const Context& context, const fs::path& gathered) {
  for (const fs::path& folder : context.options.merge) {
    for (const Input& input :
         load_inputs(part_of(folder, target, context.of_many_targets), target.runs_programs(),
                     [](const std::string& why) { say("no program, left out: " + why); })) {
      add_bytes(gathered, input.bytes);
    }
  }
}

// An empty folder, which is gone in the end.
class Scratch {
 public:
  explicit Scratch(fs::path folder) : folder_(std::move(folder)) {
    clear();
    make_folder(folder_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { clear(); }
  const fs::path& folder() const { return folder_; }

 private:
  void clear() const {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  fs::path folder_;
};

fs::path worker_of(const FuzzTarget& target, const Context& context) {
  return context.workers() / (target.name + std::string(kMergeSuffix));
}

// Lets the engine choose. Nothing: an interrupt came.
std::optional<Ending> choose_inputs(const FuzzTarget& target, Context* context,
                                    const fs::path& fresh, const fs::path& from) {
  const Options& options = context->options;
  const fs::path worker = worker_of(target, *context);
  make_folder(worker);
  std::vector<std::string> words = {
      fuzzer_of(target, options).string(),
      options.mode == Mode::minimize ? "-set_cover_merge=1" : "-merge=1"};
  for (std::string& flag : common_flags(worker)) words.push_back(std::move(flag));
  words.insert(words.end(), {fresh.string(), from.string()});
  constexpr auto kAsLongAsItTakes = std::chrono::hours(24 * 365);
  return context->children.run({.words = std::move(words),
                                .environment = environment_of(target, options),
                                .output = worker / "log"},
                               kAsLongAsItTakes);
}

// How many inputs the engine says that it has added, if it got so far.
std::size_t added_by(const fs::path& log) {
  static const std::regex kSaid(R"(MERGE-OUTER: (\d+) new files)");
  const std::string text = cli::read_file(log.string());
  std::smatch said;
  return std::regex_search(text, said, kSaid) ? std::stoul(said[1]) : 0;
}

// Old inputs go when the new ones are there.
void settle(const fs::path& corpus, const fs::path& fresh, std::set<std::string> old, Mode mode) {
  add_missing(corpus, fresh);
  if (mode != Mode::minimize) return;
  for (const std::string& name : inputs_of(fresh)) old.erase(name);
  remove_inputs(corpus, old);
}

void tend(const FuzzTarget& target, Context* context, TargetResult* result) {
  const Mode mode = context->options.mode;
  const fs::path& corpus = result->corpus;
  const Scratch fresh(context->workers() / (target.name + "-fresh"));
  const Scratch gathered(context->workers() / (target.name + "-gathered"));
  // Copies: the engine would read the corpus with all folders that lie in it.
  const std::set<std::string> before = inputs_of(corpus);
  add_missing(mode == Mode::minimize ? gathered.folder() : fresh.folder(), corpus);
  gather(target, *context, gathered.folder());
  const std::size_t at_first = inputs_of(fresh.folder()).size();
  const auto ending = choose_inputs(target, context, fresh.folder(), gathered.folder());
  if (!ending) return;
  const fs::path log = worker_of(target, *context) / "log";
  // On a full disk the engine writes less than it says, or nothing, and ends well all the same.
  const std::size_t torn = sweep(fresh.folder());
  const std::set<std::string> after = inputs_of(fresh.folder());
  const bool lost = torn != 0 || after.size() < at_first + added_by(log) ||
                    (after.empty() && !(before.empty() && inputs_of(gathered.folder()).empty()));
  if (!ending->well() || lost) {
    context->trouble(
        fmt::format("{}: the {} failed, and the corpus is as it was; last words, from {}:\n{}",
                    target.name, name(mode), log.string(), last_words(log)));
    return;
  }
  settle(corpus, fresh.folder(), before, mode);
}

}  // namespace

void tend_corpus(const FuzzTarget& target, Context* context, TargetResult* result) {
  say(fmt::format("{} the corpus of {}: {} inputs",
                  context->options.mode == Mode::merge ? "merging into" : "minimising", target.name,
                  inputs_of(result->corpus).size()));
  const auto began = Clock::now();
  try {
    tend(target, context, result);
  } catch (const cli::CannotRun& why) {
    context->trouble(why.what());
  }
  result->seconds = std::chrono::duration<double>(Clock::now() - began).count();
  context->failures.collect_each(target, worker_of(target, *context));
}

}  // namespace mapproof::driver
