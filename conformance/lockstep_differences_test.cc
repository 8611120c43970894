// Who compares the port with the real Go sees what differs, and where first.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/lockstep_report.h"
#include "conformance/lockstep_runtimes.h"
#include "conformance/port_wrappers.h"
#include "conformance/ports/gomap_observed.h"
#include "conformance/test_program.h"
#include "gomap/corrections.h"
#include "oracle/goruntime/lockstep.h"

namespace mapproof {
namespace {

using LockstepDifferences = WithGo;
MAPPROOF_FOR_EACH_GO(LockstepDifferences);

TEST_P(LockstepDifferences, EachCorrectionDiffersFromGoInAFinding) {
  for (const auto& correction : gomap::correction::list) {
    go::Lockstep lockstep(make_observed_gomap_port(correction.bit), runtime());
    const auto files = corpus_files("findings");
    EXPECT_TRUE(std::any_of(files.begin(), files.end(), [&](const auto& file) {
      return lockstep.run(read_program(file)).difference.has_value();
    })) << correction.name;
  }
}

TEST_P(LockstepDifferences, AnAnswerThatDiffersIsNamedWithItsOperation) {
  const Program program = read_program(std::filesystem::path(MAPPROOF_CORPUS_DIR) /
                                       "findings/sibling-check-lost.mapproof");
  go::Lockstep lockstep(make_observed_gomap_port(gomap::correction::all), runtime());
  const auto result = lockstep.run(program);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(program.ops[result.difference->op].code, OpCode::drain);
  EXPECT_NE(result.difference->words.find("Go"), std::string::npos) << result.difference->words;
}

// An observed port that tells lies of a kind, from one operation on.
class Liar final : public go::Observed {
 public:
  Liar(go::Observed& truth, std::uint64_t from, std::size_t word)
      : truth_(truth), from_(from), word_(word) {}

  void begin_operation(bool fail_hash) override {
    ++operations_;
    truth_.begin_operation(fail_hash);
  }
  bool hash_failed() const override { return truth_.hash_failed(); }
  Start start_of(unsigned slot) const override { return truth_.start_of(slot); }
  // As if the lie lay in a chain that no operation touches.
  std::uint64_t digest(const go::Record& record, const go::Answer& answer, bool whole) override {
    const std::uint64_t digest = truth_.digest(record, answer, whole);
    return whole && lies() ? digest ^ 1 : digest;
  }
  void layout(std::vector<std::uint64_t>* words) override {
    truth_.layout(words);
    if (lies()) words->at(word_) ^= 1;
  }
  Counts counts() const override { return truth_.counts(); }
  unsigned B() const override { return truth_.B(); }
  void start_over() { operations_ = 0; }

 private:
  bool lies() const { return operations_ >= from_; }
  go::Observed& truth_;
  const std::uint64_t from_;
  const std::size_t word_;
  std::uint64_t operations_ = 0;
};

// Starts the liar's count anew with each run of a program.
class Counted final : public PortWrapper {
 public:
  Counted(std::unique_ptr<Port> port, Liar* liar) : PortWrapper(std::move(port)), liar_(liar) {}
  void make(const MapSpec& spec) override {
    liar_->start_over();
    PortWrapper::make(spec);
  }

 private:
  Liar* liar_;
};

go::LockstepResult run_with_a_lie(go::Runtime& runtime, std::uint64_t from, std::size_t word) {
  Program program = program_of("map u64 u64\n");
  for (std::uint16_t key = 0; key < 60; ++key) program.ops.push_back({OpCode::put, key});
  go::ObservedPort truth = make_observed_gomap_port();
  Liar liar(*truth.observed, from, word);
  go::Lockstep lockstep({std::make_unique<Counted>(std::move(truth.port), &liar), &liar}, runtime);
  return lockstep.run(program);
}

// Words 0 and 1 are hasher calls, 2 says that there is a map, 3 to 6 are its header; then come base
// and all of the current array, and its first bucket: tophash, eight keys.
TEST_P(LockstepDifferences, TheExactOperationIsNamedThoughWholeLayoutsAreSeldomCompared) {
  for (const std::uint64_t op : {1U, 2U, 30U, 32U, 33U, 57U}) {
    const auto result = run_with_a_lie(runtime(), op, 3);
    ASSERT_TRUE(result.difference) << op;
    EXPECT_EQ(result.difference->op, op - 1);
    EXPECT_EQ(result.difference->sentence(),
              fmt::format("first differs at op {}: count is {}, Go has {}", op - 1, op ^ 1, op));
  }
}

TEST_P(LockstepDifferences, AStaleCellThatDiffersIsSeen) {
  const auto result = run_with_a_lie(runtime(), 5, 17);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->words, "current array, bucket 0, cell 7: the key is 1, Go has 0");
}

TEST_P(LockstepDifferences, ALieThatNobodyTellsIsNone) {
  EXPECT_FALSE(run_with_a_lie(runtime(), 1000, 3).difference);
}

TEST_P(LockstepDifferences, TheReportShowsBothLayoutsBesideEachOther) {
  const Program program = program_of("map u64 u64\nputrange 0 9\n");
  go::LockstepDifference difference;
  difference.words = "B is 1, Go has 0";
  difference.our_layout.count = 9;
  difference.their_layout.count = 8;
  const std::string report = lockstep_report(program, difference, "go1.19.8");
  EXPECT_NE(report.find("first differs at op 0: B is 1, Go has 0\n  putrange 0 9\n"), report.npos)
      << report;
  EXPECT_NE(report.find("map: count 9, B 0, flags none, noverflow 0, hash0 0, nevacuate 0 # map: "
                        "count 8,"),
            report.npos)
      << report;
}

TEST(Beside, LeavesOutLinesThatAreAlike) {
  std::string x, y;
  for (int i = 0; i < 20; ++i) {
    x += fmt::format("line {}\n", i);
    y += i == 10 ? "other\n" : fmt::format("line {}\n", i);
  }
  EXPECT_EQ(beside("ours", x, "theirs", y),
            "ours    | theirs\n"
            "line 0  | line 0\n"
            "... 6 lines alike |\n"
            "line 7  | line 7\n"
            "line 8  | line 8\n"
            "line 9  | line 9\n"
            "line 10 # other\n"
            "line 11 | line 11\n"
            "line 12 | line 12\n"
            "line 13 | line 13\n"
            "... 6 lines alike |\n");
}

TEST_P(LockstepDifferences, AreNotLookedForFromSixteenBitsOfBucketsOn) {
  Program program = program_of("map f64 u8 hash=strong\n");
  // Each put of a NaN is an entry: 13 << 15 >> 1 of them fill 2^15 buckets.
  for (int i = 0; i < 215; ++i) program.ops.push_back({OpCode::touch, kNaN, 0, 1000});
  program.ops.push_back({OpCode::len});
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  const auto result = lockstep.run(program, {.whole_every = 50'000});
  EXPECT_FALSE(result.difference) << result.difference->sentence();
  EXPECT_TRUE(result.cut);
  EXPECT_EQ(result.most_B, go::kFirstUncertainB);
  EXPECT_GT(result.steps, 212'000U);
  EXPECT_LT(result.steps, 215'000U);
}

TEST_P(LockstepDifferences, GrowthsAreCountedAndTheFirstArrayIsNone) {
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  struct Case {
    const char* text;
    std::uint64_t bigger, same_size;
  };
  for (const Case& one :
       {Case{"map u64 u64\nputrange 0 27\n", 3, 0},
        // Made with an array, after a map of the same size and of another one.
        Case{"map u64 u64 hint=27\nput 1\n", 0, 0}, Case{"map u64 u64 hint=27\nput 1\n", 0, 0},
        Case{"map u64 u64 hint=100\nput 1\n", 0, 0},
        // Eight buckets, and with the second chain eight overflow buckets.
        Case{"map u64 u64 hint=52\nfill 0 33\nempty 0 33\nfill 1 33\nput 2\n", 0, 1}}) {
    const auto result = lockstep.run(program_of(one.text));
    EXPECT_EQ(result.counts.growths, one.bigger) << one.text;
    EXPECT_EQ(result.counts.same_size_growths, one.same_size) << one.text;
  }
}

// A port that ends with an exception has not answered, whatever Go says.
class Thrower final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  std::uint64_t len() override { throw std::runtime_error("out of order"); }
};

TEST_P(LockstepDifferences, APortThatThrowsDiffers) {
  go::ObservedPort port = make_observed_gomap_port();
  port.port = std::make_unique<Thrower>(std::move(port.port));
  go::Lockstep lockstep(std::move(port), runtime());
  EXPECT_FALSE(lockstep.run(program_of("map u64 u64\nput 1\n")).difference);
  const auto result = lockstep.run(program_of("map u64 u64\nput 1\nlen\nput 2\n"));
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->op, 1U);
  EXPECT_EQ(result.difference->words, "the port ends with an exception (out of order)");
}

TEST_P(LockstepDifferences, AHintThatGoWouldBelieveIsRefused) {
  Program program = program_of("map u64 u64\nput 1\n");
  program.spec.hint = std::int64_t{1} << 40;
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  EXPECT_THROW(lockstep.run(program), std::invalid_argument);
}

}  // namespace
}  // namespace mapproof
