#include "conformance/cli/examine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "conformance/cli/io.h"
#include "conformance/ports/registry.h"
#include "conformance/shrink.h"
#include "oracle/generate.h"
#include "oracle/goruntime/installed.h"
#include "oracle/rules.h"

namespace mapproof::cli {
namespace {

// The port whose failures corrections can explain; the real Go fails just as it does.
constexpr std::string_view kFaithful = "gomap";

bool is_real_go(std::string_view port) {
  const auto& known = go::known_runtimes();
  return std::any_of(known.begin(), known.end(),
                     [port](const go::Known& one) { return one.name == port; });
}

// Of the text form, in which `->` begins an annotation and `#` a comment.
bool is_one_word(const std::string& text) {
  return text.find_first_of(" \t\r\v\f\n#") == std::string::npos &&
         text.find("->") == std::string::npos;
}

class Deadline {
 public:
  explicit Deadline(double seconds) : seconds_(seconds) {}
  bool over() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() >
           seconds_;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double seconds_;
};

// What hangs is told from what is slow by waiting: while shrinking, not as long as otherwise.
PortOptions less_patient(PortOptions options) {
  options.door.time_limit =
      std::min(options.door.time_limit, std::max(0.5, options.door.time_limit / 10));
  return options;
}

// Without what stands behind the operation that never ended. Nobody has got there.
Program cut_behind(const Program& program, const Verdict& verdict) {
  Program cut = program;
  cut.ops.resize(std::min(cut.ops.size(), verdict.op + 1));
  cut.expect.clear();
  cut.notes.clear();
  return cut;
}

}  // namespace

std::string port_of(const std::string& file, const Program& program, const PortOptions& options) {
  if (program.port == kUnnamedPort && !options.given()) {
    throw CannotRun(fmt::format(
        "{}: its port line names no port: say --port LIBRARY, or -- COMMAND (see its comments)",
        file));
  }
  return program.port.empty() ? std::string(kFaithful) : program.port;
}

bool same_failure(const Examination& x, const Examination& y) {
  if (!x.fails() || !y.fails()) return x.fails() == y.fails();
  if (x.result.verdict->property != y.result.verdict->property) return false;
  if (x.is_known() != y.is_known()) return false;
  return !x.is_known() || x.attribution->finding == y.attribution->finding;
}

Examiner::Examiner(const PortOptions& options, const std::string& otherwise)
    : options_(options), choice_(options.choice(otherwise)), port_(options.open(choice_)) {}

std::string Examiner::port_line() const {
  const bool named = choice_.kind != PortChoice::Kind::program && is_one_word(choice_.name);
  return named ? choice_.name : std::string(kUnnamedPort);
}

void Examiner::name_port(Program* program) const {
  program->port = port_line();
  if (program->port != kUnnamedPort) return;
  const std::string words = fmt::format("on port {}", label());
  auto& comments = program->comments;
  if (std::find(comments.begin(), comments.end(), words) == comments.end()) {
    comments.push_back(words);
  }
}

std::string Examiner::refusal(const Program& program) const {
  if (!port_->supports(program.spec)) return "keys or elems of a kind that it cannot store";
  std::string reason;
  return asks_only_promised(program, info(), &reason) ? "" : reason;
}

void Examiner::expect_runnable(const std::string& file, const Program& program) const {
  const std::string why = refusal(program);
  if (why.empty()) return;
  throw CannotRun(fmt::format("{}: port {} cannot be asked to run this: {}", file, label(), why));
}

RunOptions Examiner::run_options(bool watched) const {
  RunOptions options;
  options.audit_at_end = info().lays_out_buckets;
  options.audit_every = watched && info().lays_out_buckets ? 1 : 0;
  return options;
}

Examination Examiner::examine(const Program& program, const decltype(RunOptions::trace)& trace,
                              bool watched) {
  RunOptions options = run_options(watched);
  options.trace = trace;
  Examination examination;
  examination.result = run(program, *port_, &judge_, options);
  if (examination.fails()) {
    examination.attribution = attributed(program, *examination.result.verdict, options);
  }
  return examination;
}

std::optional<Attribution> Examiner::attributed(const Program& program, const Verdict& verdict,
                                                const RunOptions& options) const {
  const bool built_in = choice_.kind == PortChoice::Kind::built_in;
  if (built_in && choice_.name == kFaithful) return attribute(program, verdict, options);
  // Of other maps that are built in none may fail as Go does.
  if (built_in ? !is_real_go(choice_.name) : !runs_as_faithful(info())) return std::nullopt;
  return attribute_by_faithful(program, verdict, options);
}

bool Examiner::fails_alike(const Program& program, const Examination& failure, bool watched) {
  return refusal(program).empty() && same_failure(failure, examine(program, {}, watched));
}

Program Examiner::smallest(const Program& program, const Examination& failure, bool watched,
                           double seconds) {
  const Deadline deadline(seconds);
  const bool hangs = failure.result.verdict->property == PortRule("port/hang").id();
  Program small = program;
  if (hangs) {
    Program cut = cut_behind(program, *failure.result.verdict);
    if (fails_alike(cut, failure, watched)) small = std::move(cut);
  }
  // Its candidates run on a port of their own, if they must not be waited for as long.
  std::optional<Examiner> other;
  if (hangs) other.emplace(less_patient(options_), choice_.name);
  Examiner& hasty = hangs ? *other : *this;
  if (hangs && !hasty.fails_alike(small, failure, watched)) return small;
  Program smaller = shrink(small, [&](const Program& candidate) {
    return !deadline.over() && hasty.fails_alike(candidate, failure, watched);
  });
  // A slow program is no hanging one.
  if (!hangs || fails_alike(smaller, failure, watched)) small = std::move(smaller);
  name_port(&small);
  return small;
}

std::string Examiner::replay_command(const std::string& file, bool watched) const {
  return command_line("replay", (watched ? "--watch " : "") + shell_quoted(file), options_,
                      choice_);
}

}  // namespace mapproof::cli
