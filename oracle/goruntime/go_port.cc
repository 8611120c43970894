#include "oracle/goruntime/go_port.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "oracle/goruntime/answers.h"
#include "oracle/goruntime/records.h"
#include "oracle/goruntime/words.h"

namespace mapproof::go {
namespace {

MapPanic::Kind kind_of(Status status) {
  switch (status) {
    case Status::nil_map:
      return MapPanic::Kind::nil_map;
    case Status::unhashable:
      return MapPanic::Kind::unhashable;
    default:
      return MapPanic::Kind::other;
  }
}

// The starts of walks that a program leaves to chance are those that the faithful port takes: from
// splitmix64, whose first number is the hash seed's. So both break the same promises.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) { next(); }
#if defined(__clang__)
  __attribute__((no_sanitize("unsigned-integer-overflow")))
#endif
  std::uint32_t
  next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
  }

 private:
  std::uint64_t state_;
};

class GoPort final : public Port {
 public:
  GoPort(Runtime& runtime, const std::string& name)
      : machine_(runtime.new_machine()),
        info_{.name = name,
              .profile = Profile::go,
              .forces_hashes = true,
              .forces_starts = true,
              .nan_keys = true,
              .lays_out_buckets = true} {}

  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec& spec) const override { return !asks_for_too_much(spec); }

  void make(const MapSpec& spec) override {
    const std::vector<Record> records = make_records(spec);
    spec_ = spec;
    starts_ = Draws(spec.seed);
    nil_ = false;
    machine_->run(records);
  }
  void release() override {
    nil_ = true;
    ask({.op = RecordOp::release});
  }

  PutResult put(KeyId key, std::uint32_t stamp) override {
    return {.slot_was_dirty = ask(key_record(RecordOp::put, key, stamp)).words[0] != 0};
  }
  Found get(KeyId key) override {
    Found found = found_of(ask(key_record(RecordOp::get, key)));
    found.present = true;
    return found;
  }
  Found has(KeyId key) override { return found_of(ask(key_record(RecordOp::has, key))); }
  void del(KeyId key) override { ask(key_record(RecordOp::del, key)); }
  void clear() override { ask({.op = RecordOp::clear}); }
  std::uint64_t len() override { return ask({.op = RecordOp::len}).words[0]; }

  Step begin(unsigned slot, const IterStart& start) override {
    if (start.forced) {
      return step(ask(begin_record(slot, start.bucket, start.offset & 7)));
    }
    // Nothing is drawn for an empty map.
    const bool empty = nil_ || len() == 0;
    return step(ask(begin_record(slot, empty ? 0 : starts_.next(), kDrawnStart)));
  }
  Step next(unsigned slot) override { return step(ask(slot_record(RecordOp::next, slot))); }
  void drop(unsigned slot) override { ask(slot_record(RecordOp::drop, slot)); }

  bool snapshot(Snapshot* out) override {
    *out = Snapshot{};
    if (nil_) return true;
    const Record look{.op = RecordOp::look, .flags = kWantLayout};
    const auto words = machine_->run({&look, 1});
    if (words.empty() || words[0] != words.size() - 1) expected("a layout", words.size());
    *out = as_snapshot(read_layout(words.data() + 1, words.size() - 1), spec_, hashing_of(spec_));
    return true;
  }

 private:
  // Throws the panic, if the answer is one.
  Answer ask(Record record) {
    record.flags = kWantAnswer;
    const auto words = machine_->run({&record, 1});
    auto rest = words;
    const auto told = take_answer(&rest);
    if (!told || !rest.empty()) expected("an answer", words.size());
    if (told->answer.status != Status::fine) {
      throw MapPanic(kind_of(told->answer.status), told->panic);
    }
    return told->answer;
  }

  [[noreturn]] void expected(const char* what, std::size_t found) const {
    throw Unavailable(fmt::format("{}: expected {}, found {} words", info_.name, what, found));
  }

  Step step(const Answer& answer) const { return step_of(spec_.key, answer); }

  std::unique_ptr<Machine> machine_;
  PortInfo info_;
  MapSpec spec_;
  Draws starts_{0};
  bool nil_ = false;
};

}  // namespace

std::unique_ptr<Port> make_go_port(Runtime& runtime, const std::string& name) {
  return std::make_unique<GoPort>(runtime, name);
}

}  // namespace mapproof::go
