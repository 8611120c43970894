// Every program of the corpus with a failure in its midst: each hash, comparison, copy and
// allocation in turn breaks off the operation that needs it. Every entry must still be there once,
// the count right, the layout in order and no flag stuck; then the operation is done again, and the
// program goes on to its end before the judge. Nothing leaks.
//
// Of a program with more than 300 points of failure (MAPPROOF_EFFORT scales that) as many are
// drawn, the first and the last among them; MAPPROOF_SEED decides which.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/effort.h"
#include "conformance/faulty_port.h"
#include "conformance/properties/checks.h"
#include "oracle/judge.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

constexpr double kMostPoints = 300;

std::uint32_t seed() {
  const char* text = std::getenv("MAPPROOF_SEED");
  return text == nullptr ? 1 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

// All of 1, ..., points, or a choice from them.
std::vector<std::uint64_t> chosen(std::uint64_t points) {
  const auto most =
      std::max<std::uint64_t>(2, static_cast<std::uint64_t>(std::lround(kMostPoints * effort())));
  std::vector<std::uint64_t> all(points);
  std::iota(all.begin(), all.end(), 1U);
  if (points <= most) return all;
  std::mt19937 draw(seed());
  std::vector<std::uint64_t> some = {1};
  std::sample(all.begin() + 1, all.end() - 1, std::back_inserter(some), most - 2, draw);
  some.push_back(points);
  return some;
}

RunResult judged(const Program& program, Port& port) {
  Judge judge;
  RunOptions options;
  options.audit_at_end = true;
  RunResult result = run(program, port, &judge, options);
  // Walks that came to their end still hold what they saw last.
  for (unsigned slot = 0; slot < kIterators; ++slot) port.drop(slot);
  return result;
}

class CorpusFaults : public testing::TestWithParam<std::filesystem::path> {
 protected:
  // Runs the program with a failure at point n. What went wrong, or "".
  std::string failure(std::uint64_t n) {
    port_.fail_at(n);
    const RunResult result = judged(program_, port_.port());
    failures_ += port_.report().failures;
    if (!port_.report().damage.empty()) return port_.report().damage.front();
    if (result.verdict) return "went on, but " + result.verdict->sentence();
    return port_.report().failures == 1 ? "" : "the point was not reached";
  }
  std::string repeat(std::uint64_t n) const {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    std::ostringstream words;
    words << "point " << n << " of " << points_ << ", of kind "
          << static_cast<int>(port_.report().failed)
          << " (0 hash, 1 comparison, 2 copy, 3 allocation)\nrepeat with: MAPPROOF_SEED=" << seed()
          << " MAPPROOF_EFFORT=" << effort() << " corpora_test --gtest_filter='"
          << test.test_suite_name() << "." << test.name() << "'";
    return words.str();
  }

  const Program program_ = read_program(GetParam());
  FaultyPort port_;
  std::uint64_t points_ = 0;
  std::uint64_t failures_ = 0;
};

TEST_P(CorpusFaults, LeaveEveryEntryOnceAndTheProgramGoesOn) {
  CHECKS("except/strong", "panic/hash-no-write", "except/value-no-insert");
  const RunResult whole = judged(program_, port_.port());
  ASSERT_TRUE(whole.ok()) << whole.verdict->sentence();
  ASSERT_EQ(port_.report().failures, 0U);
  points_ = port_.report().points();
  // After the first run, which has made the zero elem that misses read.
  const std::int64_t alive = Owning::live();
  for (const std::uint64_t n : chosen(points_)) {
    ASSERT_EQ(failure(n), "") << repeat(n);
    ASSERT_EQ(Owning::live(), alive) << "objects leaked; " << repeat(n);
  }
  EXPECT_TRUE(failures_ >= 1 || program_.ops.front().code == OpCode::nil)
      << "nothing can fail in this program, although it has a map";
}

INSTANTIATE_TEST_SUITE_P(Seeds, CorpusFaults, testing::ValuesIn(corpus_files("seeds")), test_name);
INSTANTIATE_TEST_SUITE_P(Findings, CorpusFaults, testing::ValuesIn(corpus_files("findings")),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Regressions, CorpusFaults, testing::ValuesIn(corpus_files("regressions")),
                         test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CorpusFaults);

// Without this the tests above might all be about hashes.
TEST(CorpusFaultPoints, AreOfEveryKind) {
  CHECKS("except/strong");
  std::array<std::uint64_t, kFaultPoints> passed{};
  for (const auto& file : corpus_files("seeds")) {
    FaultyPort port;
    judged(read_program(file), port.port());
    for (std::size_t i = 0; i < kFaultPoints; ++i) passed[i] += port.report().passed[i];
  }
  for (std::size_t i = 0; i < kFaultPoints; ++i) EXPECT_GT(passed[i], 100U) << "kind " << i;
}

}  // namespace
}  // namespace mapproof
