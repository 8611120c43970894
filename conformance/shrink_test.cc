// The shrinker, with predicates that need no map.
#include "conformance/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "conformance/test_program.h"
#include "oracle/generate.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

bool has_op(const Program& program, OpCode code) {
  return std::any_of(program.ops.begin(), program.ops.end(),
                     [code](const Op& op) { return op.code == code; });
}

// Is there an operation of each of these codes, in this order?
bool has_in_order(const Program& program, std::initializer_list<OpCode> codes) {
  auto at = program.ops.begin();
  for (const OpCode code : codes) {
    at = std::find_if(at, program.ops.end(), [code](const Op& op) { return op.code == code; });
    if (at == program.ops.end()) return false;
    ++at;
  }
  return true;
}

std::string text_of(Program program) {
  program.port.clear();
  program.comments.clear();
  std::string text;
  for (const Op& op : program.ops) text += print(program.spec, op) + "\n";
  return text;
}

TEST(Shrink, KeepsJustTheOperationsThatTheFailureNeeds) {
  const Program program = program_of(
      "map u64 u64\nput 1\nput 2\nget 1\niter a\nnext a\nput 3\nclear\nlen\nput 4\nnext a\nlen\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return has_in_order(candidate, {OpCode::iter, OpCode::clear, OpCode::next});
  });
  EXPECT_EQ(text_of(small), "iter a bucket=0 offset=0\nclear\nnext a\n");
}

// The needed operations stand apart, so that every chunk of two holds one of them.
TEST(Shrink, ComesDownToSingleOperationsInALongProgramToo) {
  const std::initializer_list<OpCode> needed = {OpCode::put,  OpCode::get,   OpCode::has,
                                                OpCode::del,  OpCode::clear, OpCode::iter,
                                                OpCode::next, OpCode::drop,  OpCode::nil};
  const Program program = program_of(
      "map u64 u64\nput 1\nlen\nget 1\nlen\nhas 1\nlen\ndel 1\nlen\nclear\nlen\n"
      "iter a\nlen\niter a bucket=1 offset=1\nlen\nnext a\nlen\ndrop a\nlen\nnil\nlen\n");
  const Program small =
      shrink(program, [&](const Program& candidate) { return has_in_order(candidate, needed); });
  EXPECT_EQ(small.ops.size(), needed.size()) << print(small);
}

TEST(Shrink, DoesNotTryAKindWhoseDomainLacksAKeyOfTheProgram) {
  const Program program = program_of("map iface u64\nput 300\n");
  const Program small = shrink(program, [](const Program& candidate) {
    EXPECT_EQ(invalid(candidate), "");
    return candidate.spec.key != KeyKind::u64 && candidate.ops.size() == 1 &&
           candidate.ops[0].key == 300;
  });
  EXPECT_EQ(small.spec.key, KeyKind::u16);  // u8 comes before it, but ends at 255
}

TEST(Shrink, NoOperationOfTheResultCanBeLeftOut) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Program program = generate(generate_spec(seed), seed, {});
    // An awkward predicate: whether it holds is not monotone in the operations.
    const auto fails = [](const Program& candidate) {
      std::uint64_t puts = 0;
      std::uint64_t dels = 0;
      for (const Op& op : candidate.ops) {
        puts += op.code == OpCode::put || op.code == OpCode::putrange;
        dels += op.code == OpCode::del || op.code == OpCode::delrange || op.code == OpCode::next;
      }
      return puts >= 1 && (puts + dels) % 3 == 1;
    };
    if (!fails(program)) continue;
    const Program small = shrink(program, fails);
    ASSERT_TRUE(fails(small));
    for (std::size_t i = 0; i < small.ops.size(); ++i) {
      Program less = small;
      less.ops.erase(less.ops.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_FALSE(fails(less)) << "seed " << seed << ", op " << i << "\n" << print(small);
    }
  }
}

TEST(Shrink, LowersTheCountOfABurstToTheLastThatFails) {
  const Program program = program_of("map u64 u64\nfill 5 700\ntouch 9 40\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return std::any_of(candidate.ops.begin(), candidate.ops.end(),
                       [](const Op& op) { return op.code == OpCode::fill && op.n >= 13; });
  });
  EXPECT_EQ(text_of(small), "fill 0 13\n");
}

TEST(Shrink, MakesOneBurstOfSeveral) {
  const Program program = program_of("map u64 u64\nfill 1 9\nempty 1 3\nfill 2 9\nfill 3 9\nlen\n");
  const Program small = shrink(program, [](const Program& candidate) {
    unsigned filled = 0;
    for (const Op& op : candidate.ops) filled += op.code == OpCode::fill ? op.n : 0;
    return filled >= 25 && has_op(candidate, OpCode::len);
  });
  EXPECT_EQ(text_of(small), "fill 0 25\nlen\n");
}

TEST(Shrink, LowersWhatFillsTogetherWithWhatEmpties) {
  const Program program = program_of("map u64 u64\nfill 0 60\nlen\nempty 0 57\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return candidate.ops.size() == 3 && candidate.ops[0].n >= 9 &&
           candidate.ops[0].n == candidate.ops[2].n + 3;
  });
  EXPECT_EQ(text_of(small), "fill 0 9\nlen\nempty 0 6\n");
}

TEST(Shrink, MakesTheWholeProgramSmallerAtOnce) {
  const Program program = program_of("map u64 u64 hint=52\nfill 0 104\nlen\nfill 1 52\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return candidate.ops.size() == 3 && candidate.spec.hint >= 5 &&
           candidate.ops[0].n == 2 * candidate.spec.hint &&
           candidate.ops[2].n == candidate.spec.hint;
  });
  EXPECT_LT(small.spec.hint, 20);
}

TEST(Shrink, LeavesOutTwoOperationsThatCanOnlyGoTogether) {
  const Program program =
      program_of("map u64 u64\nput 1\nput 2\nclear\nget 5\ndel 1\ndel 2\nlen\n");
  const Program small = shrink(program, [](const Program& candidate) {
    std::ptrdiff_t balance = 0;
    for (const Op& op : candidate.ops) {
      balance += op.code == OpCode::put ? 1 : op.code == OpCode::del ? -1 : 0;
    }
    return balance == 0 && has_op(candidate, OpCode::clear);
  });
  EXPECT_EQ(text_of(small), "clear\n");
}

TEST(Shrink, MakesAPlainOperationOfABurstOfOne) {
  const Program program = program_of("map u64 u64\nputrange 7 30\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return has_op(candidate, OpCode::putrange) || has_op(candidate, OpCode::put);
  });
  EXPECT_EQ(text_of(small), "put 0\n");
}

TEST(Shrink, RenamesAKeyInAllItsOperationsAtOnce) {
  const Program program = program_of("map u64 u64\nput 4711\nput 3\ndel 4711\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return candidate.ops.size() >= 2 && candidate.ops.front().code == OpCode::put &&
           candidate.ops.back().code == OpCode::del &&
           candidate.ops.front().key == candidate.ops.back().key;
  });
  EXPECT_EQ(text_of(small), "put 0\ndel 0\n");
}

TEST(Shrink, SimplifiesTheSpecificationAsFarAsTheFailureAllows) {
  const Program program = program_of("map iface big hash=strong hash0=7 seed=9 hint=60\nput 1\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return candidate.spec.hint >= 9 && !candidate.ops.empty() &&
           (candidate.spec.key == KeyKind::interface || candidate.spec.key == KeyKind::string);
  });
  MapSpec expected;
  expected.key = KeyKind::string;
  expected.hint = 9;
  EXPECT_EQ(small.spec, expected) << print(small);
}

TEST(Shrink, NamesIteratorsFromTheFirstAndStartsThemAtTheBeginning) {
  const Program program = program_of("map u64 u64\niter f bucket=3 offset=5\nnext f 9\n");
  const Program small = shrink(program, [](const Program& candidate) {
    return has_in_order(candidate, {OpCode::iter, OpCode::next}) &&
           candidate.ops[0].slot == candidate.ops[1].slot && candidate.ops[0].offset >= 2;
  });
  EXPECT_EQ(text_of(small), "iter a bucket=0 offset=2\nnext a\n");
}

TEST(Shrink, AsksAboutValidProgramsOnlyAndCountsThem) {
  std::size_t asked = 0;
  std::size_t invalid_ones = 0;
  ShrinkStats stats;
  const Program program = generate(generate_spec(5), 5, {});
  const Program small = shrink(
      program,
      [&](const Program& candidate) {
        ++asked;
        invalid_ones += !invalid(candidate).empty();
        return candidate.ops.size() >= 3;
      },
      &stats);
  EXPECT_EQ(small.ops.size(), 3U);
  EXPECT_EQ(invalid_ones, 0U);
  EXPECT_EQ(stats.runs, asked);
  EXPECT_EQ(stats.ops_before, program.ops.size());
  EXPECT_EQ(stats.ops_after, 3U);
}

TEST(Shrink, IsDeterministic) {
  const auto fails = [](const Program& candidate) { return elementary_ops(candidate) % 7 == 3; };
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Program program = generate(generate_spec(seed), seed, {});
    if (fails(program)) {
      EXPECT_EQ(shrink(program, fails), shrink(program, fails));
    }
  }
}

TEST(Shrink, KeepsCommentsButNoResultsThatMayHaveChanged) {
  const Program program =
      program_of("# why\nmap u64 u64\nport gomap\nput 1  -> stamp 1\nlen -> 1  # one\n");
  const Program small =
      shrink(program, [](const Program& candidate) { return has_op(candidate, OpCode::len); });
  EXPECT_EQ(small.comments, program.comments);
  EXPECT_EQ(small.port, "gomap");
  EXPECT_TRUE(small.expect.empty());
  EXPECT_TRUE(small.notes.empty());
}

}  // namespace
}  // namespace mapproof
