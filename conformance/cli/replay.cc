// mapproof replay: tells a program's story operation by operation.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/emit.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "conformance/cli/results.h"
#include "conformance/cli/telling.h"
#include "conformance/picture.h"
#include "conformance/ports/registry.h"
#include "conformance/properties/catalogue.h"
#include "conformance/reports/story.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

struct ReplayOptions {
  std::vector<std::string> files;
  PortOptions port;
  bool watch = false;
  bool json = false;
  TellOptions tell;
  EmitOptions emit;
  std::string picture;
};

// A result after "->" that the file promised and the port did not give.
struct Difference {
  std::size_t op = 0;
  std::string expected;
  std::string got;
};

std::vector<Difference> differences(const Program& program, const Teller& teller) {
  std::vector<Difference> found;
  const std::size_t end = std::min(program.expect.size(), program.ops.size());
  for (std::size_t op = 0; op < end; ++op) {
    if (program.expect[op].empty()) continue;
    const std::string got = op < teller.reached() ? compact(teller.results()[op]) : "(not reached)";
    if (got != program.expect[op]) found.push_back({op, program.expect[op], got});
  }
  return found;
}

void tell_outcome(const Program& program, const Examination& examination,
                  const std::vector<Difference>& differing, Story& story) {
  for (const Difference& one : differing) {
    story.tell(fmt::format("result of op {} ({}) differs: the file says {}, got {}\n", one.op,
                           print(program.spec, program.ops[one.op]), one.expected, one.got),
               red);
  }
  if (!examination.fails()) {
    if (differing.empty()) {
      story.tell("holds\n", green);
    } else {
      story.tell("no property is broken\n");
    }
    return;
  }
  story.tell(examination.result.verdict->sentence() + "\n", red);
  story.tell("  " + sentence(examination.result.verdict->property) + "\n");
  if (examination.attribution) {
    story.tell(examination.attribution->sentence + "\n", examination.is_known() ? yellow : red);
  }
}

nlohmann::json outcome_as_json(const std::string& file, const std::string& port,
                               const Program& program, const Examination& examination,
                               const std::vector<Difference>& differing, const Teller& teller,
                               bool verbose) {
  nlohmann::json json = {{"file", file},
                         {"port", port},
                         {"holds", !examination.fails() && differing.empty()},
                         {"steps", examination.result.steps},
                         {"verdict", as_json(examination.result.verdict)},
                         {"attribution", as_json(examination.attribution)},
                         {"ops", nlohmann::json::array()},
                         {"differences", nlohmann::json::array()}};
  for (std::size_t op = 0; op < teller.reached(); ++op) {
    nlohmann::json one = {{"op", op},
                          {"text", print(program.spec, program.ops[op])},
                          {"result", compact(teller.results()[op])},
                          {"steps", teller.results()[op].size()}};
    if (verbose) one["results"] = teller.results()[op];
    json["ops"].push_back(std::move(one));
  }
  for (const Difference& one : differing) {
    json["differences"].push_back({{"op", one.op}, {"expected", one.expected}, {"got", one.got}});
  }
  return json;
}

// Are the answers that the file promises those of this port?
bool is_port_of_file(const Examiner& examiner, const Program& program) {
  if (program.port.empty() || program.port == kUnnamedPort) return false;
  const PortEntry* entry = find_port(program.port);
  return program.port == examiner.port_line() ||
         (entry != nullptr && entry == find_port(examiner.port_line()));
}

// The command that a picture shows: it draws the same.
std::string typed(const std::string& file, const ReplayOptions& options, const Examiner& examiner) {
  std::string arguments;
  if (options.watch) arguments += "--watch ";
  if (options.tell.buckets) arguments += "--buckets ";
  if (options.tell.verbose) arguments += "--verbose ";
  arguments += shell_quoted(file);
  const PortOptions& port = options.port;
  const bool of_file =
      !port.given() && port.profile.empty() && examiner.choice().kind == PortChoice::Kind::built_in;
  return "build/" + (of_file ? "mapproof replay " + arguments
                             : command_line("replay", arguments, port, examiner.choice()));
}

// Exit code of one file.
int replay_one(const std::string& file, const ReplayOptions& options) {
  const Program program = load_program(file);
  if (!options.emit.form.empty()) {
    emit(file, program, options.emit, options.port);
    return kHolds;
  }
  Examiner examiner(options.port, port_of(file, program, options.port));
  examiner.expect_runnable(file, program);
  Story story;
  if (!options.picture.empty()) {
    story.keep(fmt::format("$ {}\n", typed(file, options, examiner)));
  }
  Teller teller(program, examiner, options.tell, story);
  teller.start();
  const Examination examination = examiner.examine(
      program,
      [&teller](std::size_t op, std::size_t, const std::string& result) {
        teller.step(op, result);
      },
      options.watch);
  teller.finish(examination.result.verdict);
  const bool annotated = is_port_of_file(examiner, program);
  const auto differing = annotated ? differences(program, teller) : std::vector<Difference>();
  if (options.json) {
    fmt::print("{}\n", dumped(outcome_as_json(file, examiner.label(), program, examination,
                                              differing, teller, options.tell.verbose)));
  } else {
    tell_outcome(program, examination, differing, story);
  }
  if (!options.picture.empty()) write_file(options.picture, picture_of(story.text()));
  return examination.fails() || !differing.empty() ? kFails : kHolds;
}

int replay(ReplayOptions options) {
  if (!(options.emit.form.empty() && options.picture.empty()) && options.files.size() != 1) {
    throw CannotRun("--emit and --picture take one file");
  }
  probe_output(options.picture);
  options.tell.silent = options.json;
  int exit_code = kHolds;
  for (const std::string& file : options.files) {
    if (options.files.size() > 1 && !options.json) fmt::print("==> {} <==\n", file);
    try {
      exit_code = std::max(exit_code, replay_one(file, options));
    } catch (const CannotRun& error) {
      // One bad file does not hide what the others tell.
      fmt::print(stderr, "mapproof: {}\n", error.what());
      exit_code = kCannotRun;
    }
  }
  return exit_code;
}

}  // namespace

void add_replay(CLI::App& app, const std::vector<std::string>& behind, int* exit_code) {
  auto options = std::make_shared<ReplayOptions>();
  options->port.behind = behind;
  CLI::App* command = app.add_subcommand("replay", "Run programs and tell each step");
  command->add_option("FILE", options->files, "programs, as text or bytes; - is the standard input")
      ->required();
  add_port_options(
      command, "the map to run on: a name or a library (default: the file's port line, else gomap)",
      &options->port);
  command->add_flag("--watch", options->watch, "check the layout after each operation, too");
  command->add_flag("--buckets", options->tell.buckets,
                    "draw the buckets after each operation that changes them");
  command->add_flag("--json", options->json, "one JSON object a file");
  command->add_flag("--verbose", options->tell.verbose, "tell the steps of bursts one by one");
  command->add_option("--picture", options->picture, "write what is printed as an SVG image, too")
      ->excludes("--json");
  command->add_option("--emit", options->emit.form, "print a test instead of running: gtest, go, c")
      ->check(CLI::IsMember({"gtest", "go", "c"}));
  command->add_option("-o,--out", options->emit.out, "where --emit writes to")->needs("--emit");
  command->footer(
      R"(--emit go writes a plain Go program, which shows on a real Go what FILE breaks on the port gomap.
It is refused (exit code 2) if FILE breaks nothing there. Shrink FILE first: the smaller it is,
the sooner it is shown.
--emit c writes a C program, which shows what is wrong with a map in a library, without mapproof.

Examples:
  mapproof replay corpus/findings/FILE
  mapproof replay --port std --buckets FILE
  mapproof replay --port ./libmymap.so FILE
  mapproof replay FILE -- node my_port.mjs
  mapproof replay --buckets --picture failure.svg FILE
  mapproof replay --emit gtest FILE > replay_test.cc
  mapproof replay --emit go FILE -o shown.go && go run shown.go
  mapproof replay --emit c FILE -o shown.c && cc -I INCLUDE shown.c -ldl && ./a.out ./libmymap.so
  mapproof generate --seed 7 | mapproof replay -)");
  command->callback([options, exit_code] { *exit_code = replay(*options); });
}

}  // namespace mapproof::cli
