// mapdelete: the cell states it leaves, what it wipes, and its part in a growth.
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;
using Tops = std::vector<int>;

constexpr int R = gomap::emptyRest, O = gomap::emptyOne;
constexpr int L = gomap::minTopHash;  // live: the tophash of the small keys of these tests

// Four buckets, all entries in bucket 0: cells 0, 1, ... hold 0, 4, 8, ...
class Chain : public Map {
 public:
  explicit Chain(u64 n) : Map(26) { fill(*this, n, 0, 4); }
  void del_cell(u64 cell) { del(4 * cell); }
  Tops cells() { return tops(bucket(0)); }
};

// n cells of one state, then the next state and so on.
Tops cells(std::initializer_list<std::pair<int, int>> runs) {
  Tops all;
  for (const auto& [n, state] : runs) all.insert(all.end(), static_cast<std::size_t>(n), state);
  return all;
}

// ---- emptyOne and emptyRest ----

TEST(Mapdelete, AHoleBeforeALiveCellIsEmptyOne) {
  CHECKS("layout/emptyrest-suffix");
  Chain chain(5);
  chain.del_cell(2);
  EXPECT_EQ(chain.cells(), cells({{2, L}, {1, O}, {2, L}, {3, R}}));
  EXPECT_EQ(chain.len(), 4);
}

TEST(Mapdelete, TheLastLiveCellOfABucketBecomesEmptyRest) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(5);
  chain.del_cell(4);
  EXPECT_EQ(chain.cells(), cells({{4, L}, {4, R}}));
}

TEST(Mapdelete, HolesBeforeTheLastLiveCellBecomeEmptyRestWithIt) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(5);
  chain.del_cell(2);
  chain.del_cell(3);
  EXPECT_EQ(chain.cells(), cells({{2, L}, {2, O}, {1, L}, {3, R}}));
  chain.del_cell(4);
  EXPECT_EQ(chain.cells(), cells({{2, L}, {6, R}}));
}

TEST(Mapdelete, TheEighthCellOfAFullBucketBecomesEmptyRest) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(8);
  chain.del_cell(7);
  EXPECT_EQ(chain.cells(), cells({{7, L}, {1, R}}));
}

TEST(Mapdelete, TheOnlyEntryOfAMapLeavesItAllEmptyRest) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(1);
  chain.del_cell(0);
  EXPECT_EQ(chain.cells(), cells({{8, R}}));
  EXPECT_EQ(chain.len(), 0);
}

TEST(Mapdelete, TheEighthCellBeforeALiveOverflowBucketIsEmptyOne) {
  CHECKS("layout/emptyrest-suffix");
  Chain chain(9);
  chain.del_cell(7);
  EXPECT_EQ(chain.cells(), cells({{7, L}, {1, O}, {1, L}, {7, R}}));
}

TEST(Mapdelete, TheEighthCellBeforeAnEmptyOverflowBucketIsEmptyRest) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(9);
  chain.del_cell(8);
  EXPECT_EQ(chain.cells(), cells({{8, L}, {8, R}}));
  chain.del_cell(7);
  EXPECT_EQ(chain.cells(), cells({{7, L}, {9, R}}));
}

TEST(Mapdelete, EmptyRestGoesBackOverAnOverflowLinkToTheLastLiveCell) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(10);
  chain.del_cell(6);
  chain.del_cell(7);
  chain.del_cell(8);
  EXPECT_EQ(chain.cells(), cells({{6, L}, {3, O}, {1, L}, {6, R}}));
  chain.del_cell(9);
  EXPECT_EQ(chain.cells(), cells({{6, L}, {10, R}}));
}

TEST(Mapdelete, DeletingTheLastCellOfAChainMarksItRestBackToTheFirst) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(24);  // three buckets
  for (u64 cell = 0; cell < 23; cell++) chain.del_cell(cell);
  EXPECT_EQ(chain.cells(), cells({{23, O}, {1, L}}));
  chain.del_cell(23);
  EXPECT_EQ(chain.cells(), cells({{24, R}}));
}

TEST(Mapdelete, EmptyRestStopsAtALiveCellInTheMiddleOfThreeBuckets) {
  CHECKS("layout/emptyrest-suffix", "layout/no-trailing-emptyone");
  Chain chain(24);
  for (u64 cell = 11; cell < 23; cell++) chain.del_cell(cell);
  chain.del_cell(3);
  EXPECT_EQ(chain.cells(), cells({{3, L}, {1, O}, {7, L}, {12, O}, {1, L}}));
  chain.del_cell(23);
  EXPECT_EQ(chain.cells(), cells({{3, L}, {1, O}, {7, L}, {13, R}}));
}

TEST(Mapdelete, DeletingFromTheBackLeavesOnlyEmptyRest) {
  CHECKS("layout/no-trailing-emptyone");
  Chain chain(24);
  for (u64 cell = 24; cell-- > 0;) {
    chain.del_cell(cell);
    EXPECT_EQ(chain.cells(),
              cells({{static_cast<int>(cell), L}, {static_cast<int>(24 - cell), R}}));
  }
}

TEST(Mapdelete, TheOtherEntriesOfAChainStayInReach) {
  CHECKS("delete/keeps-chain");
  for (u64 first = 0; first < 24; first++) {
    Chain chain(24);
    for (u64 i = 0; i < 24; i++) {
      const u64 gone = (first + 7 * i) % 24;
      chain.del_cell(gone);
      EXPECT_FALSE(chain.has(4 * gone));
      for (u64 j = i + 1; j < 24; j++) EXPECT_TRUE(chain.has(4 * ((first + 7 * j) % 24)));
    }
    EXPECT_EQ(chain.cells(), cells({{24, R}}));
  }
}

TEST(Mapdelete, AHoleIsFilledAgain) {
  CHECKS("delete/keeps-chain");
  Chain chain(8);
  for (u64 i = 0; i < 100; i++) {
    chain.del(4 * i);
    chain[4 * (i + 8)] = 1;
  }
  EXPECT_EQ(chain.h->noverflow, 0);
  EXPECT_EQ(chain.len(), 8);
}

TEST(Mapdelete, OverflowBucketsStayAndStayCounted) {
  CHECKS("layout/noverflow");
  Chain chain(24);
  for (u64 cell = 0; cell < 24; cell++) chain.del_cell(cell);
  EXPECT_EQ(chain.h->noverflow, 2);
  EXPECT_EQ(chain.chain(chain.bucket(0)).size(), 3U);
}

// ---- what is wiped ----

TEST(Mapdelete, AKeyWithoutPointersStaysInItsCellAndTheElemIsWiped) {
  CHECKS("layout/free-elem-zero");
  Chain chain(3);
  chain.del_cell(1);
  EXPECT_EQ(chain.key_in(chain.bucket(0), 1), 4U);
  EXPECT_EQ(chain.elem_in(chain.bucket(0), 1), 0U);
}

TEST(Mapdelete, KeysAndElemsThatOwnSomethingAreLetGo) {
  CHECKS("cxx/lifetime");
  {
    HandMap<Owning, Owning> map;
    for (std::uint32_t i = 1; i < 4; i++) map[Owning(i)] = Owning(10 * i);
    map.del(Owning(2));
    EXPECT_EQ(map.key_in(map.bucket(0), 1).value(), 0U);
    EXPECT_EQ(map.elem_in(map.bucket(0), 1).value(), 0U);
    EXPECT_EQ(map.find(Owning(3))->value(), 30U);
  }
  EXPECT_EQ(Owning::live(), 0);
}

TEST(Mapdelete, PointersAreWiped) {
  CHECKS("layout/free-elem-zero");
  int target = 0;
  HandMap<Pointer, Pointer> map(0, [](const Pointer&) { return u64{0}; });
  map[&target] = &target;
  map.del(&target);
  EXPECT_EQ(map.key_in(map.bucket(0), 0), nullptr);
  EXPECT_EQ(map.elem_in(map.bucket(0), 0), nullptr);
}

TEST(Mapdelete, KeysAndElemsStoredApartAreFreed) {
  CHECKS("cxx/lifetime");
  HandMap<Big, Big> map;
  map[big(1)] = big(1);
  map.del(big(1));
  EXPECT_EQ(gomap::indirect(map.bucket(0)->key_cell(map.t, 0)), nullptr);
  EXPECT_EQ(gomap::indirect(map.bucket(0)->elem_cell(map.t, 0)), nullptr);
}

// ---- in mid-growth ----

TEST(Mapdelete, InMidGrowthItsOldBucketAndOneMoreMoveFirst) {
  CHECKS("grow/progress");
  Map map(52);  // eight buckets
  fill(map, 52);
  begin_bigger_growth(map);
  map.del(13);  // new bucket 13, old bucket 5
  EXPECT_TRUE(gomap::bucketEvacuated(map.t, map.h, 5));
  EXPECT_TRUE(gomap::bucketEvacuated(map.t, map.h, 0));
  EXPECT_FALSE(gomap::bucketEvacuated(map.t, map.h, 1));
  EXPECT_EQ(map.h->nevacuate, 1U);
  EXPECT_EQ(map.keys(map.bucket(13)), (std::vector<u64>{29, 45}));
  EXPECT_EQ(map.len(), 51);
}

TEST(Mapdelete, InMidGrowthAnAbsentKeyMovesTheGrowthOnToo) {
  CHECKS("grow/progress");
  Map map(52);
  fill(map, 52);
  begin_bigger_growth(map);
  map.del(1000 + 3);
  EXPECT_EQ(map.h->nevacuate, 1U);
  EXPECT_TRUE(gomap::bucketEvacuated(map.t, map.h, 3));
  EXPECT_EQ(map.len(), 52);
}

TEST(Mapdelete, DeletesAloneFinishAGrowth) {
  CHECKS("grow/progress");
  Map map(52);
  fill(map, 52);
  begin_bigger_growth(map);
  for (u64 i = 0; i < 8; i++) map.del(2000);
  EXPECT_FALSE(map.h->growing());
  EXPECT_EQ(map.len(), 52);
}

TEST(Mapdelete, FromAChainOfThreeBucketsInMidGrowth) {
  CHECKS("grow/progress", "delete/keeps-chain");
  for (const bool same_size : {false, true}) {
    Chain chain(24);
    if (same_size) {
      begin_same_size_growth(chain);
    } else {
      begin_bigger_growth(chain);
    }
    for (u64 cell = 0; cell < 24; cell += 2) chain.del_cell(cell);
    EXPECT_EQ(chain.len(), 12);
    for (u64 cell = 0; cell < 24; cell++) EXPECT_EQ(chain.has(4 * cell), cell % 2 == 1);
  }
}

TEST(Mapdelete, AnEmptyMapIsLeftAloneInMidGrowth) {
  CHECKS("grow/progress", "access/no-mutate");
  Map map(52);
  map[0] = 0;
  begin_bigger_growth(map);
  map.h->count = 0;  // as if deleted: nothing is looked for in an empty map
  map.hashed = 0;
  map.del(0);
  EXPECT_EQ(map.hashed, 0U);
  EXPECT_EQ(map.h->nevacuate, 0U);
  map.h->count = 1;
}

// ---- nothing to delete ----

TEST(Mapdelete, NilAndEmptyMapsAndAbsentKeysAreLeftAlone) {
  CHECKS("nil/delete-noop", "delete/keeps-chain");
  Map nil(NilMap{}), empty, some;
  fill(some, 3);
  for (Map* map : {&nil, &empty, &some}) {
    const auto before = map->len();
    map->del(77);
    EXPECT_EQ(map->len(), before);
  }
  EXPECT_EQ(nil.hashed + empty.hashed, 0U);
  EXPECT_EQ(some.h->flags, 0);
}

TEST(Mapdelete, ANaNCannotBeDeleted) {
  CHECKS("nan/not-deletable");
  HandMap<double, u64> map;
  map[kAnyNaN] = 1;
  map.del(kAnyNaN);
  EXPECT_EQ(map.len(), 1);
}

TEST(Mapdelete, MinusZeroDeletesPlusZero) {
  CHECKS("zero/sign-key-update");
  HandMap<double, u64> map;
  map[0.0] = 1;
  map.del(-0.0);
  EXPECT_EQ(map.len(), 0);
}

TEST(Mapdelete, AnUnhashableKeyPanicsOnNilAndEmptyMapsToo) {
  CHECKS("panic/unhashable");
  const auto hasher = [](const Interface& key) { return gomap::hash<Interface>{}(key, 0); };
  HandMap<Interface, u64> nil(NilMap{}, hasher), empty(0, hasher), full(0, hasher);
  full[Interface(2.5)] = 1;
  for (auto* map : {&nil, &empty, &full}) {
    expect_panic("runtime error: hash of unhashable type func()", [&] { map->del(Unhashable{}); });
  }
  EXPECT_EQ(full.len(), 1);
  EXPECT_EQ(full.h->flags, 0);
}

TEST(Mapdelete, TwoWritersAreThrownOut) {
  CHECKS("threads/write-detected");
  Map map;
  fill(map, 2);
  gomap::set_flag(map.h, gomap::hashWriting);
  expect_throw("concurrent map writes", [&] { map.del(1); });
  gomap::unset_flag(map.h, gomap::hashWriting);
  EXPECT_EQ(map.len(), 2);
}

TEST(Mapdelete, TheSeedOutlivesTheLastEntry) {
  CHECKS("hash/seed");
  // As in 1.14; later Gos draw a new one.
  Map map;
  map[1] = 1;
  const auto seed = map.h->hash0;
  map.del(1);
  EXPECT_EQ(map.h->hash0, seed);
}

}  // namespace
}  // namespace mapproof
