// hashGrow, growWork, evacuate, advanceEvacuationMark, incrnoverflow, tooManyOverflowBuckets.
#include <algorithm>
#include <cmath>
#include <memory>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;
using Keys = std::vector<u64>;

constexpr int R = gomap::emptyRest, X = gomap::evacuatedX, Y = gomap::evacuatedY;
constexpr int E = gomap::evacuatedEmpty;

// ---- when to grow ----

TEST(TooManyOverflowBuckets, AreAsManyAsBucketsButNoMoreThanFifteenBitsCount) {
  CHECKS("grow/same-size-trigger", "build/shift-safe");
  for (unsigned B = 0; B < 20; B++) {
    const unsigned limit = 1U << std::min(B, 15U);
    const auto b = static_cast<std::uint8_t>(B);
    EXPECT_FALSE(gomap::tooManyOverflowBuckets(static_cast<std::uint16_t>(limit - 1), b)) << B;
    EXPECT_TRUE(gomap::tooManyOverflowBuckets(static_cast<std::uint16_t>(limit), b)) << B;
  }
}

TEST(Incrnoverflow, CountsExactlyBelowSixtyFiveThousandBuckets) {
  CHECKS("layout/noverflow");
  gomap::hmap h;
  h.B = 15;
  for (int i = 0; i < 1000; i++) gomap::incrnoverflow(&h);
  EXPECT_EQ(h.noverflow, 1000);
}

TEST(Incrnoverflow, AboveThatOneIncrementStandsForMany) {
  CHECKS("layout/noverflow");
  gomap::hmap h;
  const auto counted = [&h](std::uint8_t B, std::uint32_t draw) {
    h.B = B;
    h.noverflow = 0;
    gomap::thread_random().force(draw);
    gomap::incrnoverflow(&h);
    return h.noverflow == 1;
  };
  EXPECT_TRUE(counted(16, 0));
  EXPECT_FALSE(counted(16, 1));
  EXPECT_TRUE(counted(16, 2)) << "one in two";
  for (std::uint32_t draw = 0; draw < 16; draw++) EXPECT_EQ(counted(18, draw), draw % 8 == 0);
}

TEST(HashGrow, ANinthEntryDoublesTheMapAtOnce) {
  CHECKS("layout/load-factor");
  Map map;
  fill(map, 8);
  ASSERT_EQ(map.h->B, 0);
  map[8] = 8;
  EXPECT_EQ(map.h->B, 1);
  EXPECT_FALSE(map.h->growing()) << "one old bucket, moved by the write that began it";
  EXPECT_EQ(map.keys(map.bucket(0)), (Keys{0, 2, 4, 6, 8}));
  EXPECT_EQ(map.keys(map.bucket(1)), (Keys{1, 3, 5, 7}));
}

TEST(HashGrow, ManyOverflowBucketsInAThinMapMakeItGrowToTheSameSize) {
  CHECKS("grow/same-size-trigger");
  Map map(26);
  for (u64 chain = 0; chain < 4; chain++) {
    fill(map, 9, chain, 4);
    for (u64 i = 1; i < 9; i++) map.del(chain + 4 * i);
  }
  ASSERT_EQ(map.h->noverflow, 4);
  ASSERT_EQ(map.overflow_buckets(), 4U);
  map[40] = 40;
  EXPECT_EQ(map.h->B, 2);
  EXPECT_TRUE(map.h->growing());
  EXPECT_TRUE(gomap::sameSizeGrowing(map.h));
  EXPECT_EQ(map.h->noverflow, 0);
  for (u64 i = 0; i < 4; i++) map[i] = i;
  EXPECT_FALSE(map.h->growing());
  EXPECT_FALSE(gomap::sameSizeGrowing(map.h));
  EXPECT_EQ(map.overflow_buckets(), 0U) << "the chains are packed";
  EXPECT_EQ(map.len(), 5);
}

// ---- hashGrow ----

TEST(HashGrow, TheArrayBecomesTheOldOne) {
  CHECKS("grow/bigger-splits");
  Map map(26);
  fill(map, 26);
  void* const buckets = map.h->buckets;
  begin_bigger_growth(map);
  EXPECT_EQ(map.h->oldbuckets, buckets);
  EXPECT_NE(map.h->buckets, buckets);
  EXPECT_EQ(map.h->B, 3);
  EXPECT_EQ(map.h->nevacuate, 0U);
  EXPECT_EQ(gomap::noldbuckets(map.h), 4U);
  EXPECT_EQ(gomap::oldbucketmask(map.h), 3U);
  EXPECT_EQ(map.h->flags, 0);
}

TEST(HashGrow, ToTheSameSizeTheMaskIsTheSame) {
  CHECKS("grow/same-size-packs");
  Map map(26);
  fill(map, 20);
  begin_same_size_growth(map);
  EXPECT_EQ(map.h->B, 2);
  EXPECT_EQ(gomap::noldbuckets(map.h), 4U);
  EXPECT_EQ(map.h->flags, gomap::sameSizeGrow);
}

TEST(HashGrow, TheCountAfterThePutDecidesWhichWay) {
  CHECKS("grow/same-size-trigger", "layout/load-factor");
  Map full(26), nearly(26);
  fill(full, 26);
  fill(nearly, 25);
  gomap::hashGrow(full.t, full.h);
  gomap::hashGrow(nearly.t, nearly.h);
  EXPECT_EQ(full.h->B, 3);
  EXPECT_EQ(nearly.h->B, 2);
}

TEST(HashGrow, AWalkOverTheArrayBecomesOneOverTheOldArray) {
  CHECKS("iter/phases");
  const std::pair<int, int> rows[] = {{0, 0},
                                      {gomap::iterator, gomap::oldIterator},
                                      {gomap::oldIterator, 0},
                                      {gomap::iterator | gomap::oldIterator, gomap::oldIterator}};
  for (const auto& [before, after] : rows) {
    Map map(26);
    fill(map, 20);
    map.h->flags = static_cast<std::uint8_t>(before);
    begin_bigger_growth(map);
    EXPECT_EQ(map.h->flags, after) << before;
    Map same(26);
    fill(same, 20);
    same.h->flags = static_cast<std::uint8_t>(before);
    begin_same_size_growth(same);
    EXPECT_EQ(same.h->flags, after | gomap::sameSizeGrow) << before;
  }
}

TEST(HashGrow, TheOverflowListIsHandedDown) {
  CHECKS("layout/overflow-list");
  Map map(26);
  fill(map, 24, 0, 4);
  gomap::overflow_list* const list = map.h->extra->overflow;
  begin_bigger_growth(map);
  EXPECT_EQ(map.h->extra->oldoverflow, list);
  EXPECT_EQ(map.h->extra->overflow, nullptr);
  EXPECT_EQ(list->buckets.size(), 2U);
  EXPECT_EQ(map.h->noverflow, 0);
}

TEST(HashGrow, FromFourBitsOnTheNewArrayHasSpareBuckets) {
  CHECKS("layout/spares");
  Map map(52);
  fill(map, 52);
  EXPECT_EQ(map.h->extra, nullptr);
  begin_bigger_growth(map);
  ASSERT_NE(map.h->extra, nullptr);
  EXPECT_EQ(map.h->extra->nextOverflow, map.bucket(16));
}

TEST(HashGrow, AnOldListThatIsStillThereIsThrownOut) {
  CHECKS("layout/overflow-list");
  Map map(26);
  fill(map, 24, 0, 4);
  begin_bigger_growth(map);
  gomap::createOverflow(map.h);
  expect_throw("oldoverflow is not nil", [&] { gomap::hashGrow(map.t, map.h); });
}

// ---- growWork and advanceEvacuationMark ----

TEST(GrowWork, EachWriteMovesItsOwnOldBucketAndOneMore) {
  CHECKS("grow/progress");
  Map map(52);  // eight old buckets
  fill(map, 52);
  begin_bigger_growth(map);
  const auto moved = [&] {
    Keys buckets;
    for (u64 i = 0; map.h->growing() && i < 8; i++) {
      if (gomap::bucketEvacuated(map.t, map.h, i)) buckets.push_back(i);
    }
    return buckets;
  };
  map[13] = 13;  // old bucket 5
  EXPECT_EQ(moved(), (Keys{0, 5}));
  EXPECT_EQ(map.h->nevacuate, 1U);
  map[1] = 1;  // its own is the next anyway
  EXPECT_EQ(moved(), (Keys{0, 1, 2, 5}));
  EXPECT_EQ(map.h->nevacuate, 3U);
  map[5] = 5;  // its own has moved already
  EXPECT_EQ(moved(), (Keys{0, 1, 2, 3, 5}));
  EXPECT_EQ(map.h->nevacuate, 4U);
  map[3] = 3;  // moves bucket 4; the mark skips 5
  EXPECT_EQ(moved(), (Keys{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(map.h->nevacuate, 6U);
  map[7] = 7;
  EXPECT_FALSE(map.h->growing());
}

TEST(GrowWork, AGrowthIsOverAfterAtMostAsManyWritesAsThereAreOldBuckets) {
  CHECKS("grow/progress");
  for (u64 key = 0; key < 8; key++) {
    Map map(52);
    fill(map, 52);
    begin_bigger_growth(map);
    int writes = 0;
    for (; map.h->growing(); writes++) map[key] = key;
    EXPECT_LE(writes, 8);
    EXPECT_GE(writes, 4);
  }
}

TEST(AdvanceEvacuationMark, SkipsNoMoreThanAThousandAndTwentyFourBuckets) {
  CHECKS("grow/progress", "layout/nevacuate");
  Map map(8000);
  ASSERT_EQ(map.h->B, 11);
  begin_bigger_growth(map);
  for (u64 i = 1; i < 2048; i++) map.old_bucket(i)->tophash[0] = gomap::evacuatedEmpty;
  gomap::evacuate(map.t, map.h, 0);
  ASSERT_TRUE(map.h->growing());
  EXPECT_EQ(map.h->nevacuate, 1025U);
  gomap::evacuate(map.t, map.h, 1025);
  EXPECT_FALSE(map.h->growing());
}

TEST(AdvanceEvacuationMark, TheLastBucketEndsTheGrowth) {
  CHECKS("grow/progress", "layout/nevacuate");
  Map map(26);
  fill(map, 24, 0, 4);
  begin_same_size_growth(map);
  for (u64 i = 0; i < 4; i++) {
    ASSERT_TRUE(map.h->growing());
    gomap::evacuate(map.t, map.h, i);
  }
  EXPECT_EQ(map.h->oldbuckets, nullptr);
  EXPECT_EQ(map.h->extra->oldoverflow, nullptr);
  EXPECT_EQ(map.h->flags, 0);
  EXPECT_EQ(map.h->nevacuate, 4U) << "as in Go; the next growth begins at 0 again";
}

TEST(AdvanceEvacuationMark, ABucketOutOfTurnLeavesTheMark) {
  CHECKS("grow/progress", "layout/nevacuate");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 2);
  EXPECT_EQ(map.h->nevacuate, 0U);
}

// ---- evacuate ----

TEST(Evacuate, EntriesGoToTheLowerOrTheUpperHalfInTheirOrder) {
  CHECKS("grow/bigger-splits", "layout/right-bucket");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 1);  // 1 5 9 13 17 21 25
  EXPECT_EQ(map.keys(map.bucket(1)), (Keys{1, 9, 17, 25}));
  EXPECT_EQ(map.keys(map.bucket(5)), (Keys{5, 13, 21}));
  EXPECT_EQ(map.tops(map.old_bucket(1)), (std::vector<int>{X, Y, X, Y, X, Y, X, E}));
  EXPECT_EQ(map.elem_in(map.bucket(5), 2), 21U);
  EXPECT_TRUE(map.keys(map.bucket(2)).empty());
  EXPECT_EQ(map.len(), 26);
}

TEST(Evacuate, HolesAreLeftBehind) {
  CHECKS("grow/same-size-packs", "grow/bigger-splits");
  Map map(26);
  fill(map, 12, 0, 4);
  for (u64 cell : {0U, 3U, 8U, 9U, 10U}) map.del(4 * cell);
  begin_same_size_growth(map);
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.keys(map.bucket(0)), (Keys{4, 8, 16, 20, 24, 28, 44}));
  EXPECT_EQ(map.tops(map.bucket(0)), (std::vector<int>{5, 5, 5, 5, 5, 5, 5, R}));
  EXPECT_EQ(map.overflow_buckets(), 0U);
  EXPECT_EQ(map.tops(map.old_bucket(0)),
            (std::vector<int>{E, X, X, E, X, X, X, X, E, E, E, X, E, E, E, E}));
}

TEST(Evacuate, ToTheSameSizeNothingIsHashedAgain) {
  CHECKS("grow/same-size-packs");
  Map map(26);
  fill(map, 20);
  begin_same_size_growth(map);
  map.hashed = 0;
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.hashed, 0U);
}

TEST(Evacuate, TophashesGoAlong) {
  CHECKS("layout/tophash");
  Map map(26);
  map[at(99, 0)] = 1;
  map[at(7, 4)] = 2;
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.bucket(0)->tophash[0], 99);
  EXPECT_EQ(map.bucket(4)->tophash[0], 7);
}

TEST(Evacuate, EachHalfGetsOverflowBucketsOfItsOwn) {
  CHECKS("grow/bigger-splits", "layout/noverflow");
  Map map(52);           // eight buckets
  fill(map, 20, 0, 16);  // all down: a chain of three
  fill(map, 9, 1, 16);   // down
  fill(map, 10, 9, 16);  // up: nineteen in old bucket 1
  ASSERT_EQ(map.h->B, 3);
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.chain(map.bucket(0)).size(), 3U);
  EXPECT_EQ(map.h->noverflow, 2);
  gomap::evacuate(map.t, map.h, 1);
  EXPECT_EQ(map.chain(map.bucket(1)).size(), 2U);
  EXPECT_EQ(map.chain(map.bucket(9)).size(), 2U);
  EXPECT_EQ(map.h->noverflow, 4);
  EXPECT_EQ(map.h->extra->overflow->buckets.size(), 4U);
  EXPECT_EQ(map.keys(map.bucket(0)).size(), 20U);
  EXPECT_EQ(map.keys(map.bucket(9)).back(), 153U);
  EXPECT_TRUE(map.keys(map.bucket(8)).empty());
}

TEST(Evacuate, EightEntriesFitWithoutAnOverflowBucket) {
  CHECKS("grow/bigger-splits");
  Map map(26);
  fill(map, 8, 0, 8);
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.chain(map.bucket(0)).size(), 1U);
}

TEST(Evacuate, ABucketThatHasMovedIsNotMovedAgain) {
  CHECKS("layout/evacuated-together");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 2);
  map.hashed = 0;
  gomap::evacuate(map.t, map.h, 2);
  EXPECT_EQ(map.hashed, 0U);
  EXPECT_EQ(map.keys(map.bucket(2)), (Keys{2, 10, 18}));
}

TEST(Evacuate, ACellStateThatCannotBeIsThrownOut) {
  CHECKS("layout/evacuated-together");
  for (const int state : {X, Y, E}) {
    Map map(26);
    fill(map, 12, 0, 4);
    map.bucket(0)->tophash[1] = static_cast<std::uint8_t>(state);
    begin_bigger_growth(map);
    expect_throw("bad map state", [&] { gomap::evacuate(map.t, map.h, 0); });
  }
}

// ---- NaNs ----

// A map of four NaNs whose tophashes are 10, 11, 12, 13 and whose next hashes are `then`.
class NaNs : public HandMap<double, u64> {
 public:
  explicit NaNs(u64 then) : HandMap(26, [this](const double&) { return hash_now; }) {
    for (unsigned top = 10; top < 14; top++) {
      hash_now = at(top, 0);
      (*this)[kAnyNaN] = top;
    }
    hash_now = then;
    begin_bigger_growth(*this);
  }
  std::vector<u64> elems(gomap::uintptr n) {
    std::vector<u64> found;
    for (gomap::uintptr i = 0; i < 8; i++) {
      if (bucket(n)->tophash[i] >= gomap::minTopHash) found.push_back(elem_in(bucket(n), i));
    }
    return found;
  }
  u64 hash_now = 0;
};

TEST(Evacuate, UnderAWalkTheLowBitOfTheTophashSaysWhereANaNGoes) {
  CHECKS("nan/iterated-once");
  NaNs map(at(200, 4));  // the hash says: up
  map.h->flags |= gomap::iterator;
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.elems(0), (Keys{10, 12}));
  EXPECT_EQ(map.elems(4), (Keys{11, 13}));
  EXPECT_EQ(map.tops(map.old_bucket(0)), (std::vector<int>{X, Y, X, Y, E, E, E, E}));
  EXPECT_EQ(map.bucket(0)->tophash[0], 200) << "the new hash's, for the growth after this";
  EXPECT_EQ(map.bucket(4)->tophash[1], 200);
}

TEST(Evacuate, WithoutAWalkTheNewHashSaysWhereANaNGoesAndTheTophashStays) {
  CHECKS("nan/iterated-once", "nan/spread");
  NaNs up(at(200, 4)), down(at(200, 0));
  gomap::evacuate(up.t, up.h, 0);
  gomap::evacuate(down.t, down.h, 0);
  EXPECT_EQ(up.elems(4), (Keys{10, 11, 12, 13}));
  EXPECT_EQ(down.elems(0), (Keys{10, 11, 12, 13}));
  EXPECT_EQ(up.bucket(4)->tophash[0], 10);
}

TEST(Evacuate, AWalkOverTheOldArrayAloneDoesNotDecideForNaNs) {
  CHECKS("nan/iterated-once");
  NaNs map(at(200, 4));
  map.h->flags |= gomap::oldIterator;
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.elems(4), (Keys{10, 11, 12, 13}));
}

TEST(Evacuate, OrdinaryFloatsGoByTheirHashUnderAWalkToo) {
  CHECKS("grow/bigger-splits");
  HandMap<double, u64> map(26);
  for (int i = 0; i < 7; i++) map[4.0 * i] = 0;
  begin_bigger_growth(map);
  map.h->flags |= gomap::iterator;
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.keys(map.bucket(0)), (std::vector<double>{0, 8, 16, 24}));
  EXPECT_EQ(map.keys(map.bucket(4)), (std::vector<double>{4, 12, 20}));
}

// ---- wiping ----

TEST(Evacuate, AnOldBucketWithPointersIsWipedUnlessAWalkMayBeThere) {
  CHECKS("iter/no-use-after-free");
  for (const bool walked : {false, true}) {
    HandMap<std::string, std::string> map(26);
    for (int i = 0; i < 12; i++) map[std::to_string(4 * i)] = "elem";
    begin_bigger_growth(map);
    if (walked) map.h->flags |= gomap::oldIterator;
    gomap::bmap* const old = map.old_bucket(0);
    gomap::evacuate(map.t, map.h, 0);
    EXPECT_EQ(map.tops(old)[0], X) << "the state stays in any case";
    EXPECT_EQ(map.key_in(old, 1), walked ? "4" : "");
    EXPECT_EQ(map.elem_in(old, 1), walked ? "elem" : "");
    EXPECT_EQ(old->overflow(map.t) != nullptr, walked);
  }
}

TEST(Evacuate, AnOldBucketWithoutPointersIsNotWiped) {
  CHECKS("iter/no-use-after-free");
  Map map(26);
  fill(map, 12, 0, 4);
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.key_in(map.old_bucket(0), 1), 4U);
  EXPECT_NE(map.old_bucket(0)->overflow(map.t), nullptr);
}

// ---- copy or move ----

// Says how often it was copied and moved.
struct Counted {
  Counted() noexcept = default;
  explicit Counted(u64 n) noexcept : number(n) {}
  Counted(const Counted& other) noexcept : number(other.number) { copies++; }
  Counted(Counted&& other) noexcept : number(std::exchange(other.number, 0)) { moves++; }
  Counted& operator=(const Counted& other) noexcept {
    number = other.number;
    copies++;
    return *this;
  }
  Counted& operator=(Counted&& other) noexcept {
    number = std::exchange(other.number, 0);
    moves++;
    return *this;
  }
  ~Counted() {}  // not trivial
  u64 value() const { return number; }
  friend bool operator==(const Counted& x, const Counted& y) { return x.number == y.number; }

  u64 number = 0;
  static inline int copies = 0, moves = 0;
};

void expect_copies_and_moves(bool walked, int copies, int moves) {
  HandMap<Counted, Counted> map(26);
  for (u64 i = 1; i <= 10; i++) map[Counted(4 * i)] = Counted(i);
  begin_bigger_growth(map);
  std::unique_ptr<HandWalk<Counted, Counted>> walk;
  if (walked) walk = std::make_unique<HandWalk<Counted, Counted>>(map, 0, 0);
  Counted::copies = Counted::moves = 0;
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(Counted::copies, copies);
  EXPECT_EQ(Counted::moves, moves);
  for (u64 i = 1; i <= 10; i++) EXPECT_EQ(map.find(Counted(4 * i))->number, i);
}

// Of the chain's ten entries two lie in an overflow bucket, which Go leaves as it is.
TEST(Evacuate, OwningEntriesMoveOnlyOutOfABucketThatIsWiped) {
  CHECKS("cxx/lifetime");
  expect_copies_and_moves(false, 4, 16);
}

TEST(Evacuate, OwningEntriesAreCopiedUnderAWalk) {
  CHECKS("cxx/lifetime", "iter/no-use-after-free");
  expect_copies_and_moves(true, 20, 0);
}

TEST(Evacuate, ObjectsStoredApartGoAlongWithoutACopy) {
  CHECKS("cxx/lifetime");
  HandMap<Big, Big> map(26);
  map[big(4)] = big(5);
  void* const key = gomap::indirect(map.bucket(0)->key_cell(map.t, 0));
  void* const elem = gomap::indirect(map.bucket(0)->elem_cell(map.t, 0));
  begin_bigger_growth(map);
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(gomap::indirect(map.bucket(4)->key_cell(map.t, 0)), key);
  EXPECT_EQ(gomap::indirect(map.bucket(4)->elem_cell(map.t, 0)), elem);
}

// ---- bounds ----

TEST(Growth, AMapThatIsFilledAndEmptiedForEverStaysSmall) {
  CHECKS("grow/churn-bounded");
  Map map;
  for (u64 i = 0; i < 20'000; i++) {
    map[i * 8] = i;  // of one bucket, whatever the size
    if (i >= 5) map.del((i - 5) * 8);
  }
  EXPECT_EQ(map.len(), 5);
  EXPECT_EQ(map.h->B, 0);
  EXPECT_LE(map.overflow_buckets(), 1U);
}

TEST(Growth, HashesOfOneValueMakeALinearChainAndNoMore) {
  CHECKS("hash/degenerate");
  Map map(0, [](const u64&) { return u64{0}; });
  for (u64 i = 0; i < 300; i++) map[i] = i;
  EXPECT_EQ(map.len(), 300);
  for (u64 i = 0; i < 300; i++) EXPECT_TRUE(map.has(i));
  EXPECT_LE(map.h->B, 6);
}

TEST(Growth, AboveSixteenBitsNothingIsLost) {
  CHECKS("layout/noverflow", "access/present");
  Map map(0, [](const u64& key) { return key * 0x9e37'79b9'7f4a'7c15U; });
  constexpr u64 kKeys = 450'000;  // B = 17
  fill(map, kKeys);
  EXPECT_EQ(map.h->B, 17);
  for (u64 i = 0; i < kKeys; i++) ASSERT_EQ(*map.find(i), i);
}

}  // namespace
}  // namespace mapproof
