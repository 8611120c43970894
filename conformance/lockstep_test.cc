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

}  // namespace
}  // namespace mapproof
