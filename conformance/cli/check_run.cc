#include "conformance/cli/check_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "conformance/cli/examine.h"
#include "conformance/cli/failure_keeper.h"
#include "conformance/cli/io.h"
#include "conformance/cli/program_source.h"
#include "conformance/cli/report_builder.h"
#include "conformance/cli/smoke.h"
#include "oracle/generate.h"
#include "oracle/rules.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

// On a port that does not obey the program's hashes and starts, chance takes their place: each
// program runs with so many seeds. Where the order is that of insertion, chance has no part.
unsigned seeds_of(const PortInfo& info) {
  constexpr unsigned kWithoutControl = 3;
  const bool ordered = info.profile == Profile::js || info.profile == Profile::python;
  return ordered || (info.forces_hashes && info.forces_starts) ? 1 : kWithoutControl;
}
// A port that crashes or hangs is slow to ask, and has been told about.
constexpr unsigned kMostBreakdowns = 3;
// Of so many random programs the length is looked at, to say how long the others take.
constexpr std::uint64_t kSampled = 20;

// Seconds since it was made.
class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A folder of somebody else's may be called corpus, too.
bool is_corpus(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "seeds", error);
}

std::string find_corpus(const std::string& asked) {
  if (!asked.empty()) return asked;
  if (is_corpus("corpus")) return "corpus";
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = binary.parent_path().parent_path() / "share/mapproof/corpus";
  for (const fs::path& folder : {installed, fs::path(MAPPROOF_SOURCE_CORPUS)}) {
    if (is_corpus(folder)) return folder.lexically_normal().string();
  }
  return "";
}

bool is_breakdown(const Verdict& verdict) {
  return verdict.property == PortRule("port/crash").id() ||
         verdict.property == PortRule("port/hang").id();
}

struct CorpusProgram {
  std::string file;
  Program program;
};

class CheckRun {
 public:
  explicit CheckRun(const CheckOptions& options)
      : options_(options),
        examiner_(options.port),
        source_(examiner_.port()),
        builder_(examiner_, listed()),
        keeper_(options, examiner_),
        report_(builder_.report()) {
    report_.seed = options.seed;
    report_.kinds = source_.kinds();
    report_.all_kinds = kKeyKinds * kElemKinds;
  }

  Checked work() {
    read_corpus();
    stage("smoke", [this] { run_smoke(); });
    if (!report_.stopped) announce(forecast());
    const auto begun = std::chrono::steady_clock::now();
    const std::uint64_t before = report_.operations;
    stage("conformance", [this] { run_corpus(); });
    stage("programs", [this] { run_programs(); });
    if (options_.seconds > 0) stage("fuzzing", [this] { run_fuzzing(); });
    show_progress("");
    if (!report_.stopped) {
      announce(speed(report_.operations - before, std::chrono::steady_clock::now() - begun));
    }
    builder_.finish();
    Checked checked;
    checked.corpus = corpus_;
    checked.still_failing = builder_.still_failing();
    checked.lost = keeper_.lost();
    checked.report = std::move(report_);
    return checked;
  }

 private:
  std::vector<KnownFailure> listed() const {
    if (options_.known_failures.empty()) return {};
    return read_known_failures(options_.known_failures, examiner_.info().name);
  }

  void announce(const std::string& words) const {
    if (options_.announce) options_.announce(words);
  }

  template <typename Work>
  void stage(const char* name, Work work) {
    if (report_.stopped) return;
    report_.stage = name;
    work();
  }

  // A file that is no program must not keep the others from being run.
  void read_corpus() {
    corpus_ = find_corpus(options_.corpus);
    if (corpus_.empty()) return;
    for (const std::string& file : programs_in(corpus_)) {
      try {
        programs_.push_back({file, load_program(file)});
      } catch (const CannotRun& error) {
        announce(fmt::format("skipped: {}", error.what()));
        ++report_.skipped["files that are no programs"];
      }
    }
  }

  // ---- the stages ----

  void run_smoke() {
    for (const SmokeTest& test : smoke_tests()) {
      const auto program = program_of(test, examiner_.port());
      if (!program || !examiner_.refusal(*program).empty()) continue;
      const FailureOrigin origin{
          .source = fmt::format("smoke: {}", test.title), .advice = test.advice, .watched = true};
      run_one_seed(*program, {.of = origin, .looked_up = test.looked_up});
      if (report_.failing_runs == 0) take_time(*program);
    }
    // Its own programs say more than others could that lean on what fails here.
    report_.stopped = report_.failing_runs != 0;
  }

  // The long one says what an operation takes, the others what starting takes.
  void take_time(const Program& program) {
    const Clock clock;
    examiner_.examine(program);
    const auto operations = static_cast<double>(elementary_ops(program));
    if (operations > 100) {
      per_operation_ = clock.seconds() / operations;
    } else {
      per_run_ = per_run_ == 0 ? clock.seconds() : std::min(per_run_, clock.seconds());
    }
  }

  void run_corpus() {
    for (const CorpusProgram& one : programs_) {
      if (report_.stopped) return;
      if (report_.corpus % 16 == 0) {
        show_progress(fmt::format("{} of {} corpus programs", report_.corpus, programs_.size()));
      }
      ++report_.corpus;
      const FailureOrigin origin{.source = one.file, .file = one.file, .watched = true};
      run_program(one.program, {.of = origin, .looked_up = true});
    }
  }

  void run_programs() {
    for (std::uint64_t i = 0; i < options_.programs && !report_.stopped; ++i) {
      if (i % 64 == 0) {
        show_progress(fmt::format("{} of {} random programs", i, options_.programs));
      }
      const std::uint64_t seed = options_.seed + i;
      ++report_.generated;
      run_program(source_.seeded(seed),
                  {.of = {.source = fmt::format("seed {}", seed)}, .looked_up = true});
    }
  }

  void run_fuzzing() {
    const Clock clock;
    std::vector<Program> corpus;
    for (const CorpusProgram& one : programs_) {
      if (examiner_.refusal(one.program).empty()) corpus.push_back(one.program);
    }
    // Behind the last seed of the programs before, so that nothing is drawn twice.
    const std::uint64_t seed = options_.seed + options_.programs;
    for (std::uint64_t n = 0; clock.seconds() < options_.seconds && !report_.stopped; ++n) {
      if (n % 64 == 0) {
        show_progress(fmt::format("fuzzing, {:.0f} of {} s", clock.seconds(), options_.seconds));
      }
      ++report_.generated;
      run_program(source_.fuzzed(seed, n, corpus),
                  {.of = {.source = fmt::format("fuzzing, program {} of seed {}", n, seed)}});
    }
  }

  // ---- one program ----

  struct Origin {
    FailureOrigin of;
    bool looked_up = false;  // with look-ups besides the program's own operations
  };

  void run_program(Program program, Origin origin) {
    if (const std::string why = examiner_.refusal(program); !why.empty()) {
      ++report_.skipped[why];
      return;
    }
    for (unsigned i = 0; i < seeds_of(examiner_.info()) && !report_.stopped; ++i) {
      run_one_seed(program, origin);
      origin.looked_up = false;  // once is enough
      origin.of.file.clear();    // which has the first seed
      program.spec.seed = static_cast<std::uint8_t>(program.spec.seed + 1);
    }
  }

  // Where the layout is watched, look-ups would take as long as the rest: of what holds they come
  // in a run of their own.
  void run_one_seed(const Program& program, Origin origin) {
    const bool apart = origin.looked_up && origin.of.watched && examiner_.info().lays_out_buckets;
    if (apart || !origin.looked_up) {
      const bool held = run_once(program, program, origin);
      if (!apart || !held || report_.stopped) return;
      origin.of.watched = false;
    }
    run_once(with_look_ups(program, examiner_.info()), program, origin);
  }

  // `own`: the same without look-ups. Says whether it held.
  bool run_once(const Program& program, const Program& own, const Origin& origin) {
    std::optional<Opportunities::Watched> watched;
    const Examination examination = examine(program, origin.of.watched, &watched);
    builder_.ran(program, examination, watched);
    if (examination.fails()) note(program, own, examination, origin.of);
    return !examination.fails();
  }

  void note(const Program& program, const Program& own, const Examination& examination,
            const FailureOrigin& origin) {
    const Verdict& verdict = *examination.result.verdict;
    const Excuse excuse = builder_.excuse(examination);
    if (is_breakdown(verdict)) report_.stopped = ++breakdowns_ >= kMostBreakdowns;
    // Of the port of this project, what no correction on record explains may hide what comes next.
    const bool ours = examiner_.choice().kind == PortChoice::Kind::built_in;
    if (ours && excuse.why.empty() && examination.attribution) report_.stopped = true;
    const auto is_same = [&](const ReportFailure& failure) {
      return failure.verdict.property == verdict.property &&
             failure.known.empty() == excuse.why.empty();
    };
    const auto& failures = report_.failures;
    if (std::any_of(failures.begin(), failures.end(), is_same)) return;
    keep_shorter(program, own, examination, excuse, origin);
  }

  // What fails without look-ups as well is told without them, as it stands in its file.
  void keep_shorter(const Program& program, const Program& own, const Examination& examination,
                    const Excuse& excuse, FailureOrigin origin) {
    const auto keep = [&](const Program& told, const Examination& why) {
      report_.failures.push_back(keeper_.kept(told, why, excuse, origin));
    };
    if (program == own) return keep(own, examination);
    const Examination of_own = examiner_.examine(own, {}, origin.watched);
    if (same_failure(of_own, examination)) return keep(own, of_own);
    origin.file.clear();
    keep(program, examination);
  }

  // Of a map that shows its memory it is seen how it grew, if it is looked at so closely.
  Examination examine(const Program& program, bool watch,
                      std::optional<Opportunities::Watched>* watched) {
    if (!watch || !examiner_.info().lays_out_buckets) return examiner_.examine(program);
    watched->emplace();
    const auto look = [&](std::size_t, std::size_t, const std::string&) {
      Snapshot header;
      if (!examiner_.port().header(&header) || !header.old) return;
      const bool same_size = header.old->base == std::uint32_t{1} << header.B;
      (same_size ? (*watched)->repacked : (*watched)->grew) = true;
    };
    return examiner_.examine(program, look, true);
  }

  // ---- what lies ahead ----

  // Judged operations, with all that it takes to draw, run and shrink programs.
  static std::string speed(std::uint64_t operations, std::chrono::duration<double> took) {
    return fmt::format("{} operations in {:.1f} s: {:.3g} million a second", operations,
                       took.count(), static_cast<double>(operations) / took.count() / 1e6);
  }

  double looked_up_ops(const Program& program) const {
    return static_cast<double>(elementary_ops(with_look_ups(program, examiner_.info())));
  }

  std::string forecast() const {
    double runs = 0;
    double operations = 0;
    for (const CorpusProgram& one : programs_) {
      if (!examiner_.refusal(one.program).empty()) continue;
      ++runs;
      operations += looked_up_ops(one.program);
    }
    const std::uint64_t sampled = std::min(kSampled, options_.programs);
    for (std::uint64_t i = 0; i < sampled; ++i) {
      const double share = static_cast<double>(options_.programs) / static_cast<double>(sampled);
      runs += share;
      operations += share * looked_up_ops(source_.seeded(options_.seed + i));
    }
    const double seconds =
        (runs * per_run_ + operations * per_operation_) * seeds_of(examiner_.info());
    std::string words =
        fmt::format("about {:.0f} s: {} corpus programs, {} random programs",
                    std::ceil(seconds + options_.seconds), programs_.size(), options_.programs);
    if (options_.seconds > 0) words += fmt::format(", then {} s of fuzzing", options_.seconds);
    return words;
  }

  const CheckOptions& options_;
  Examiner examiner_;
  ProgramSource source_;
  ReportBuilder builder_;
  FailureKeeper keeper_;
  Report& report_;
  std::string corpus_;
  std::vector<CorpusProgram> programs_;
  unsigned breakdowns_ = 0;
  double per_run_ = 0;
  double per_operation_ = 0;
};

}  // namespace

Checked check(const CheckOptions& options) { return CheckRun(options).work(); }

}  // namespace mapproof::cli
