// mapproof lockstep: the port and a real Go runtime, operation by operation.

#include "oracle/goruntime/lockstep.h"

#include <fmt/format.h>

#include <bitset>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/numbers.h"
#include "conformance/cli/outputs.h"
#include "conformance/cli/results.h"
#include "conformance/lockstep_report.h"
#include "conformance/ports/gomap_observed.h"
#include "conformance/shrink.h"
#include "oracle/generate.h"
#include "oracle/goruntime/installed.h"
#include "oracle/goruntime/records.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCorrected = "gomap-corrected";
constexpr std::uint64_t kMostOperations = 1'000'000'000'000;

struct LockstepCommand {
  std::vector<std::string> files;
  std::uint64_t ops = 1'000'000;
  std::uint64_t seed = 1;
  unsigned fail_hash_every = 50;
  std::string against = "go1.19";
  std::string port = "gomap";
  std::string json;
  std::string out = ".";
};

struct Tally {
  std::uint64_t programs = 0, ops = 0, hash_failures = 0, cut = 0;
  std::uint64_t growths = 0, same_size_growths = 0;
  unsigned most_walks = 0, most_B = 0;
  std::bitset<kKeyKinds> keys;
  std::bitset<kElemKinds> elems;
  std::bitset<kHashModes> modes;
  double seconds = 0;

  void add(const Program& program, const go::LockstepResult& result) {
    ++programs;
    ops += result.steps;
    hash_failures += result.hash_failures;
    cut += result.cut ? 1 : 0;
    growths += result.counts.growths;
    same_size_growths += result.counts.same_size_growths;
    most_walks = std::max(most_walks, result.most_walks);
    most_B = std::max(most_B, result.most_B);
    keys.set(static_cast<std::size_t>(program.spec.key));
    elems.set(static_cast<std::size_t>(program.spec.elem));
    modes.set(static_cast<std::size_t>(program.spec.hash));
  }
};

struct Found {
  go::LockstepDifference difference;
  Program small;
  std::string source, file, command;
};

class Comparison {
 public:
  explicit Comparison(const LockstepCommand& command)
      : command_(command),
        runtime_(go::runtime(command.against)),
        lockstep_(make_observed_gomap_port(command.port == kCorrected ? ~0U : 0), runtime_) {}

  // Ends at the first difference.
  void work() {
    const auto began = std::chrono::steady_clock::now();
    if (command_.files.empty()) {
      run_generated();
    } else {
      run_files();
    }
    show_progress("");
    tally_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }

  const Tally& tally() const { return tally_; }
  const std::optional<Found>& found() const { return found_; }
  const std::string& version() const { return runtime_.version(); }
  const std::string& port() const { return command_.port; }

 private:
  void run_generated() {
    for (std::uint64_t seed = command_.seed; tally_.ops < command_.ops && !found_; ++seed) {
      if (tally_.programs % 64 == 0) {
        show_progress(fmt::format("{} of {} operations", tally_.ops, command_.ops));
      }
      compare(generate(generate_spec(seed), seed, {}), fmt::format("seed {}", seed));
    }
  }

  void run_files() {
    for (const std::string& name : command_.files) {
      std::error_code error;
      const auto files = fs::is_directory(name, error) ? programs_in(name) : std::vector{name};
      for (const std::string& file : files) {
        if (found_) return;
        show_progress(file);
        compare(load_program(file), file);
      }
    }
  }

  void compare(const Program& program, const std::string& source) {
    if (go::asks_for_too_much(program.spec)) {
      throw CannotRun(fmt::format("{}: a hint of {} must not reach Go, which would believe it",
                                  source, program.spec.hint));
    }
    const go::LockstepResult result = lockstep_.run(program, options());
    tally_.add(program, result);
    if (result.difference) keep(program, source);
  }

  void keep(const Program& program, const std::string& source) {
    show_progress("shrinking");
    Found found;
    found.small = shrink(program, [&](const Program& candidate) {
      return lockstep_.run(candidate, options()).difference.has_value();
    });
    found.difference = *lockstep_.run(found.small, options()).difference;
    found.source = source;
    found.small.port.clear();
    found.small.comments = {
        fmt::format("{} and {} differ: {}", command_.port, version(), found.difference.words),
        fmt::format("found by mapproof lockstep, {}", source)};
    const std::string name = fmt::format("mapproof-lockstep-{}.mapproof", command_.against);
    found.file = (fs::path(command_.out) / name).lexically_normal().string();
    std::error_code error;
    fs::create_directories(command_.out, error);  // write_file says what is wrong
    write_file(found.file, print(found.small));
    found.command = fmt::format("mapproof lockstep --port {} --against {} --fail-hash-every {} {}",
                                command_.port, command_.against, command_.fail_hash_every,
                                shell_quoted(found.file));
    found_ = std::move(found);
  }

  go::LockstepOptions options() const { return {.fail_hash_every = command_.fail_hash_every}; }

  const LockstepCommand& command_;
  go::Runtime& runtime_;
  go::Lockstep lockstep_;
  Tally tally_;
  std::optional<Found> found_;
};

void print_result(const Comparison& comparison) {
  const Tally& tally = comparison.tally();
  if (const auto& found = comparison.found()) {
    fmt::print("{}\n{}\n",
               red(fmt::format("DIFFERS from {} ({})", comparison.version(), found->source)),
               lockstep_report(found->small, found->difference, comparison.version()));
    fmt::print("{}\nrepeat: {}\n\n", print(found->small), found->command);
  }
  fmt::print("port {} in lock-step with {}\n", comparison.port(), comparison.version());
  fmt::print("operations: {} in {} programs, {:.1f} s ({:.0f} a second)\n", tally.ops,
             tally.programs, tally.seconds,
             tally.seconds > 0 ? static_cast<double>(tally.ops) / tally.seconds : 0.0);
  fmt::print("kinds: {} of keys, {} of elems; hash modes: {}; failed hashes: {}\n",
             tally.keys.count(), tally.elems.count(), tally.modes.count(), tally.hash_failures);
  fmt::print("growths: {}; to the same size: {}; largest B: {}; most live iterators: {}\n",
             tally.growths, tally.same_size_growths, tally.most_B, tally.most_walks);
  if (tally.cut > 0) {
    fmt::print("cut short: {} programs, at B = {}, where noverflow is left to chance\n", tally.cut,
               go::kFirstUncertainB);
  }
  if (!comparison.found()) fmt::print("{}\n", green("no difference"));
}

nlohmann::json comparison_as_json(const Comparison& comparison) {
  const Tally& tally = comparison.tally();
  nlohmann::json json = {{"port", comparison.port()},
                         {"against", comparison.version()},
                         {"operations", tally.ops},
                         {"programs", tally.programs},
                         {"seconds", tally.seconds},
                         {"key_kinds", tally.keys.count()},
                         {"elem_kinds", tally.elems.count()},
                         {"hash_modes", tally.modes.count()},
                         {"failed_hashes", tally.hash_failures},
                         {"growths", tally.growths},
                         {"same_size_growths", tally.same_size_growths},
                         {"most_B", tally.most_B},
                         {"most_iterators", tally.most_walks},
                         {"cut_short", tally.cut},
                         {"differences", comparison.found() ? 1 : 0},
                         {"difference", nullptr}};
  if (const auto& found = comparison.found()) {
    json["difference"] = {{"op", found->difference.op},         {"step", found->difference.step},
                          {"words", found->difference.words},   {"ours", found->difference.ours},
                          {"theirs", found->difference.theirs}, {"source", found->source},
                          {"program", print(found->small)},     {"file", found->file},
                          {"command", found->command}};
  }
  return json;
}

std::vector<std::string> runtime_names() {
  std::vector<std::string> names;
  for (const go::Known& known : go::known_runtimes()) names.push_back(known.name);
  return names;
}

int lockstep(const LockstepCommand& command) {
  std::optional<Comparison> comparison;
  const std::vector<Output> outputs = {{"--json", command.json, [&comparison] {
                                          return dumped(comparison_as_json(*comparison), 2) + "\n";
                                        }}};
  expect_writable(outputs);
  probe_folder(command.out);
  comparison.emplace(command);
  comparison->work();
  const bool written = write_all(outputs);
  if (!take_stdout(outputs)) print_result(*comparison);
  if (!written) return kCannotRun;
  if (comparison->found()) return kFails;
  if (comparison->tally().programs == 0) throw CannotRun("no program was run");
  return kHolds;
}

}  // namespace

void add_lockstep(CLI::App& app, int* exit_code) {
  auto command = std::make_shared<LockstepCommand>();
  CLI::App* sub = app.add_subcommand("lockstep", "Compare the port with a real Go, bit for bit");
  sub->add_option("FILE", command->files,
                  "programs, or folders of them (default: random programs)");
  sub->add_option("--ops", command->ops, "how many elementary operations of random programs")
      ->capture_default_str()
      ->check(whole_number(1, kMostOperations));
  sub->add_option("--seed", command->seed, "of the first random program")
      ->check(whole_number(0, kAnySeed))
      ->capture_default_str();
  sub->add_option("--against", command->against, "the Go runtime")
      ->capture_default_str()
      ->check(CLI::IsMember(runtime_names()));
  sub->add_option("--port", command->port,
                  "gomap, or gomap-corrected: it differs where Go is wrong")
      ->capture_default_str()
      ->check(CLI::IsMember({"gomap", kCorrected}));
  sub->add_option("--fail-hash-every", command->fail_hash_every,
                  "about each n-th operation has its first hash panic; 0: none")
      ->check(whole_number(0, kMostPrograms))
      ->capture_default_str();
  sub->add_option("--json", command->json, "write the result for machines; - is stdout");
  sub->add_option("--out", command->out, "folder for a program that shows a difference")
      ->capture_default_str();
  sub->footer(
      R"(After each operation the answer, the header, the iterators, the hasher calls and the chains that were
touched must be the same; every 32 operations and at the end the whole layout, stale cells included.

Examples:
  mapproof lockstep
  mapproof lockstep --ops 20000000
  mapproof lockstep --against gccgo-12 corpus)");
  sub->callback([command, exit_code] { *exit_code = lockstep(*command); });
}

}  // namespace mapproof::cli
