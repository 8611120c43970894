// The port and the real Go, bit for bit.
//
// Random programs: MAPPROOF_EFFORT scales them, MAPPROOF_LOCKSTEP_SEED is the first seed.
#include "oracle/goruntime/lockstep.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "conformance/corpus_files.h"
#include "conformance/effort.h"
#include "conformance/lockstep_report.h"
#include "conformance/lockstep_runtimes.h"
#include "conformance/ports/gomap_observed.h"
#include "conformance/properties/checks.h"
#include "conformance/test_program.h"
#include "oracle/generate.h"

namespace mapproof {
namespace {

using Lockstep = WithGo;
MAPPROOF_FOR_EACH_GO(Lockstep);

TEST_P(Lockstep, TheCorpusRunsAlike) {
  CHECKS("cxx/like-go");
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  for (const unsigned every : {0U, 20U}) {
    for (const auto& file : corpus_files("")) {
      const Program program = read_program(file);
      const auto result = lockstep.run(program, {.fail_hash_every = every});
      ASSERT_FALSE(result.difference)
          << file << "\n"
          << lockstep_report(program, *result.difference, GetParam())
          << fmt::format("repeat: mapproof lockstep --against {} --fail-hash-every {} {}\n",
                         GetParam(), every, file.string());
    }
  }
}

TEST_P(Lockstep, RandomProgramsRunAlike) {
  CHECKS("cxx/like-go");
  const char* const chosen = std::getenv("MAPPROOF_LOCKSTEP_SEED");
  std::uint64_t seed = chosen == nullptr ? 1 : std::strtoull(chosen, nullptr, 10);
  const auto wanted = static_cast<std::uint64_t>(effort() * (GetParam() == "go1.19" ? 3e5 : 1e5));
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  std::uint64_t steps = 0, bigger = 0, same_size = 0, failures = 0;
  unsigned walks = 0;
  for (; steps < wanted; ++seed) {
    const Program program = generate(generate_spec(seed), seed, {});
    const auto result = lockstep.run(program, {.fail_hash_every = 50});
    ASSERT_FALSE(result.difference)
        << lockstep_report(program, *result.difference, GetParam())
        << fmt::format("repeat: mapproof lockstep --against {} --seed {}\n", GetParam(), seed);
    steps += result.steps;
    bigger += result.counts.growths;
    same_size += result.counts.same_size_growths;
    failures += result.hash_failures;
    walks = std::max(walks, result.most_walks);
  }
  // The programs must be worth something.
  EXPECT_GT(bigger, wanted / 1000);
  EXPECT_GT(same_size, wanted / 5000);
  EXPECT_GT(failures, wanted / 500);
  EXPECT_GE(walks, 7U);
}

// No program of the corpus can hold these hints: all are absurd, and none may be cut to what fits.
TEST_P(Lockstep, HintsBeyondAllMemoryAreIgnoredAlike) {
  CHECKS("cxx/like-go", "make/hint-bogus");
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  for (const int bit : {45, 50, 61, 62}) {
    for (const int more : {0, 9, 100}) {
      Program program = program_of("map u64 u64\nputrange 0 20\n");
      program.spec.hint = (std::int64_t{1} << bit) + more;
      const auto result = lockstep.run(program);
      EXPECT_FALSE(result.difference) << program.spec.hint << result.difference->sentence();
    }
  }
}

// 2^12 old buckets, evacuated from the last one down: when the mark meets those, it may pass only
// 1024 of them in one write.
TEST_P(Lockstep, TheMarkOfALargeGrowthMovesAlike) {
  CHECKS("cxx/like-go", "grow/progress");
  Program program = program_of("map u32 u8\n");
  for (std::uint16_t residue = 0; residue < 26; ++residue) {
    program.ops.push_back({OpCode::fill, residue, 0, 1023});
  }
  program.ops.push_back({OpCode::fill, 26, 0, 27});
  for (std::uint16_t key = 4095; key > 2030; --key) program.ops.push_back({OpCode::del, key});
  go::Lockstep lockstep(make_observed_gomap_port(), runtime());
  const auto result = lockstep.run(program, {.whole_every = 1024});
  EXPECT_FALSE(result.difference) << result.difference->sentence();
  EXPECT_EQ(result.most_B, 13U);
}

}  // namespace
}  // namespace mapproof
