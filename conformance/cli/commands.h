// The subcommands of mapproof.
#pragma once

#include <CLI/CLI.hpp>

namespace mapproof::cli {

// Each adds its subcommand, which leaves its exit code in *exit_code.
void add_replay(CLI::App& app, int* exit_code);
void add_shrink(CLI::App& app, int* exit_code);
void add_convert(CLI::App& app, int* exit_code);
void add_check(CLI::App& app, int* exit_code);
void add_ports(CLI::App& app, int* exit_code);
void add_generate(CLI::App& app, int* exit_code);
void add_properties(CLI::App& app, int* exit_code);
void add_situations(CLI::App& app, int* exit_code);
void add_lockstep(CLI::App& app, int* exit_code);
void add_arbitrate(CLI::App& app, int* exit_code);

}  // namespace mapproof::cli
