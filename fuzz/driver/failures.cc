#include "fuzz/driver/failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/cli/io.h"
#include "fuzz/driver/adapter_line.h"
#include "fuzz/driver/artifacts.h"
#include "fuzz/driver/numbers.h"
#include "fuzz/driver/place.h"
#include "fuzz/driver/tools.h"
#include "oracle/text.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFailureLog = 4U << 20;

std::string in_file_name(std::string property) {
  for (char& c : property) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '-';
  }
  return property;
}

void keep_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) {
    throw cli::CannotRun(fmt::format("{} cannot be written: {}; {} is kept", to.string(),
                                     error.message(), from.string()));
  }
}

void copy_if_there(const fs::path& from, const fs::path& to) {
  std::error_code ignored;
  if (fs::exists(from, ignored)) keep_copy(from, to);
}

Suspect suspect_of(const FuzzTarget& target, const Options& options) {
  Suspect suspect{.source = MAPPROOF_SOURCE_DIR, .library = library_of(target, options)};
  if (!suspect.library.empty()) suspect.kind = Suspect::Kind::library;
  if (target.name == "js" || target.name == "python") suspect.kind = Suspect::Kind::judge;
  return suspect;
}

void remove_artifact(const fs::path& artifact) {
  std::error_code ignored;
  for (const fs::path& file : files_of(artifact)) fs::remove(file, ignored);
}

std::string same_text(const Failure& failure) {
  return failure.shrunk_text.empty() ? failure.verdict : failure.shrunk_text;
}

bool alike(const Failure& x, const Failure& y) {
  return x.property == y.property && same_text(x) == same_text(y);
}

}  // namespace

Failures::Failures(const Options& options, Children* children, ExplainLimits limits)
    : options_(options), children_(*children), limits_(limits) {}

// Out of the worker's folder, so that it is told once, and not removed with the folder.
void Failures::set_torn_aside(const fs::path& worker) {
  const fs::path aside = options_.artifacts / "torn";
  for (const fs::path& artifact : torn_in(worker)) {
    std::error_code error;
    fs::create_directories(aside, error);
    for (const fs::path& file : files_of(artifact)) {
      fs::rename(file, aside / file.filename(), error);
    }
    torn_.insert(error ? artifact : aside / artifact.filename());
  }
}

void Failures::collect(const FuzzTarget& target, const fs::path& worker) {
  set_torn_aside(worker);
  for (const fs::path& artifact : artifacts_in(worker)) {
    keep(target, artifact, worker, "");
  }
}

void Failures::collect_each(const FuzzTarget& target, const fs::path& worker) {
  set_torn_aside(worker);
  unsigned number = 0;
  for (const fs::path& artifact : artifacts_in(worker)) {
    const fs::path alone =
        worker.parent_path() / fmt::format("{}-{}", worker.filename().string(), number++);
    std::error_code ignored;
    fs::remove_all(alone, ignored);
    fs::create_directories(alone, ignored);
    if (children_.interrupted()) return;
    children_.run(lone_run(target, options_, artifact, alone), limits_.tool);
    if (children_.interrupted()) return;
    // libFuzzer keeps no input that it was told to run.
    if (artifacts_in(alone).empty()) {
      for (const fs::path& file : files_of(artifact)) copy_if_there(file, alone / file.filename());
    }
    collect(target, alone);
    remove_artifact(artifact);
  }
}

void Failures::keep(const FuzzTarget& target, const fs::path& input, const fs::path& worker,
                    const std::string& source) {
  const bool left_by_worker = input.parent_path() == worker;
  const std::string log = tail_of(worker / "log", kFailureLog);
  const Diagnosis diagnosis = diagnose(log, left_by_worker ? input.filename().string() : "");
  // Whole before it has its name: whatever ends this process, there is no half a folder.
  const fs::path staging = options_.artifacts / ".new";
  std::error_code ignored;
  fs::remove_all(staging, ignored);
  fs::create_directories(staging, ignored);
  keep_copy(input, staging / "input.bin");
  cli::write_file((staging / "worker.log").string(), log);
  if (left_by_worker) {
    copy_if_there(text_of(input), staging / "program.mapproof");
    copy_if_there(shrunk_text_of(input), staging / "shrunk.mapproof");
  }
  Explanation told(target, options_, diagnosis, staging, &children_, limits_);
  told.make();
  Failure failure = described(target, diagnosis, staging);
  failure.source = source;
  const auto& small = told.shrunk() ? told.shrunk() : told.program();
  if (small) {
    failure.shrunk_text = print(*small);
    failure.operations = small->ops.size();
  }
  if (failure.place.file.empty() && told.program() && diagnosis.op) {
    failure.place = place_of_verdict(target, *told.program(), *diagnosis.op, staging);
  }
  settle(std::move(failure), staging, told);
  if (left_by_worker) remove_artifact(input);
}

// Of a map behind the C door the line of its adapter, if it can be known.
Place Failures::place_of_verdict(const FuzzTarget& target, const Program& program, std::size_t op,
                                 const fs::path& staging) {
  const Suspect suspect = suspect_of(target, options_);
  Place place = place_of_call(program, op, suspect);
  if (suspect.kind != Suspect::Kind::library) return place;
  if (const auto line = line_of_adapter(suspect.library, staging, &children_)) {
    place.file = below(line->file, suspect.source);
    place.line = line->line;
  }
  return place;
}

Failure Failures::described(const FuzzTarget& target, const Diagnosis& diagnosis,
                            const fs::path& staging) {
  Failure failure;
  failure.property = diagnosis.property;
  failure.target = target.name;
  failure.verdict = diagnosis.verdict;
  if (!diagnosis.is_verdict()) {
    failure.place = place_of_frames(diagnosis.frames, suspect_of(target, options_));
    if (!failure.place.function.empty()) failure.verdict += " in " + failure.place.function;
  }
  cli::write_file((staging / "verdict.txt").string(), failure.verdict + "\n");
  return failure;
}

Failure* Failures::known(const Failure& failure) {
  const auto one = std::find_if(failures_.begin(), failures_.end(),
                                [&failure](const Failure& f) { return alike(f, failure); });
  return one == failures_.end() ? nullptr : &*one;
}

bool Failures::is_kept(const fs::path& folder, const Failure& failure) const {
  const fs::path text = folder / (failure.shrunk_text.empty() ? "verdict.txt" : "shrunk.mapproof");
  const fs::path other = folder / "program.mapproof";
  std::error_code ignored;
  const fs::path& file = fs::exists(text, ignored) ? text : other;
  if (!fs::exists(file, ignored)) return false;
  std::string kept = cli::read_file(file.string());
  if (failure.shrunk_text.empty() && kept.ends_with('\n')) kept.pop_back();
  return kept == same_text(failure);
}

void Failures::settle(Failure failure, const fs::path& staging, const Explanation& told) {
  std::error_code error;
  if (Failure* before = known(failure)) {
    ++before->times;
    fs::remove_all(staging, error);
    return;
  }
  fs::path folder = options_.artifacts / in_file_name(failure.property);
  for (int n = 2; fs::exists(folder, error); ++n) {
    if (is_kept(folder, failure)) {
      failure.seen_before = true;
      break;
    }
    folder = options_.artifacts / fmt::format("{}-{}", in_file_name(failure.property), n);
  }
  const fs::path here = failure.seen_before ? folder : staging;
  failure.folder = folder;
  failure.artifact = folder / "input.bin";
  for (const std::string& name : told.sources()) failure.sources.push_back(folder / name);
  if (fs::exists(here / "program.mapproof")) failure.program = folder / "program.mapproof";
  if (fs::exists(here / "shrunk.mapproof")) failure.shrunk = folder / "shrunk.mapproof";
  failure.replay = told.replay(folder);
  if (!failure.seen_before) {
    cli::write_file((staging / "replay.txt").string(), failure.replay + "\n");
    fs::rename(staging, folder, error);
    if (error) {
      throw cli::CannotRun(fmt::format("{} cannot be made: {}", folder.string(), error.message()));
    }
  }
  fs::remove_all(staging, error);
  failures_.push_back(std::move(failure));
}

}  // namespace mapproof::driver
