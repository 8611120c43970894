// The mutator of the fuzzers: whatever it is given, it hands back a program, and the same seed the
// same one.
#include "fuzz/mutator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "conformance/ports/gomap_port.h"
#include "conformance/test_program.h"
#include "fuzz/mutator/outline.h"
#include "oracle/program.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes random_bytes(std::uint64_t seed, std::size_t size) {
  Random random(seed);
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

Bytes mutated(Bytes bytes, std::size_t max_size, std::uint64_t seed,
              std::vector<Mutation>* log = nullptr, RawMutator raw = nullptr) {
  const std::size_t size = bytes.size();
  bytes.resize(std::max(size, max_size), 0xee);
  bytes.resize(mutate_bytes(bytes.data(), size, max_size, seed, raw, log));
  return bytes;
}

Program small_program() {
  Program program;
  for (std::uint16_t i = 0; i < 12; ++i) {
    Op put;
    put.code = OpCode::put;
    put.key = i;
    program.ops.push_back(put);
  }
  Op iter;
  iter.code = OpCode::iter;
  program.ops.push_back(iter);
  Op next;
  next.code = OpCode::next;
  next.n = 3;
  program.ops.push_back(next);
  return program;
}

std::uint64_t walks_changed(const Program& program) {
  bool running = false;
  std::uint64_t changes = 0;
  for (const Op& op : program.ops) {
    if (op.code == OpCode::iter || op.code == OpCode::iter_any) running = true;
    if (op.code == OpCode::drain) running = false;
    if (running && (op.code == OpCode::put || op.code == OpCode::del)) ++changes;
  }
  return changes;
}

// What the map says of itself when the program has been run.
Snapshot head_after(const Program& program, Port& port) {
  Snapshot head;
  RunOptions options;
  options.at_end = [&] { port.header(&head); };
  run(program, port, nullptr, options);
  return head;
}

TEST(Mutator, EachMutationOfAnyProgramIsAValidProgramAndSurvivesItsByteForm) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    for (std::size_t kind = 0; kind + 1 < kMutations; ++kind) {
      Random random(seed);
      Program program = decode(random_bytes(seed, 8 + 4 * (seed % 40)));
      mutate(program, random, static_cast<Mutation>(kind));
      ASSERT_EQ(invalid(program), "") << name(static_cast<Mutation>(kind)) << ", seed " << seed;
      ASSERT_EQ(decode(encode(program)), program)
          << name(static_cast<Mutation>(kind)) << ", seed " << seed;
    }
  }
}

TEST(Mutator, TheResultStaysWithinTheSizeThatTheEngineAllows) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const std::size_t max_size = seed % 97;
    const Bytes before = random_bytes(seed, seed % (max_size + 1));
    EXPECT_LE(mutated(before, max_size, seed).size(), max_size) << "seed " << seed;
  }
}

TEST(Mutator, MemoryBeyondTheAllowedSizeIsNotTouched) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const std::size_t max_size = 8 + seed % 120;
    Bytes bytes = random_bytes(seed, max_size + 16);
    const Bytes before = bytes;
    mutate_bytes(bytes.data(), max_size, max_size, seed, nullptr);
    EXPECT_TRUE(std::equal(before.begin() + static_cast<std::ptrdiff_t>(max_size), before.end(),
                           bytes.begin() + static_cast<std::ptrdiff_t>(max_size)))
        << "seed " << seed;
  }
}

TEST(Mutator, TheSameSeedGivesTheSameBytesAndOtherSeedsOthers) {
  const Bytes before = encode(small_program());
  std::set<Bytes> results;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Bytes after = mutated(before, 4096, seed);
    EXPECT_EQ(mutated(before, 4096, seed), after) << "seed " << seed;
    results.insert(after);
  }
  EXPECT_GT(results.size(), 150U);
}

std::size_t flip_first(std::uint8_t* data, std::size_t size, std::size_t) {
  if (size > 0) data[0] ^= 1U;
  return size;
}

TEST(Mutator, EveryKindOfMutationOccursAndAboutAFifthIsRaw) {
  const Bytes before = encode(small_program());
  std::array<unsigned, kMutations> seen{};
  constexpr unsigned kRuns = 5000;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    std::vector<Mutation> log;
    mutated(before, 4096, seed, &log, flip_first);
    for (const Mutation mutation : log) ++seen.at(static_cast<std::size_t>(mutation));
  }
  for (std::size_t kind = 0; kind < kMutations; ++kind) {
    EXPECT_GT(seen.at(kind), kRuns / 100) << name(static_cast<Mutation>(kind));
  }
  const unsigned raw = seen.at(static_cast<std::size_t>(Mutation::raw_bytes));
  EXPECT_GT(raw, kRuns * 15 / 100);
  EXPECT_LT(raw, kRuns * 25 / 100);
}

TEST(Mutator, AnEmptyInputGrowsIntoAProgramWithOperations) {
  unsigned with_operations = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    with_operations += decode(mutated({}, 4096, seed)).ops.empty() ? 0 : 1;
  }
  EXPECT_GT(with_operations, 80U);
}

TEST(Mutator, WrappingATailPutsItsWritesIntoAnIteratorsLife) {
  Program program = small_program();
  program.ops.resize(12);  // puts only
  unsigned wrapped = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Program copy = program;
    Random random(seed);
    mutate(copy, random, Mutation::wrap_walk);
    wrapped += walks_changed(copy) > 0 ? 1 : 0;
  }
  EXPECT_GT(wrapped, 60U);
}

TEST(Mutator, SameSizeGrowthEmptiesEachClassThatItFilledButForAFew) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Program program;
    Random random(seed);
    mutate(program, random, Mutation::same_size_growth);
    std::size_t pairs = 0;
    for (std::size_t i = 0; i + 1 < program.ops.size(); ++i) {
      const Op& fill = program.ops[i];
      const Op& empty = program.ops[i + 1];
      if (fill.code != OpCode::fill || empty.code != OpCode::empty) continue;
      ++pairs;
      EXPECT_EQ(fill.key, empty.key);
      EXPECT_GT(fill.n, 8);  // a second bucket
      EXPECT_LE(fill.n - empty.n, 2);
    }
    EXPECT_GE(pairs, 2U) << "seed " << seed;
  }
}

TEST(Mutator, CrossingOverTakesOperationsOfBothAndMostlyDeclines) {
  Program puts = small_program();
  puts.ops.resize(12);
  Program gets = puts;
  for (Op& op : gets.ops) op.code = OpCode::get;
  const Bytes first = encode(puts);
  const Bytes second = encode(gets);
  unsigned declined = 0;
  unsigned mixed = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Bytes out(60);
    const std::size_t size = cross_over_bytes(first, second, out.data(), out.size(), seed);
    ASSERT_LE(size, out.size());
    if (size == 0) {
      ++declined;
      continue;
    }
    out.resize(size);
    const Program child = decode(out);
    EXPECT_EQ(invalid(child), "");
    bool has_put = false;
    bool has_get = false;
    for (const Op& op : child.ops) {
      has_put = has_put || op.code == OpCode::put;
      has_get = has_get || op.code == OpCode::get;
    }
    mixed += has_put && has_get ? 1 : 0;
  }
  EXPECT_GT(declined, 250U);
  EXPECT_LT(declined, 350U);
  EXPECT_GT(mixed, 40U);
}

// ---- the outline ----

MapState state_after(const std::string& text) { return states_of(program_of(text)).back(); }

TEST(Outline, ForeseesEntriesBucketsAndGrowths) {
  EXPECT_EQ(state_after("map u64 u64\nputrange 0 8\nput 3\n").live, 8U);
  EXPECT_EQ(state_after("map u64 u64\nputrange 0 8\n").b, 0U);
  const MapState grown = state_after("map u64 u64\nputrange 0 53\n");
  EXPECT_EQ(grown.b, 4U);
  EXPECT_GT(grown.unmoved, 0U);
  EXPECT_EQ(state_after("map u64 u64\nputrange 0 53\ntouch 0 16\n").unmoved, 0U);
  EXPECT_EQ(state_after("map u64 u64 hint=20\n").b, 2U);
  EXPECT_EQ(state_after("map f64 u64\nput nan\nput nan\nput 0\nput -0\ndel nan\n").live, 3U);
  EXPECT_EQ(state_after("map u64 u64\nputrange 0 9\nclear\n").live, 0U);
  EXPECT_TRUE(state_after("map u64 u64\nput 1\nnil\nput 2\n").nil);
}

TEST(Outline, KnowsWhichWalksAreOpen) {
  const std::string walked = "map u64 u64\nputrange 0 3\niter a\nnext a\niter c\n";
  EXPECT_EQ(state_after(walked).open, 0b101);
  EXPECT_EQ(state_after(walked + "drain a\n").open, 0b100);
  EXPECT_EQ(state_after(walked + "next a 2\n").open, 0b101);
  EXPECT_EQ(state_after(walked + "next a 3\n").open, 0b100) << "the end is a step, too";
  EXPECT_EQ(state_after(walked + "clear\n").open, 0b100) << "one that has not begun goes on";
  EXPECT_EQ(state_after(walked + "drop c\n").open, 0b001);
}

TEST(Outline, FindsNoBucketCountThatTheMapHasNot) {
  const auto port = make_gomap_port(0);
  std::size_t alike = 0;
  constexpr std::uint64_t kPrograms = 200;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    Program program;
    Random random(seed);
    for (int i = 0; i < 15; ++i) mutate(program, random);
    std::erase_if(program.ops, [](const Op& op) { return op.code == OpCode::nil; });
    const Snapshot head = head_after(program, *port);
    const MapState state = states_of(program).back();
    EXPECT_EQ(state.live, head.count) << seed;
    alike += state.b == head.B ? 1 : 0;
  }
  EXPECT_GT(alike, kPrograms * 9 / 10);  // growths to the same size delay others
}

// ---- crossing over ----

TEST(Mutator, CrossingOverGoesOnWhereTheStatesAreAlike) {
  // In the second one the only place with 60 entries and a walk under way is the last third.
  const Program first = program_of("map u64 u64\nputrange 0 60\niter b\nnext b\n");
  const Program second = program_of(
      "map u64 u64\nlen\nput 1\nlen\nput 2\nlen\nputrange 3 58\niter f\nnext f\ndel 5\n"
      "next f\ndel 6\ndrain f\n");
  std::size_t whole_heads = 0;
  std::size_t matched = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const Program both = cross_over(first, second, random);
    ASSERT_EQ(invalid(both), "") << seed;
    if (both.ops.size() < 4 || !std::equal(first.ops.begin(), first.ops.end(), both.ops.begin())) {
      continue;
    }
    ++whole_heads;
    const Op& next = both.ops[3];
    const bool of_the_walk = next.code == OpCode::del || next.code == OpCode::drain ||
                             (next.code == OpCode::next && next.slot == 1);
    matched += of_the_walk ? 1 : 0;
  }
  EXPECT_GT(whole_heads, 40U);
  EXPECT_GT(matched * 10, whole_heads * 6);  // one cut in four falls anywhere
}

TEST(Mutator, CrossingOverLeadsStepsToWalksThatAreOpen) {
  const Program first = program_of("map u64 u64\nputrange 0 9\niter g\nnext g\n");
  const Program second = program_of("map u64 u64\nputrange 0 9\niter a\nnext a\nnext a\ndrain a\n");
  std::size_t led = 0;
  std::size_t cut_there = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const Program both = cross_over(first, second, random);
    if (both.ops.size() < 4 || both.ops[2] != first.ops[2]) continue;
    const Op& op = both.ops[3];
    if (op.code != OpCode::next && op.code != OpCode::drain) continue;
    ++cut_there;
    led += op.slot == 6 ? 1 : 0;
  }
  EXPECT_GT(cut_there, 20U);
  EXPECT_GT(led * 10, cut_there * 7);
}

// ---- single mutations ----

TEST(Mutator, OpeningWalksPutsSeveralUnderWayAtOnce) {
  std::size_t most = 0;
  std::size_t several = 0;
  constexpr std::uint64_t kPrograms = 200;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    Program program = small_program();
    Random random(seed);
    mutate(program, random, Mutation::open_walks);
    std::size_t walks = 0;
    for (const MapState& state : states_of(program)) {
      walks = std::max<std::size_t>(walks, state.walks());
    }
    several += walks >= 2 ? 1 : 0;
    most = std::max(most, walks);
  }
  EXPECT_GE(several, kPrograms * 9 / 10);
  EXPECT_EQ(most, kIterators);
}

TEST(Mutator, AClearComesInTheMidstOfAGrowthUnderAWalk) {
  const auto port = make_gomap_port(0);
  std::size_t under_walks = 0;
  std::set<unsigned> sizes;
  constexpr std::uint64_t kPrograms = 100;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    Program program = small_program();
    Random random(seed);
    mutate(program, random, Mutation::clear_in_growth);
    const auto clear = std::find_if(program.ops.begin(), program.ops.end(),
                                    [](const Op& op) { return op.code == OpCode::clear; });
    ASSERT_NE(clear, program.ops.end()) << "seed " << seed;
    program.ops.erase(clear, program.ops.end());
    const Snapshot head = head_after(program, *port);
    under_walks += head.old && states_of(program).back().walks() != 0 ? 1 : 0;
    sizes.insert(head.B);
  }
  EXPECT_GE(under_walks, kPrograms * 9 / 10);
  EXPECT_GE(sizes.size(), 3U);
}

TEST(Mutator, AMapThatCannotGrowIsNotClearedInAGrowth) {
  Program program = program_of("map bool u64\nput 1\n");
  Random random(1);
  EXPECT_EQ(mutate(program, random, Mutation::clear_in_growth), Mutation::insert_op);
}

TEST(Mutator, CollidingPutsTheKeysOfARunIntoOneChain) {
  std::size_t collisions = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Program program = small_program();
    Random random(seed);
    mutate(program, random, Mutation::collide_run);
    for (std::size_t i = 0; i + 1 < program.ops.size(); ++i) {
      const Op& x = program.ops[i];
      const Op& y = program.ops[i + 1];
      if (x.code != OpCode::put || y.code != OpCode::put || x.key == y.key) continue;
      collisions += x.key % kFillStride == y.key % kFillStride ? 1 : 0;
    }
  }
  EXPECT_GT(collisions, 60U);
}

}  // namespace
}  // namespace mapproof
