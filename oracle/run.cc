#include "oracle/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

#include "oracle/audit.h"
#include "oracle/rules.h"
#include "oracle/watch.h"

namespace mapproof {

namespace {
constexpr std::array<std::string_view, kProfiles> kProfileNames = {"go", "std", "js", "python"};
}  // namespace

std::string_view name(Profile profile) { return kProfileNames[static_cast<std::size_t>(profile)]; }

std::optional<Profile> profile_named(std::string_view text) {
  const auto found = std::find(kProfileNames.begin(), kProfileNames.end(), text);
  if (found == kProfileNames.end()) return std::nullopt;
  return static_cast<Profile>(found - kProfileNames.begin());
}

std::string answer_text(const Found& found, std::string_view miss) {
  return found.torn      ? "torn"
         : !miss.empty() ? std::string(miss)
                         : fmt::format("stamp {}", found.stamp);
}

std::string answer_text(KeyKind kind, const Step& step) {
  if (step.end || step.torn) {
    return step.end ? "end" : "torn";
  }
  const std::string key = step.key.index < domain_size(kind) ? key_text(kind, step.key.index)
                                                             : fmt::format("#{}", step.key.index);
  return fmt::format("{}, stamp {}", key, step.stamp);
}

namespace {

std::string answer_text(const MapPanic& panic) {
  switch (panic.kind()) {
    case MapPanic::Kind::nil_map:
      return "panic: assignment to entry in nil map";
    case MapPanic::Kind::unhashable:
      return "panic: hash of unhashable type";
    case MapPanic::Kind::changed:
      return "panic: changed during the walk";
    case MapPanic::Kind::other:
      break;
  }
  return fmt::format("panic: {}", panic.what());
}

// One run. Every function that carries out an operation gives false to end the run.
class Runner {
 public:
  Runner(const Program& program, Port& port, Judge* judge, const RunOptions& options)
      : program_(program),
        spec_(program.spec),
        port_(port),
        judge_(judge),
        options_(options),
        tracing_(static_cast<bool>(options.trace)),
        hashing_(options.audit_touched ? hashing_of(program.spec) : Hashing()),
        next_audit_(options.audit_every) {}

  RunResult run() {
    guarded([this] { run_ops(); });
    guarded([this] { clean_up(); });
    return std::move(result_);
  }

 private:
  enum class Walk : std::uint8_t { idle, due, running };

  // A port may throw what it likes; only MapPanic is an answer.
  template <class F>
  void guarded(F&& f) {
    std::string words;
    try {
      f();
      return;
    } catch (const PortFailure& failure) {
      broken({.property = failure.property(),
              .op = 0,
              .step = 0,
              .expected = failure.expected(),
              .got = failure.what()});
      return;
    } catch (const std::exception& e) {
      words = e.what();
    } catch (...) {
      words = "an exception of unknown type";
    }
    broken({.property = std::string(JudgeRule("panic/unexpected").id()),
            .op = 0,
            .step = 0,
            .expected = "an answer",
            .got = fmt::format("an exception ({})", words)});
  }

  void run_ops() {
    port_.prepare(program_);
    port_.make(spec_);
    if (judge_ != nullptr) {
      judge_->make(spec_, port_.info().profile);
    }
    if (!watch_the_making()) {
      return;
    }
    for (op_ = 0; op_ < program_.ops.size(); ++op_) {
      step_ = 0;
      if (!run_op(program_.ops[op_])) {
        return;
      }
    }
    op_ -= op_ == 0 ? 0 : 1;
    step_ = 0;
    if (options_.audit_at_end || options_.audit_touched) {
      audit_now();
    }
    if (options_.at_end && !result_.verdict) {
      options_.at_end();
    }
  }

  void clean_up() {
    for (unsigned slot = 0; slot < kIterators; ++slot) {
      if (walks_[slot] == Walk::running) {
        port_.drop(slot);
      }
    }
    port_.release();
  }

  bool run_op(const Op& op) {
    switch (op.code) {
      case OpCode::put:
        return put(op.key);
      case OpCode::get:
        return get(op.key);
      case OpCode::has:
        return has(op.key);
      case OpCode::del:
        return del(op.key);
      case OpCode::clear:
        return clear();
      case OpCode::len:
        return len();
      case OpCode::fill:
        return burst(op, &Runner::put);
      case OpCode::empty:
        return burst(op, &Runner::del);
      case OpCode::touch:
        return burst(op, &Runner::put);
      case OpCode::putrange:
        return burst(op, &Runner::put);
      case OpCode::delrange:
        return burst(op, &Runner::del);
      case OpCode::nil:
        return nil();
      case OpCode::audit:
        deed_ = {Deed::read, {}};
        return done(!options_.audit_ops || audit_now());
      default:
        return options_.skip_iterators || run_iterator_op(op);
    }
  }

  bool run_iterator_op(const Op& op) {
    switch (op.code) {
      case OpCode::iter:
        return iter(op.slot, {.forced = true, .bucket = op.bucket, .offset = op.offset});
      case OpCode::iter_any:
        return iter(op.slot, {});
      case OpCode::next:
        return walk(op.slot, op.n);
      case OpCode::drain:
        // A walk over a map at rest gives no more entries than were ever put. Without a judge this
        // is all that stops a port which goes round for ever.
        return walk(op.slot, std::uint64_t{stamp_} + 1);
      default:
        drop(op.slot);
        return done_without_answer();
    }
  }

  bool burst(const Op& op, bool (Runner::*elementary)(std::uint32_t)) {
    for (step_ = 0; step_ < op.n; ++step_) {
      ++result_.burst_steps;
      if (!(this->*elementary)(key_at(spec_.key, op, static_cast<std::uint32_t>(step_)))) {
        return false;
      }
    }
    return true;
  }

  bool put(std::uint32_t index) {
    const std::uint32_t stamp = ++stamp_;
    if (is_special(index)) {
      payloads_[index - kFirstSpecial] = stamp & kPayloadMask;
    }
    const KeyId key = key_now(index);
    const PutResult result = ask([&] { return port_.put(key, stamp); });
    if (tracing_) {
      trace(panic_ ? answer_text(*panic_) : fmt::format("stamp {}", stamp));
    }
    deed_ = {Deed::put, key};
    return done(judge_ == nullptr || judge_->put(key, stamp, result, panic()));
  }

  bool get(std::uint32_t index) {
    const KeyId key = key_now(index);
    const Found found = ask([&] { return port_.get(key); });
    if (tracing_) {
      trace(panic_ ? answer_text(*panic_) : answer_text(found, found.stamp == 0 ? "zero" : ""));
    }
    deed_ = {Deed::read, {}};
    return done(judge_ == nullptr || judge_->get(key, found, panic()));
  }

  bool has(std::uint32_t index) {
    const KeyId key = key_now(index);
    const Found found = ask([&] { return port_.has(key); });
    if (tracing_) {
      trace(panic_ ? answer_text(*panic_) : answer_text(found, found.present ? "" : "absent"));
    }
    deed_ = {Deed::read, {}};
    return done(judge_ == nullptr || judge_->has(key, found, panic()));
  }

  bool del(std::uint32_t index) {
    const KeyId key = key_now(index);
    ask([&] { port_.del(key); });
    trace_panic_only();
    deed_ = {Deed::del, key};
    return done(judge_ == nullptr || judge_->del(key, panic()));
  }

  bool clear() {
    ask([&] { port_.clear(); });
    trace_panic_only();
    deed_ = {Deed::clear, {}};
    return done(judge_ == nullptr || judge_->clear(panic()));
  }

  bool len() {
    const std::uint64_t len = ask([&] { return port_.len(); });
    if (tracing_) {
      trace(panic_ ? answer_text(*panic_) : std::to_string(len));
    }
    deed_ = {Deed::read, {}};
    return done(judge_ == nullptr || judge_->len(len, panic()));
  }

  bool nil() {
    port_.release();
    nil_ = true;
    if (judge_ != nullptr) {
      judge_->release();
    }
    return done_without_answer();
  }

  bool iter(unsigned slot, const IterStart& start) {
    drop(slot);
    walks_[slot] = Walk::due;
    starts_[slot] = start;
    return done_without_answer();
  }

  void drop(unsigned slot) {
    if (walks_[slot] == Walk::running) {
      port_.drop(slot);
      if (judge_ != nullptr) {
        judge_->drop(slot);
      }
    }
    walks_[slot] = Walk::idle;
  }

  bool walk(unsigned slot, std::uint64_t n) {
    if (walks_[slot] == Walk::idle) {
      return done_without_answer();
    }
    for (step_ = 0; step_ < n && walks_[slot] != Walk::idle; ++step_) {
      if (!next(slot)) {
        return false;
      }
    }
    return true;
  }

  bool next(unsigned slot) {
    const bool begins = walks_[slot] == Walk::due;
    const Step step =
        ask([&] { return begins ? port_.begin(slot, starts_[slot]) : port_.next(slot); });
    // A walk that panicked is where nobody knows: it is not asked again.
    walks_[slot] = step.end || panic_ ? Walk::idle : Walk::running;
    if (tracing_) {
      trace(panic_ ? answer_text(*panic_) : answer_text(spec_.key, step));
    }
    deed_ = {Deed::walk, {}};
    return done(judge_ == nullptr ||
                (begins ? judge_->begin(slot, step, panic()) : judge_->next(slot, step, panic())));
  }

  // ---- around each operation ----

  // Calls the port; its panic, if any, is left in panic_.
  template <class F>
  auto ask(F&& f) -> decltype(f()) {
    panic_.reset();
    try {
      return f();
    } catch (const MapPanic& panic) {
      panic_ = panic;
    }
    return decltype(f())();
  }
  const MapPanic* panic() const { return panic_ ? &*panic_ : nullptr; }

  // The end of an elementary operation: may the run go on?
  bool done(bool well) {
    ++result_.steps;
    if (!well) [[unlikely]] {
      // The auditor has spoken already, or it was the judge.
      if (!result_.verdict) {
        broken(judge_->verdict());
      }
      return false;
    }
    if (result_.steps == next_audit_ && !audit_step()) {
      return false;
    }
    if (options_.audit_touched && !audit_touched()) {
      return false;
    }
    return result_.steps != options_.max_steps;
  }
  bool done_without_answer() {
    panic_.reset();
    deed_ = {Deed::walk, {}};
    if (tracing_) {
      trace("");
    }
    return done(true);
  }

  bool audit_now() {
    Snapshot snapshot;
    return !picture(&snapshot) || holds(audit(snapshot, spec_.key));
  }

  // Where each operation is audited, what it did is watched, too.
  bool watch_the_making() {
    Snapshot snapshot;
    if (options_.audit_every != 1 || !picture(&snapshot)) {
      return true;
    }
    watch_.emplace(spec_, port_.info().forces_hashes);
    return holds(watch_->made(std::move(snapshot)));
  }

  bool audit_step() {
    next_audit_ += options_.audit_every;
    Snapshot snapshot;
    if (!picture(&snapshot)) {
      return true;
    }
    if (options_.audit_cells != 0) {
      next_audit_ = std::max(next_audit_, result_.steps + cells(snapshot) / options_.audit_cells);
    }
    return holds(audit(snapshot, spec_.key)) &&
           (!watch_ || holds(watch_->after(panic_ ? Deed::refused : deed_.what, deed_.key,
                                           std::move(snapshot))));
  }

  static std::uint64_t cells(const Snapshot& snapshot) {
    const auto buckets = [](const std::optional<ArrayView>& array) {
      return array ? array->buckets.size() : 0;
    };
    return (buckets(snapshot.current) + buckets(snapshot.old)) * snapshot.cells_per_bucket;
  }

  // The chains of the key in hand, and those of the old bucket that a growth moved besides.
  bool audit_touched() {
    if (nil_ || !port_.info().lays_out_buckets) {
      return true;
    }
    std::vector<std::uint64_t> hashes{nevacuate_};
    const KeyClass c = key_class(spec_.key, deed_.key.index);
    if ((deed_.what == Deed::put || deed_.what == Deed::del) && !c.nan && !c.unhashable &&
        port_.info().forces_hashes) {
      hashes.push_back(hashing_(deed_.key.index, spec_.hash0));
    }
    Snapshot snapshot;
    if (!port_.snapshot_of(hashes, &snapshot)) {
      return true;
    }
    nevacuate_ = snapshot.old ? snapshot.nevacuate : 0;
    return holds(audit(snapshot, spec_.key));
  }

  bool picture(Snapshot* snapshot) {
    return !nil_ && port_.info().lays_out_buckets && port_.snapshot(snapshot);
  }

  bool holds(const std::optional<Verdict>& verdict) {
    if (verdict) {
      broken(*verdict);
    }
    return !verdict;
  }

  void broken(Verdict verdict) {
    if (result_.verdict) {
      return;  // the first one tells the story
    }
    verdict.op = op_;
    verdict.step = step_;
    result_.verdict = std::move(verdict);
  }

  void trace(const std::string& answer) const { options_.trace(op_, step_, answer); }
  void trace_panic_only() const {
    if (tracing_) {
      trace(panic_ ? answer_text(*panic_) : "");
    }
  }

  // A NaN is looked for with the very bits of the one put last: a map which compares bytes, and so
  // finds it, gives itself away.
  KeyId key_now(std::uint32_t index) const {
    return {.index = index, .payload = is_special(index) ? payloads_[index - kFirstSpecial] : 0};
  }
  static constexpr std::uint32_t kFirstSpecial = kNaNImaginary;
  static bool is_special(std::uint32_t index) { return index >= kFirstSpecial && index <= kNaN; }

  const Program& program_;
  const MapSpec& spec_;
  Port& port_;
  Judge* const judge_;
  const RunOptions& options_;
  const bool tracing_;

  std::size_t op_ = 0;
  std::size_t step_ = 0;
  std::uint32_t stamp_ = 0;
  bool nil_ = false;
  std::array<Walk, kIterators> walks_ = {};
  std::array<IterStart, kIterators> starts_ = {};
  std::array<std::uint32_t, kNaN - kFirstSpecial + 1> payloads_ = {};
  std::optional<MapPanic> panic_;
  struct {
    Deed what = Deed::read;
    KeyId key;
  } deed_;  // what the operation in hand does to the map
  std::optional<LayoutWatch> watch_;
  Hashing hashing_;
  std::uint64_t next_audit_;  // the number of steps after which the layout is looked at; 0: never
  std::uint64_t nevacuate_ = 0;  // the old bucket that the next write evacuates besides its own
  RunResult result_;
};

}  // namespace

RunResult run(const Program& program, Port& port, Judge* judge, const RunOptions& options) {
  return Runner(program, port, judge, options).run();
}

}  // namespace mapproof
