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

TEST(Generate, ASeedMeansTheSameOrderedProgramOnEveryMachine) {
  std::uint64_t digest = 0xcbf29ce484222325ULL;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    GenerateOptions options;
    options.profile = seed % 2 == 0 ? Profile::js : Profile::python;
    for (const std::uint8_t byte : encode(go_program(seed, options))) {
      digest = (digest ^ byte) * 0x100000001b3ULL;
    }
  }
  EXPECT_EQ(digest, 14586089226363374764ULL);
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

// What a port of this profile declares, at its barest.
PortInfo bare_port(Profile profile) {
  PortInfo info;
  info.profile = profile;
  info.nan_keys = info.nil_maps = info.erases_in_walk = info.updates_keys = false;
  return info;
}

TEST(Generate, ProgramsForAPortAreNotRefusedByIt) {
  for (const Profile profile : {Profile::go, Profile::std_like, Profile::js, Profile::python}) {
    PortInfo rich;
    rich.profile = profile;
    for (const PortInfo& info : {bare_port(profile), rich}) {
      for (std::uint64_t seed = 0; seed < 500; ++seed) {
        MapSpec spec = generate_spec(seed);
        spec.hint = 0;
        const Program program = generate(spec, seed, options_for(info));
        ASSERT_EQ(invalid(program), "") << name(profile) << ", seed " << seed;
        ASSERT_EQ(objection(program, info), "") << name(profile) << ", seed " << seed;
      }
    }
  }
}

TEST(Generate, ProgramsForMapsWithAnOrderChangeThemDuringWalks) {
  for (const Profile profile : {Profile::js, Profile::python}) {
    GenerateOptions options;
    options.profile = profile;
    PortInfo still = std_like_port();
    still.updates_keys = true;
    std::size_t changing = 0;
    std::set<OpCode> codes;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      MapSpec spec = generate_spec(seed);
      spec.hint = 0;
      const Program program = generate(spec, seed, options);
      changing += objection(program, still) == "changes the map during a walk";
      for (const Op& op : program.ops) codes.insert(op.code);
    }
    EXPECT_GT(changing, 250U) << name(profile);
    EXPECT_EQ(codes.count(OpCode::nil) + codes.count(OpCode::audit), 0U) << name(profile);
    EXPECT_EQ(codes.size(), kOpCodes - 2) << name(profile);
  }
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

TEST(AsksOnlyPromised, NoNilMapIsAskedOfAPortThatHasNone) {
  const Program program = program_of("map u64 u64\nput 1\nnil\nlen\n");
  for (const Profile profile : {Profile::go, Profile::std_like}) {
    PortInfo info = bare_port(profile);
    EXPECT_EQ(objection(program, info), "lets go of the map") << name(profile);
    info.nil_maps = true;
    EXPECT_EQ(objection(program, info), "") << name(profile);
  }
  for (const Profile profile : {Profile::js, Profile::python}) {
    PortInfo info;
    info.profile = profile;
    EXPECT_EQ(objection(program, info), "lets go of the map") << name(profile);
  }
  // Anything else may be asked of a go port without nil maps.
  PortInfo go = bare_port(Profile::go);
  EXPECT_EQ(objection(program_of("map iface u64 hint=-1\nput 0\nput -0\nput unhashable\niter a\n"
                                 "next a\nput 7\n"),
                      go),
            "");
}

TEST(AsksOnlyPromised, NoDeletionDuringAWalkIsAskedWhereEvenTheCurrentEntryMustStay) {
  const Program program = program_of("map u64 u64\nput 5\niter a\nnext a\ndel 5\n");
  PortInfo info = std_like_port();
  EXPECT_EQ(objection(program, info), "");
  info.erases_in_walk = false;
  EXPECT_EQ(objection(program, info), "changes the map during a walk");
  EXPECT_EQ(objection(program_of("map u64 u64\nput 5\niter a\nnext a\ndel 6\n"), info), "");
  EXPECT_EQ(objection(program_of("map u64 u64\nput 5\niter a\nnext a\nget 5\n"), info), "");
  for (const Profile profile : {Profile::go, Profile::js, Profile::python}) {
    EXPECT_EQ(objection(program, bare_port(profile)), "") << name(profile);
  }
}

TEST(AsksOnlyPromised, WhichOfTwoEqualKeysIsStoredIsSaidByAllProfilesButStd) {
  const Program program = program_of("map f64 u64\nput 0\nput -0\n");
  PortInfo info = std_like_port();
  EXPECT_EQ(objection(program, info), "overwrites a key by an equal but different one");
  info.updates_keys = true;
  EXPECT_EQ(objection(program, info), "");
  for (const Profile profile : {Profile::go, Profile::js, Profile::python}) {
    EXPECT_EQ(objection(program, bare_port(profile)), "") << name(profile);
  }
}

TEST(AsksOnlyPromised, MapsWithAnOrderMayBeChangedDuringWalksButNotAskedForTheImpossible) {
  for (const Profile profile : {Profile::js, Profile::python}) {
    PortInfo info;
    info.profile = profile;
    const auto says = [&](std::string_view text) { return objection(program_of(text), info); };
    EXPECT_EQ(says("map f64 u64\nputrange 0 3\niter a\nnext a\nput 9\ndel 1\ndel 2\nput nan\n"
                   "clear\nput -0\nput 0\n"),
              "");
    for (const std::string op : {"put", "get", "has", "del"}) {
      EXPECT_EQ(says("map iface u64\n" + op + " unhashable\n"), "uses an unhashable key");
    }
    EXPECT_EQ(says("map u64 u64 hint=-1\nput 1\n"), "a hint that no map can follow");
    EXPECT_EQ(says("map u64 u64 hint=199\nput 1\n"), "");
    info.nan_keys = false;
    EXPECT_EQ(says("map f64 u64\nhas nan\n"), "NaN keys");
  }
}

TEST(AsksOnlyPromised, AJsMapTakesNaNsForOneKeyOnlyIfTheyAreNumbers) {
  PortInfo info;
  info.profile = Profile::js;
  EXPECT_EQ(objection(program_of("map f32 u64\nput nan\n"), info), "");
  EXPECT_EQ(objection(program_of("map iface u64\nput 1\n"), info), "");
  for (const std::string text :
       {"map iface u64\nput nan\n", "map c64 u64\nhas nan-imag\n", "map bigfloat u64\ndel nan\n"}) {
    EXPECT_EQ(objection(program_of(text), info), "NaN inside a key that is no number") << text;
  }
  info.profile = Profile::python;
  EXPECT_EQ(objection(program_of("map iface u64\nput nan\n"), info), "");
}

std::vector<std::uint32_t> looked_up(const Program& program) {
  std::vector<std::uint32_t> keys;
  for (const Op& op : program.ops) {
    if (op.code == OpCode::has) keys.push_back(op.key);
  }
  return keys;
}

TEST(WithLookUps, LooksUpAllThatLivesWhereTheMapIsLargestAndAtTheEnd) {
  const Program program =
      with_look_ups(program_of("map bool u64\nput 0\nput 1\ndel 0\nput 1\n"), PortInfo());
  EXPECT_EQ(print(program),
            "mapproof 1\nmap bool u64\nput 0\nput 1\nhas 0\nhas 1\ndel 0\nput 1\nhas 1\n"
            "has 0\n");
}

TEST(WithLookUps, LooksUpWhatDoesNotLiveAndNoKeyTwice) {
  const Program program = with_look_ups(
      program_of("map f64 u64\nputrange 250 7\nput -0\nput nan\ndel 250\n"), PortInfo());
  EXPECT_EQ(invalid(program), "");
  const std::vector<std::uint32_t> keys = looked_up(program);
  for (const std::uint32_t key : {250U, 251U, 256U}) {
    EXPECT_NE(std::find(keys.begin(), keys.end(), key), keys.end()) << key;
  }
  for (const std::uint32_t key : keys) EXPECT_FALSE(key_class(KeyKind::f64, key).nan) << key;
  // Those where it is largest, and one key fewer behind the deletion: as many absent ones.
  const std::size_t first = (keys.size() + 1) / 2;
  EXPECT_EQ(keys.size(), 2 * first - 1);
  EXPECT_EQ(std::set<std::uint32_t>(keys.begin(), keys.begin() + std::ptrdiff_t(first)).size(),
            first);
}

TEST(WithLookUps, AsksForNoMoreThanTheProgramDoes) {
  for (const Profile profile : {Profile::go, Profile::std_like, Profile::js, Profile::python}) {
    PortInfo info;
    info.profile = profile;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const Program program = generate(generate_spec(seed), seed, options_for(info));
      if (!objection(program, info).empty()) continue;
      EXPECT_EQ(objection(with_look_ups(program, info), info), "") << seed;
    }
  }
}

TEST(WithLookUps, NobodyLooksIntoAMapThatIsLetGo) {
  const Program program = program_of("map u64 u64\nput 1\nnil\nlen\n");
  const std::string text = print(with_look_ups(program, PortInfo()));
  EXPECT_TRUE(text.ends_with("\nnil\nlen\n")) << text;
  EXPECT_NE(text.find("put 1\nhas 1\n"), text.npos) << text;
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
