// The generator: what it makes is valid, the same everywhere, and reaches what is worth reaching.
#include "oracle/generate.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "conformance/ports/registry.h"
#include "conformance/test_program.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

constexpr std::uint64_t kSeeds = 2000;

Program go_program(std::uint64_t seed, const GenerateOptions& options = {}) {
  return generate(generate_spec(seed), seed, options);
}

PortInfo std_like_port() {
  PortInfo info;
  info.profile = Profile::std_like;
  info.nil_maps = info.updates_keys = false;
  return info;
}

// "" if the program asks for nothing but what is promised.
std::string objection(const Program& program, const PortInfo& info) {
  std::string reason;
  return asks_only_promised(program, info, &reason) ? "" : reason;
}
std::string std_objection(std::string_view text) {
  return objection(program_of(text), std_like_port());
}

TEST(Generate, ProgramsOf2000SeedsAreValidAndOfTheAskedLength) {
  GenerateOptions options;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    options.ops = 1 + seed % 90;
    const Program program = go_program(seed, options);
    ASSERT_EQ(invalid(program), "") << "seed " << seed;
    ASSERT_LE(program.ops.size(), options.ops) << "seed " << seed;
    ASSERT_GE(program.ops.size(), options.ops * 3 / 4) << "seed " << seed;
    ASSERT_EQ(decode(encode(program)), program) << "seed " << seed;
  }
}

TEST(Generate, TheSameSeedGivesTheSameProgramAndAnotherSeedAnother) {
  std::set<std::vector<std::uint8_t>> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    EXPECT_EQ(go_program(seed), go_program(seed));
    seen.insert(encode(go_program(seed)));
  }
  EXPECT_EQ(seen.size(), 200U);
}

// One number for all compilers and libraries. Who changes the generator on purpose changes it too.
TEST(Generate, ASeedMeansTheSameProgramOnEveryMachine) {
  std::uint64_t digest = 0xcbf29ce484222325ULL;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    GenerateOptions options;
    options.profile = seed % 2 == 0 ? Profile::go : Profile::std_like;
    for (const std::uint8_t byte : encode(go_program(seed, options))) {
      digest = (digest ^ byte) * 0x100000001b3ULL;
    }
  }
  EXPECT_EQ(digest, 4883245473178208835ULL);
}

TEST(Generate, GoProgramsReachEachOperationHashModeAndKind) {
  std::set<OpCode> codes;
  std::set<HashMode> modes;
  std::set<KeyKind> keys;
  std::set<ElemKind> elems;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Program program = go_program(seed);
    modes.insert(program.spec.hash);
    keys.insert(program.spec.key);
    elems.insert(program.spec.elem);
    for (const Op& op : program.ops) codes.insert(op.code);
  }
  EXPECT_EQ(codes.size(), kOpCodes);
  EXPECT_EQ(modes.size(), kHashModes);
  EXPECT_EQ(keys.size(), kKeyKinds);
  EXPECT_EQ(elems.size(), kElemKinds);
}

TEST(Generate, WithoutIteratorsThereIsNoWalkAndWithoutNanNoNan) {
  GenerateOptions options;
  options.iterators = false;
  options.nan_keys = false;
  PortInfo no_nans;
  no_nans.nan_keys = false;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Program program = go_program(seed, options);
    EXPECT_EQ(objection(program, no_nans), "") << "seed " << seed;
    for (const Op& op : program.ops) {
      const bool walks = op.code == OpCode::iter || op.code == OpCode::iter_any ||
                         op.code == OpCode::next || op.code == OpCode::drain;
      ASSERT_FALSE(walks) << "seed " << seed;
    }
  }
}

TEST(Generate, StdLikeProgramsAskOnlyWhatIsPromisedAndStillWalk) {
  GenerateOptions options;
  options.profile = Profile::std_like;
  std::size_t walks = 0;
  std::size_t writes = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    MapSpec spec = generate_spec(seed);
    spec.hint = 0;  // the bogus ones are refused, whatever follows
    const Program program = generate(spec, seed, options);
    ASSERT_EQ(invalid(program), "") << "seed " << seed;
    ASSERT_EQ(objection(program, std_like_port()), "") << "seed " << seed;
    for (const Op& op : program.ops) {
      walks += op.code == OpCode::next || op.code == OpCode::drain;
      writes += op.code == OpCode::put || op.code == OpCode::putrange || op.code == OpCode::fill;
    }
  }
  EXPECT_GT(walks, 4 * kSeeds);
  EXPECT_GT(writes, 4 * kSeeds);
}

TEST(AsksOnlyPromised, AGoPortMayBeAskedAnythingButNanKeysItCannotStore) {
  const Program program = program_of("map f64 u64\nput 1\niter a\nnext a\nput 2\nput nan\nnil\n");
  PortInfo info;
  EXPECT_EQ(objection(program, info), "");
  info.nan_keys = false;
  EXPECT_EQ(objection(program, info), "NaN keys");
}

TEST(AsksOnlyPromised, AChangeDuringAWalkIsNotPromisedByAStdLikeMap) {
  constexpr const char* kReason = "changes the map during a walk";
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\n"), kReason);
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a\ndel 1\n"), kReason);
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a\nclear\n"), kReason);
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a 3\nfill 0 2\n"), kReason);
}

TEST(AsksOnlyPromised, ChangesBeforeTheFirstStepAndAfterTheLastAreNone) {
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nput 9\nnext a\n"), "");
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a 4\nput 9\n"), "");
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a\ndrain a\nput 9\n"), "");
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a\ndrop a\nput 9\n"), "");
  EXPECT_EQ(std_objection("map f64 u64\ntouch nan 3\niter a\nnext a 4\nput 9\n"), "");
}

TEST(AsksOnlyPromised, DeletingNothingOrTheCurrentEntryOfTheOnlyWalkIsFine) {
  EXPECT_EQ(std_objection("map u64 u64\nputrange 0 3\niter a\nnext a\ndel 7\n"), "");
  EXPECT_EQ(std_objection("map u64 u64\nput 5\niter a\nnext a\ndel 5\nnext a\nput 1\n"), "");
  EXPECT_NE(std_objection("map u64 u64\nput 5\niter a\niter b\nnext a\nnext b\ndel 5\n"), "");
}

TEST(AsksOnlyPromised, WhatOnlyGoHasIsNotAskedOfAStdLikeMap) {
  EXPECT_NE(std_objection("map u64 u64\nnil\n"), "");
  EXPECT_NE(std_objection("map iface u64\nget unhashable\n"), "");
  EXPECT_NE(std_objection("map u64 u64 hint=-1\nput 1\n"), "");
  EXPECT_NE(std_objection("map f64 u64\nput 0\nput -0\n"), "");
  EXPECT_EQ(std_objection("map f64 u64\nput 0\ndel -0\nput -0\n"), "");
}

// What random programs seldom do: a walk in the middle of each kind of growth, and overflow
// buckets.
TEST(Generate, GoProgramsWalkInTheMiddleOfBothKindsOfGrowth) {
  const PortEntry* entry = find_port("gomap");
  ASSERT_NE(entry, nullptr);
  const std::unique_ptr<Port> port = entry->make();
  std::uint64_t bigger = 0;
  std::uint64_t same_size = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = go_program(seed);
    RunOptions options;
    options.trace = [&](std::size_t op, std::size_t step, const std::string&) {
      const OpCode code = program.ops[op].code;
      if (step != 0 || (code != OpCode::next && code != OpCode::drain)) return;
      Snapshot snapshot;
      if (!port->snapshot(&snapshot) || !snapshot.old) return;
      ++((snapshot.flags & map_flag::kSameSizeGrow) != 0 ? same_size : bigger);
    };
    run(program, *port, nullptr, options);
  }
  EXPECT_GT(bigger, 100U);
  EXPECT_GT(same_size, 40U);
}

}  // namespace
}  // namespace mapproof
