// mapproof check: the corpus and random programs on one port, and a report.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "conformance/cli/results.h"
#include "conformance/properties/catalogue.h"
#include "oracle/generate.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultCorpus = "corpus";
// On a port that does not obey the program's hashes and starts, chance takes their place: each
// program runs with so many seeds.
constexpr unsigned kSeedsWithoutControl = 3;
constexpr std::size_t kAllKinds = kKeyKinds * kElemKinds;

struct CheckOptions {
  std::string port;
  std::uint64_t programs = 2000;
  std::uint64_t seed = 1;
  std::string corpus;
  std::string json;
  std::string out = ".";
};

struct Failure {
  Examination examination;
  std::string source;  // "seed 17" or a file of the corpus
  Program small;
  std::string file;  // where the small program was written
  std::string command;
};

struct Report {
  std::uint64_t corpus = 0;
  std::uint64_t generated = 0;
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  std::uint64_t failing_runs = 0;                // known ones left out
  std::map<std::string, std::uint64_t> skipped;  // by reason
  std::map<std::string, std::uint64_t> known;    // by finding
  std::vector<Failure> failures;                 // one of each property
};

class Check {
 public:
  explicit Check(const CheckOptions& options) : options_(options), examiner_(options.port) {
    for (std::size_t key = 0; key < kKeyKinds; ++key) {
      for (std::size_t elem = 0; elem < kElemKinds; ++elem) {
        MapSpec spec;
        spec.key = static_cast<KeyKind>(key);
        spec.elem = static_cast<ElemKind>(elem);
        if (examiner_.port().supports(spec)) kinds_.emplace_back(spec.key, spec.elem);
      }
    }
  }

  const Report& work() {
    run_corpus();
    run_generated();
    show_progress("");
    return report_;
  }

  const PortInfo& info() const { return examiner_.info(); }
  bool stopped() const { return stopped_; }
  const std::string& corpus() const { return corpus_; }
  std::size_t kinds() const { return kinds_.size(); }

 private:
  void run_corpus() {
    std::error_code error;
    corpus_ = options_.corpus;
    if (corpus_.empty() && fs::is_directory(kDefaultCorpus, error)) corpus_ = kDefaultCorpus;
    if (corpus_.empty()) return;
    for (const std::string& file : programs_in(corpus_)) {
      if (stopped_) return;
      ++report_.corpus;
      run_program(load_program(file), file);
    }
  }

  void run_generated() {
    for (std::uint64_t i = 0; i < options_.programs && !stopped_; ++i) {
      const std::uint64_t seed = options_.seed + i;
      if (i % 64 == 0) show_progress(fmt::format("{} of {} programs", i, options_.programs));
      ++report_.generated;
      run_program(generate(spec_for(seed), seed, options_for(info())),
                  fmt::format("seed {}", seed));
    }
  }

  // As the seed draws it, but of kinds that the port stores.
  MapSpec spec_for(std::uint64_t seed) {
    MapSpec spec = generate_spec(seed);
    if (kinds_.empty() || examiner_.port().supports(spec)) return spec;
    std::tie(spec.key, spec.elem) = kinds_[seed % kinds_.size()];
    spec.hashes.clear();  // they were drawn for the other kind
    return spec;
  }

  void run_program(Program program, const std::string& source) {
    if (const std::string why = examiner_.refusal(program); !why.empty()) {
      ++report_.skipped[why];
      return;
    }
    const bool controlled = info().forces_hashes && info().forces_starts;
    for (unsigned i = 0; i < (controlled ? 1 : kSeedsWithoutControl); ++i) {
      run_once(program, source);
      program.spec.seed = static_cast<std::uint8_t>(program.spec.seed + 1);
    }
  }

  void run_once(const Program& program, const std::string& source) {
    const Examination examination = examiner_.examine(program);
    ++report_.runs;
    report_.steps += examination.result.steps;
    if (!examination.fails()) return;
    if (examination.is_known()) {
      for (const std::string& finding : examination.attribution->findings) ++report_.known[finding];
      return;
    }
    ++report_.failing_runs;
    // A failure that no correction on record explains stops the run: it may hide what comes next.
    stopped_ = examination.attribution.has_value();
    const auto is_same = [&](const Failure& failure) {
      return same_failure(failure.examination, examination);
    };
    if (std::none_of(report_.failures.begin(), report_.failures.end(), is_same)) {
      keep(program, examination, source);
    }
  }

  void keep(const Program& program, const Examination& examination, const std::string& source) {
    show_progress("shrinking");
    Failure failure;
    failure.small = examiner_.smallest(program, examination);
    failure.examination = examiner_.examine(failure.small);
    failure.source = source;
    failure.small.comments = {
        fmt::format("{} on port {}", failure.examination.result.verdict->property, options_.port),
        fmt::format("found by mapproof check, {}", source)};
    std::string name = fmt::format("mapproof-{}-{}.mapproof", options_.port,
                                   failure.examination.result.verdict->property);
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == ':'; }, '-');
    failure.file = (fs::path(options_.out) / name).lexically_normal().string();
    write_file(failure.file, print(failure.small));
    failure.command = fmt::format("mapproof replay --port {} {}", shell_quoted(options_.port),
                                  shell_quoted(failure.file));
    report_.failures.push_back(std::move(failure));
  }

  const CheckOptions& options_;
  Examiner examiner_;
  Report report_;
  std::string corpus_;
  std::vector<std::pair<KeyKind, ElemKind>> kinds_;  // that the port stores
  bool stopped_ = false;
};

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [words, count] : counts) sum += count;
  return sum;
}

void print_failure(const Failure& failure) {
  const Verdict& verdict = *failure.examination.result.verdict;
  fmt::print("{}\n", red(fmt::format("FAILS {} ({})", verdict.property, failure.source)));
  fmt::print("  {}\n  {}\n", verdict.sentence(), sentence(verdict.property));
  if (failure.examination.attribution) {
    fmt::print("  {}\n", failure.examination.attribution->sentence);
  }
  fmt::print("\n{}\nrepeat: {}\n\n", print(failure.small), failure.command);
}

void print_report(const Check& check, const Report& report) {
  const PortInfo& info = check.info();
  for (const Failure& failure : report.failures) print_failure(failure);
  fmt::print("port {}, profile {}\n", info.name, name(info.profile));
  fmt::print("programs: {} of the corpus{}, {} generated\n", report.corpus,
             check.corpus().empty() ? " (no corpus folder)" : " " + check.corpus(),
             report.generated);
  fmt::print("runs: {} with {} operations\n", report.runs, report.steps);
  fmt::print("skipped: {}\n", sum_of(report.skipped));
  for (const auto& [reason, count] : report.skipped) fmt::print("  {:>6}  {}\n", count, reason);
  for (const auto& [finding, count] : report.known) {
    fmt::print("{}\n", yellow(fmt::format("known finding {}: {} times", finding, count)));
  }
  if (check.kinds() != kAllKinds) {
    fmt::print("stores {} of {} pairs of key and elem kinds\n", check.kinds(), kAllKinds);
  }
  if (!info.forces_hashes) fmt::print("not controlled: hashes\n");
  if (!info.forces_starts) fmt::print("not controlled: starts of walks\n");
  if (!info.lays_out_buckets) fmt::print("not tested: the layout\n");
  if (check.stopped()) fmt::print("stopped at a failure that no finding explains\n");
  if (report.failures.empty()) {
    fmt::print("{}\n", report.runs == 0 ? red("nothing was run") : green("holds"));
  } else {
    fmt::print("{}\n", red(fmt::format("fails: {} of {} runs", report.failing_runs, report.runs)));
  }
}

nlohmann::json report_as_json(const Check& check, const Report& report) {
  const PortInfo& info = check.info();
  nlohmann::json failures = nlohmann::json::array();
  for (const Failure& failure : report.failures) {
    failures.push_back({{"verdict", as_json(failure.examination.result.verdict)},
                        {"attribution", as_json(failure.examination.attribution)},
                        {"source", failure.source},
                        {"program", print(failure.small)},
                        {"file", failure.file},
                        {"command", failure.command}});
  }
  return {{"port", info.name},
          {"profile", name(info.profile)},
          {"controls", {{"hashes", info.forces_hashes}, {"starts", info.forces_starts}}},
          {"kinds", {{"stored", check.kinds()}, {"of", kAllKinds}}},
          {"layout_tested", info.lays_out_buckets},
          {"programs", {{"corpus", report.corpus}, {"generated", report.generated}}},
          {"runs", report.runs},
          {"operations", report.steps},
          {"failing_runs", report.failing_runs},
          {"skipped", report.skipped},
          {"known", report.known},
          {"failures", failures},
          {"stopped", check.stopped()},
          {"holds", report.failures.empty() && report.runs != 0}};
}

int check_port(const CheckOptions& options) {
  Check check(options);
  const Report& report = check.work();
  // A check that ran nothing has shown nothing.
  const int exit_code = !report.failures.empty() ? kFails : report.runs == 0 ? kCannotRun : kHolds;
  if (options.json != "-") print_report(check, report);
  if (!options.json.empty()) write_file(options.json, report_as_json(check, report).dump(2) + "\n");
  return exit_code;
}

}  // namespace

void add_check(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Run the corpus and random programs on a port");
  command->add_option("NAME", options->port, "the port (mapproof ports lists them)")->required();
  command->add_option("--programs", options->programs, "how many random programs")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of the first random program")
      ->capture_default_str();
  command->add_option("--corpus", options->corpus,
                      "folder of .mapproof files (default: ./corpus, if it is there)");
  command->add_option("--json", options->json, "write a report for machines; - is stdout");
  command->add_option("--out", options->out, "folder for the failing programs")
      ->capture_default_str();
  command->footer(R"(Failures that a finding on record explains are counted and stepped over.

Examples:
  mapproof check gomap
  mapproof check std --programs 10000 --seed 7
  mapproof check absl --corpus corpus --json report.json --out /tmp)");
  command->callback([options, exit_code] { *exit_code = check_port(*options); });
}

}  // namespace mapproof::cli
