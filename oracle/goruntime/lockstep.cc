#include "oracle/goruntime/lockstep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "oracle/goruntime/answers.h"
#include "oracle/goruntime/records.h"
#include "oracle/run.h"

namespace mapproof::go {

std::string LockstepDifference::sentence() const {
  return fmt::format("first differs at op {}{}: {}", op,
                     step == 0 ? "" : fmt::format(" (step {})", step), words);
}

namespace {

// Lets a program run on a port and writes down what a Go runtime is to do likewise.
class Recorder final : public Port {
 public:
  struct Window {  // the records around which everything is told
    std::size_t begin = 0, end = 0;
  };
  struct Told {  // of one record, in the second run
    Answer answer;
    std::vector<std::uint64_t> layout;  // of records in the window
  };

  explicit Recorder(ObservedPort port) : port_(std::move(port.port)), observed_(*port.observed) {
    // So that most runs allocate as much as they free: an engine takes the rest for leaks.
    records_.reserve(kUsualLength);
    digests_.reserve(kUsualLength);
  }

  void start(const std::vector<Record>& making, const LockstepOptions& options,
             const Window* window) {
    options_ = options;
    window_ = window;
    records_.assign(making.begin(), making.end());  // keeps its memory
    digests_.clear();
    told_.clear();
    walks_ = {};
    live_walks_ = 0;
    result_ = {};
    stopped_ = false;
  }
  void finish() {
    if (!stopped_) write({.op = RecordOp::look, .flags = kWantWhole}, {});
    stopped_ = true;
    result_.counts = observed_.counts();
  }

  const std::vector<Record>& records() const { return records_; }
  const std::vector<std::uint64_t>& digests() const { return digests_; }
  const std::vector<Told>& told() const { return told_; }
  const LockstepResult& result() const { return result_; }

  const PortInfo& info() const override { return port_->info(); }
  bool supports(const MapSpec& spec) const override { return port_->supports(spec); }

  void make(const MapSpec& spec) override {
    seed_ = spec.seed | std::uint64_t{spec.hash0} << 8;
    port_->make(spec);
    // What making tells is told by the look after it.
    write({.op = RecordOp::look, .flags = kWantWhole}, {});
  }
  void release() override {
    ask({.op = RecordOp::release}, false, [&](Answer&) { return port_->release(), 0; });
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    return ask(key_record(RecordOp::put, key, stamp), true, [&](Answer& answer) {
      const PutResult result = port_->put(key, stamp);
      answer.words[0] = result.slot_was_dirty;
      return result;
    });
  }
  Found get(KeyId key) override {
    return ask(key_record(RecordOp::get, key), true, [&](Answer& answer) {
      const Found found = port_->get(key);
      answer.words[0] = stamp_word(found);
      return found;
    });
  }
  Found has(KeyId key) override {
    return ask(key_record(RecordOp::has, key), true, [&](Answer& answer) {
      const Found found = port_->has(key);
      answer.words[0] = stamp_word(found);
      answer.words[1] = found.present;
      return found;
    });
  }
  void del(KeyId key) override {
    ask(key_record(RecordOp::del, key), true, [&](Answer&) { return port_->del(key), 0; });
  }
  void clear() override {
    ask({.op = RecordOp::clear}, false, [&](Answer&) { return port_->clear(), 0; });
  }
  std::uint64_t len() override {
    return ask({.op = RecordOp::len}, false,
               [&](Answer& answer) { return answer.words[0] = port_->len(); });
  }
  Step begin(unsigned slot, const IterStart& start) override {
    // A start that the program forces is Go's, too; one left to chance is taken from the port, if
    // it got so far.
    start_is_forced_ = start.forced;
    return ask(begin_record(slot, start.bucket, static_cast<std::uint8_t>(start.offset)),
               start.forced,
               [&](Answer& answer) { return walk(slot, port_->begin(slot, start), answer); });
  }
  Step next(unsigned slot) override {
    return ask(slot_record(RecordOp::next, slot), true,
               [&](Answer& answer) { return walk(slot, port_->next(slot), answer); });
  }
  void drop(unsigned slot) override {
    count_walk(slot, false);
    ask(slot_record(RecordOp::drop, slot), false, [&](Answer&) { return port_->drop(slot), 0; });
  }

 private:
  static std::uint64_t stamp_word(const Found& found) { return found.torn ? kTorn : found.stamp; }

  Step walk(unsigned slot, const Step& step, Answer& answer) {
    count_walk(slot, !step.end);
    answer.words[0] = step.end;
    if (!step.end) {
      answer.words[1] = step.torn ? kTorn : key_word(step.key);
      answer.words[2] = step.torn ? kTorn : step.stamp;
    }
    return step;
  }

  void count_walk(unsigned slot, bool live) {
    live_walks_ += static_cast<unsigned>(live) - static_cast<unsigned>(walks_[slot]);
    walks_[slot] = live;
    result_.most_walks = std::max(result_.most_walks, live_walks_);
  }

  bool is_to_fail(bool hashes) const {
    const unsigned every = options_.fail_hash_every;
    return hashes && every != 0 && (fold(fold(seed_, records_.size()), 0) >> 8) % every == 0;
  }

  template <typename F>
  auto ask(Record record, bool hashes, F&& operation)
      -> decltype(operation(std::declval<Answer&>())) {
    Answer answer;
    if (stopped_) return operation(answer);
    const bool fail = is_to_fail(hashes);
    if (fail) record.flags = kFailHash;
    observed_.begin_operation(fail);
    try {
      const auto result = operation(answer);
      write(record, answer);
      return result;
    } catch (const MapPanic& panic) {
      answer = {.status = status_of(panic)};
      if (record.op == RecordOp::begin || record.op == RecordOp::next) {
        count_walk(record.slot, false);
      }
      write(record, answer);
      throw;
    }
  }

  Status status_of(const MapPanic& panic) {
    if (observed_.hash_failed()) {
      ++result_.hash_failures;
      return Status::hash_fault;
    }
    switch (panic.kind()) {
      case MapPanic::Kind::nil_map:
        return Status::nil_map;
      case MapPanic::Kind::unhashable:
        return Status::unhashable;
      case MapPanic::Kind::changed:
      case MapPanic::Kind::other:
        break;
    }
    return Status::other;
  }

  void write(Record record, const Answer& answer) {
    if (record.op == RecordOp::begin && !start_is_forced_ && walks_[record.slot]) {
      const Observed::Start start = observed_.start_of(record.slot);
      record.a = static_cast<std::uint32_t>(start.bucket);
      record.offset = start.offset;
    }
    if (record.op != RecordOp::look) ++result_.steps;
    const bool whole =
        (record.flags & kWantWhole) != 0 || (digests_.size() + 1) % options_.whole_every == 0;
    record.flags = static_cast<std::uint8_t>((record.flags & kFailHash) | kWantDigest |
                                             (whole ? kWantWhole : 0));
    digests_.push_back(observed_.digest(record, answer, whole));
    if (window_ != nullptr) tell(record, answer);
    records_.push_back(record);
    result_.most_B = std::max(result_.most_B, observed_.B());
    if (result_.most_B >= kFirstUncertainB) result_.cut = stopped_ = true;
  }

  void tell(Record& record, const Answer& answer) {
    record.flags |= kWantAnswer;
    Told told{.answer = answer, .layout = {}};
    if (told_.size() >= window_->begin && told_.size() < window_->end) {
      record.flags |= kWantLayout;
      observed_.layout(&told.layout);
    }
    told_.push_back(std::move(told));
  }

  static constexpr std::size_t kUsualLength = 4096;

  std::unique_ptr<Port> port_;
  Observed& observed_;
  LockstepOptions options_;
  const Window* window_ = nullptr;
  std::vector<Record> records_;         // those that make the map tell nothing
  std::vector<std::uint64_t> digests_;  // of each of the others
  std::vector<Told> told_;              // likewise, in the second run
  std::array<bool, kIterators> walks_{};
  unsigned live_walks_ = 0;
  bool start_is_forced_ = false;  // of the walk that begins
  std::uint64_t seed_ = 0;
  LockstepResult result_;
  bool stopped_ = false;
};

// ---- what the runtime tells in the second run ----

struct TheirTold {
  RuntimeAnswer told;
  std::uint64_t digest = 0;
  std::vector<std::uint64_t> layout;
};

std::vector<TheirTold> read_told(const std::vector<Record>& records,
                                 std::span<const std::uint64_t> words) {
  std::vector<TheirTold> told;
  const auto ends_too_early = [] { return Unavailable("the Go runtime's answer ends too early"); };
  const auto next = [&]() -> std::uint64_t {
    if (words.empty()) throw ends_too_early();
    const std::uint64_t word = words.front();
    words = words.subspan(1);
    return word;
  };
  for (const Record& record : records) {
    if ((record.flags & kWantAnswer) == 0) continue;
    TheirTold& one = told.emplace_back();
    auto answer = take_answer(&words);
    if (!answer) throw ends_too_early();
    one.told = *std::move(answer);
    one.digest = next();
    if ((record.flags & kWantLayout) == 0) continue;
    for (std::uint64_t n = next(); n > 0; --n) one.layout.push_back(next());
  }
  return told;
}

std::string answer_text(KeyKind kind, RecordOp op, const Answer& answer) {
  static constexpr const char* kPanics[] = {"", "panic: assignment to entry in nil map",
                                            "panic: hash of unhashable type",
                                            "the hash that was made to fail", "panic"};
  if (answer.status != Status::fine) return kPanics[static_cast<std::size_t>(answer.status)];
  const Found found = found_of(answer);
  switch (op) {
    case RecordOp::put:
      return answer.words[0] != 0 ? "an elem that was not zero" : "";
    case RecordOp::get:
      return mapproof::answer_text(found, answer.words[0] == 0 ? "zero" : "");
    case RecordOp::has:
      return mapproof::answer_text(found, found.present ? "" : "absent");
    case RecordOp::len:
      return std::to_string(answer.words[0]);
    case RecordOp::begin:
    case RecordOp::next:
      return mapproof::answer_text(kind, step_of(kind, answer));
    default:
      return "";
  }
}

bool same(const Answer& x, const Answer& y) {
  return x.status == y.status && std::equal(std::begin(x.words), std::end(x.words), y.words);
}

}  // namespace

// ---- the two runs ----

class Lockstep::Impl {
 public:
  Impl(ObservedPort port, Runtime& runtime)
      : recorder_(std::move(port)), runtime_(runtime), machine_(runtime.new_machine()) {}

  LockstepResult run(const Program& program, const LockstepOptions& options) {
    options_ = options;
    const std::optional<Verdict> ended = record(program, nullptr, nullptr);
    LockstepResult result = recorder_.result();
    const auto theirs = machine_run();
    const auto& ours = recorder_.digests();
    const auto [at, other] = std::mismatch(ours.begin(), ours.end(), theirs.begin(), theirs.end());
    if (at == ours.end() && other == theirs.end()) {
      if (ended) result.difference = exception(*ended);
      return result;
    }
    result.difference = explain(program, static_cast<std::size_t>(at - ours.begin()));
    return result;
  }

 private:
  struct Place {
    std::size_t op = 0, step = 0;
  };

  // Of a run that ended with an exception the verdict that says so.
  std::optional<Verdict> record(const Program& program, const Recorder::Window* window,
                                std::vector<Place>* places) {
    // Made here, so that a hint that is refused is no exception of the port.
    recorder_.start(make_records(program.spec), options_, window);
    RunOptions how;
    how.audit_ops = false;
    how.at_end = [this] { recorder_.finish(); };
    if (places != nullptr) {
      how.trace = [&](std::size_t op, std::size_t step, const std::string&) {
        places->resize(recorder_.told().size(), {op, step});
      };
    }
    RunResult result = mapproof::run(program, recorder_, nullptr, how);
    recorder_.finish();  // an exception ends a run without its end
    return std::move(result.verdict);
  }

  static LockstepDifference exception(const Verdict& verdict) {
    LockstepDifference difference;
    difference.op = verdict.op;
    difference.step = verdict.step;
    difference.words = "the port ends with " + verdict.got;
    return difference;
  }

  // A runtime whose process has ended is started anew for the next program.
  std::span<const std::uint64_t> machine_run() {
    try {
      if (!machine_) machine_ = runtime_.new_machine();
      return machine_->run(recorder_.records());
    } catch (const Unavailable&) {
      machine_.reset();
      throw;
    }
  }

  LockstepDifference explain(const Program& program, std::size_t at) {
    const Recorder::Window window{at < options_.whole_every ? 0 : at - options_.whole_every,
                                  at + 1};
    std::vector<Place> places;
    record(program, &window, &places);
    const auto& ours = recorder_.told();
    const auto theirs = read_told(recorder_.records(), machine_run());
    places.resize(ours.size(), places.empty() ? Place{} : places.back());
    LockstepDifference difference;
    for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
      if (!differs(program, ours[i], theirs[i], i, &difference)) continue;
      difference.op = places[i].op;
      difference.step = places[i].step;
      return difference;
    }
    difference.op = at < places.size() ? places[at].op : 0;
    difference.words = "the digests differ, but what they are made of does not";
    return difference;
  }

  bool differs(const Program& program, const Recorder::Told& ours, const TheirTold& theirs,
               std::size_t i, LockstepDifference* difference) {
    const KeyKind kind = program.spec.key;
    const std::size_t making = recorder_.records().size() - recorder_.told().size();
    const RecordOp op = recorder_.records()[making + i].op;
    difference->ours = answer_text(kind, op, ours.answer);
    difference->theirs = answer_text(kind, op, theirs.told.answer);
    if (!theirs.told.panic.empty()) difference->theirs += " (" + theirs.told.panic + ")";
    std::string words;
    if (!ours.layout.empty() && !theirs.layout.empty()) {
      const Layout x = read_layout(ours.layout.data(), ours.layout.size());
      const Layout y = read_layout(theirs.layout.data(), theirs.layout.size());
      const Hashing hashing = hashing_of(program.spec);
      difference->our_layout = as_snapshot(x, program.spec, hashing);
      difference->their_layout = as_snapshot(y, program.spec, hashing);
      words = first_difference(x, y, kind);
    }
    if (!same(ours.answer, theirs.told.answer)) {
      words =
          fmt::format("the answer is \"{}\", Go's is \"{}\"", difference->ours, difference->theirs);
    }
    difference->words = words;
    return !words.empty();
  }

  Recorder recorder_;
  Runtime& runtime_;
  std::unique_ptr<Machine> machine_;
  LockstepOptions options_;
};

Lockstep::Lockstep(ObservedPort port, Runtime& runtime)
    : impl_(std::make_unique<Impl>(std::move(port), runtime)) {}
Lockstep::~Lockstep() = default;

LockstepResult Lockstep::run(const Program& program, const LockstepOptions& options) {
  return impl_->run(program, options);
}

}  // namespace mapproof::go
