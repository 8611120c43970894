// The subcommands of mapproof.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace mapproof::cli {

// Each adds its subcommand, which leaves its exit code in *exit_code. `behind`: what stands on the
// command line behind `--`, the map under test.
void add_replay(CLI::App& app, const std::vector<std::string>& behind, int* exit_code);
void add_shrink(CLI::App& app, const std::vector<std::string>& behind, int* exit_code);
void add_convert(CLI::App& app, int* exit_code);
void add_check(CLI::App& app, const std::vector<std::string>& behind, int* exit_code);
void add_matrix(CLI::App& app, int* exit_code);
void add_ports(CLI::App& app, int* exit_code);
void add_generate(CLI::App& app, int* exit_code);
void add_properties(CLI::App& app, int* exit_code);
void add_situations(CLI::App& app, int* exit_code);
void add_lockstep(CLI::App& app, int* exit_code);
void add_arbitrate(CLI::App& app, const std::vector<std::string>& behind, int* exit_code);

}  // namespace mapproof::cli
