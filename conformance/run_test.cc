// The rules of execution: what a program's operations mean, whatever map carries them out.
#include "oracle/run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "conformance/fake_port.h"
#include "conformance/test_program.h"
#include "oracle/generate.h"

namespace mapproof {
namespace {

// Writes down how it is called.
class Recorder : public FakePort {
 public:
  void make(const MapSpec& spec) override {
    note("make");
    FakePort::make(spec);
  }
  void release() override {
    note("release");
    FakePort::release();
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    note("put " + std::to_string(key.index) + " " + std::to_string(stamp));
    last_key = key;
    return FakePort::put(key, stamp);
  }
  Found has(KeyId key) override {
    last_key = key;
    return FakePort::has(key);
  }
  void del(KeyId key) override {
    note("del " + std::to_string(key.index));
    FakePort::del(key);
  }
  Step begin(unsigned slot, const IterStart& start) override {
    note("begin " + std::to_string(slot) +
         (start.forced ? " " + std::to_string(start.bucket) + " " + std::to_string(start.offset)
                       : " any"));
    return FakePort::begin(slot, start);
  }
  Step next(unsigned slot) override {
    note("next " + std::to_string(slot));
    return FakePort::next(slot);
  }
  void drop(unsigned slot) override {
    note("drop " + std::to_string(slot));
    FakePort::drop(slot);
  }

  void note(const std::string& call) { calls.push_back(call); }
  std::vector<std::string> calls;
  KeyId last_key;
};

using Calls = std::vector<std::string>;

Calls calls_of(std::string_view text, const RunOptions& options = {}) {
  Recorder port;
  Judge judge;
  const RunResult result = run(program_of(text), port, &judge, options);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
  return port.calls;
}

TEST(Run, NumbersTheStampsByPut) {
  EXPECT_EQ(calls_of("map u64 u64\nput 7\nget 7\nput 8\nput 7\n"),
            (Calls{"make", "put 7 1", "put 8 2", "put 7 3", "release"}));
}

TEST(Run, SpendsAStampOnAPutThatPanics) {
  EXPECT_EQ(calls_of("map iface u64\nput unhashable\nput 1\n"),
            (Calls{"make", "put 253 1", "put 1 2", "release"}));
}

TEST(Run, TakesBurstsStepByStep) {
  EXPECT_EQ(calls_of("map u64 u64\nfill 3 3\nempty 3 2\n"),
            (Calls{"make", "put 3 1", "put 67 2", "put 131 3", "del 3", "del 67", "release"}));
  EXPECT_EQ(
      calls_of("map u64 u64\nputrange 5 2\ndelrange 5 2\ntouch 9 2\n"),
      (Calls{"make", "put 5 1", "put 6 2", "del 5", "del 6", "put 9 3", "put 9 4", "release"}));
}

TEST(Run, GoesRoundInASmallDomain) {
  EXPECT_EQ(calls_of("map bool u64\nputrange 1 3\n"),
            (Calls{"make", "put 1 1", "put 0 2", "put 1 3", "release"}));
}

TEST(Run, GivesEachNaNThePayloadOfItsStampAndLooksForThatOne) {
  Recorder port;
  EXPECT_TRUE(run(program_of("map f64 u64\nput 1\nput nan\n"), port, nullptr).ok());
  EXPECT_EQ(port.last_key, (KeyId{.index = kNaN, .payload = 2}));
  EXPECT_TRUE(run(program_of("map f64 u64\nput 1\nput nan\nput 3\nhas nan\n"), port, nullptr).ok());
  EXPECT_EQ(port.last_key, (KeyId{.index = kNaN, .payload = 2}));
}

TEST(Run, BeginsAWalkAtItsFirstNext) {
  EXPECT_EQ(calls_of("map u64 u64\nput 1\niter b bucket=3 offset=5\nput 2\nnext b\niter a\n"),
            (Calls{"make", "put 1 1", "put 2 2", "begin 1 3 5", "drop 1", "release"}));
}

TEST(Run, LeavesTheStartToThePortWhereTheProgramDoes) {
  EXPECT_EQ(calls_of("map u64 u64\niter c\nnext c\n"), (Calls{"make", "begin 2 any", "release"}));
}

TEST(Run, NeverAsksAWalkThatIsNotRunning) {
  EXPECT_EQ(calls_of("map u64 u64\nput 1\nnext a\ndrain a\ndrop a\n"),
            (Calls{"make", "put 1 1", "release"}));
  // Ended, it is not asked again, even if the map has grown.
  EXPECT_EQ(calls_of("map u64 u64\nput 1\niter a\nnext a 9\nput 2\nnext a\ndrain a\n"),
            (Calls{"make", "put 1 1", "begin 0 any", "next 0", "put 2 2", "release"}));
}

TEST(Run, DropsARunningWalkForANewOne) {
  EXPECT_EQ(calls_of("map u64 u64\nputrange 0 2\niter a\nnext a\niter a\nnext a\n"),
            (Calls{"make", "put 0 1", "put 1 2", "begin 0 any", "drop 0", "begin 0 any", "drop 0",
                   "release"}));
}

TEST(Run, AsksForEachStepOfADrain) {
  EXPECT_EQ(calls_of("map u64 u64\nputrange 0 2\niter a\ndrain a\n"),
            (Calls{"make", "put 0 1", "put 1 2", "begin 0 any", "next 0", "next 0", "release"}));
}

TEST(Run, LetsWalksGoOnWithoutTheMap) {
  EXPECT_EQ(calls_of("map u64 u64\nputrange 0 2\niter a\nnext a\nnil\ndrain a\n"),
            (Calls{"make", "put 0 1", "put 1 2", "begin 0 any", "release", "next 0", "next 0",
                   "release"}));
}

TEST(Run, LeavesOutIteratorsOnRequest) {
  EXPECT_EQ(calls_of("map u64 u64\nput 1\niter a\nnext a\ndrain a\ndrop a\nput 2\n",
                     {.skip_iterators = true, .trace = {}}),
            (Calls{"make", "put 1 1", "put 2 2", "release"}));
}

TEST(Run, StopsQuietlyAfterSoManySteps) {
  EXPECT_EQ(calls_of("map u64 u64\nputrange 0 9\nlen\n", {.max_steps = 3, .trace = {}}),
            (Calls{"make", "put 0 1", "put 1 2", "put 2 3", "release"}));
}

TEST(Run, CountsItsSteps) {
  FakePort port;
  EXPECT_EQ(run(program_of("map u64 u64\nputrange 0 9\nlen\nclear\n"), port, nullptr).steps, 11U);
}

// ---- trace ----

Calls trace_of(Port& port, std::string_view text) {
  Calls lines;
  RunOptions options;
  options.trace = [&](std::size_t op, std::size_t step, const std::string& answer) {
    lines.push_back(std::to_string(op) + "." + std::to_string(step) + " " + answer);
  };
  run(program_of(text), port, nullptr, options);
  return lines;
}

TEST(Run, TracesAnswersAsProgramsWriteThem) {
  FakePort port;
  EXPECT_EQ(trace_of(port, "map f64 u64\nput 1\nget 1\nget 2\nhas 1\nhas 2\nlen\ndel 1\nclear\n"),
            (Calls{"0.0 stamp 1", "1.0 stamp 1", "2.0 zero", "3.0 stamp 1", "4.0 absent", "5.0 1",
                   "6.0 ", "7.0 "}));
  EXPECT_EQ(trace_of(port, "map f64 u64\nput nan\nput -0\niter a\nnext a 2\nnext a\nnext a\n"),
            (Calls{"0.0 stamp 1", "1.0 stamp 2", "2.0 ", "3.0 nan, stamp 1", "3.1 -0, stamp 2",
                   "4.0 end", "5.0 "}));
}

TEST(Run, TracesPanics) {
  FakePort port;
  EXPECT_EQ(trace_of(port, "map iface u64\nput unhashable\nnil\nput 1\n"),
            (Calls{"0.0 panic: hash of unhashable type", "1.0 ",
                   "2.0 panic: assignment to entry in nil map"}));
}

TEST(Run, TracesEachStepOfABurst) {
  FakePort port;
  EXPECT_EQ(
      trace_of(port, "map u64 u64\nputrange 5 2\niter a\ndrain a\n"),
      (Calls{"0.0 stamp 1", "0.1 stamp 2", "1.0 ", "2.0 5, stamp 1", "2.1 6, stamp 2", "2.2 end"}));
}

// ---- ports that misbehave ----

TEST(Run, SaysWhereAPropertyBroke) {
  struct Loses6 : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      return key.index == 6 ? PutResult{.slot_was_dirty = true} : FakePort::put(key, stamp);
    }
  } port;
  Judge judge;
  Calls lines;
  RunOptions options;
  options.trace = [&](std::size_t, std::size_t, const std::string& line) { lines.push_back(line); };
  const RunResult result =
      run(program_of("map u64 u64\nlen\nputrange 3 9\nlen\n"), port, &judge, options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->op, 1U);
  EXPECT_EQ(result.verdict->step, 3U);
  EXPECT_EQ(result.steps, 5U);
  // The story includes the answer that broke it, and ends there.
  EXPECT_EQ(lines, (Calls{"0", "stamp 1", "stamp 2", "stamp 3", "stamp 4"}));
}

TEST(Run, TakesAnyOtherExceptionForAVerdict) {
  struct Throws : Recorder {
    std::uint64_t len() override { throw std::runtime_error("out of ink"); }
  } port;
  for (Judge judge; Judge * watcher : {&judge, static_cast<Judge*>(nullptr)}) {
    port.calls.clear();
    const RunResult result =
        run(program_of("map u64 u64\nput 1\niter a\nnext a\nlen\nput 2\n"), port, watcher);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.verdict->property, "panic/unexpected");
    EXPECT_EQ(result.verdict->op, 3U);
    EXPECT_NE(result.verdict->got.find("out of ink"), std::string::npos);
    EXPECT_EQ(port.calls, (Calls{"make", "put 1 1", "begin 0 any", "drop 0", "release"}));
  }
}

TEST(Run, TakesAMapThatCannotBeMadeForAVerdict) {
  struct CannotMake : FakePort {
    void make(const MapSpec&) override { throw MapPanic(MapPanic::Kind::other, "no"); }
  } port;
  Judge judge;
  const RunResult result = run(program_of("map u64 u64\nput 1\n"), port, &judge);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "panic/unexpected");
}

TEST(Run, TakesAMapThatCannotBeReleasedForAVerdict) {
  struct CannotRelease : FakePort {
    void release() override { throw 42; }
  } port;
  Judge judge;
  const RunResult result = run(program_of("map u64 u64\nput 1\n"), port, &judge);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "panic/unexpected");
}

TEST(Run, EndsEvenIfAWalkNeverDoes) {
  struct Endless : FakePort {
    Step next(unsigned) override { return step_of(entries().front()); }
  } port;
  EXPECT_TRUE(run(program_of("map u64 u64\nputrange 0 3\niter a\ndrain a\n"), port, nullptr).ok());
}

// ---- audits ----

// Shows a layout that is wrong from a given look on.
class ShowsItsLayout : public FakePort {
 public:
  explicit ShowsItsLayout(int healthy_looks) : healthy_(healthy_looks) {
    info_.lays_out_buckets = true;
  }
  bool snapshot(Snapshot* snapshot) override {
    snapshot->count = looks++ < healthy_ ? 0 : 1;
    return true;
  }
  int looks = 0;

 private:
  const int healthy_;
};

TEST(Run, AuditsWhereTheProgramSaysSo) {
  ShowsItsLayout port(1);
  const Program program = program_of("map u64 u64\naudit\nput 1\naudit\nput 2\n");
  const RunResult result = run(program, port, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "layout/count");
  EXPECT_EQ(result.verdict->op, 2U);
  ShowsItsLayout unaudited(0);
  EXPECT_TRUE(run(program, unaudited, nullptr, {.audit_ops = false, .trace = {}}).ok());
  EXPECT_EQ(unaudited.looks, 0);
}

TEST(Run, AuditsAtTheEndOnRequest) {
  ShowsItsLayout port(0);
  const RunResult result = run(program_of("map u64 u64\nput 1\nput 2\n"), port, nullptr,
                               {.audit_at_end = true, .trace = {}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->op, 1U);
}

TEST(Run, AuditsEverySoManySteps) {
  ShowsItsLayout port(2);
  const RunResult result = run(program_of("map u64 u64\nputrange 0 20\n"), port, nullptr,
                               {.audit_every = 3, .trace = {}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->step, 8U);
}

TEST(Run, PutsAuditsOfLargeMapsOff) {
  class HasCells : public ShowsItsLayout {
   public:
    using ShowsItsLayout::ShowsItsLayout;
    bool snapshot(Snapshot* snapshot) override {
      if (looks == 1) snapshot->current.emplace().buckets.resize(2);  // 16 cells
      return ShowsItsLayout::snapshot(snapshot);
    }
  };
  HasCells port(2);
  const RunResult result = run(program_of("map u64 u64\nputrange 0 20\n"), port, nullptr,
                               {.audit_every = 3, .audit_cells = 2, .trace = {}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->step, 6U + 16 / 2 - 1);
}

TEST(Run, TellsBurstsApart) {
  FakePort port;
  const RunResult result =
      run(program_of("map u64 u64\nput 1\nputrange 0 20\nget 1\ndelrange 3 2\niter a\ndrain a\n"),
          port, nullptr);
  EXPECT_EQ(result.burst_steps, 22U);
  EXPECT_EQ(result.steps, 22U + 2 + 1 + 19);
}

TEST(Run, AsksNoNilMapForItsLayout) {
  ShowsItsLayout port(0);
  EXPECT_TRUE(run(program_of("map u64 u64\nnil\naudit\n"), port, nullptr,
                  {.audit_at_end = true, .audit_every = 1, .trace = {}})
                  .ok());
}

// ---- the whole ----

TEST(Run, FindsNothingWrongWithAnHonestMapInManyPrograms) {
  FakePort port;
  Judge judge;
  std::uint64_t steps = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Program program = generate(generate_spec(seed), seed, {});
    const RunResult result = run(program, port, &judge);
    ASSERT_TRUE(result.ok()) << result.verdict->sentence() << "\n" << print(program);
    steps += result.steps;
  }
  EXPECT_GT(steps, 3000U * 60U);
}

}  // namespace
}  // namespace mapproof
