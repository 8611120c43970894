// mapproof situations: which states and transitions of a map do these programs reach?

#include "oracle/situations.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/results.h"
#include "conformance/ports/registry.h"
#include "oracle/situation_counter.h"

namespace mapproof::cli {
namespace {

// The situations are those of Go's own map, as it is.
constexpr std::string_view kPort = "gomap";

struct SituationsOptions {
  std::vector<std::string> corpus;
  bool json = false;
  bool missing = false;
};

struct Reached {
  std::uint64_t times = 0;
  std::size_t programs = 0;
  std::string first;  // the first program that did
};

struct SituationTally {
  std::array<Reached, kSituations.size()> reached;
  std::size_t programs = 0;

  std::size_t missing() const {
    std::size_t n = 0;
    for (const Reached& r : reached) n += r.times == 0 ? 1 : 0;
    return n;
  }
};

std::vector<std::string> files_named(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    std::error_code error;
    if (!std::filesystem::is_directory(name, error)) {
      files.push_back(name);
      continue;
    }
    const std::vector<std::string> inside = programs_in(name);
    files.insert(files.end(), inside.begin(), inside.end());
  }
  if (files.empty()) throw CannotRun("no program there");
  return files;
}

void add(const SituationLog& log, const std::string& file, SituationTally* tally) {
  ++tally->programs;
  for (std::size_t i = 0; i < kSituations.size(); ++i) {
    if (log.count(i) == 0) continue;
    Reached& reached = tally->reached[i];
    if (reached.times == 0) reached.first = file;
    reached.times += log.count(i);
    ++reached.programs;
  }
}

SituationTally count(const std::vector<std::string>& files) {
  const PortEntry* entry = find_port(kPort);
  if (entry == nullptr) throw CannotRun(fmt::format("there is no port {} here", kPort));
  const std::unique_ptr<Port> port = entry->make();
  SituationTally tally;
  for (const std::string& file : files) {
    show_progress(fmt::format("{} of {} programs", tally.programs, files.size()));
    add(situations_of(load_program(file), port.get()), file, &tally);
  }
  show_progress("");
  return tally;
}

void print_tally(const SituationTally& tally, bool missing_only) {
  for (std::size_t i = 0; i < kSituations.size(); ++i) {
    const auto& [id, sentence] = kSituations[i];
    const Reached& reached = tally.reached[i];
    if (reached.times == 0) {
      fmt::print("{}\n{:10}{}\n", red(fmt::format("{:>8}  {}", "never", id)), "", sentence);
    } else if (!missing_only) {
      fmt::print("{:>8}  {}\n{:10}{}\n{:10}by {} of the programs, first {}\n", reached.times, id,
                 "", sentence, "", reached.programs, reached.first);
    }
  }
  const std::size_t missing = tally.missing();
  const std::string sum =
      fmt::format("{} of {} situations reached (programs: {})", kSituations.size() - missing,
                  kSituations.size(), tally.programs);
  fmt::print("{}\n", missing == 0 ? green(sum) : red(sum));
}

nlohmann::json tally_as_json(const SituationTally& tally, bool missing_only) {
  nlohmann::json situations = nlohmann::json::array();
  for (std::size_t i = 0; i < kSituations.size(); ++i) {
    const Reached& reached = tally.reached[i];
    if (missing_only && reached.times != 0) continue;
    nlohmann::json first;
    if (reached.times != 0) first = reached.first;
    situations.push_back({{"id", kSituations[i].id},
                          {"sentence", kSituations[i].sentence},
                          {"times", reached.times},
                          {"programs", reached.programs},
                          {"first", first}});
  }
  return {{"programs", tally.programs},
          {"known", kSituations.size()},
          {"missing", tally.missing()},
          {"situations", situations}};
}

int tell(const SituationsOptions& options) {
  const SituationTally tally = count(files_named(options.corpus));
  if (options.json) {
    write_file("", dumped(tally_as_json(tally, options.missing), 2) + "\n");
  } else {
    print_tally(tally, options.missing);
  }
  return tally.missing() == 0 ? kHolds : kFails;
}

}  // namespace

void add_situations(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<SituationsOptions>();
  CLI::App* command = app.add_subcommand(
      "situations", "Count which states and transitions of a map programs reach");
  command->add_option("CORPUS", options->corpus, "programs and folders of them")->required();
  command->add_flag("--json", options->json, "for machines");
  command->add_flag("--missing", options->missing, "only what no program reaches");
  command->footer(R"(Fails with 1 if a situation is not reached.

Examples:
  mapproof situations corpus
  mapproof situations --missing corpus/seeds crash-1234
  mapproof situations --json corpus)");
  command->callback([options, exit_code] { *exit_code = tell(*options); });
}

}  // namespace mapproof::cli
