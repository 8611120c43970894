// mapiterinit and mapiternext: where a walk starts, what it gives in each phase of a growth, and
// what it keeps alive.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "conformance/key_lists.h"
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;
using Walk = HandWalk<u64, u64>;

// ---- where a walk starts ----

TEST(Mapiterinit, TheLowBitsOfADrawChooseTheBucketTheNextThreeTheCell) {
  CHECKS("iter/start");
  Map map(26);
  fill(map, 20);
  for (u64 bucket = 0; bucket < 4; bucket++) {
    for (u64 offset = 0; offset < 8; offset++) {
      gomap::thread_random().force(static_cast<std::uint32_t>(0xabcd'ef00U << 5) |
                                   static_cast<std::uint32_t>(offset << 2 | bucket));
      const Walk walk(map);
      EXPECT_EQ(walk.it.startBucket, bucket);
      EXPECT_EQ(walk.it.offset, offset);
    }
  }
}

// Maps and walks draw while they are half made; the first draw of a thread makes its source.
static_assert(noexcept(gomap::fastrand()));

TEST(Mapiterinit, DrawsOnce) {
  CHECKS("iter/start");
  Map map;
  fill(map, 3);
  gomap::thread_random().seed(1);
  gomap::thread_random().force(0);
  const Walk walk(map);
  const std::uint32_t next = gomap::fastrand();
  gomap::thread_random().seed(1);
  EXPECT_EQ(next, gomap::fastrand());
}

TEST(Mapiterinit, SetsBothFlagsAndNothingElse) {
  CHECKS("access/no-mutate");
  Map map(26);
  fill(map, 20);
  const Walk walk(map);
  EXPECT_EQ(map.h->flags, gomap::iterator | gomap::oldIterator);
  EXPECT_EQ(map.len(), 20);
  ASSERT_NE(map.h->extra, nullptr) << "the list of overflow buckets is made ahead of need";
  EXPECT_NE(map.h->extra->overflow, nullptr);
}

TEST(Mapiterinit, TypesWithPointersNeedNoList) {
  CHECKS("layout/overflow-list");
  HandMap<std::string, u64> map;
  map["1"] = 1;
  const HandWalk walk(map);
  EXPECT_EQ(map.h->extra, nullptr);
}

TEST(Mapiterinit, NilAndEmptyMapsGiveAnIteratorAtItsEndWithNoMapInIt) {
  CHECKS("iter/nil-ends", "iter/empty-ends");
  Map nil(NilMap{}), empty(100);
  for (Map* map : {&nil, &empty}) {
    const Walk walk(*map);
    EXPECT_TRUE(walk.at_end());
    EXPECT_EQ(walk.it.h, nullptr);
    EXPECT_EQ(walk.it.t, nullptr);
  }
  EXPECT_EQ(empty.h->flags, 0);
}

// K4: 1.14.6 keeps no map pointer then.
TEST(Mapiternext, OnAWalkOverNothingIsGosNilDereference) {
  CHECKS("panic/unexpected");
  Map nil(NilMap{}), empty;
  for (Map* map : {&nil, &empty}) {
    Walk walk(*map);
    expect_panic(kNilDereference, [&] { walk.next(); });
  }
}

// ---- the order ----

TEST(Mapiternext, WalksBucketsFromTheStartAndAroundAndCellsFromTheOffset) {
  CHECKS("iter/start");
  Map map(26);
  fill(map, 12);  // bucket b: b, b+4, b+8 in cells 0, 1, 2
  EXPECT_EQ(Walk(map, 0, 0).drain(), (Keys{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  EXPECT_EQ(Walk(map, 2, 0).drain(), (Keys{2, 6, 10, 3, 7, 11, 0, 4, 8, 1, 5, 9}));
  EXPECT_EQ(Walk(map, 3, 1).drain(), (Keys{7, 11, 3, 4, 8, 0, 5, 9, 1, 6, 10, 2}));
  EXPECT_EQ(Walk(map, 0, 7).drain(), (Keys{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
}

TEST(Mapiternext, TheOffsetHoldsInOverflowBucketsToo) {
  CHECKS("iter/start");
  Map map(26);
  fill(map, 12, 0, 4);
  EXPECT_EQ(Walk(map, 0, 2).drain(), (Keys{8, 12, 16, 20, 24, 28, 0, 4, 40, 44, 32, 36}));
}

TEST(Mapiternext, GivesTheElemsOfTheMapItself) {
  CHECKS("iter/current-elem");
  Map map;
  fill(map, 3);
  Walk walk(map, 0, 0);
  walk.elem() = 77;
  EXPECT_EQ(*map.find(0), 77U);
  EXPECT_EQ(&walk.elem(), map.find(0));
}

TEST(Mapiternext, HolesAreSkipped) {
  CHECKS("iter/complete");
  Map map;
  fill(map, 8);
  for (u64 key : {0U, 3U, 7U}) map.del(key);
  EXPECT_EQ(Walk(map, 0, 0).drain(), (Keys{1, 2, 4, 5, 6}));
}

TEST(Mapiternext, EveryEntryOnceWhateverTheStart) {
  CHECKS("iter/once", "iter/complete");
  Map map(53);
  fill(map, 100);
  for (u64 bucket = 0; bucket < 16; bucket++) {
    for (u64 offset = 0; offset < 8; offset++) {
      EXPECT_EQ(sorted(Walk(map, bucket, offset).drain()), range(100));
    }
  }
}

// K5: next() after the end resumes inside the last bucket; range never asks.
TEST(Mapiternext, AfterTheEndMayGiveEntriesPutSince) {
  CHECKS("iter/once");
  Map map;
  map[0] = 0;
  Walk walk(map, 0, 0);
  walk.next();
  ASSERT_TRUE(walk.at_end());
  walk.next();
  EXPECT_TRUE(walk.at_end());
  map[1] = 1;
  walk.next();
  EXPECT_EQ(walk.drain(), (Keys{1}));
}

// ---- changes during a walk ----

TEST(Mapiternext, ADeletedEntryIsNotProduced) {
  CHECKS("iter/no-deleted");
  Map map(26);
  fill(map, 20);
  Walk walk(map, 0, 0);
  map.del(5);
  map.del(3);
  Keys rest = range(20);
  std::erase(rest, 5U);
  std::erase(rest, 3U);
  EXPECT_EQ(sorted(walk.drain()), rest);
}

TEST(Mapiternext, DeletingTheCurrentEntryDisturbsNobody) {
  CHECKS("iter/delete-current");
  Map map(26);
  fill(map, 24, 0, 4);
  Keys seen;
  for (Walk walk(map, 0, 3); !walk.at_end(); walk.next()) {
    seen.push_back(walk.key());
    map.del(u64{walk.key()});
  }
  EXPECT_EQ(seen.size(), 24U);
  EXPECT_EQ(map.len(), 0);
}

TEST(Mapiternext, AnEntryPutDuringTheWalkComesAtMostOnce) {
  CHECKS("iter/inserted-at-most-once");
  Map map(26);
  fill(map, 10);
  Walk walk(map, 2, 0);
  for (u64 key = 100; key < 110; key++) map[key] = key;
  const Keys seen = sorted(walk.drain()), old = range(10);
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
  EXPECT_TRUE(std::includes(seen.begin(), seen.end(), old.begin(), old.end()));
}

TEST(Mapiternext, MovedEntriesAreLookedUpWhereTheyAreNow) {
  CHECKS("iter/phases", "iter/current-elem");
  Map map;
  fill(map, 8);
  Walk walk(map, 0, 0);
  EXPECT_EQ(walk.key(), 0U);
  map[8] = 8;  // doubles the map: all old cells are evacuated
  map[1] = 100;
  map.del(2);
  map.del(3);
  map[3] = 300;
  std::vector<std::pair<u64, u64>> rest;
  for (walk.next(); !walk.at_end(); walk.next()) rest.emplace_back(walk.key(), walk.elem());
  EXPECT_EQ(rest,
            (std::vector<std::pair<u64, u64>>{{1, 100}, {3, 300}, {4, 4}, {5, 5}, {6, 6}, {7, 7}}));
}

TEST(Mapiternext, AMovedKeyIsGivenWithTheSignItHasNow) {
  CHECKS("iter/current-key");
  HandMap<double, u64> map;
  map[1.0] = 1;
  map[0.0] = 2;
  HandWalk walk(map, 0, 0);
  for (int i = 2; i < 10; i++) map[i] = 0;
  map[-0.0] = 3;
  walk.next();
  EXPECT_TRUE(std::signbit(walk.key()));
  EXPECT_EQ(walk.elem(), 3U);
}

// ---- walks begun in mid-growth ----

TEST(Mapiternext, BegunWhileTheMapDoublesEachNewBucketTakesItsOwnOutOfTheOldOne) {
  CHECKS("iter/phases");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  EXPECT_EQ(Walk(map, 1, 0).drain(), (Keys{1, 9,  17, 25, 2,  10, 18, 3,  11, 19, 4, 12, 20,
                                           5, 13, 21, 6,  14, 22, 7,  15, 23, 0,  8, 16, 24}));
}

TEST(Mapiternext, BegunInAnyPhaseOfAGrowthItGivesEveryEntryOnce) {
  CHECKS("iter/phases", "iter/once", "iter/complete");
  for (const bool same_size : {false, true}) {
    for (u64 moved = 0; moved < 8; moved++) {
      for (u64 start = 0; start < (same_size ? 8U : 16U); start++) {
        Map map(52);
        fill(map, 51);
        if (same_size) {
          begin_same_size_growth(map);
        } else {
          begin_bigger_growth(map);
        }
        for (u64 i = 0; i < moved; i++) gomap::evacuate(map.t, map.h, i);
        EXPECT_EQ(sorted(Walk(map, start, 5).drain()), range(51)) << moved << " " << start;
      }
    }
  }
}

TEST(Mapiternext, BegunInAnyPhaseItOutlivesTheEndOfTheGrowth) {
  CHECKS("iter/phases", "iter/complete");
  for (u64 moved = 0; moved < 8; moved++) {
    for (u64 steps = 0; steps < 51; steps += 7) {
      Map map(52);
      fill(map, 51);
      begin_bigger_growth(map);
      for (u64 i = 0; i < moved; i++) gomap::evacuate(map.t, map.h, i);
      Walk walk(map, 3, 2);
      Keys seen;
      for (u64 i = 0; i < steps; i++, walk.next()) seen.push_back(walk.key());
      while (map.h->growing()) map[0] = 0;
      const Keys rest = walk.drain();
      seen.insert(seen.end(), rest.begin(), rest.end());
      EXPECT_EQ(sorted(seen), range(51)) << moved << " " << steps;
    }
  }
}

TEST(Mapiternext, OneInAnOldBucketGoesByTheLowBitOfTheTophashForNaNs) {
  CHECKS("nan/iterated-once");
  unsigned top = 10;
  HandMap<double, u64> map(26, [&](const double&) { return at(top, 0); });
  for (; top < 16; top++) map[kAnyNaN] = top;
  begin_bigger_growth(map);
  std::vector<u64> elems;
  HandWalk walk(map, 4, 0);  // bucket 4 is the upper sibling of 0
  for (int i = 0; i < 3; i++, walk.next()) elems.push_back(walk.elem());
  EXPECT_EQ(elems, (Keys{11, 13, 15}));
  for (int i = 0; i < 3; i++, walk.next()) elems.push_back(walk.elem());
  EXPECT_EQ(sorted(elems), (Keys{10, 11, 12, 13, 14, 15}));
  EXPECT_TRUE(walk.at_end());
}

TEST(Mapiternext, ABucketThatIsMovedUnderTheWalkIsFinishedInTheOldArray) {
  CHECKS("iter/phases", "iter/no-use-after-free");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  Walk walk(map, 1, 0);
  EXPECT_EQ(walk.key(), 1U);
  while (map.h->growing()) map[2] = 2;
  map[9] = 900;
  walk.next();
  EXPECT_EQ(walk.key(), 9U);
  EXPECT_EQ(walk.elem(), 900U);
  EXPECT_EQ(walk.it.checkBucket, 1U);
}

TEST(Mapiternext, AWalkThroughManyGrowthsGivesEveryOldEntryOnce) {
  CHECKS("iter/phases", "iter/complete");
  for (u64 start = 0; start < 4; start++) {
    Map map(26, [](const u64& key) { return key * 0x9e37'79b9'7f4a'7c15U; });
    fill(map, 26);
    Walk walk(map, start, 1);
    Keys seen;
    for (u64 next = 1000; !walk.at_end(); walk.next()) {
      if (walk.key() < 26) seen.push_back(walk.key());
      for (int i = 0; i < 40; i++, next++) map[next] = next;
    }
    EXPECT_GE(map.h->B, 6);
    EXPECT_EQ(sorted(seen), range(26));
  }
}

// ---- misuse ----

TEST(Mapiternext, DuringAWriteIsThrownOut) {
  CHECKS("threads/write-detected");
  Map map;
  fill(map, 3);
  Walk walk(map, 0, 0);
  gomap::set_flag(map.h, gomap::hashWriting);
  expect_throw("concurrent map iteration and map write", [&] { walk.next(); });
  EXPECT_EQ(walk.key(), 0U);
  gomap::unset_flag(map.h, gomap::hashWriting);
  EXPECT_EQ(walk.drain(), (Keys{0, 1, 2}));
}

// ---- what a walk keeps alive (address sanitizer watches) ----

TEST(WalkLifetime, TheHandleMayGo) {
  CHECKS("iter/no-use-after-free");
  Map map(26);
  fill(map, 24, 0, 4);
  Walk walk(map, 0, 0);
  map.let_go();
  EXPECT_EQ(walk.drain().size(), 24U);
}

TEST(WalkLifetime, ManyWalksOutliveTheHandleAndEachOther) {
  CHECKS("iter/no-use-after-free", "iter/multi");
  Map map(26);
  fill(map, 26);
  auto first = std::make_unique<Walk>(map, 0, 0);
  begin_bigger_growth(map);
  auto second = std::make_unique<Walk>(map, 5, 0);
  while (map.h->growing()) map[1] = 1;
  auto third = std::make_unique<Walk>(map, 2, 2);
  map.let_go();
  EXPECT_EQ(sorted(first->drain()), range(26));
  first.reset();
  EXPECT_EQ(sorted(third->drain()), range(26));
  third.reset();
  EXPECT_EQ(sorted(second->drain()), range(26));
}

// What is read is checked as well: a cell that was destroyed and used again shows.
template <class K, class V>
void expect_alive_through_everything(const std::function<K(u64)>& key,
                                     const std::function<V(u64)>& elem) {
  for (const bool growing : {false, true}) {
    HandMap<K, V> map(26);
    for (u64 i = 1; i <= 24; i++) map[key(4 * i)] = elem(4 * i);
    if (growing) begin_bigger_growth(map);
    HandWalk walk(map, 0, 0);
    EXPECT_EQ(number_of(walk.key()), number_of(walk.elem()));
    for (u64 i = 1000; i < 1300; i++) map[key(i)] = elem(i);
    walk.next();
    ASSERT_FALSE(walk.at_end());
    EXPECT_EQ(number_of(walk.key()), number_of(walk.elem()));
    map.clear();
    for (u64 i = 5000; i < 5100; i++) map[key(i)] = elem(i);
    map.let_go();
    int steps = 0;
    for (walk.next(); !walk.at_end() && steps < 500; walk.next(), steps++) {
      EXPECT_EQ(number_of(walk.key()), number_of(walk.elem()));
    }
    EXPECT_TRUE(walk.at_end());
  }
}

TEST(WalkLifetime, PlainEntriesThroughGrowthClearAndRelease) {
  CHECKS("iter/no-use-after-free");
  const auto same = [](u64 n) { return n; };
  expect_alive_through_everything<u64, u64>(same, same);
}
TEST(WalkLifetime, OwningEntriesThroughGrowthClearAndRelease) {
  CHECKS("iter/no-use-after-free", "cxx/lifetime");
  const auto owning = [](u64 n) { return Owning(static_cast<std::uint32_t>(n)); };
  expect_alive_through_everything<Owning, Owning>(owning, owning);
  EXPECT_EQ(Owning::live(), 0);
}
TEST(WalkLifetime, EntriesStoredApartThroughGrowthClearAndRelease) {
  CHECKS("iter/no-use-after-free", "cxx/lifetime");
  expect_alive_through_everything<Big, Big>(big, big);
}
TEST(WalkLifetime, StringsThroughGrowthClearAndRelease) {
  CHECKS("iter/no-use-after-free");
  const auto text = [](u64 n) { return std::string(30, '0') + std::to_string(n); };
  expect_alive_through_everything<std::string, std::string>(text, text);
}

// The map's flags do not tell of a walk that is two growths to the same size old, and so the old
// bucket is wiped under it, as in 1.14.6. What hangs behind that bucket must not be emptied.
TEST(WalkLifetime, OverflowBucketsAreNotEmptiedUnderAWalkThatTheFlagsDoNotTellOf) {
  CHECKS("iter/no-use-after-free");
  const auto owning = [](u64 n) { return Owning(static_cast<std::uint32_t>(n)); };
  HandMap<Owning, Owning> map(26);
  for (u64 i = 1; i <= 12; i++) map[owning(4 * i)] = owning(4 * i);  // bucket 0 and one more
  map[owning(1)] = owning(1);
  HandWalk walk(map, 1, 0);
  EXPECT_EQ(walk.key().value(), 1U);
  begin_same_size_growth(map);
  for (gomap::uintptr i = 0; i < 4; i++) gomap::evacuate(map.t, map.h, i);
  begin_same_size_growth(map);
  ASSERT_EQ(map.h->flags, gomap::sameSizeGrow);
  Keys seen;
  for (int i = 0; i < 9; i++) {
    walk.next();
    seen.push_back(walk.key().value());
  }
  gomap::evacuate(map.t, map.h, 0);
  for (walk.next(); !walk.at_end(); walk.next()) seen.push_back(walk.key().value());
  EXPECT_EQ(seen, (Keys{4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48}));
}

TEST(WalkLifetime, TheCurrentObjectStoredApartOutlivesItsDeletion) {
  CHECKS("iter/no-use-after-free");
  HandMap<Big, Big> map;
  map[big(1)] = big(2);
  const HandWalk walk(map, 0, 0);
  map.del(big(1));
  EXPECT_EQ(walk.key(), big(1));
  EXPECT_EQ(walk.elem(), big(2));
}

TEST(WalkLifetime, AnAbandonedWalkGivesBackWhatItHeld) {
  CHECKS("cxx/lifetime");
  Map map(26);
  fill(map, 24, 0, 4);
  {
    const Walk walk(map, 0, 0);
    EXPECT_EQ(map.h->refs.load(), 2U);
    EXPECT_EQ(gomap::generation::of(map.h->buckets)->refs.load(), 2U);
  }
  EXPECT_EQ(map.h->refs.load(), 1U);
  EXPECT_TRUE(gomap::only_the_map_holds(map.h->buckets));
  EXPECT_EQ(map.h->extra->overflow->refs.load(), 1U);
}

// ---- several walks ----

TEST(Walks, EightAtOnceStartedInDifferentPhasesAllSeeEverything) {
  CHECKS("iter/multi", "iter/complete");
  Map map(26);
  fill(map, 26);
  std::vector<std::unique_ptr<Walk>> walks;
  walks.push_back(std::make_unique<Walk>(map, 0, 0));
  walks.push_back(std::make_unique<Walk>(map, 3, 5));
  begin_bigger_growth(map);
  for (u64 i = 0; i < 4; i++) {
    walks.push_back(std::make_unique<Walk>(map, i, i));
    map[i] = i;
  }
  ASSERT_FALSE(map.h->growing());
  walks.push_back(std::make_unique<Walk>(map, 7, 7));
  walks.push_back(std::make_unique<Walk>(map, 6, 1));
  ASSERT_EQ(walks.size(), 8U);
  std::vector<Keys> seen(8);
  for (bool any = true; any;) {
    any = false;
    for (std::size_t i = 0; i < 8; i++) {
      if (walks[i]->at_end()) continue;
      seen[i].push_back(walks[i]->key());
      walks[i]->next();
      any = true;
    }
  }
  for (const Keys& keys : seen) EXPECT_EQ(sorted(keys), range(26));
}

TEST(Walks, OneDeletesWhatTheOtherHasStillToSee) {
  CHECKS("iter/multi", "iter/no-deleted", "iter/delete-current");
  Map map(26);
  fill(map, 20);
  Walk first(map, 0, 0), second(map, 2, 0);
  const Keys gone = first.drain();
  for (const u64 key : gone) {
    if (key != second.key()) map.del(key);
  }
  second.next();
  EXPECT_TRUE(second.at_end());
}

// ---- what a walk asks of the array that it began with, not of today's ----

// The sibling buckets of an old bucket are told apart by the number of buckets that the walk knows;
// here it stands in the old bucket while the map doubles once more.
TEST(WalkInAnOldBucket, TellsSiblingsApartByItsOwnMaskAfterAnotherGrowth) {
  CHECKS("iter/complete", "iter/phases");
  Map map(20);  // four buckets
  for (u64 key = 0; key <= 16; key += 4) map[key] = key;
  begin_bigger_growth(map);
  Walk walk(map, 0, 0);
  ASSERT_EQ(walk.it.checkBucket, 0U) << "it stands in an old bucket";
  std::vector<u64> seen{walk.key()};
  for (gomap::uintptr i = 0; i < 4; i++) gomap::evacuate(map.t, map.h, i);
  ASSERT_FALSE(map.h->growing());
  begin_bigger_growth(map);
  walk.next();
  for (const u64 key : walk.drain()) seen.push_back(key);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<u64>{0, 4, 8, 12, 16}));
}

TEST(WalkInAnOldBucket, GivesNaNsOfEitherTophashInASameSizeGrowth) {
  CHECKS("nan/iterated-once", "iter/phases");
  unsigned top = 6;
  HandMap<double, u64> map(20, [&top](const double&) { return at(top++, 3); });
  for (u64 i = 0; i < 4; i++) map[kAnyNaN] = i;
  begin_same_size_growth(map);
  HandWalk walk(map, 3, 0);
  EXPECT_EQ(walk.drain().size(), 4U);
}

TEST(Walk, KeepsTheOverflowListsOfBothArrays) {
  CHECKS("iter/no-use-after-free", "layout/overflow-list");
  Map map(20);
  fill(map, 20, 0, 4);  // one chain
  begin_bigger_growth(map);
  Walk walk(map, 0, 0);
  ASSERT_NE(map.h->extra->oldoverflow, nullptr);
  EXPECT_EQ(walk.it.oldoverflow, map.h->extra->oldoverflow);
  EXPECT_EQ(walk.it.overflow, map.h->extra->overflow);
  EXPECT_NE(walk.it.overflow, walk.it.oldoverflow);
}

// ---- Go's own cases ----

TEST(WalkStart, AllEightOffsetsOccurForASingleBucket) {
  CHECKS("iter/order-varies");
  Map map;
  fill(map, 8);
  gomap::thread_random().seed(3);
  std::set<u64> firsts;
  for (int i = 0; i < 200; i++) firsts.insert(Walk(map).key());
  EXPECT_EQ(firsts.size(), 8U);
}

// mapnan.go and issue 8412: taking one entry after another is not quadratic.
TEST(GoPop, TakingTheFirstEntryUntilNoneIsLeftStaysCheap) {
  CHECKS("iter/pop");
  HandMap<u64, u64> map(0, [](const u64& k) { return gomap::int64hash(k, 5); });
  fill(map, 2000);
  gomap::thread_random().seed(4);
  std::size_t taken = 0;
  while (map.len() > 0) {
    const u64 key = Walk(map).key();
    map.del(key);
    taken++;
  }
  EXPECT_EQ(taken, 2000U);
}

}  // namespace
}  // namespace mapproof
