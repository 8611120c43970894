// Which map a command works on: one that is built in, a library, or a program of any language.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/ports/registry.h"
#include "oracle/port.h"

namespace mapproof::cli {

struct DoorOptions {
  // Of a port from outside.
  double time_limit = 10;             // seconds that one program may take
  std::uint64_t memory_limit = 2048;  // in MB; 0: none
  bool alone = false;  // each program in a process of its own: what others leave behind is away
};

struct PortChoice {
  enum class Kind { built_in, library, program };
  Kind kind = Kind::built_in;
  std::string name;               // built in; of a library: its path
  std::vector<std::string> argv;  // of a program

  // As it is typed: "std", "./libmymap.so", "node my_port.mjs"; quoted for a shell.
  std::string label() const;
  // What the map is reached through, of one that is known by name, too.
  Door door() const;
  // Throws CannotRun, naming the known ports, or whatever the door throws.
  std::unique_ptr<Port> open(const DoorOptions& door) const;
};

// A path (with a slash, or ending in .so) or a name.
PortChoice choose_port(const std::string& text);

// What says on a command line which port is meant, and how it is treated.
struct PortOptions {
  std::string port;                 // --port, or the positional argument of check
  std::vector<std::string> behind;  // what stands behind `--`: a program and its arguments
  std::string profile;              // --profile, or "": the port's own
  DoorOptions door;

  bool given() const { return !port.empty() || !behind.empty(); }
  // Throws CannotRun if there are two, or none and no default.
  PortChoice choice(const std::string& otherwise = "") const;
  // Opens it, with the profile that is asked for.
  std::unique_ptr<Port> open(const PortChoice& choice) const;
};

// Adds --profile and the limits, and --port with this description unless it is empty.
void add_port_options(CLI::App* command, const std::string& port_description, PortOptions* options);

// The command that does the same with the same port: "mapproof replay --port std FILE",
// "mapproof replay FILE -- node my_port.mjs". `arguments` are quoted already.
std::string command_line(const std::string& command, const std::string& arguments,
                         const PortOptions& options, const PortChoice& choice);

// A port that is held to another profile than it declares. Throws CannotRun, with the reason, if
// the programs of that profile would do to it what it cannot stand.
std::unique_ptr<Port> with_profile(std::unique_ptr<Port> port, Profile profile);

// The two doors. They throw, in one line, what keeps them shut.
std::unique_ptr<Port> open_library(const std::string& path, const DoorOptions& door);
std::unique_ptr<Port> open_program(const std::vector<std::string>& argv, const DoorOptions& door);

}  // namespace mapproof::cli
