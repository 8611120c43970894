#include "fuzz/harness.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <utility>

#include "conformance/ports/gomap_port.h"
#include "conformance/shrink.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// Enough for five growths and a few same-size ones; more would only make runs slow.
constexpr std::uint64_t kMostSteps = 3000;

// How many elementary operations `op` may take when `live` entries are in the map at most.
std::uint64_t cost(const Op& op, std::uint64_t live) {
  switch (op.code) {
    case OpCode::drain:
      return live + 1;
    case OpCode::next:
    case OpCode::fill:
    case OpCode::empty:
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::delrange:
      return op.n;
    default:
      return 1;
  }
}

std::uint64_t entries_after(const Op& op, std::uint64_t live) {
  switch (op.code) {
    case OpCode::put:
      return live + 1;
    case OpCode::fill:
    case OpCode::putrange:
    case OpCode::touch:  // of a NaN: an entry each time
      return live + op.n;
    case OpCode::clear:
    case OpCode::nil:
      return 0;
    default:
      return live;
  }
}

// Cuts the program where it could exceed the bound, so that whoever runs it (the other port,
// attribution, shrinking, a person later) runs the very same operations.
void cut(Program& program) {
  std::uint64_t steps = 0;
  std::uint64_t live = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    steps += cost(program.ops[i], live);
    live = entries_after(program.ops[i], live);
    if (steps > kMostSteps) {
      program.ops.resize(i);
      return;
    }
  }
}

std::string hex_hash(
    std::span<const std::uint8_t> bytes) {  // FNV-1a: the same input, the same file
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3U;
  return fmt::format("{:016x}", hash);
}

bool write_file(const std::string& path, std::string_view contents) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << contents;
  return static_cast<bool>(out.flush());
}

std::string property_in_file_name(std::string property) {
  std::replace(property.begin(), property.end(), '/', '-');
  return property;
}

// The audit looked at moments of its own; an `audit` in the program lets everybody see the same.
Program with_audit(Program program, const Verdict& verdict) {
  if (!verdict.property.starts_with("layout/") || verdict.op >= program.ops.size()) return program;
  Op audit;
  audit.code = OpCode::audit;
  program.ops.insert(program.ops.begin() + static_cast<std::ptrdiff_t>(verdict.op) + 1, audit);
  return program;
}

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Harness::Harness(std::unique_ptr<Port> corrected, std::unique_ptr<Port> faithful,
                 Attribute attribute, Statistics* statistics)
    : corrected_(std::move(corrected), statistics),
      faithful_(std::move(faithful)),
      attribute_(std::move(attribute)),
      statistics_(statistics) {}

Program Harness::program_of(std::span<const std::uint8_t> bytes) {
  Program program = decode(bytes);
  cut(program);
  return program;
}

std::optional<Stop> Harness::examine(const Program& program) {
  std::optional<Stop> stop = examine_corrected(program);
  if (!stop) stop = examine_faithful(program);
  return stop;
}

std::optional<Stop> Harness::examine_corrected(const Program& program) {
  RunOptions options;
  options.audit_at_end = true;
  options.audit_every = kAuditEvery;
  RunResult result = run(program, corrected_, &judge_, options);
  if (statistics_ != nullptr && !quiet_) statistics_->count_run(result.steps);
  if (result.ok()) return std::nullopt;
  return Stop{corrected_.info().name, *std::move(result.verdict),
              "the corrected port must pass everything"};
}

std::optional<Stop> Harness::examine_faithful(const Program& program) {
  // What the corrections change is not the layout, so one audit of the two ports' is enough.
  const RunOptions options;
  RunResult result = run(program, *faithful_, &judge_, options);
  if (result.ok()) return std::nullopt;
  const Attribution cause = attribute_(program, *result.verdict, options);
  if (cause.known) {
    if (statistics_ == nullptr || quiet_) return std::nullopt;
    for (const std::string& finding : cause.findings) statistics_->count_finding(finding);
    return std::nullopt;
  }
  return Stop{faithful_->info().name, *std::move(result.verdict), cause.sentence};
}

std::string Harness::report(const Stop& stop, const Program& program,
                            std::span<const std::uint8_t> bytes, const ArtifactOptions& options) {
  std::string path = fmt::format("{}verdict-{}-{}", options.prefix,
                                 property_in_file_name(stop.verdict.property), hex_hash(bytes));
  // The bytes first: whatever happens next, the input is kept.
  const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool kept = write_file(path + ".bin", raw);
  const std::string text = print(with_audit(program, stop.verdict));
  const bool kept_text = write_file(path + ".mapproof", text);
  say(fmt::format("\n==== {}\n==== on port {}: {}\n{}\n", stop.verdict.sentence(), stop.port,
                  stop.why, text));
  if (kept && kept_text) {
    say(fmt::format(
        "==== kept as {}.bin and .mapproof; see it again with\n{} --port {} {}.mapproof\n", path,
        options.replay, stop.port, path));
  } else {
    say(fmt::format("==== {}.bin could not be written (disk full, or no such folder)\n", path));
  }
  if (options.shrink_seconds > 0) write_shrunk(stop, program, path, options);
  return path;
}

void Harness::write_shrunk(const Stop& stop, const Program& program, const std::string& path,
                           const ArtifactOptions& options) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(options.shrink_seconds);
  const auto still_fails = [&](const Program& candidate) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    const std::optional<Stop> again = examine(candidate);
    return again && again->port == stop.port && again->verdict.property == stop.verdict.property;
  };
  quiet_ = true;
  const Program marked = with_audit(program, stop.verdict);
  const Program small = shrink(still_fails(marked) ? marked : program, still_fails, nullptr);
  quiet_ = false;
  if (small == program || !write_file(path + "-shrunk.mapproof", print(small))) return;
  say(fmt::format("==== shrunk from {} to {} operations: {}-shrunk.mapproof\n{}\n",
                  program.ops.size(), small.ops.size(), path, print(small)));
}

// ---- the one harness of a process ----

namespace {

struct Process {
  ArtifactOptions artifacts;
  Statistics statistics{[] {
    const char* file = std::getenv("MAPPROOF_STATS");
    return std::string(file == nullptr ? "" : file);
  }()};
  Harness harness{make_gomap_port(~0U), make_gomap_port(0), attribute, &statistics};
};

Process& process() {
  static Process* const only = new Process;  // never destroyed: engines leave by many doors
  return *only;
}

}  // namespace

void initialize(int argc, char** argv) {
  constexpr std::string_view kFlag = "-artifact_prefix=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kFlag)) process().artifacts.prefix = argument.substr(kFlag.size());
  }
  std::atexit([] { process().statistics.write(); });
}

int check(const std::uint8_t* data, std::size_t size) {
  Process& here = process();
  const std::span<const std::uint8_t> bytes(data, size);
  const Program program = Harness::program_of(bytes);
  if (const std::optional<Stop> stop = here.harness.examine(program)) {
    here.harness.report(*stop, program, bytes, here.artifacts);
    here.statistics.count_stop(stop->verdict.property);
    here.statistics.write();
    std::abort();
  }
  here.statistics.write_if_due();
  return 0;
}

}  // namespace mapproof
