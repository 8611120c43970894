// mapclear: what is reset, what stays, and walks that go on over a cleared map.
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;

TEST(Mapclear, TheArrayStaysAndIsEmpty) {
  CHECKS("clear/reset");
  Map map(26);
  fill(map, 26);
  void* const buckets = map.h->buckets;
  map.clear();
  EXPECT_EQ(map.h->buckets, buckets);
  EXPECT_EQ(map.h->B, 2);
  EXPECT_EQ(map.len(), 0);
  EXPECT_EQ(map.h->flags, 0);
  for (gomap::uintptr i = 0; i < 4; i++) {
    EXPECT_EQ(map.tops(map.bucket(i)), std::vector<int>(8, gomap::emptyRest));
    for (gomap::uintptr j = 0; j < 8; j++) {
      EXPECT_EQ(map.key_in(map.bucket(i), j), 0U);
      EXPECT_EQ(map.elem_in(map.bucket(i), j), 0U);
    }
  }
  fill(map, 26);
  EXPECT_EQ(map.h->B, 2) << "there is room for as many again";
}

TEST(Mapclear, OverflowBucketsAreForgotten) {
  CHECKS("clear/reset", "layout/overflow-list");
  Map map(26);
  fill(map, 24, 0, 4);
  ASSERT_EQ(map.h->noverflow, 2);
  map.clear();
  EXPECT_EQ(map.h->noverflow, 0);
  EXPECT_EQ(map.overflow_buckets(), 0U);
  EXPECT_EQ(map.h->extra->overflow, nullptr);
  EXPECT_EQ(gomap::generation::of(map.h->buckets)->heap, nullptr) << "freed: nobody walks here";
}

TEST(Mapclear, SpareBucketsComeBack) {
  CHECKS("clear/reset", "layout/spares");
  Map map(53);
  fill(map, 40, 0, 16);
  ASSERT_EQ(map.h->extra->nextOverflow, nullptr);
  map.clear();
  EXPECT_EQ(map.h->extra->nextOverflow, map.bucket(16));
  EXPECT_EQ(map.bucket(17)->overflow(map.t), map.h->buckets) << "marked again";
  fill(map, 9, 0, 16);
  EXPECT_EQ(map.bucket(0)->overflow(map.t), map.bucket(16));
}

TEST(Mapclear, EndsAGrowthToTwiceTheSize) {
  CHECKS("clear/reset");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  map[0] = 0;
  map.clear();
  EXPECT_FALSE(map.h->growing());
  EXPECT_EQ(map.h->nevacuate, 0U);
  EXPECT_EQ(map.h->B, 3);
  fill(map, 30);
  EXPECT_EQ(map.len(), 30);
}

TEST(Mapclear, EndsAGrowthToTheSameSizeAndTakesItsFlagOff) {
  CHECKS("clear/reset");
  Map map(26);
  fill(map, 24, 0, 4);
  begin_same_size_growth(map);
  ASSERT_NE(map.h->extra->oldoverflow, nullptr);
  map.clear();
  EXPECT_EQ(map.h->flags, 0);
  EXPECT_FALSE(map.h->growing());
  EXPECT_EQ(map.h->extra->oldoverflow, nullptr);
  fill(map, 27);
  EXPECT_EQ(map.h->B, 3) << "the next growth is a bigger one again";
}

TEST(Mapclear, IteratorFlagsStay) {
  CHECKS("clear/reset");
  Map map;
  fill(map, 8);
  const HandWalk walk(map);
  map.clear();
  EXPECT_EQ(map.h->flags, gomap::iterator | gomap::oldIterator);
}

TEST(Mapclear, NilAndEmptyMapsAreLeftAlone) {
  CHECKS("nil/clear-noop", "clear/reset");
  Map nil(NilMap{});
  nil.clear();
  Map map(26);
  fill(map, 24, 0, 4);
  for (u64 i = 0; i < 24; i++) map.del(4 * i);
  map.clear();
  EXPECT_EQ(map.h->noverflow, 2)
      << "an empty map returns at once, its overflow buckets as they are";
  EXPECT_EQ(map.overflow_buckets(), 2U);
}

TEST(Mapclear, TheSeedStays) {
  CHECKS("hash/seed");
  // As in 1.14; later Gos draw a new one.
  Map map;
  fill(map, 3);
  const auto seed = map.h->hash0;
  map.clear();
  EXPECT_EQ(map.h->hash0, seed);
}

TEST(Mapclear, NaNsGoToo) {
  CHECKS("nan/cleared");
  HandMap<double, u64> map;
  for (u64 i = 0; i < 30; i++) map[kAnyNaN] = i;
  map.clear();
  EXPECT_EQ(map.len(), 0);
  EXPECT_TRUE(map.entries().empty());
}

TEST(Mapclear, WhatTheEntriesOwnIsLetGo) {
  CHECKS("cxx/lifetime");
  HandMap<Owning, Owning> map(53);
  const auto cells = Owning::live();  // every cell holds an object, empty ones too
  for (std::uint32_t i = 1; i <= 50; i++) map[Owning(i)] = Owning(i);
  EXPECT_EQ(Owning::live(), cells);
  map.clear();
  EXPECT_EQ(Owning::live(), cells);
  for (gomap::uintptr i = 0; i < 16; i++) {
    for (gomap::uintptr j = 0; j < 8; j++) EXPECT_EQ(map.key_in(map.bucket(i), j).value(), 0U);
  }
  map.let_go();
  EXPECT_EQ(Owning::live(), 0);
}

TEST(Mapclear, ObjectsStoredApartAreFreedWithTheirCells) {
  CHECKS("cxx/lifetime");
  HandMap<Big, Big> map;
  for (u64 i = 0; i < 40; i++) map[big(i)] = big(i);
  map.clear();
  EXPECT_EQ(gomap::indirect(map.bucket(0)->key_cell(map.t, 0)), nullptr);
  map[big(1)] = big(2);
  EXPECT_EQ(*map.find(big(1)), big(2));
}

TEST(Mapclear, TwoWritersAreThrownOut) {
  CHECKS("threads/write-detected");
  Map map;
  fill(map, 2);
  gomap::set_flag(map.h, gomap::hashWriting);
  expect_throw("concurrent map writes", [&] { map.clear(); });
  gomap::unset_flag(map.h, gomap::hashWriting);
  EXPECT_EQ(map.len(), 2);
}

// ---- under a walk ----

TEST(Mapclear, AWalkOverAClearedMapIsAtItsEnd) {
  CHECKS("iter/clear-stops");
  Map map(26);
  fill(map, 20);
  HandWalk walk(map, 0, 0);
  map.clear();
  walk.next();
  EXPECT_TRUE(walk.at_end());
}

TEST(Mapclear, OverflowBucketsThatAWalkMayStandInLiveOnUntilItIsGone) {
  CHECKS("iter/no-use-after-free");
  Map map(26);
  fill(map, 24, 0, 4);
  {
    HandWalk walk(map, 0, 0);
    for (int i = 0; i < 12; i++) walk.next();  // into the second bucket of the chain
    EXPECT_EQ(walk.key(), 48U);
    map.clear();
    EXPECT_NE(gomap::generation::of(map.h->buckets)->retired, nullptr);
    // The chain is cut off but not wiped, as in 1.14: the walk goes on in it. See corpus/findings.
    EXPECT_EQ(walk.drain().size(), 12U);
  }
  map[1] = 1;
  map.clear();
  EXPECT_EQ(gomap::generation::of(map.h->buckets)->retired, nullptr);
}

TEST(Mapclear, WithTheCorrectionAWalkInAnOverflowBucketStopsToo) {
  CHECKS("iter/clear-stops", "cxx/policies");
  Map map(26);
  map.t.corrections = gomap::correction::clear_marks_buckets;
  fill(map, 24, 0, 4);
  HandWalk walk(map, 0, 0);
  for (int i = 0; i < 12; i++) walk.next();
  map.clear();
  walk.next();
  EXPECT_TRUE(walk.at_end());
}

}  // namespace
}  // namespace mapproof
