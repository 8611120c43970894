// A real Go behind the port interface: it obeys the program, survives its own panics, and its keys,
// elems and hashes are those of the oracle.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/lockstep_runtimes.h"
#include "conformance/port_wrappers.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/test_program.h"
#include "oracle/goruntime/go_port.h"
#include "oracle/goruntime/installed.h"
#include "oracle/goruntime/records.h"
#include "oracle/goruntime/words.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

using go::Answer;
using go::Record;
using go::RecordOp;
using go::Status;

constexpr std::int64_t kBogusHints[] = {-1, std::int64_t{1} << 62,
                                        std::numeric_limits<std::int64_t>::max()};

class GoPort : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const std::string why = go::why_not(GetParam()); !why.empty()) GTEST_SKIP() << why;
    port_ = go::make_go_port(go::runtime(GetParam()), GetParam());
  }
  Port& port() { return *port_; }
  Snapshot snapshot() {
    Snapshot now;
    EXPECT_TRUE(port_->snapshot(&now));
    return now;
  }

 private:
  std::unique_ptr<Port> port_;
};

MAPPROOF_FOR_EACH_GO(GoPort);

template <typename F>
std::string panic_of(F&& operation, MapPanic::Kind kind) {
  try {
    operation();
    return "no panic";
  } catch (const MapPanic& panic) {
    EXPECT_EQ(panic.kind(), kind) << panic.what();
    return panic.what();
  }
}

KeyId key(std::uint32_t index) { return {index, 0}; }

void put_range(Port& port, std::uint32_t from, std::uint32_t n) {
  for (std::uint32_t i = from; i < from + n; ++i) port.put(key(i), i + 1);
}

// All steps of a walk.
std::vector<Step> walk(Port& port, const IterStart& start, unsigned slot = 0) {
  std::vector<Step> steps;
  for (Step step = port.begin(slot, start); !step.end; step = port.next(slot)) {
    steps.push_back(step);
    if (steps.size() > 100'000) throw std::runtime_error("a walk that does not end");
  }
  return steps;
}
std::vector<std::uint32_t> indices(const std::vector<Step>& steps) {
  std::vector<std::uint32_t> keys;
  for (const Step& step : steps) keys.push_back(step.key.index);
  return keys;
}

// ---- answers ----

TEST_P(GoPort, AnswersOfANilMapAreThoseOfAnEmptyOneButForAPut) {
  port().make({});
  port().put(key(1), 1);
  port().release();
  EXPECT_EQ(panic_of([&] { port().put(key(1), 2); }, MapPanic::Kind::nil_map),
            "assignment to entry in nil map");
  EXPECT_FALSE(port().has(key(1)).present);
  EXPECT_EQ(port().get(key(1)).stamp, 0U);
  port().del(key(1));
  port().clear();
  EXPECT_EQ(port().len(), 0U);
  EXPECT_TRUE(port().begin(0, {}).end);
  EXPECT_TRUE(port().begin(1, {.forced = true, .bucket = 3, .offset = 3}).end);
  EXPECT_EQ(snapshot(), Snapshot{});
  // The next map is none.
  port().make({});
  port().put(key(1), 3);
  EXPECT_EQ(port().get(key(1)).stamp, 3U);
}

TEST_P(GoPort, AWalkGoesOnWhenTheMapIsReleased) {
  port().make({});
  put_range(port(), 0, 5);
  std::set<std::uint32_t> keys = {port().begin(0, {}).key.index};
  port().release();
  for (Step step = port().next(0); !step.end; step = port().next(0)) keys.insert(step.key.index);
  EXPECT_EQ(keys, (std::set<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST_P(GoPort, AnUnhashableKeyPanicsInEveryMap) {
  const auto expect_panics = [&](bool nil) {
    const KeyId bad = key(kUnhashable);
    const auto panics = [&](auto&& operation) {
      EXPECT_EQ(panic_of(operation, MapPanic::Kind::unhashable),
                "runtime error: hash of unhashable type []int");
    };
    panics([&] { port().get(bad); });
    panics([&] { port().has(bad); });
    panics([&] { port().del(bad); });
    if (nil) {  // Go looks at the map first
      panic_of([&] { port().put(bad, 1); }, MapPanic::Kind::nil_map);
    } else {
      panics([&] { port().put(bad, 1); });
    }
  };
  port().make({.key = KeyKind::interface});
  expect_panics(false);  // empty, no bucket
  put_range(port(), 0, 30);
  expect_panics(false);
  EXPECT_EQ(port().len(), 30U);
  port().put(key(5), 77);
  EXPECT_EQ(port().get(key(5)).stamp, 77U);
  port().clear();
  expect_panics(false);  // empty, with buckets
  port().release();
  expect_panics(true);
}

TEST_P(GoPort, AnswersOfAFilledMapAreRight) {
  port().make({});
  put_range(port(), 0, 100);
  EXPECT_EQ(port().len(), 100U);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(port().get(key(i)).stamp, i + 1);
    EXPECT_EQ(port().has(key(i)).stamp, i + 1);
    EXPECT_TRUE(port().has(key(i)).present);
  }
  EXPECT_FALSE(port().has(key(100)).present);
  EXPECT_EQ(port().has(key(100)).stamp, 0U);
  port().put(key(7), 1000);
  EXPECT_EQ(port().get(key(7)).stamp, 1000U);
  EXPECT_EQ(port().len(), 100U);
  port().del(key(7));
  port().del(key(7));
  EXPECT_FALSE(port().has(key(7)).present);
  EXPECT_EQ(port().len(), 99U);
  auto keys = indices(walk(port(), {}));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys.size(), 99U);
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
  EXPECT_EQ(std::count(keys.begin(), keys.end(), 7U), 0);
  port().clear();
  EXPECT_EQ(port().len(), 0U);
  EXPECT_FALSE(port().has(key(8)).present);
  EXPECT_TRUE(walk(port(), {}).empty());
}

TEST_P(GoPort, ADroppedWalkLeavesTheOthersAlone) {
  port().make({});
  put_range(port(), 0, 20);
  std::vector<std::uint32_t> keys = {port().begin(2, {}).key.index};
  port().begin(1, {});
  port().drop(1);
  port().drop(3);  // never begun
  for (Step step = port().next(2); !step.end; step = port().next(2)) {
    keys.push_back(step.key.index);
  }
  EXPECT_EQ(keys.size(), 20U);
}

TEST_P(GoPort, TwoPortsOfOneRuntimeAreTwoMaps) {
  const auto other = go::make_go_port(go::runtime(GetParam()), GetParam());
  port().make({});
  other->make({.key = KeyKind::string, .elem = ElemKind::big});
  put_range(port(), 0, 20);
  put_range(*other, 10, 30);
  EXPECT_EQ(port().len(), 20U);
  EXPECT_EQ(other->len(), 30U);
  EXPECT_EQ(port().get(key(15)).stamp, 16U);
  EXPECT_EQ(other->get(key(15)).stamp, 16U);
  EXPECT_FALSE(port().has(key(35)).present);
}

TEST_P(GoPort, SaysWhatItIs) {
  EXPECT_EQ(port().info().name, GetParam());
  EXPECT_EQ(port().info().profile, Profile::go);
  EXPECT_TRUE(port().info().forces_hashes);
  EXPECT_TRUE(port().info().forces_starts);
  EXPECT_TRUE(port().info().nan_keys);
  EXPECT_TRUE(port().info().lays_out_buckets);
}

// ---- hints ----

TEST_P(GoPort, AHintMakesRoomForSoMany) {
  for (std::int64_t hint = 0; hint < 200; ++hint) {
    port().make({.hint = hint});
    unsigned B = 0;
    while (hint > 8 && 2 * hint > 13 << B) ++B;
    EXPECT_EQ(snapshot().B, B) << hint;
    // A map that is made with a hint has its buckets at once only if it has more than one.
    EXPECT_EQ(snapshot().current.has_value(), B != 0) << hint;
    put_range(port(), 0, static_cast<std::uint32_t>(hint));
    EXPECT_EQ(snapshot().B, B) << hint;
  }
}

TEST_P(GoPort, ABogusHintIsNone) {
  for (const std::int64_t hint : kBogusHints) {
    const MapSpec spec{.hint = hint};
    EXPECT_TRUE(port().supports(spec));
    port().make(spec);
    EXPECT_EQ(snapshot().B, 0) << hint;
    put_range(port(), 0, 30);
    EXPECT_EQ(port().len(), 30U);
  }
}

TEST_P(GoPort, WhatIsSaidOfAMapIsNotRememberedForTheNext) {
  MapSpec spec{.hash = HashMode::table, .hint = 100};
  spec.hashes = {{.key = 1, .top = 0x99, .low = 2}};
  port().make(spec);
  EXPECT_EQ(snapshot().B, 4);
  spec.hint = 0;
  spec.hashes.clear();
  port().make(spec);
  EXPECT_EQ(snapshot().B, 0);
  port().put(key(1), 1);
  EXPECT_EQ(snapshot().current->buckets[0].cells[0].tophash, 5);  // identity's, 0, made no state
}

// Go lets a hint pass whose buckets fill 2^48 bytes, one bucket for each entry, and no more.
TEST_P(GoPort, AHintThatGoWouldBelieveNeverReachesIt) {
  struct Pair {
    KeyKind key;
    ElemKind elem;
    std::int64_t bucket;  // bytes
  };
  const Pair pairs[] = {{KeyKind::u64, ElemKind::u64, 144},
                        {KeyKind::big, ElemKind::big, 144},  // stored apart
                        {KeyKind::u8, ElemKind::empty, 24},
                        {KeyKind::interface, ElemKind::string, 592},
                        {KeyKind::empty, ElemKind::empty, 16}};
  put_range((port().make({}), port()), 0, 10);
  for (const Pair& pair : pairs) {
    MapSpec spec{.key = pair.key, .elem = pair.elem};
    const std::int64_t most = (std::int64_t{1} << 48) / pair.bucket;
    for (const std::int64_t hint : {most, std::int64_t{1} << 30, (std::int64_t{1} << 20) + 1}) {
      spec.hint = hint;
      EXPECT_FALSE(port().supports(spec)) << hint;
      EXPECT_THROW(port().make(spec), std::invalid_argument) << hint;
      EXPECT_THROW(go::make_records(spec), std::invalid_argument) << hint;
      EXPECT_EQ(port().len(), 10U);  // the map before is still there
    }
  }
  for (const Pair& pair : pairs) {
    MapSpec spec{.key = pair.key, .elem = pair.elem};
    spec.hint = (std::int64_t{1} << 48) / pair.bucket + 1;
    EXPECT_TRUE(port().supports(spec));
    port().make(spec);
    EXPECT_EQ(snapshot().B, 0);
  }
}

// ---- starts ----

TEST_P(GoPort, AForcedStartIsObeyed) {
  const auto port_map = make_gomap_port(0);
  for (Port* one : {&port(), port_map.get()}) {
    one->make({.hint = 50});
    put_range(*one, 0, 50);
  }
  ASSERT_EQ(snapshot().B, 3);
  std::set<std::vector<std::uint32_t>> orders;
  for (std::uint32_t bucket = 0; bucket < 9; ++bucket) {
    for (std::uint32_t offset = 0; offset < 8; ++offset) {
      const IterStart start{.forced = true, .bucket = bucket, .offset = offset};
      const auto order = indices(walk(port(), start));
      // Key k lies in bucket k % 8; of 50 keys in the cell k / 8.
      const std::uint32_t first = bucket % 8 + 8 * offset;
      if (first < 50) {
        EXPECT_EQ(order.at(0), first);
      }
      EXPECT_EQ(order, indices(walk(*port_map, start)));
      orders.insert(order);
    }
  }
  // Some starts in empty cells come to the same.
  EXPECT_GT(orders.size(), 50U);
  EXPECT_LE(orders.size(), 64U);
}

TEST_P(GoPort, StartsLeftToChanceAreThoseOfThePort) {
  const auto port_map = make_gomap_port(0);
  std::set<std::vector<std::string>> stories;
  for (std::uint8_t seed = 0; seed < 16; ++seed) {
    Program program;
    program.spec.seed = seed;
    program.spec.hash = seed % 2 == 0 ? HashMode::strong : HashMode::identity;
    const auto walk_all = [&](std::uint8_t slot) {
      program.ops.push_back({.code = OpCode::iter_any, .slot = slot});
      program.ops.push_back({.code = OpCode::drain, .slot = slot});
    };
    walk_all(0);  // of an empty map, which draws nothing
    for (const int n : {5, 30, 120}) {
      program.ops.push_back(
          {.code = OpCode::putrange, .key = 0, .n = static_cast<std::uint16_t>(n)});
      for (int i = 0; i < 5; ++i) walk_all(1);
      program.ops.push_back({.code = OpCode::clear});
      walk_all(2);
      program.ops.push_back({.code = OpCode::putrange, .key = 50, .n = 3});
      walk_all(2);
    }
    program.ops.push_back({.code = OpCode::nil});
    walk_all(0);
    ASSERT_EQ(invalid(program), "");
    const auto story = [&](Port& of) {
      std::vector<std::string> lines;
      RunOptions options;
      options.trace = [&](std::size_t, std::size_t, const std::string& line) {
        lines.push_back(line);
      };
      EXPECT_TRUE(run(program, of, nullptr, options).ok());
      return lines;
    };
    const auto ours = story(*port_map);
    ASSERT_EQ(story(port()), ours) << "seed " << int{seed};
    stories.insert(ours);
  }
  EXPECT_EQ(stories.size(), 16U);  // the seed counts
}

// ---- the hash seed ----

TEST_P(GoPort, TheHashSeedStaysWhatTheProgramSays) {
  // Later Go versions draw a new one whenever a map has become empty.
  for (const unsigned number : {0U, 7U, 255U}) {
    const auto hash0 = static_cast<std::uint8_t>(number);
    port().make({.hash = HashMode::strong, .hash0 = hash0});
    EXPECT_EQ(snapshot().hash0, hash0);
    put_range(port(), 0, 30);
    EXPECT_EQ(snapshot().hash0, hash0);
    for (std::uint32_t i = 0; i < 30; ++i) port().del(key(i));
    EXPECT_EQ(port().len(), 0U);
    EXPECT_EQ(snapshot().hash0, hash0) << "after the last del";
    put_range(port(), 0, 3);
    port().clear();
    EXPECT_EQ(snapshot().hash0, hash0) << "after clear";
    put_range(port(), 0, 30);
    EXPECT_EQ(port().len(), 30U);
  }
}

// ---- panics inside Go ----

// Writes down the panics that an operation ends with.
class PanicRecorder final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  Step next(unsigned slot) override {
    try {
      return PortWrapper::next(slot);
    } catch (const MapPanic& panic) {
      panics.emplace_back(panic.kind(), panic.what());
      throw;
    }
  }
  using PortWrapper::port;
  std::vector<std::pair<MapPanic::Kind, std::string>> panics;
};

TEST_P(GoPort, APanicInsideGoIsAVerdictAndTheSameMachineGoesOn) {
  const Program program = read_program(std::filesystem::path(MAPPROOF_CORPUS_DIR) /
                                       "findings/second-growth-wipes-bucket-nil-key.mapproof");
  PanicRecorder recorder(go::make_go_port(go::runtime(GetParam()), GetParam()));
  Judge judge;
  for (std::size_t i = 1; i <= 3; ++i) {
    const RunResult result = run(program, recorder, &judge);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.verdict->op, program.ops.size() - 1);
    ASSERT_EQ(recorder.panics.size(), i);
    EXPECT_EQ(recorder.panics.back().first, MapPanic::Kind::other);
    EXPECT_EQ(recorder.panics.back().second,
              "runtime error: invalid memory address or nil pointer dereference");
    recorder.make({});
    put_range(recorder, 0, 30);
    EXPECT_EQ(recorder.len(), 30U);
    EXPECT_EQ(walk(recorder, {}).size(), 30U);
  }
}

// ---- the machine, record by record ----

class GoMachine : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const std::string why = go::why_not(GetParam()); !why.empty()) GTEST_SKIP() << why;
    machine_ = go::runtime(GetParam()).new_machine();
  }
  void make(const MapSpec& spec) { EXPECT_TRUE(machine_->run(go::make_records(spec)).empty()); }
  Answer ask(Record record) {
    record.flags |= go::kWantAnswer;
    const auto words = machine_->run({&record, 1});
    Answer answer{.status = static_cast<Status>(words[0])};
    std::copy_n(words.begin() + 1, 3, answer.words);
    return answer;
  }
  Status status(Record record) { return ask(record).status; }
  std::uint64_t len() { return ask({.op = RecordOp::len}).words[0]; }
  void put_range(std::uint32_t from, std::uint32_t n) {
    for (std::uint32_t i = from; i < from + n; ++i) {
      EXPECT_EQ(status(go::key_record(RecordOp::put, key(i), i + 1)), Status::fine);
    }
  }
  go::Layout layout() {
    const Record look{.flags = go::kWantLayout};
    const auto words = machine_->run({&look, 1});
    EXPECT_EQ(words[0], words.size() - 1);
    return go::read_layout(words.data() + 1, words.size() - 1);
  }
  go::Machine& machine() { return *machine_; }

 private:
  std::unique_ptr<go::Machine> machine_;
};
MAPPROOF_FOR_EACH_GO(GoMachine);

Record failing(Record record) {
  record.flags |= go::kFailHash;
  return record;
}

TEST_P(GoMachine, TellsOfEachRecordWhatItIsAsked) {
  make({});
  EXPECT_TRUE(machine().run({}).empty());
  const Record quiet = go::key_record(RecordOp::put, key(1), 5);
  EXPECT_TRUE(machine().run({&quiet, 1}).empty());
  std::vector<Record> records(5, Record{.op = RecordOp::len});
  records[0].flags = go::kWantAnswer;
  records[1].flags = go::kWantDigest;
  records[2].flags = go::kWantWhole;
  records[3].flags = go::kWantLayout;
  const auto words = machine().run(records);
  const std::size_t layout_words = words[7];
  EXPECT_EQ(words.size(), 5 + 1 + 1 + 1 + layout_words);
  EXPECT_EQ(std::vector(words.begin(), words.begin() + 5),
            (std::vector<std::uint64_t>{0, 1, 0, 0, 0}));
  EXPECT_NE(words[5], words[6]);
  EXPECT_EQ(go::read_layout(&words[8], layout_words).count, 1U);
}

TEST_P(GoMachine, PutSaysWhetherTheElemOfANewKeyWasNotZero) {
  make({});
  EXPECT_EQ(ask(go::key_record(RecordOp::put, key(1), 5)).words[0], 0U);
  EXPECT_EQ(ask(go::key_record(RecordOp::put, key(1), 6)).words[0], 0U);  // dirty, but not new
}

TEST_P(GoMachine, AFailingHashLeavesTheMapUsable) {
  make({});
  const Record operations[] = {
      go::key_record(RecordOp::put, key(100), 9), go::key_record(RecordOp::put, key(3), 9),
      go::key_record(RecordOp::get, key(3)), go::key_record(RecordOp::has, key(3)),
      go::key_record(RecordOp::del, key(3))};
  std::uint64_t count = 0;
  bool grew = false;
  for (std::uint32_t n = 0; n < 60; ++n) {  // through growths
    const go::Layout before = layout();
    for (const Record& operation : operations) {
      // Go hashes no key to look it up in an empty map, nor to delete it from there.
      const bool hashes = count != 0 || operation.op == RecordOp::put;
      EXPECT_EQ(status(failing(operation)), hashes ? Status::hash_fault : Status::fine) << n;
      EXPECT_EQ(len(), count);
    }
    const go::Layout after = layout();
    EXPECT_EQ(go::first_difference(before, after, KeyKind::u64), "");
    grew = grew || after.old;
    EXPECT_EQ(status(go::key_record(RecordOp::put, key(n), n + 1)), Status::fine);
    EXPECT_EQ(len(), ++count);
    EXPECT_EQ(ask(go::key_record(RecordOp::has, key(n))).words[0], n + 1);
  }
  EXPECT_TRUE(grew);
  EXPECT_EQ(ask(go::key_record(RecordOp::has, key(100))).words[1], 0U);
}

TEST_P(GoMachine, AHashThatWasToFailIsNotHeldAgainstTheNextOperation) {
  make({});
  EXPECT_EQ(status(failing({.op = RecordOp::len})), Status::fine);
  EXPECT_EQ(status(go::key_record(RecordOp::put, key(1), 1)), Status::fine);
  EXPECT_EQ(len(), 1U);
}

TEST_P(GoMachine, AHashThatFailsDuringAWalkEndsTheWalkButNotTheMap) {
  // The 27th key begins a growth and moves two of four old buckets. A walk that starts now asks for
  // the hash of each key in the other two, 1 and 3.
  make({.key = KeyKind::f64});
  put_range(0, 27);
  ASSERT_TRUE(layout().old);
  EXPECT_EQ(status(go::begin_record(0, 0, 0)), Status::fine);
  EXPECT_EQ(status(go::begin_record(1, 0, 0)), Status::fine);
  ASSERT_TRUE(layout().walks[0]);
  Status last = Status::fine;
  for (int i = 0; i < 27 && last == Status::fine; ++i) {
    const Answer answer = ask(failing(go::slot_record(RecordOp::next, 0)));
    last = answer.status;
    if (answer.status == Status::fine && answer.words[0] != 0) break;
  }
  EXPECT_EQ(last, Status::hash_fault);
  EXPECT_FALSE(layout().walks[0]);
  std::size_t steps = 1;
  while (steps < 100 && ask(go::slot_record(RecordOp::next, 1)).words[0] == 0) ++steps;
  EXPECT_EQ(steps, 27U);
  EXPECT_FALSE(layout().walks[1]);
  // The first step of a walk may fail as well.
  EXPECT_EQ(status(failing(go::begin_record(2, 1, 0))), Status::hash_fault);
  EXPECT_FALSE(layout().walks[2]);
  put_range(0, 30);
  EXPECT_EQ(len(), 30U);
}

TEST_P(GoMachine, AStartIsWhereTheRecordSays) {
  make({.hint = 50});
  put_range(0, 50);
  for (std::uint32_t bucket = 0; bucket < 20; ++bucket) {
    for (std::uint8_t offset = 0; offset < 8; ++offset) {
      ask(go::begin_record(4, bucket, offset));
      const go::Layout now = layout();
      ASSERT_TRUE(now.walks[4]);
      EXPECT_EQ(now.walks[4]->start_bucket, bucket % 8);
      EXPECT_EQ(now.walks[4]->offset, offset);
      EXPECT_EQ(now.walks[4]->B, 3);
    }
  }
  // Of a number that was drawn, the low bits say the bucket, those above the cell.
  ask(go::begin_record(4, 0xfffffa5, go::kDrawnStart));
  EXPECT_EQ(layout().walks[4]->start_bucket, 5U);
  EXPECT_EQ(layout().walks[4]->offset, 4U);
}

TEST_P(GoMachine, BeginningAWalkCountsNoHashesButThoseOfItsFirstStep) {
  make({.key = KeyKind::f64});
  put_range(0, 27);
  ASSERT_TRUE(layout().old);
  for (std::uint32_t bucket = 0; bucket < 8; ++bucket) {
    const std::uint64_t calls = layout().calls;
    ask(go::begin_record(0, bucket, 0));
    const std::uint64_t once = layout().calls - calls;
    ask(go::begin_record(0, bucket, 0));
    // Wherever the runtime itself would have begun.
    EXPECT_EQ(layout().calls, calls + 2 * once);
  }
}

// ---- what a runtime may say that a healthy map does not ----

// A runtime that answers what it is told to.
class Puppet final : public go::Runtime {
 public:
  const std::string& version() const override { return version_; }
  std::unique_ptr<go::Machine> new_machine() override { return std::make_unique<Mouth>(*this); }
  std::vector<std::uint64_t> words;
  std::vector<Record> heard;

 private:
  struct Mouth final : go::Machine {
    explicit Mouth(Puppet& from) : puppet(from) {}
    std::span<const std::uint64_t> run(std::span<const Record> records) override {
      puppet.heard.assign(records.begin(), records.end());
      return puppet.words;
    }
    Puppet& puppet;
  };
  std::string version_ = "none";
};

TEST(GoPortOfAPuppet, TakesKeysAndElemsThatAreNoneForTorn) {
  Puppet puppet;
  const auto port = go::make_go_port(puppet, "puppet");
  port->make({});
  const auto step = [&](std::uint64_t key_word, std::uint64_t stamp) {
    puppet.words = {0, 0, key_word, stamp, 0};
    return port->next(0);
  };
  EXPECT_FALSE(step(65535, 1).torn);
  EXPECT_EQ(step(65535, 1).key, key(65535));
  EXPECT_EQ(step(255 | std::uint64_t{9} << 32, 1).key, (KeyId{255, 9}));
  for (const std::uint64_t word : {std::uint64_t{65536}, std::uint64_t{0xffffffff}, go::kTorn}) {
    EXPECT_TRUE(step(word, 1).torn) << word;
    EXPECT_FALSE(step(word, 1).end) << word;
  }
  EXPECT_TRUE(step(1, go::kTorn).torn);
  puppet.words = {0, go::kTorn, 1, 0, 0};
  EXPECT_TRUE(port->get(key(1)).torn);
  EXPECT_TRUE(port->has(key(1)).torn);
  EXPECT_TRUE(port->has(key(1)).present);
}

TEST(GoPortOfAPuppet, MakesAPanicOfEachStatusThatIsNotFine) {
  Puppet puppet;
  const auto port = go::make_go_port(puppet, "puppet");
  port->make({});
  std::uint64_t letters = 0;
  std::copy_n("nine", 4, reinterpret_cast<char*>(&letters));
  const std::pair<std::uint64_t, MapPanic::Kind> kinds[] = {{1, MapPanic::Kind::nil_map},
                                                            {2, MapPanic::Kind::unhashable},
                                                            {3, MapPanic::Kind::other},
                                                            {4, MapPanic::Kind::other},
                                                            {77, MapPanic::Kind::other}};
  for (const auto& [status, kind] : kinds) {
    puppet.words = {status, 0, 0, 0, 4, letters};
    EXPECT_EQ(panic_of([&] { port->len(); }, kind), "nine");
  }
}

TEST(GoPortOfAPuppet, RefusesALayoutThatIsLongerThanItSays) {
  Puppet puppet;
  const auto port = go::make_go_port(puppet, "puppet");
  port->make({});
  Snapshot snapshot;
  // Of a nil map without walks: calls, log, 0, and 0 for each slot.
  puppet.words.assign(1 + 3 + kIterators, 0);
  puppet.words[0] = puppet.words.size() - 1;
  EXPECT_TRUE(port->snapshot(&snapshot));
  for (const std::uint64_t length : {0U, 1U, 10U, 12U}) {
    puppet.words[0] = length;
    EXPECT_THROW(port->snapshot(&snapshot), go::Unavailable) << length;
  }
}

// Start cells above 7 are no start cells; 255 means something else to the runtime.
TEST(GoPortOfAPuppet, AsksForTheStartThatItIsAskedFor) {
  Puppet puppet;
  puppet.words = {0, 1, 0, 0, 0};
  const auto port = go::make_go_port(puppet, "puppet");
  port->make({});
  for (const std::uint32_t offset : {0U, 7U, 255U}) {
    port->begin(3, {.forced = true, .bucket = 70000, .offset = offset});
    ASSERT_EQ(puppet.heard.size(), 1U);
    EXPECT_EQ(puppet.heard[0].op, RecordOp::begin);
    EXPECT_EQ(puppet.heard[0].slot, 3);
    EXPECT_EQ(puppet.heard[0].a, 70000U);
    EXPECT_EQ(puppet.heard[0].offset, offset % 8);
  }
  puppet.words = {0, 1, 0, 0, 0};
  port->begin(3, {});
  EXPECT_EQ(puppet.heard[0].offset, go::kDrawnStart);
}

// ---- twins ----

constexpr auto kAllKeyKinds = [] {
  std::array<KeyKind, kKeyKinds> kinds{};
  for (std::size_t i = 0; i < kKeyKinds; ++i) kinds[i] = static_cast<KeyKind>(i);
  return kinds;
}();
constexpr auto kAllElemKinds = [] {
  std::array<ElemKind, kElemKinds> kinds{};
  for (std::size_t i = 0; i < kElemKinds; ++i) kinds[i] = static_cast<ElemKind>(i);
  return kinds;
}();

// The first ones, all special ones, and some from all over the domain.
std::vector<std::uint32_t> some_indices(KeyKind kind) {
  std::vector<std::uint32_t> some;
  const std::uint32_t size = domain_size(kind);
  for (std::uint32_t i = 0; i < std::min(size, 80U); ++i) some.push_back(i);
  for (std::uint32_t i = 240; i < std::min(size, 260U); ++i) some.push_back(i);
  for (std::uint32_t i = 300; i < size; i += 997) some.push_back(i);
  for (std::uint32_t i = 512; i < size; i *= 2) some.insert(some.end(), {i - 1, i});
  if (size > 256) some.push_back(size - 1);
  return some;
}

TEST_P(GoPort, EveryKeyComesBackAsTheKeyThatItIs) {
  for (const KeyKind kind : kAllKeyKinds) {
    port().make({.key = kind});
    for (const std::uint32_t index : some_indices(kind)) {
      const KeyClass c = key_class(kind, index);
      if (c.unhashable) continue;
      for (const std::uint32_t payload : {0U, 1U, 0x12345U, kPayloadMask}) {
        if (payload != 0 && !c.nan) continue;
        const KeyId id{index, payload};
        port().put(id, 1);
        const Step step = port().begin(0, {.forced = true, .bucket = 0, .offset = 0});
        ASSERT_FALSE(step.end || step.torn) << name(kind) << " " << key_text(kind, index);
        ASSERT_EQ(step.key, id) << name(kind) << " " << key_text(kind, index);
        ASSERT_EQ(port().has(id).present, !c.nan) << name(kind) << " " << key_text(kind, index);
        const Snapshot now = snapshot();
        const auto& cells = now.current->buckets.at(0).cells;
        EXPECT_TRUE(std::any_of(cells.begin(), cells.end(),
                                [&](const CellView& cell) { return cell.key == id; }))
            << name(kind) << " " << key_text(kind, index);
        port().clear();
      }
    }
  }
}

TEST_P(GoPort, KeysAreEqualAsTheyAreInTheOracle) {
  for (const KeyKind kind : kAllKeyKinds) {
    port().make({.key = kind, .hash = HashMode::constant});  // so that only equality tells
    std::set<std::uint32_t> classes;
    std::uint64_t nans = 0;
    for (std::uint32_t index = 0; index < std::min(domain_size(kind), 400U); ++index) {
      const KeyClass c = key_class(kind, index);
      if (c.unhashable) continue;
      port().put(key(index), 1);
      c.nan ? void(++nans) : void(classes.insert(c.equality));
      ASSERT_EQ(port().len(), classes.size() + nans) << name(kind) << " " << key_text(kind, index);
    }
  }
}

TEST_P(GoPort, EveryStampComesBackAsFarAsTheElemHoldsIt) {
  for (const ElemKind kind : kAllElemKinds) {
    port().make({.elem = kind});
    const std::uint32_t mask = stamp_mask(kind);
    for (std::uint32_t stamp : {1U, 2U, 127U, 128U, 255U, 256U, 257U, 65535U, 65536U, 65537U,
                                0x12345678U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
      port().put(key(1), stamp);
      const Found got = port().get(key(1)), had = port().has(key(1));
      EXPECT_FALSE(got.torn || had.torn) << name(kind) << " " << stamp;
      EXPECT_EQ(got.stamp, stamp & mask) << name(kind);
      EXPECT_EQ(had.stamp, stamp & mask) << name(kind);
      const Step step = port().begin(0, {});
      EXPECT_FALSE(step.end || step.torn) << name(kind) << " " << stamp;
      EXPECT_EQ(step.stamp, stamp & mask) << name(kind);
      EXPECT_EQ(snapshot().current->buckets.at(0).cells[0].stamp, stamp & mask) << name(kind);
      EXPECT_EQ(port().get(key(2)).stamp, 0U) << "the zero elem of " << name(kind);
    }
  }
}

// ---- hashes ----

constexpr HashMode kAllModes[] = {HashMode::strong, HashMode::identity, HashMode::constant,
                                  HashMode::low,    HashMode::top,      HashMode::table};

// The tophash byte and the bucket that a hash leads to.
std::uint8_t top_of(std::uint64_t hash) {
  const auto top = static_cast<std::uint8_t>(hash >> 56);
  return top < cell_state::kMinTopHash ? static_cast<std::uint8_t>(top + cell_state::kMinTopHash)
                                       : top;
}

struct Place {
  std::uint32_t bucket = 0;
  const CellView* cell = nullptr;
};
// The cells that hold a key, with the bucket whose chain they lie in.
std::vector<Place> full_cells(const Snapshot& snapshot) {
  std::vector<Place> places;
  for (std::uint32_t bucket = 0; bucket < snapshot.current->base; ++bucket) {
    for (auto at = static_cast<std::int32_t>(bucket); at >= 0;) {
      const BucketView& view = snapshot.current->buckets.at(static_cast<std::size_t>(at));
      for (const CellView& cell : view.cells) {
        if (cell.key) places.push_back({bucket, &cell});
      }
      at = view.overflow;
    }
  }
  return places;
}

MapSpec spec_of(KeyKind kind, HashMode mode) {
  MapSpec spec{.key = kind, .hash = mode, .hash0 = 7, .seed = 3, .hint = 199};
  if (mode == HashMode::table) {
    spec.hashes = {{.key = 1, .top = 0x99, .low = 0x13}};
    if (domain_size(kind) > 2) spec.hashes.push_back({.key = 2, .top = 3, .low = 0x1c});
    if (domain_size(kind) > 255) spec.hashes.push_back({.key = 255, .top = 0x77, .low = 0x11});
    if (domain_size(kind) == 1) spec.hashes = {{.key = 0, .top = 0x99, .low = 0x13}};
  }
  return spec;
}

// A picture's hashes are the oracle's; where a key lies, and its tophash, comes from Go's hasher.
TEST_P(GoPort, KeysLieWhereTheHashesOfTheOracleLead) {
  for (const KeyKind kind : kAllKeyKinds) {
    for (const HashMode mode : kAllModes) {
      const MapSpec spec = spec_of(kind, mode);
      port().make(spec);
      std::size_t keys = 0;
      const bool has_negative_zero =
          domain_size(kind) > kNegativeZero && key_class(kind, kNegativeZero).equality == 0;
      for (std::uint32_t i = 0; i < std::min(domain_size(kind), 256U); i += i == 99 ? 141 : 1) {
        const KeyClass c = key_class(kind, i);
        if (c.unhashable || c.nan || (i == 0 && has_negative_zero)) continue;
        port().put(key(i), 1);
        ++keys;
      }
      const Snapshot now = snapshot();
      ASSERT_FALSE(now.old);
      const auto places = full_cells(now);
      ASSERT_EQ(places.size(), keys);
      for (const auto& [bucket, cell] : places) {
        ASSERT_TRUE(cell->hash);
        ASSERT_EQ(cell->tophash, top_of(*cell->hash))
            << name(kind) << " " << name(mode) << " " << key_text(kind, cell->key->index);
        ASSERT_EQ(bucket, *cell->hash % now.current->base) << name(kind) << " " << name(mode);
      }
    }
  }
}

TEST_P(GoPort, TheHashesOfNaNsComeInTheOrderOfTheOracle) {
  for (const KeyKind kind : kAllKeyKinds) {
    for (const HashMode mode : kAllModes) {
      for (const std::uint32_t index : {kNaN, kNaNImaginary}) {
        if (domain_size(kind) <= index || !key_class(kind, index).nan) continue;
        const MapSpec spec = spec_of(kind, mode);
        port().make(spec);
        Hashing hashing = hashing_of(spec);
        std::vector<std::uint64_t> hashes;  // by stamp - 1
        for (std::uint32_t stamp = 1; stamp <= 50; ++stamp) {
          port().put({index, stamp}, stamp);
          hashes.push_back(hashing(index, spec.hash0));
          // Each lookup draws one, too, and puts the next put off by it.
          if (stamp % 5 == 0) {
            EXPECT_FALSE(port().has({index, stamp}).present);
            hashing(index, spec.hash0);
          }
        }
        const Snapshot now = snapshot();
        const auto places = full_cells(now);
        ASSERT_EQ(places.size(), 50U);
        for (const auto& [bucket, cell] : places) {
          EXPECT_FALSE(cell->hash);
          const std::uint64_t hash = hashes.at(cell->key->payload - 1);
          ASSERT_EQ(cell->tophash, top_of(hash)) << name(kind) << " " << name(mode);
          ASSERT_EQ(bucket, hash % now.current->base) << name(kind) << " " << name(mode);
        }
      }
    }
  }
}

// ---- all of it together ----

TEST_P(GoPort, MapsOfEveryPairOfKindsPassTheJudgeThroughAGrowth) {
  Program program = program_of(
      "map u64 u64 hash=strong seed=5\n"
      "putrange 0 6\n"
      "iter a bucket=0 offset=3\n"
      "next a 2\n"
      "putrange 0 40\n"
      "next a 2\n"
      "iter b\n"
      "touch 0 2\n"
      "delrange 0 10\n"
      "get 0\n"
      "has 0\n"
      "drain a\n"
      "putrange 30 40\n"
      "len\n"
      "drain b\n"
      "iter c\n"
      "drain c\n"
      "audit\n"
      "clear\n"
      "len\n"
      "putrange 0 40\n"
      "iter d\n"
      "drain d\n");
  Judge judge;
  for (const KeyKind kind : kAllKeyKinds) {
    for (const ElemKind elem : kAllElemKinds) {
      program.spec.key = kind;
      program.spec.elem = elem;
      RunOptions options;
      options.audit_at_end = true;
      bool looked = false;
      options.at_end = [&] {
        looked = true;
        const Snapshot now = snapshot();
        if (domain_size(kind) < 40) return;
        EXPECT_EQ(now.count, 40U);
        EXPECT_GE(now.B, 3) << name(kind) << " " << name(elem);
      };
      const RunResult result = run(program, port(), &judge, options);
      EXPECT_TRUE(result.ok() && looked) << name(kind) << " " << name(elem) << ": "
                                         << (result.ok() ? "no end" : result.verdict->sentence());
    }
  }
}

}  // namespace
}  // namespace mapproof
