// All programs of up to six operations over four keys, one of them a NaN, from prepared maps with
// two cells a bucket.
//
// Six operations from one root a map, five where those lead to more than 50,000 states; four from
// all roots of all variants, three on the faithful port. With sanitizers, which make it slow, two
// fewer. MAPPROOF_EFFORT=2 and more: as many as the plain build can, six everywhere; below 1: two
// fewer.
#include "conformance/exhaustion.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "conformance/attribution.h"
#include "conformance/effort.h"
#include "conformance/exhaustion_roots.h"
#include "conformance/ports/two_cell_port.h"
#include "conformance/properties/checks.h"
#include "gomap/corrections.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {

// For GoogleTest's lists, which show bytes else.
void PrintTo(const Root& root, std::ostream* out) { *out << root.name; }
void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

namespace {

unsigned depth(unsigned plain) {
  return effort() >= 2 ? 6 : effort() < 1 || kSlow ? plain - 2 : plain;
}

// Runs it on the corrected port, which has to hold, and says how much was seen.
Exhausted expect_all_well(const Exhaustion& what) {
  const Exhausted seen = exhaust(what, [](const Failure& failure) {
    ADD_FAILURE() << failure.text();
    return false;
  });
  std::cout << fmt::format("{} roots, up to {} operations: {} states, {} transitions\n",
                           what.roots.size(), seen.states.size() - 1, seen.all_states(),
                           seen.transitions);
  testing::Test::RecordProperty("states", std::to_string(seen.all_states()));
  testing::Test::RecordProperty("transitions", std::to_string(seen.transitions));
  return seen;
}

// Of a parameterised test: the name of its root or variant, as GoogleTest wants it.
template <class T>
std::string test_name_of(const testing::TestParamInfo<T>& test) {
  std::string name = test.param.name;
  const auto foreign = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; };
  std::replace_if(name.begin(), name.end(), foreign, '_');
  return name;
}

// ---- the roots are what they are said to be ----

std::vector<unsigned> evacuated_buckets(const ArrayView& old) {
  std::vector<unsigned> found;
  for (unsigned i = 0; i < old.base; i++) {
    const std::uint8_t top = old.buckets[i].cells[0].tophash;
    if (top > cell_state::kEmptyOne && top < cell_state::kMinTopHash) found.push_back(i);
  }
  return found;
}

TEST(ExhaustionRoots, AreInTheStatesThatTheyAreNamedAfter) {
  CHECKS("iter/phases");
  for (const Variant& variant : variants()) {
    std::set<std::string> names;
    for (const Root& root : roots(variant)) {
      EXPECT_TRUE(names.insert(root.name).second) << root.name;
      const auto maker = make_two_cell_port(gomap::correction::all);
      Judge judge;
      RunOptions options;
      bool looked = false;
      options.at_end = [&] {
        looked = true;
        Snapshot map;
        maker->port().snapshot(&map);
        const bool same_size = (map.flags & map_flag::kSameSizeGrow) != 0;
        EXPECT_EQ(map.old.has_value(), root.state.growth != RootState::Growth::idle) << root.name;
        EXPECT_EQ(same_size, root.state.growth == RootState::Growth::same_size) << root.name;
        if (map.old) {
          EXPECT_EQ(evacuated_buckets(*map.old), root.state.evacuated) << root.name;
        }
        EXPECT_EQ(maker->walking(0), root.name.find(" walk") != root.name.npos) << root.name;
      };
      const RunResult result = run(root.program, maker->port(), &judge, options);
      EXPECT_TRUE(looked) << root.name << ": " << (result.ok() ? "" : result.verdict->sentence());
    }
    EXPECT_GE(names.size(), 40U);
  }
}

// Two same-size growths have no mark in the map; that they took place is seen from noverflow, which
// each sets back to 0.
TEST(ExhaustionRoots, GrowTwiceAtTheSameSizeWhereTheySaySo) {
  CHECKS("grow/same-size-trigger");
  const std::vector<Root> all = roots(variants()[0]);
  const auto root = std::find_if(all.begin(), all.end(), [](const Root& r) {
    return r.name == "after two growths of the same size";
  });
  ASSERT_NE(root, all.end());
  const auto maker = make_two_cell_port(gomap::correction::all);
  int resets = 0;
  unsigned before = 0;
  RunOptions options;
  options.trace = [&](std::size_t, std::size_t, const std::string&) {
    Snapshot map;
    maker->port().header(&map);
    EXPECT_EQ(map.B, 1);
    if (map.noverflow < before) resets++;
    before = map.noverflow;
  };
  EXPECT_TRUE(run(root->program, maker->port(), nullptr, options).ok());
  EXPECT_EQ(resets, 2);
}

// ---- six operations from one root a map ----

class DeepExhaustion : public testing::TestWithParam<Root> {};

TEST_P(DeepExhaustion, FindsNothingWrongWithTheCorrectedPort) {
  CHECKS("iter/phases", "iter/once", "iter/complete", "iter/no-deleted", "iter/clear-stops",
         "nan/iterated-once");
  const Variant& variant = variants()[0];
  const Exhausted seen = expect_all_well({.roots = {GetParam()},
                                          .keys = variant.keys,
                                          .depth = depth(6),
                                          .widest = effort() >= 2 ? SIZE_MAX : 50'000,
                                          .corrections = ~0U});
  EXPECT_GT(seen.all_states(), depth(6) < 6 ? 100U : 10'000U);
}

INSTANTIATE_TEST_SUITE_P(Roots, DeepExhaustion, testing::ValuesIn(one_root_a_map(variants()[0])),
                         test_name_of<Root>);

// ---- four operations from all roots, for all variants ----

class Exhaustive : public testing::TestWithParam<Variant> {
 protected:
  static Exhaustion with(std::uint32_t corrections, unsigned plain_depth) {
    return {.roots = roots(GetParam()),
            .keys = GetParam().keys,
            .depth = depth(plain_depth),
            .corrections = corrections};
  }
};

TEST_P(Exhaustive, ProgramsFindNothingWrongWithTheCorrectedPort) {
  CHECKS("iter/phases", "iter/once", "iter/complete", "iter/no-deleted", "iter/clear-stops",
         "nan/iterated-once", "zero/sign-key-update");
  const Exhausted seen = expect_all_well(with(gomap::correction::all, 4));
  EXPECT_GT(seen.all_states(), depth(4) < 4 ? 1'000U : 100'000U);
}

// Where the faithful port fails, a finding on record says why.
TEST_P(Exhaustive, ProgramsFindNothingNewInTheFaithfulPort) {
  CHECKS("iter/phases");
  std::map<std::string, int> findings;
  exhaust(with(0, 3), [&](const Failure& failure) {
    const Rerun rerun = [&](std::uint32_t corrections) {
      return two_cell_verdict(failure.program, failure.nan_hashes, corrections);
    };
    const Attribution attribution = attribute_by(rerun, failure.verdict);
    EXPECT_TRUE(attribution.known) << attribution.sentence << "\n" << failure.text();
    findings[attribution.finding]++;
    return attribution.known;
  });
  for (const auto& [finding, n] : findings) std::cout << finding << ": " << n << " programs\n";
  EXPECT_GT(findings["clear-in-mid-growth"], 0) << "programs that find no old defect find no new";
}

INSTANTIATE_TEST_SUITE_P(Variants, Exhaustive, testing::ValuesIn(variants()),
                         test_name_of<Variant>);

// The state is all that the future depends on: taking the same operation twice in other words must
// not split it, nor may states with other futures be merged.
TEST(ExhaustionStates, AreMergedUpToStampsOnly) {
  CHECKS("iter/phases");
  const auto state_after = [](const std::string& ops) {
    const auto maker = make_two_cell_port(gomap::correction::all);
    Judge judge;
    std::string state;
    RunOptions options;
    options.at_end = [&] { maker->append_state(judge, &state); };
    const auto program = std::get<Program>(parse("map f64 u64\n" + ops));
    EXPECT_TRUE(run(program, maker->port(), &judge, options).ok());
    return state;
  };
  const std::string walk = "iter a bucket=0 offset=0\nnext a\n";
  EXPECT_EQ(state_after("put 1\nput 2\n"), state_after("put 1\nput 2\nput 1\n"));
  EXPECT_EQ(state_after("put 1\nput 2\ndel 2\n"), state_after("put 1\n"));
  EXPECT_NE(state_after("put 1\nput 2\n"), state_after("put 2\nput 1\n"));
  EXPECT_NE(state_after("put 1\nput 2\ndel 1\n"), state_after("put 1\n"));
  EXPECT_NE(state_after("put 1\nput 2\n"), state_after("put 1\nput 2\n" + walk));
  EXPECT_NE(state_after("put 1\nput 2\n" + walk + "drop a\n"),
            state_after("put 1\nput 2\n"));  // the flags stay
  // An entry that was there when the walk began, and one that is new in the same cell.
  EXPECT_NE(state_after("put 1\nput 2\n" + walk),
            state_after("put 1\nput 2\n" + walk + "del 2\nput 2\n"));
}

}  // namespace
}  // namespace mapproof
