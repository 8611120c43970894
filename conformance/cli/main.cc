// mapproof: replays, shrinks, converts and generates programs, and checks whole ports.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"

namespace mapproof::cli {
namespace {

constexpr const char* kFooter =
    R"(Exit codes: 0 all holds, 1 a property fails, 2 the command could not run or its input is bad.

Examples:
  mapproof replay corpus/findings/FILE      tell what a program does, step by step
  mapproof check std                        check a map that is built in
  mapproof check ./libmymap.so              check a map in a library
  mapproof check -- node my_port.mjs        check a map in a program of any language
  mapproof COMMAND --help                   more about one command)";

int complain(const std::string& words) {
  // One line, whatever the message holds.
  std::string line = words;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  fmt::print(stderr, "mapproof: {}\n", line);
  return kCannotRun;
}

// These take a map under test behind `--`; of others it ends the options, as usual.
bool takes_program(const std::string& command) {
  constexpr std::array<std::string_view, 4> kTaking = {"replay", "shrink", "check", "arbitrate"};
  return std::find(kTaking.begin(), kTaking.end(), command) != kTaking.end();
}

// Cuts the words at `--` and gives those behind it.
std::vector<std::string> words_behind(std::vector<std::string>* words) {
  if (words->empty() || !takes_program(words->front())) return {};
  const auto dashes = std::find(words->begin(), words->end(), "--");
  if (dashes == words->end()) return {};
  std::vector<std::string> behind(dashes + 1, words->end());
  words->erase(dashes, words->end());
  if (behind.empty()) throw CannotRun("no command behind --");
  return behind;
}

// Of what CLI11 would only say that a subcommand is missing.
std::string words_for(const CLI::App& app, int argc, char** argv, const CLI::ParseError& error) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  const bool known = argc < 2 || argv[1][0] == '-' ||
                     std::any_of(commands.begin(), commands.end(), [argv](const CLI::App* command) {
                       return command->check_name(argv[1]);
                     });
  return known ? error.what() : fmt::format("unknown command {}", argv[1]);
}

int work(int argc, char** argv) {
  int exit_code = kHolds;
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::vector<std::string> behind = words_behind(&words);
  CLI::App app("Differential conformance tests for hash maps", "mapproof");
  app.footer(kFooter);
  app.set_version_flag("--version", "mapproof " MAPPROOF_VERSION);
  app.require_subcommand(1);
  add_replay(app, behind, &exit_code);
  add_shrink(app, behind, &exit_code);
  add_convert(app, &exit_code);
  add_check(app, behind, &exit_code);
  add_matrix(app, &exit_code);
  add_ports(app, &exit_code);
  add_generate(app, &exit_code);
  add_properties(app, &exit_code);
  add_situations(app, &exit_code);
  add_lockstep(app, &exit_code);
  add_arbitrate(app, behind, &exit_code);
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return complain(
        fmt::format("{} (mapproof --help tells more)", words_for(app, argc, argv, error)));
  }
  return exit_code;
}

// A descriptor that is closed would become that of the next file or pipe, and what is printed would
// end up there. Of this one nothing can be written to either, but that is noticed.
void fill_closed_descriptors() {
  for (int descriptor = 0; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
  }
}

int run_command(int argc, char** argv) {
  try {
    const int exit_code = work(argc, argv);
    flush_stdout();
    return exit_code;
  } catch (const std::system_error& error) {
    // fmt does not say which file it could not print to.
    if (std::ferror(stdout) == 0) return complain(error.what());
    return complain("cannot write to the standard output: " + error.code().message());
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}

}  // namespace
}  // namespace mapproof::cli

int main(int argc, char** argv) {
  mapproof::cli::fill_closed_descriptors();
  return mapproof::cli::run_command(argc, argv);
}
