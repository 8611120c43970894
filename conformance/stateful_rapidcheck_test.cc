// Stateful properties over programs that RapidCheck makes: whatever a program does to a map and to
// walks over it, the ports keep their promises, and some changes of a program change no answer.
//
// Each property is tried on 2,000 programs, 200 in a sanitized build; MAPPROOF_EFFORT scales that.
// RC_PARAMS="seed=N" repeats a run.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "conformance/both_ports.h"
#include "conformance/effort.h"
#include "conformance/port_wrappers.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/properties/checks.h"
#include "conformance/rapidcheck_programs.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// With fewer it might, one time in millions, not reach what is asked for below.
constexpr int kEnoughToReachAll = 500;

// What is wrong with a program's run, in words; "" if nothing is.
using WhatIsWrong = std::function<std::string(const Program&)>;

std::string command(std::uint64_t seed) {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  std::ostringstream words;
  words << "repeat with: RC_PARAMS=\"seed=" << seed << "\" MAPPROOF_EFFORT=" << effort()
        << " searches_test --gtest_filter=" << test.test_suite_name() << "." << test.name() << "\n";
  return words.str();
}

// Tries the property. A failure prints the seed, the smallest program that shows it, and commands
// to paste.
void expect_holds(rc::Gen<Program> programs_of_it, const WhatIsWrong& failure, int fewest = 200) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess =
      std::max(fewest, static_cast<int>(std::lround((kSlow ? 200 : 2000) * effort())));
  rc::detail::TestMetadata metadata;
  metadata.id = metadata.description =
      testing::UnitTest::GetInstance()->current_test_info()->name();

  Program smallest;  // of those that fail: RapidCheck asks about smaller and smaller ones
  const auto property = [&] {
    const Program p = *programs_of_it;
    RC_ASSERT(invalid(p) == "");
    if (const std::string words = failure(p); !words.empty()) {
      smallest = p;
      RC_FAIL(words);
    }
  };
  const auto result = rc::detail::checkTestable(property, metadata, params);
  std::ostringstream words;
  rc::detail::printResultMessage(result, words);
  if (result.is<rc::detail::SuccessResult>()) {
    std::cout << words.str() << "\n" << command(params.seed);
    return;
  }
  // Not if the failure was one of the generator's.
  if (!failure(smallest).empty()) {
    words << "\n\nand smaller still, " << smallest_failing(smallest, metadata.id, failure);
  }
  ADD_FAILURE() << words.str() << command(params.seed);
}

// ---- promises ----

// What all programs of a property reached together.
struct Distribution {
  std::bitset<64> B;
  std::set<HashMode> modes;
  std::size_t ops = 0;
  int largest = 0;    // programs with a map of 2^8 buckets
  int two_walks = 0;  // programs with two at the same time, or more
  int bigger_under_walk = 0;
  int same_size_under_walk = 0;

  void add(const Program& p, const WatchingPort::Reached& reached) {
    B |= reached.B;
    modes.insert(p.spec.hash);
    ops += p.ops.size();
    largest += reached.B[8];
    two_walks += reached.walks >= 2;
    bigger_under_walk += reached.bigger_under_walk;
    same_size_under_walk += reached.same_size_under_walk;
  }
  void expect_wide() const {
    std::cout << "programs with two walks at once: " << two_walks
              << ", with a growth under a walk: " << bigger_under_walk
              << ", to the same size: " << same_size_under_walk << ", with B=8: " << largest
              << "; operations: " << ops << "\n";
    for (std::size_t b = 0; b <= 8; ++b) EXPECT_TRUE(B[b]) << "no map with B=" << b;
    EXPECT_EQ(modes.size(), kHashModes);
    EXPECT_GE(two_walks, 100);
    EXPECT_GE(bigger_under_walk, 50);
    EXPECT_GE(same_size_under_walk, 20);  // hardly comes by chance
  }
};

TEST(Stateful, TheCorrectedPortKeepsEveryPromise) {
  CHECKS("len/exact", "access/present", "access/absent", "access/current-elem",
         "access/zero-on-miss", "assign/new-elem-zero", "iter/once", "iter/no-deleted",
         "iter/complete", "iter/current-elem", "iter/current-key", "iter/clear-stops",
         "panic/nil-put", "panic/unhashable", "layout/right-bucket", "layout/unique");
  auto watching = std::make_unique<WatchingPort>(make_gomap_port(~0U));
  const WatchingPort& watched = *watching;
  BothPorts ports(std::move(watching));
  Distribution distribution;
  expect_holds(
      programs(),
      [&](const Program& p) {
        std::string words = ports.corrected_failure(p);
        distribution.add(p, watched.reached());
        return words;
      },
      kEnoughToReachAll);
  distribution.expect_wide();
}

TEST(Stateful, TheFaithfulPortBreaksOnlyWhatIsOnRecord) {
  CHECKS("iter/once", "iter/complete", "iter/no-deleted", "iter/clear-stops", "iter/current-elem");
  BothPorts ports;
  int with_defects = 0;
  expect_holds(
      programs(),
      [&](const Program& p) {
        std::string words = ports.faithful_failure(p);
        with_defects += !ports.findings().empty();
        return words;
      },
      kEnoughToReachAll);
  EXPECT_GT(with_defects, 10) << "programs that find no old defect find no new one";
}

// ---- changes that change no answer ----

// All answers of a run, or those of a map without walks.
std::string answers(const Program& p, Port& port, bool walks = true) {
  std::string all;
  RunOptions options;
  options.skip_iterators = !walks;
  options.trace = [&](std::size_t op, std::size_t step, const std::string& answer) {
    if (answer.empty()) return;
    all += std::to_string(op) + "." + std::to_string(step) + " " + answer + "\n";
  };
  const auto verdict = run(p, port, nullptr, options).verdict;
  return verdict ? verdict->sentence() : all;
}

// The first line in which the two differ.
std::string difference(const std::string& one, const std::string& other, const std::string& who) {
  const auto [a, b] = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  if (a == one.end() && b == other.end()) return "";
  const auto line = [](const std::string& text, std::string::const_iterator at) {
    const auto first = std::find(std::make_reverse_iterator(at), text.rend(), '\n').base();
    return std::string(first, std::find(at, text.end(), '\n'));
  };
  return who + " answers \"" + line(other, b) + "\" instead of \"" + line(one, a) + "\"";
}

TEST(Stateful, ReadsChangeNoAnswerAndNoOrder) {
  CHECKS("access/no-mutate");
  const auto plain = make_gomap_port(~0U);
  ReadingPort reading(make_gomap_port(~0U));
  expect_holds(programs_without_nans(), [&](const Program& p) {
    return difference(answers(p, *plain), answers(p, reading), "a map that is read in between");
  });
}

TEST(Stateful, APutDoneTwiceKeepsEveryPromise) {
  CHECKS("access/current-elem", "len/exact", "iter/once", "iter/complete");
  DoublingPort doubling(make_gomap_port(~0U));
  Judge judge;
  RunOptions options;
  options.audit_at_end = true;
  expect_holds(programs(), [&](const Program& p) {
    const auto verdict = run(p, doubling, &judge, options).verdict;
    return verdict ? verdict->sentence() : "";
  });
}

TEST(Stateful, AWalkSeesTheSameWithOthersBesideIt) {
  CHECKS("iter/multi", "access/no-mutate");
  const auto plain = make_gomap_port(~0U);
  CompanyPort company(make_gomap_port(~0U));
  expect_holds(programs_without_nans(), [&](Program p) {
    for (Op& op : p.ops) {
      op.slot %= CompanyPort::kOwnSlots;
      // The company would draw from the same source.
      if (op.code == OpCode::iter_any) op.code = OpCode::iter;
    }
    return difference(answers(p, *plain), answers(p, company), "a map with more walks");
  });
}

TEST(Stateful, NoAnswerDependsOnTheHash) {
  CHECKS("hash/degenerate", "hash/eq-consistent");
  const auto port = make_gomap_port(0);
  expect_holds(programs(), [&](Program p) {
    p.spec.hashes.clear();
    p.spec.hash = HashMode::strong;
    const std::string expected = answers(p, *port, false);
    std::string words;
    for (const HashMode mode :
         {HashMode::identity, HashMode::constant, HashMode::low, HashMode::top}) {
      p.spec.hash = mode;
      p.spec.hash0 ^= 0x5a;
      const std::string who = "a map with hash=" + std::string(name(mode));
      if (words.empty()) words = difference(expected, answers(p, *port, false), who);
    }
    return words;
  });
}

TEST(Stateful, AClearedMapAnswersLikeANewOne) {
  CHECKS("clear/reset");
  const auto clearing = make_gomap_port(0);
  RemakingPort remaking(make_gomap_port(0));
  expect_holds(programs(), [&](const Program& p) {
    return difference(answers(p, remaking, false), answers(p, *clearing, false), "a cleared map");
  });
}

}  // namespace
}  // namespace mapproof
