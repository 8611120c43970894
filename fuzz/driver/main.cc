// The program behind fuzz/run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>

#include "conformance/cli/io.h"
#include "fuzz/driver/options.h"
#include "fuzz/driver/session.h"
#include "fuzz/driver/summary.h"
#include "fuzz/driver/targets.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

// The page of a CI job may hold what earlier commands have written.
void write_markdown(const fs::path& file, const std::string& text) {
  const char* page = std::getenv("GITHUB_STEP_SUMMARY");
  if (page == nullptr || file != fs::path(page)) return cli::write_file(file.string(), text);
  std::ofstream out(file, std::ios::app);
  if (!(out << text).flush()) throw cli::CannotRun("cannot write " + file.string());
}

template <class Write>
void attempt(Write&& write, Summary* summary) {
  try {
    write();
  } catch (const cli::CannotRun& why) {
    summary->troubles.emplace_back(why.what());
  }
}

std::string dumped(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void write_summaries(const Options& options, Summary* summary) {
  attempt([&] { cli::write_file(options.sarif.string(), dumped(summary_sarif(*summary))); },
          summary);
  attempt([&] { write_markdown(options.markdown, summary_markdown(*summary)); }, summary);
  attempt([&] { cli::write_file(options.json.string(), dumped(summary_json(*summary))); }, summary);
}

void print_usage(const std::vector<FuzzTarget>& targets) {
  std::string list;
  for (const FuzzTarget& target : targets) {
    list += fmt::format("                          {:<13} {}\n", target.name, target.proves);
  }
  std::string text = usage();
  constexpr std::string_view kList = "{targets}\n";
  text.replace(text.find(kList), kList.size(), list);
  fmt::print("{}", text);
}

// What fuzz/run has to build: the sanitizers, then the programs.
void print_plan(const Options& options, const std::vector<FuzzTarget>& targets) {
  fmt::print("{}\n", options.sanitizer);
  if (options.fuzzers_given) return;
  for (const FuzzTarget& target : targets) {
    if (target.needs != "MAPPROOF_PORT" || !options.port.empty()) {
      fmt::print("{}_fuzzer\n", target.name);
    }
  }
}

int run(const std::vector<std::string>& arguments) {
  const Options options =
      parse_options(arguments, fs::read_symlink("/proc/self/exe").parent_path());
  if (options.help) {
    print_usage(read_targets(options.build / "fuzz_targets.json"));
    return 0;
  }
  const auto targets = choose_targets(read_targets(options.target_list), options.targets);
  if (options.plan) {
    print_plan(options, targets);
    return 0;
  }
  Summary summary = run_session(options, targets);
  write_summaries(options, &summary);
  fmt::print("{}", summary_text(summary));
  return summary.status();
}

}  // namespace
}  // namespace mapproof::driver

int main(int argc, char** argv) {
  try {
    return mapproof::driver::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "cannot run: {}\n", error.what());
    return mapproof::cli::kCannotRun;
  }
}
