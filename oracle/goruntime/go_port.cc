#include "oracle/goruntime/go_port.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "oracle/goruntime/records.h"
#include "oracle/goruntime/words.h"

namespace mapproof::go {
namespace {

MapPanic::Kind kind_of(std::uint64_t status) {
  switch (static_cast<Status>(status)) {
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
    return {.slot_was_dirty = ask(key_record(RecordOp::put, key, stamp))[0] != 0};
  }
  Found get(KeyId key) override { return found(true, ask(key_record(RecordOp::get, key))[0]); }
  Found has(KeyId key) override {
    const auto words = ask(key_record(RecordOp::has, key));
    return found(words[1] != 0, words[0]);
  }
  void del(KeyId key) override { ask(key_record(RecordOp::del, key)); }
  void clear() override { ask({.op = RecordOp::clear}); }
  std::uint64_t len() override { return ask({.op = RecordOp::len})[0]; }

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
  // The three words of the answer. Throws the panic, if it is one.
  std::array<std::uint64_t, 3> ask(Record record) {
    record.flags = kWantAnswer;
    const auto words = machine_->run({&record, 1});
    if (words.size() < 5 || words[4] > words.size() * 8 || words.size() != 5 + (words[4] + 7) / 8) {
      expected("an answer", words.size());
    }
    if (words[0] != 0) {
      const char* const text = reinterpret_cast<const char*>(&words[5]);
      throw MapPanic(kind_of(words[0]), std::string(text, words[4]));
    }
    return {words[1], words[2], words[3]};
  }

  [[noreturn]] void expected(const char* what, std::size_t found) const {
    throw Unavailable(fmt::format("{}: expected {}, found {} words", info_.name, what, found));
  }

  static Found found(bool present, std::uint64_t stamp) {
    const bool torn = stamp == kTorn;
    return {
        .present = present, .stamp = torn ? 0 : static_cast<std::uint32_t>(stamp), .torn = torn};
  }

  Step step(const std::array<std::uint64_t, 3>& words) const {
    if (words[0] != 0) return {.end = true, .torn = false, .key = {}, .stamp = 0};
    const std::optional<KeyId> key = key_of(spec_.key, words[1]);
    if (!key || words[2] == kTorn) return {.end = false, .torn = true, .key = {}, .stamp = 0};
    return {
        .end = false, .torn = false, .key = *key, .stamp = static_cast<std::uint32_t>(words[2])};
  }

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
