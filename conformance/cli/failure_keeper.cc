#include "conformance/cli/failure_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "conformance/cli/io.h"
#include "conformance/properties/catalogue.h"
#include "conformance/reports/story.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kShrinkSeconds = 20;

// Behind the operation that fails nobody has got.
void cut_short(ReportFailure* failure) {
  Program& program = failure->small;
  program.ops.resize(std::min(program.ops.size(), failure->verdict.op + 1));
  program.expect.clear();
  program.notes.clear();
}

// For the name of a file.
std::string plain(std::string name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return !is_plain(c); }, '-');
  return name;
}

}  // namespace

ReportFailure FailureKeeper::kept(const Program& program, const Examination& examination,
                                  const Excuse& excuse, const FailureOrigin& origin) {
  const bool shrinks = excuse.why.empty() && options_.shrinks;
  ReportFailure failure;
  failure.known = excuse.why;
  failure.found = origin.source;
  failure.advice = origin.advice;
  failure.small = program;
  failure.verdict = *examination.result.verdict;
  if (shrinks) make_small(examination, origin.watched, &failure);
  if (const Property* property = find_property(failure.verdict.property)) {
    failure.rule = property->rule;
    failure.source = property->source;
  }
  constexpr std::size_t kShort = 40;  // operations; nobody reads more of what is known anyway
  if (failure.alone && (shrinks || (options_.shrinks && failure.small.ops.size() <= kShort))) {
    failure.story = tell(failure.small, examiner_.port(), examiner_.run_options(origin.watched));
  }
  if (shrinks) examiner_.name_port(&failure.small);
  failure.small.comments = {
      fmt::format("{} on port {}", failure.verdict.property, examiner_.label()),
      fmt::format("found by mapproof check, {}", origin.source)};
  if (failure.alone) failure.file = shrinks ? written(failure) : origin.file;
  failure.command = command_for(failure, origin.watched);
  return failure;
}

// The smallest program that fails in this way where nothing else was run before: what others have
// left behind in a library or a process is no part of a program.
void FailureKeeper::make_small(const Examination& examination, bool watched,
                               ReportFailure* failure) {
  show_progress("shrinking");
  const Program program = failure->small;
  Examiner alone = examiner_alone();
  const auto take = [&](const Program& small) {
    const Examination again = alone.examine(small, {}, watched);
    if (!same_failure(again, examination)) return false;
    failure->small = small;
    failure->verdict = *again.result.verdict;
    return true;
  };
  failure->alone = take(program);
  if (!failure->alone) return cut_short(failure);
  take(examiner_.smallest(program, examination, watched, kShrinkSeconds));
}

// Of the same port, each program in a process of its own.
Examiner FailureKeeper::examiner_alone() const {
  PortOptions alone = options_.port;
  alone.door.alone = true;
  return Examiner(alone);
}

// In a file; "" if that cannot be.
std::string FailureKeeper::written(const ReportFailure& failure) {
  if (options_.out.empty()) return "";
  const std::string name = plain(
      fmt::format("mapproof-{}-{}.mapproof", examiner_.info().name, failure.verdict.property));
  std::error_code error;
  fs::create_directories(options_.out, error);  // write_file says what is wrong
  const std::string file = (fs::path(options_.out) / name).lexically_normal().string();
  try {
    write_file(file, print(failure.small));
  } catch (const CannotRun& why) {
    lost_.emplace_back(why.what());
    return "";
  }
  return file;
}

std::string FailureKeeper::command_for(const ReportFailure& failure, bool watched) const {
  if (failure.file.empty()) return check_command();
  const Examination unwatched = watched ? examiner_alone().examine(failure.small) : Examination();
  const bool fails_unwatched =
      unwatched.fails() && unwatched.result.verdict->property == failure.verdict.property;
  return examiner_.replay_command(failure.file, watched && !fails_unwatched);
}

std::string FailureKeeper::check_command() const {
  std::string arguments = fmt::format("--seed {} --programs {}", options_.seed, options_.programs);
  if (options_.seconds > 0) arguments += fmt::format(" --seconds {}", options_.seconds);
  if (!options_.corpus.empty()) arguments += " --corpus " + shell_quoted(options_.corpus);
  return command_line("check", arguments, options_.port, examiner_.choice());
}

}  // namespace mapproof::cli
