// What the user asks of the driver.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mapproof::driver {

enum class Mode : std::uint8_t { fuzz, regress, merge, minimize };
const char* name(Mode mode);

struct Options {
  Mode mode = Mode::fuzz;
  std::vector<std::string> targets;  // names, or "all"
  unsigned seconds = 60;
  unsigned jobs = 1;
  unsigned seed = 0;  // drawn if the user gives none
  std::string sanitizer = "address,undefined";
  std::filesystem::path port;                   // "" or absolute, like all that follow
  std::optional<std::filesystem::path> corpus;  // nothing: see corpus_of
  std::filesystem::path artifacts;
  std::vector<std::filesystem::path> merge;  // folders
  std::filesystem::path json, sarif, markdown;
  std::filesystem::path fuzzers;
  bool fuzzers_given = false;  // and so nothing is to be built
  std::filesystem::path target_list;
  std::filesystem::path mapproof;
  std::filesystem::path programs;
  bool plan = false;  // only say what has to be built
  bool help = false;

  // `of_many`: beside those of other targets.
  std::filesystem::path corpus_of(const std::string& target, bool of_many) const;

  std::filesystem::path build;  // the folder that this program lies in
};

// The text of --help without the list of targets, for which it has a line "{targets}".
const char* usage();

// Arguments without the name of the program. `build` is the build folder with the tools. Throws
// cli::CannotRun with a sentence for the user.
Options parse_options(std::vector<std::string> arguments, const std::filesystem::path& build);

}  // namespace mapproof::driver
