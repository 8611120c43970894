// mapproof replay: tells a program's story operation by operation.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "conformance/cli/results.h"
#include "conformance/drawing.h"
#include "conformance/emit_c.h"
#include "conformance/emit_go.h"
#include "conformance/emit_gtest.h"
#include "conformance/picture.h"
#include "conformance/ports/registry.h"
#include "conformance/properties/catalogue.h"
#include "conformance/reports/story.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

constexpr const char* kDefaultPort = "gomap";

struct ReplayOptions {
  std::vector<std::string> files;
  PortOptions port;
  bool watch = false;
  std::string emit;
  std::string out;
  std::string picture;
  bool buckets = false;
  bool json = false;
  bool verbose = false;
};

// What is told: to the terminal at once, and kept without colours for a picture.
class Story {
 public:
  using Colour = std::string (*)(const std::string&);
  void keep(const std::string& text) { text_ += text; }
  void tell(const std::string& text, Colour colour = nullptr) {
    fmt::print("{}", colour != nullptr ? colour(text) : text);
    keep(text);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A result after "->" that the file promised and the port did not give.
struct Difference {
  std::size_t op = 0;
  std::string expected;
  std::string got;
};

// What a step of a burst does, as an operation of its own.
Op one_step(const Program& program, std::size_t at, std::size_t step) {
  const Op& burst = program.ops[at];
  Op op;
  switch (burst.code) {
    case OpCode::fill:
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::empty:
    case OpCode::delrange: {
      const bool deletes = burst.code == OpCode::empty || burst.code == OpCode::delrange;
      op.code = deletes ? OpCode::del : OpCode::put;
      op.key = static_cast<std::uint16_t>(
          key_at(program.spec.key, burst, static_cast<std::uint32_t>(step)));
      return op;
    }
    case OpCode::next:
    case OpCode::drain:
      op.code = OpCode::next;
      op.slot = burst.slot;
      op.n = 1;
      return op;
    default:
      return burst;
  }
}

// So that what replay prints stays a program.
std::string as_comment(const std::string& lines) {
  std::string text = "# ";
  for (const char c : lines) text += c == '\n' ? std::string("\n# ") : std::string(1, c);
  text.resize(text.size() - 2);
  return text;
}

// Follows a run; an operation is told as soon as the next one begins, so that a crash in the port
// leaves its story behind.
class Teller {
 public:
  Teller(const Program& program, Examiner& examiner, const ReplayOptions& options, Story& story)
      : program_(program), examiner_(examiner), options_(options), story_(story) {
    results_.resize(program.ops.size());
    for (const Op& op : program.ops) {
      width_ = std::max(width_, std::min<std::size_t>(print(program.spec, op).size(), 40));
    }
  }

  void start() const {
    if (options_.json) return;
    Program header;
    header.spec = program_.spec;
    header.comments = program_.comments;
    header.port = examiner_.port_line();
    story_.tell(print(header));
  }

  void step(std::size_t op, const std::string& result) {
    tell_up_to(op);
    reached_ = op + 1;
    results_[op].push_back(result);
    if (options_.buckets) has_picture_ = examiner_.port().snapshot(&picture_);
  }

  void finish(const std::optional<Verdict>& verdict) {
    if (verdict) reached_ = std::max(reached_, std::min(verdict->op + 1, program_.ops.size()));
    broken_ = verdict;
    tell_up_to(reached_);
  }

  const std::vector<std::vector<std::string>>& results() const { return results_; }
  std::size_t reached() const { return reached_; }

 private:
  void tell_up_to(std::size_t end) {
    if (options_.json) return;
    for (; told_ < end; ++told_) tell(told_);
    std::fflush(stdout);
  }

  void tell(std::size_t op) {
    const std::string result = compact(results_[op]);
    std::string line = print(program_.spec, program_.ops[op]);
    if (!result.empty()) line = fmt::format("{:<{}}  -> {}", line, width_, result);
    if (broken_ && broken_->op == op) line += "   # breaks " + broken_->property;
    story_.tell(line + "\n");
    if (options_.verbose && results_[op].size() > 1) tell_steps(op);
    if (!has_picture_) return;
    std::string drawing = as_comment(draw(picture_, program_.spec.key));
    if (drawing != drawn_) story_.tell(drawing);
    drawn_ = std::move(drawing);
  }

  void tell_steps(std::size_t op) {
    for (std::size_t i = 0; i < results_[op].size(); ++i) {
      const std::string words = print(program_.spec, one_step(program_, op, i));
      const std::string& result = results_[op][i];
      story_.tell(fmt::format("#   {}{}\n", words, result.empty() ? "" : "  -> " + result));
    }
  }

  const Program& program_;
  Examiner& examiner_;
  const ReplayOptions& options_;
  Story& story_;
  std::vector<std::vector<std::string>> results_;
  std::size_t width_ = 0;
  std::size_t reached_ = 0;
  std::size_t told_ = 0;
  std::optional<Verdict> broken_;
  Snapshot picture_;
  bool has_picture_ = false;
  std::string drawn_;  // the last one: what has not changed is not drawn again
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

// The faithful port stands in for Go here, whatever port the file's answers are from.
void emit_go_of(const std::string& file, const Program& program, const ReplayOptions& options) {
  if (options.port.given() && options.port.port != kDefaultPort) {
    throw CannotRun("--emit go shows what the port gomap does: leave out --port");
  }
  const GoProgram emitted = emit_go(program);
  if (!emitted.refusal.empty()) {
    throw CannotRun(fmt::format("{}: no Go program: {}", file, emitted.refusal));
  }
  write_file(options.out, emitted.text);
}

void emit_c_of(const std::string& file, const Program& program, const ReplayOptions& options) {
  const CProgram emitted = emit_c(program);
  if (!emitted.refusal.empty()) {
    throw CannotRun(fmt::format("{}: no C program: {}", file, emitted.refusal));
  }
  write_file(options.out, emitted.text);
}

// Are the answers that the file promises those of this port?
bool is_port_of_file(const Examiner& examiner, const Program& program) {
  if (program.port.empty()) return false;
  const PortEntry* entry = find_port(program.port);
  return program.port == examiner.port_line() ||
         (entry != nullptr && entry == find_port(examiner.port_line()));
}

// Exit code of one file.
int replay_one(const std::string& file, const ReplayOptions& options) {
  const Program program = load_program(file);
  if (options.emit == "go") {
    emit_go_of(file, program, options);
    return kHolds;
  }
  if (options.emit == "c") {
    emit_c_of(file, program, options);
    return kHolds;
  }
  const std::string of_file = program.port.empty() ? kDefaultPort : program.port;
  Examiner examiner(options.port, of_file);
  const std::string port = examiner.label();
  if (const std::string why = examiner.refusal(program); !why.empty()) {
    throw CannotRun(fmt::format("{}: port {} cannot be asked to run this: {}", file, port, why));
  }
  if (!options.emit.empty()) {
    if (examiner.choice().kind != PortChoice::Kind::built_in) {
      throw CannotRun("--emit gtest is for ports that are built in");
    }
    write_file(options.out, emit_gtest(program, port));
    return kHolds;
  }
  Story story;
  if (!options.picture.empty())
    story.keep(fmt::format("$ build/mapproof replay {}{}\n", options.buckets ? "--buckets " : "",
                           shell_quoted(file)));
  Teller teller(program, examiner, options, story);
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
    fmt::print("{}\n",
               outcome_as_json(file, port, program, examination, differing, teller, options.verbose)
                   .dump());
  } else {
    tell_outcome(program, examination, differing, story);
  }
  if (!options.picture.empty()) write_file(options.picture, picture_of(story.text()));
  return examination.fails() || !differing.empty() ? kFails : kHolds;
}

int replay(const ReplayOptions& options) {
  if (!(options.emit.empty() && options.picture.empty()) && options.files.size() != 1) {
    throw CannotRun("--emit and --picture take one file");
  }
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
  command->add_flag("--buckets", options->buckets,
                    "draw the buckets after each operation that changes them");
  command->add_flag("--json", options->json, "one JSON object a file");
  command->add_flag("--verbose", options->verbose, "tell the steps of bursts one by one");
  command->add_option("--picture", options->picture, "write what is printed as an SVG image, too")
      ->excludes("--json");
  command->add_option("--emit", options->emit, "print a test instead of running: gtest, go, c")
      ->check(CLI::IsMember({"gtest", "go", "c"}));
  command->add_option("-o,--out", options->out, "where --emit writes to")->needs("--emit");
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
