// mapproof: replays, shrinks, converts and generates programs, and checks whole ports.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <string>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"

namespace mapproof::cli {
namespace {

constexpr const char* kFooter =
    R"(Exit codes: 0 all holds, 1 a property fails, 2 the command could not run or its input is bad.

Examples:
  mapproof replay corpus/findings/FILE      tell what a program does, step by step
  mapproof check std                        check a port with the corpus and random programs
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
  CLI::App app("Differential conformance tests for hash maps", "mapproof");
  app.footer(kFooter);
  app.require_subcommand(1);
  add_replay(app, &exit_code);
  add_shrink(app, &exit_code);
  add_convert(app, &exit_code);
  add_check(app, &exit_code);
  add_ports(app, &exit_code);
  add_generate(app, &exit_code);
  add_properties(app, &exit_code);
  add_situations(app, &exit_code);
  add_lockstep(app, &exit_code);
  add_arbitrate(app, &exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return complain(
        fmt::format("{} (mapproof --help tells more)", words_for(app, argc, argv, error)));
  }
  return exit_code;
}

}  // namespace
}  // namespace mapproof::cli

int main(int argc, char** argv) {
  try {
    return mapproof::cli::work(argc, argv);
  } catch (const std::exception& error) {
    return mapproof::cli::complain(error.what());
  }
}
