#include "conformance/cli/port_choice.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/cli/io.h"
#include "conformance/cli/numbers.h"
#include "conformance/port_wrappers.h"

namespace mapproof::cli {
namespace {

constexpr std::uint64_t kMostMegabytes = std::uint64_t{1} << 40U;  // in bytes it is a number still

const PortEntry& entry_of(const std::string& name) {
  if (const PortEntry* entry = find_port(name)) return *entry;
  std::vector<std::string> known;
  for (const PortEntry& entry : ports()) known.push_back(entry.name);
  throw CannotRun(
      fmt::format("unknown port {}; the known ones are {}", name, fmt::join(known, ", ")));
}

// Everything is the port's but what it is held to.
class OtherProfile final : public PortWrapper {
 public:
  OtherProfile(std::unique_ptr<Port> port, Profile profile)
      : PortWrapper(std::move(port)), info_(PortWrapper::info()) {
    info_.profile = profile;
  }
  const PortInfo& info() const override { return info_; }

 private:
  PortInfo info_;
};

bool stands_changes(Profile profile) { return profile == Profile::go || profile == Profile::js; }

}  // namespace

std::string PortChoice::label() const {
  if (kind != Kind::program) return shell_quoted(name);
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + shell_quoted(word);
  return text;
}

Door PortChoice::door() const {
  switch (kind) {
    case Kind::library:
      return Door::library;
    case Kind::program:
      return Door::program;
    default:
      return entry_of(name).door;
  }
}

std::unique_ptr<Port> PortChoice::open(const DoorOptions& door) const {
  switch (kind) {
    case Kind::library:
      return open_library(name, door);
    case Kind::program:
      return open_program(argv, door);
    default:
      return entry_of(name).make();
  }
}

PortChoice choose_port(const std::string& text) {
  PortChoice choice;
  // "absl::flat_hash_map" has no slash; a name that is built in is no path, whatever it looks like.
  const bool path = text.find('/') != std::string::npos || text.ends_with(".so");
  choice.kind =
      path && find_port(text) == nullptr ? PortChoice::Kind::library : PortChoice::Kind::built_in;
  choice.name = text;
  return choice;
}

PortChoice PortOptions::choice(const std::string& otherwise) const {
  if (!port.empty() && !behind.empty()) {
    throw CannotRun(fmt::format("two ports: {} and, behind --, {}", port, behind[0]));
  }
  if (!behind.empty()) {
    return {.kind = PortChoice::Kind::program, .name = behind[0], .argv = behind};
  }
  if (!port.empty()) return choose_port(port);
  if (otherwise.empty()) {
    throw CannotRun("no port: give a name (mapproof ports lists them), a library, or -- COMMAND");
  }
  return choose_port(otherwise);
}

std::unique_ptr<Port> PortOptions::open(const PortChoice& choice) const {
  auto opened = choice.open(door);
  if (profile.empty()) return opened;
  const auto asked = profile_named(profile);
  if (!asked) {
    throw CannotRun(
        fmt::format("unknown profile {}; the known ones are go, std, js, python", profile));
  }
  return with_profile(std::move(opened), *asked);
}

void add_port_options(CLI::App* command, const std::string& port_description,
                      PortOptions* options) {
  if (!port_description.empty()) command->add_option("--port", options->port, port_description);
  command->add_option("--profile", options->profile,
                      "hold the port to go, std, js or python, whatever it declares");
  command
      ->add_option("--time-limit", options->door.time_limit,
                   "seconds that a program may take on a library or behind --")
      ->check(number(0.01, 24 * 60 * 60))
      ->capture_default_str();
  command
      ->add_option("--memory-limit", options->door.memory_limit,
                   "MB of memory that a library, or what stands behind --, may have; 0: no limit")
      ->check(whole_number(0, kMostMegabytes))
      ->capture_default_str();
}

std::string command_line(const std::string& command, const std::string& arguments,
                         const PortOptions& options, const PortChoice& choice) {
  std::string line = "mapproof " + command;
  if (choice.kind != PortChoice::Kind::program) line += " --port " + choice.label();
  if (!options.profile.empty()) line += " --profile " + options.profile;
  if (choice.kind != PortChoice::Kind::built_in) {
    const DoorOptions usual;
    const DoorOptions& door = options.door;
    if (door.time_limit != usual.time_limit) {
      line += fmt::format(" --time-limit {}", door.time_limit);
    }
    if (door.memory_limit != usual.memory_limit) {
      line += fmt::format(" --memory-limit {}", door.memory_limit);
    }
  }
  line += " " + arguments;
  if (choice.kind == PortChoice::Kind::program) line += " -- " + choice.label();
  return line;
}

std::unique_ptr<Port> with_profile(std::unique_ptr<Port> port, Profile profile) {
  const Profile declared = port->info().profile;
  if (declared == profile) return port;
  // A program of `std` changes nothing under a walk but in the one way that every map stands.
  if (!stands_changes(declared) && profile != Profile::std_like) {
    throw CannotRun(fmt::format(
        "{} cannot be held to profile {}: it declares {}, and a walk over it need not survive the "
        "changes that programs of {} make",
        port->info().name, name(profile), name(declared), name(profile)));
  }
  return std::make_unique<OtherProfile>(std::move(port), profile);
}

}  // namespace mapproof::cli
