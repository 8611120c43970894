#include "fuzz/driver/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "conformance/cli/io.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUsage =
#include "usage.inc"
    ;

constexpr unsigned kMostNumber = 999'999'999;

struct Given {
  std::string target, port, corpus, artifacts, json, sarif, markdown, fuzzers, mapproof, programs;
  std::vector<std::string> merge;
  bool regress = false;
  bool minimize = false;
};

void declare(CLI::App& app, Options& options, Given& given) {
  app.set_help_flag();
  app.add_flag("-h,--help", options.help);
  app.add_flag("--plan", options.plan);
  const CLI::Range numbers(1U, kMostNumber);
  app.add_option("--seconds", options.seconds)->check(numbers);
  app.add_option("--jobs", options.jobs)->check(CLI::Range(1U, 1024U));
  app.add_option("--seed", options.seed)->check(numbers);
  app.add_option("--sanitizer", options.sanitizer)
      ->check(CLI::IsMember({"address,undefined", "thread", "none"}));
  app.add_option("--target", given.target);
  app.add_option("--port", given.port);
  app.add_option("--corpus", given.corpus);
  app.add_option("--artifacts", given.artifacts);
  app.add_option("--json", given.json);
  app.add_option("--sarif", given.sarif);
  app.add_option("--markdown", given.markdown);
  app.add_flag("--regress", given.regress);
  app.add_flag("--minimize", given.minimize);
  app.add_option("--merge", given.merge)->expected(1, -1);
  app.add_option("--fuzzers", given.fuzzers);
  app.add_option("--mapproof", given.mapproof);
  app.add_option("--programs", given.programs);
}

// An option with an empty value is a script's variable that was not set: better said than guessed.
void refuse_empty_values(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_expected_min() == 0) continue;
    for (const std::string& value : option->results()) {
      if (value.empty()) throw cli::CannotRun(option->get_name() + " needs a value");
    }
  }
}

fs::path path_or(const std::string& given, const fs::path& otherwise) {
  return given.empty() ? otherwise : fs::absolute(given).lexically_normal();
}

fs::path folder_of_fuzzers(const fs::path& build, const std::string& sanitizer) {
  return build / (sanitizer == "address,undefined" ? "fuzz" : "fuzz-" + sanitizer);
}

Mode mode_of(const Given& given) {
  if (given.regress && (given.minimize || !given.merge.empty())) {
    throw cli::CannotRun("--regress goes with neither --minimize nor --merge");
  }
  if (given.regress) return Mode::regress;
  if (given.minimize) return Mode::minimize;
  return given.merge.empty() ? Mode::fuzz : Mode::merge;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

void check_port(const Options& options) {
  const auto asks_for = [&options](const char* target) {
    return std::find(options.targets.begin(), options.targets.end(), target) !=
           options.targets.end();
  };
  if (options.port.empty()) {
    if (asks_for("port")) throw cli::CannotRun("--target port needs a map: --port LIBRARY");
    return;
  }
  if (!asks_for("port") && !asks_for("all")) {
    throw cli::CannotRun("--port is for --target port: name that one, too, or no target at all");
  }
  if (!fs::is_regular_file(options.port)) {
    throw cli::CannotRun("--port: no such library: " + options.port.string());
  }
}

void fill_in(const Given& given, Options* options) {
  options->mode = mode_of(given);
  const char* target = given.port.empty() ? "differential" : "port";
  options->targets = split(given.target.empty() ? target : given.target);
  for (const std::string& folder : given.merge) {
    options->merge.push_back(path_or(folder, {}));
    if (!fs::is_directory(options->merge.back())) {
      throw cli::CannotRun("--merge: no such folder: " + folder);
    }
  }
  options->port = path_or(given.port, {});
  if (!given.corpus.empty()) options->corpus = path_or(given.corpus, {});
  options->artifacts = path_or(given.artifacts, options->build / "fuzz-artifacts");
  options->json = path_or(given.json, options->artifacts / "summary.json");
  options->sarif = path_or(given.sarif, options->artifacts / "summary.sarif");
  options->markdown = path_or(given.markdown, options->artifacts / "summary.md");
  options->fuzzers_given = !given.fuzzers.empty();
  options->fuzzers = path_or(given.fuzzers, folder_of_fuzzers(options->build, options->sanitizer));
  options->target_list =
      (options->fuzzers_given ? options->fuzzers : options->build) / "fuzz_targets.json";
  options->mapproof = path_or(given.mapproof, options->build / "mapproof");
  options->programs = path_or(given.programs, fs::path(MAPPROOF_SOURCE_DIR) / "corpus");
  check_port(*options);
}

}  // namespace

const char* name(Mode mode) {
  switch (mode) {
    case Mode::fuzz:
      return "fuzz";
    case Mode::regress:
      return "regress";
    case Mode::merge:
      return "merge";
    case Mode::minimize:
      return "minimize";
  }
  return "";
}

fs::path Options::corpus_of(const std::string& target, bool of_many) const {
  if (!corpus) return build / "fuzz-corpus" / target;
  return of_many ? *corpus / target : *corpus;
}

const char* usage() { return kUsage; }

Options parse_options(std::vector<std::string> arguments, const fs::path& build) {
  Options options;
  options.build = build;
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  options.seed = std::random_device()() % kMostNumber + 1;
  Given given;
  CLI::App app;
  declare(app, options, given);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw cli::CannotRun(std::string(error.what()) + " (fuzz/run --help tells more)");
  }
  if (options.help) return options;
  refuse_empty_values(app);
  fill_in(given, &options);
  return options;
}

}  // namespace mapproof::driver
