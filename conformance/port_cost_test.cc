// How the port's cost grows, counted and not timed: hash calls, comparisons of keys, buckets
// evacuated and buckets walked over.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "conformance/effort.h"
#include "conformance/properties/checks.h"
#include "impl/bench/counted_map.h"

namespace mapproof {
namespace {

class Cost : public testing::Test {
 protected:
  void SetUp() override { gomap::thread_random().seed(1); }
};

// ---- evacuation ----

// Since the map was new, by a look at each old bucket. Precondition: it only ever doubled.
std::uint64_t evacuated_so_far(const good_map& m) {
  gomap::hmap* h = m.handle();
  if (!h->growing()) return gomap::bucketShift(h->B) - 1;  // 1 + 2 + 4 + ...
  const std::uint64_t old = gomap::noldbuckets(h);
  std::uint64_t n = old - 1;
  for (std::uint64_t i = 0; i < old; i++) n += gomap::bucketEvacuated(good_map::t, h, i) ? 1 : 0;
  return n;
}

TEST_F(Cost, NoInsertionEvacuatesMoreThanTwoOldBuckets) {
  CHECKS("grow/progress");
  good_map m;
  evacuation_counter evacuated(m);
  std::uint64_t sum = 0, by_two = 0;
  for (std::uint64_t key = 0; key < 6000; key++) {
    const std::uint64_t n = evacuated.by_write_of(key, [&] { m[key] = key; });
    ASSERT_LE(n, 2U) << "by the insertion of " << key;
    by_two += n == 2 ? 1 : 0;
    sum += n;
    ASSERT_EQ(sum, evacuated_so_far(m)) << "none is evacuated unseen";
  }
  // Ten growths, of 1, 2, ... 512 old buckets.
  EXPECT_EQ(sum, 1023U);
  EXPECT_GT(by_two, 100U);
}

TEST_F(Cost, NorDoesOneOfAMillion) {
  CHECKS("grow/progress");
  constexpr unsigned B = kSlow ? 12 : 17;
  good_map m;
  fill(m, just_growing(B) - 1);
  evacuation_counter evacuated(m);
  std::uint64_t sum = 0;
  for (std::uint64_t key = m.size(); sum == 0 || m.handle()->growing(); key++) {
    const std::uint64_t n = evacuated.by_write_of(key, [&] { m[key] = key; });
    ASSERT_LE(n, 2U) << "by the insertion of " << key;
    sum += n;
  }
  EXPECT_EQ(sum, std::uint64_t{1} << B);
}

TEST_F(Cost, NoUpdateAndNoDeletionEvacuatesMoreThanTwoOldBuckets) {
  CHECKS("grow/progress");
  constexpr std::uint64_t n = just_growing(10);
  good_map updated, emptied;
  fill(updated, n - 1);
  fill(emptied, n - 1);
  evacuation_counter by_updates(updated), by_deletions(emptied);
  std::uint64_t updates = by_updates.by_write_of(n, [&] { updated[n] = 1; });
  std::uint64_t deletions = by_deletions.by_write_of(n, [&] { emptied[n] = 1; });
  for (std::uint64_t key = 0; key < n && updated.handle()->growing(); key++) {
    const std::uint64_t moved = by_updates.by_write_of(key, [&] { updated[key] = 1; });
    ASSERT_LE(moved, 2U) << "by the update of " << key;
    updates += moved;
  }
  for (std::uint64_t key = 0; key < n && emptied.handle()->growing(); key++) {
    const std::uint64_t moved = by_deletions.by_write_of(key, [&] { emptied.erase(key); });
    ASSERT_LE(moved, 2U) << "by the deletion of " << key;
    deletions += moved;
  }
  EXPECT_EQ(updates, 1024U);
  EXPECT_EQ(deletions, 1024U);
}

TEST_F(Cost, AGrowthIsOverAfterAsManyWritesAsThereWereOldBuckets) {
  CHECKS("grow/progress");
  for (const unsigned B : {3U, 8U, 14U}) {
    good_map m;
    fill(m, just_growing(B));
    ASSERT_TRUE(m.handle()->growing());
    std::uint64_t writes = 0;
    // The bucket of key 0 is evacuated by the first write at the latest; each later one moves the
    // next that is left.
    for (; m.handle()->growing() && writes <= std::uint64_t{1} << B; writes++) m[0] = writes;
    EXPECT_LE(writes, std::uint64_t{1} << B);
    EXPECT_GE(writes, (std::uint64_t{1} << B) / 2 - 1);
  }
}

// ---- constants ----

TEST_F(Cost, InsertionsHashLessThanThreeTimesAnEntryHoweverMany) {
  CHECKS("cost/hashes", "cost/compares");
  // Once for itself, and once in each doubling that comes later: 1 + 1/2 + 1/4 + ... of all.
  for (const std::uint64_t n : {1'000U, 100'000U, kSlow ? 1'000'000U : 10'000'000U}) {
    const counts cost = cost_of([n] {
      good_map m;
      fill(m, n);
    });
    EXPECT_GT(cost.hashes, n * 3 / 2) << "or nothing was evacuated";
    EXPECT_LT(cost.hashes, n * 3);
    EXPECT_LT(cost.equals, n / 16) << "the tophash keeps other keys away";
  }
}

TEST_F(Cost, WithRoomEnoughAnInsertionHashesOnce) {
  CHECKS("cost/hashes");
  constexpr std::uint64_t n = 100'000;
  const counts cost = cost_of([] {
    good_map m(n);
    fill(m, n);
  });
  EXPECT_EQ(cost.hashes, n);
}

TEST_F(Cost, AHitHashesOnceAndComparesOnceAndHardlyEverMore) {
  CHECKS("cost/hashes", "cost/compares");
  for (const std::uint64_t n : {1'000U, 100'000U, 1'000'000U}) {
    good_map m;
    fill(m, n);
    const counts cost = cost_of([&] {
      for (std::uint64_t key = 0; key < n; key++) ASSERT_NE(m.find(key), nullptr);
    });
    EXPECT_EQ(cost.hashes, n);
    EXPECT_GE(cost.equals, n);
    // Of 251 other tophashes one is the same, and on average fewer than four keys come before.
    EXPECT_LT(cost.equals, n + n / 50);
  }
}

TEST_F(Cost, AMissHashesOnceAndHardlyEverCompares) {
  CHECKS("cost/hashes", "cost/compares");
  for (const std::uint64_t n : {1'000U, 100'000U, 1'000'000U}) {
    good_map m;
    fill(m, n);
    const counts cost = cost_of([&] {
      for (std::uint64_t key = n; key < 2 * n; key++) ASSERT_EQ(m.find(key), nullptr);
    });
    EXPECT_EQ(cost.hashes, n);
    EXPECT_GT(cost.equals, 0U);
    EXPECT_LT(cost.equals, n / 25);
  }
}

TEST_F(Cost, UpdatesAndDeletionsHashOnceAndCompareOnceAndHardlyEverMore) {
  CHECKS("cost/hashes", "cost/compares");
  constexpr std::uint64_t n = 100'000;
  good_map m(n);
  fill(m, n);
  const counts updates = cost_of([&] { fill(m, n); });
  EXPECT_EQ(updates.hashes, n);
  EXPECT_GE(updates.equals, n);
  EXPECT_LT(updates.equals, n + n / 50);
  const counts deletions = cost_of([&] {
    for (std::uint64_t key = 0; key < n; key++) m.erase(key);
  });
  EXPECT_TRUE(m.empty());
  EXPECT_EQ(deletions.hashes, n);
  EXPECT_GE(deletions.equals, n);
  EXPECT_LT(deletions.equals, n + n / 50);
}

TEST_F(Cost, AClearNeitherHashesNorCompares) {
  CHECKS("cost/hashes");
  good_map m;
  fill(m, just_growing(6));
  EXPECT_EQ(cost_of([&] { m.clear(); }), counts{});
}

// ---- walks ----

template <class Map>
std::uint64_t entries_walked(const Map& m) {
  std::uint64_t n = 0;
  for (auto w = m.walk(); w; w.next()) n++;
  return n;
}

TEST_F(Cost, AWalkOverAMapAtRestNeitherHashesNorCompares) {
  CHECKS("cost/walk");
  good_map m(10'000);
  fill(m, 10'000);
  ASSERT_FALSE(m.handle()->growing());
  std::uint64_t walked = 0;
  EXPECT_EQ(cost_of([&] { walked = entries_walked(m); }), counts{});
  EXPECT_EQ(walked, 10'000U);
}

TEST_F(Cost, AWalkOverAGrowingMapHashesAnEntryAtMostTwice) {
  CHECKS("cost/walk");
  // Each old bucket is walked over once for either of the two that it goes to.
  constexpr std::uint64_t n = just_growing(10);
  good_map m;
  fill(m, n);
  ASSERT_TRUE(m.handle()->growing());
  std::uint64_t walked = 0;
  const counts cost = cost_of([&] { walked = entries_walked(m); });
  EXPECT_EQ(walked, n);
  EXPECT_GT(cost.hashes, n);
  EXPECT_LE(cost.hashes, 2 * n);
  EXPECT_EQ(cost.equals, 0U);
}

TEST_F(Cost, AWalkThatIsOlderThanAGrowthLooksEachEntryUpAtMostOnce) {
  CHECKS("cost/walk");
  constexpr std::uint64_t n =
      just_growing(10) - 1;  // so that no entry joins the array that is walked
  good_map m;
  fill(m, n);
  auto w = m.walk();
  for (std::uint64_t key = n; key < 8 * n; key++) m[key] = key;
  const counts cost = cost_of([&] {
    for (; w; w.next()) {
    }
  });
  EXPECT_GT(cost.hashes, n / 2) << "or no entry had moved";
  EXPECT_LE(cost.hashes, n);
  EXPECT_LT(cost.equals, n + n / 25);
}

// ---- a hash that tells nothing apart ----

TEST_F(Cost, UnderAConstantHashTheKeyAtTheKthPlaceIsFoundWithKComparisons) {
  CHECKS("cost/chain");
  constexpr std::uint64_t n = 500;
  constant_map m;
  fill(m, n);
  for (std::uint64_t key = 0; key < n; key++) {
    const counts cost = cost_of([&] { ASSERT_NE(m.find(key), nullptr); });
    EXPECT_EQ(cost, (counts{1, key + 1})) << "the order of insertion is that of the chain";
  }
  EXPECT_EQ(cost_of([&] { ASSERT_EQ(m.find(n), nullptr); }), (counts{1, n}));
}

TEST_F(Cost, UnderAConstantHashAnInsertionComparesWithEachEntryOnce) {
  CHECKS("cost/chain");
  for (const std::uint64_t n : {10U, 100U, 1'000U}) {
    const counts cost = cost_of([n] {
      constant_map m;
      fill(m, n);
    });
    EXPECT_GE(cost.equals, n * (n - 1) / 2);
    // An insertion that begins a growth searches the chain a second time: at most one a doubling,
    // and one for each growth to the same size.
    EXPECT_LE(cost.equals, n * (n - 1) / 2 + 2 * n * 10);
  }
}

// ---- popping ----

// It is not O(n log n), as one might think of random starts: a walk is the likelier to end at a
// bucket the longer the gap of empty ones before it, and when that bucket is empty, too, two gaps
// become one. Long gaps so grow longest, as with linear probing in a table that fills up, and the
// total goes by the power of 1.5.
TEST_F(Cost, TakingTheFirstEntryUntilNoneIsLeftLooksAtTheBucketsToThePowerOfOneAndAHalf) {
  CHECKS("iter/pop");
  for (const unsigned B : {8U, 10U, 12U, 14U}) {
    const auto looked_at = static_cast<double>(buckets_popped_over(just_growing(B) - 1));
    const double power = std::pow(std::ldexp(1, static_cast<int>(B)), 1.5);
    EXPECT_GT(looked_at, power / 2) << B;
    EXPECT_LT(looked_at, power * 4) << B;
  }
}

}  // namespace
}  // namespace mapproof
