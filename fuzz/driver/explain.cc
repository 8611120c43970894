#include "fuzz/driver/explain.h"

#include <fmt/format.h>

#include <fstream>
#include <string_view>
#include <utility>

#include "conformance/cli/io.h"
#include "conformance/shrink.h"
#include "fuzz/driver/numbers.h"
#include "fuzz/driver/tools.h"
#include "oracle/text.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kInput = "input.bin";
constexpr const char* kProgram = "program.mapproof";
constexpr const char* kShrunk = "shrunk.mapproof";
constexpr const char* kShrunkBytes = "shrunk.bin";
constexpr const char* kTrial = ".trial";
constexpr std::uint64_t kLog = 1U << 20;

std::optional<Program> load(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) == 0) return std::nullopt;
  try {
    return cli::load_program(file.string());
  } catch (const cli::CannotRun&) {
    return std::nullopt;
  }
}

Program decoded(const std::string& bytes) {
  return decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string encoded(const Program& program) {
  const std::vector<std::uint8_t> bytes = encode(program);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Explanation::Explanation(const FuzzTarget& target, const Options& options,
                         const Diagnosis& diagnosis, fs::path folder, Children* children,
                         ExplainLimits limits)
    : target_(target),
      options_(options),
      diagnosis_(diagnosis),
      folder_(std::move(folder)),
      children_(*children),
      limits_(limits) {}

void Explanation::make() {
  if (!target_.runs_programs()) return shrink_crash();
  read_programs();
  if (diagnosis_.is_verdict()) {
    shrink_with_mapproof();
  } else {
    shrink_crash();
  }
  emit_tests();
}

void Explanation::note(const std::string& line) const {
  std::ofstream(folder_ / "explain.log", std::ios::app) << line << '\n';
}

void Explanation::write_program(const char* name, const Program& program) {
  try {
    cli::write_file((folder_ / name).string(), print(program));
  } catch (const cli::CannotRun& why) {
    note(why.what());
  }
}

void Explanation::read_programs() {
  program_ = load(folder_ / kProgram);
  if (!program_) {
    program_ = decoded(cli::read_file((folder_ / kInput).string()));
    write_program(kProgram, *program_);
  }
  shrunk_ = load(folder_ / kShrunk);
}

bool Explanation::run_mapproof(std::vector<std::string> arguments) {
  if (children_.interrupted()) return false;
  arguments.insert(arguments.begin(), options_.mapproof.string());
  const auto ending = children_.run(
      {.words = std::move(arguments), .environment = {}, .output = folder_ / "explain.log"},
      limits_.tool);
  return ending && ending->well();
}

std::vector<std::string> Explanation::port_of_replay() const {
  if (!diagnosis_.replay.starts_with("build/mapproof replay")) return {};
  const std::string library = library_of(target_, options_);
  if (!library.empty()) return {"--port", library};
  constexpr std::string_view kPort = " --port ";
  const std::size_t at = diagnosis_.replay.find(kPort);
  return {"--port",
          at == std::string::npos ? "gomap" : diagnosis_.replay.substr(at + kPort.size())};
}

// The worker has had a few seconds; here there is more time.
void Explanation::shrink_with_mapproof() {
  std::vector<std::string> port = port_of_replay();
  if (port.empty()) return;
  const fs::path file = folder_ / ".small.mapproof";
  std::vector<std::string> arguments = {"shrink", "-o", file.string(),
                                        (folder_ / (shrunk_ ? kShrunk : kProgram)).string()};
  arguments.insert(arguments.begin() + 1, port.begin(), port.end());
  const bool shrank = run_mapproof(arguments);
  if (const auto small = load(file); shrank && small) {
    shrunk_ = small;
    write_program(kShrunk, *small);
  }
  std::error_code ignored;
  fs::remove(file, ignored);
}

bool Explanation::dies_alike(std::string_view input) {
  const fs::path work = folder_ / kTrial;
  std::error_code ignored;
  fs::remove_all(work, ignored);
  fs::create_directories(work, ignored);
  cli::write_file((work / "input").string(), input);
  const auto ending =
      children_.run(lone_run(target_, options_, work / "input", work), limits_.shrinking);
  const bool died = ending && !ending->well();
  return died && diagnose(tail_of(work / "log", kLog), "").property == diagnosis_.property;
}

void Explanation::shrink_crash() {
  try {
    const std::string input =
        program_ ? encoded(*program_) : cli::read_file((folder_ / kInput).string());
    // What cannot be repeated, or takes the engine's patience each time, stays as it is.
    if (children_.interrupted() || !diagnosis_.property.starts_with("crash") ||
        !dies_alike(input)) {
      note("not shrunk: " + diagnosis_.property + " was not repeated");
    } else if (program_) {
      shrink_program();
    } else {
      shrink_bytes();
    }
  } catch (const cli::CannotRun& why) {
    note(why.what());
  }
  std::error_code ignored;
  fs::remove_all(folder_ / kTrial, ignored);
}

// Each trial costs a process, since the failure ends it.
void Explanation::shrink_program() {
  const auto deadline = Clock::now() + limits_.shrinking;
  shrunk_ = mapproof::shrink(*program_, [&](const Program& candidate) {
    return Clock::now() < deadline && !children_.interrupted() && dies_alike(encoded(candidate));
  });
  write_program(kShrunk, *shrunk_);
  cli::write_file((folder_ / kShrunkBytes).string(), encoded(*shrunk_));
}

// Of what is no program the engine takes bytes away, as long as it fails at all.
void Explanation::shrink_bytes() {
  const fs::path input = folder_ / kInput;
  const fs::path small = folder_ / kShrunkBytes;
  Command command = lone_run(target_, options_, input, folder_ / kTrial);
  command.words.insert(command.words.end() - 1,
                       {"-minimize_crash=1", "-exact_artifact_path=" + small.string(),
                        fmt::format("-max_total_time={}", limits_.shrinking.count())});
  // The engine's time is for each step on the way.
  children_.run(command, 2 * limits_.shrinking);
  std::error_code ignored;
  const bool smaller =
      fs::exists(small, ignored) && fs::file_size(small, ignored) < fs::file_size(input, ignored);
  if (smaller && !children_.interrupted() && dies_alike(cli::read_file(small.string()))) return;
  fs::remove(small, ignored);
  note("not shrunk: the engine found no smaller input that fails alike");
}

void Explanation::emit(const char* form, const char* file, const std::vector<std::string>& port) {
  std::vector<std::string> arguments = {"replay",
                                        "--emit",
                                        form,
                                        "-o",
                                        (folder_ / file).string(),
                                        (folder_ / (shrunk_ ? kShrunk : kProgram)).string()};
  arguments.insert(arguments.begin() + 1, port.begin(), port.end());
  note(fmt::format("mapproof replay --emit {}:", form));
  run_mapproof(arguments);
}

void Explanation::emit_tests() {
  if (!library_of(target_, options_).empty()) return emit("c", "test.c", {});
  const std::vector<std::string> port = port_of_replay();
  if (!port.empty()) {
    emit("gtest", "test.cc", port);
  } else if (!diagnosis_.is_verdict()) {
    emit("gtest", "test.cc", {"--port", "gomap"});
  } else {
    note("no GoogleTest: only this shows it: " + diagnosis_.replay);
  }
  emit("go", "shown.go", {});
}

std::vector<std::string> Explanation::sources() const {
  std::vector<std::string> found;
  for (const char* file : {"test.cc", "test.c", "shown.go"}) {
    if (fs::exists(folder_ / file)) found.emplace_back(file);
  }
  return found;
}

std::string Explanation::replay(const fs::path& name) const {
  if (diagnosis_.is_verdict()) {
    std::string command = diagnosis_.replay;
    // A library's path is not for splitting at blanks.
    if (const std::string library = library_of(target_, options_); !library.empty()) {
      command = "build/mapproof replay --port " + cli::shell_quoted(library);
    }
    return command + " " + cli::shell_quoted((name / (shrunk_ ? kShrunk : kProgram)).string());
  }
  std::string command;
  if (const std::string library = library_of(target_, options_); !library.empty()) {
    command = "MAPPROOF_PORT=" + cli::shell_quoted(library) + " ";
  }
  const bool small = fs::exists(folder_ / kShrunkBytes);
  return command + cli::shell_quoted(fuzzer_of(target_, options_).string()) + " " +
         cli::shell_quoted((name / (small ? kShrunkBytes : kInput)).string());
}

}  // namespace mapproof::driver
