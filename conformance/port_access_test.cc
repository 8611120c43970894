// mapaccess1, mapaccess2, mapaccessK and the fat variants.
#include <cmath>
#include <memory>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "gomap/map.h"

namespace mapproof {
namespace {

const void* const kZero = gomap::zeroVal;

using Map = HandMap<u64, u64>;

void* access1(Map& map, u64 key) { return gomap::mapaccess1(map.t, map.h, &key); }
std::pair<void*, bool> access2(Map& map, u64 key) { return gomap::mapaccess2(map.t, map.h, &key); }
gomap::detail::cell accessK(Map& map, u64 key) { return gomap::mapaccessK(map.t, map.h, &key); }

void expect_miss(Map& map, u64 key) {
  EXPECT_EQ(access1(map, key), kZero) << key;
  EXPECT_EQ(access2(map, key), (std::pair<void*, bool>{const_cast<void*>(kZero), false})) << key;
  EXPECT_EQ(accessK(map, key).key, nullptr) << key;
  EXPECT_EQ(accessK(map, key).elem, nullptr) << key;
}
void expect_found(Map& map, u64 key) {
  ASSERT_TRUE(access2(map, key).second) << key;
  EXPECT_EQ(*static_cast<u64*>(access2(map, key).first), key);
  EXPECT_EQ(access1(map, key), access2(map, key).first) << "one cell, whoever asks";
  EXPECT_EQ(*static_cast<u64*>(accessK(map, key).key), key);
  EXPECT_EQ(accessK(map, key).elem, access1(map, key));
}

TEST(Access, ANilMapAnEmptyMapAndAnEmptiedMapMissWithoutHashing) {
  CHECKS("nil/read-ok", "access/zero-on-miss");
  Map nil(NilMap{}), fresh, hinted(100), emptied;
  fill(emptied, 3);
  for (u64 i = 0; i < 3; i++) emptied.del(i);
  emptied.hashed = 0;
  for (Map* map : {&nil, &fresh, &hinted, &emptied}) {
    expect_miss(*map, 1);
    EXPECT_EQ(map->hashed, 0U);
  }
}

TEST(Access, AMissPointsAtSharedZeros) {
  CHECKS("access/zero-on-miss");
  Map map;
  map[1] = 1;
  EXPECT_EQ(*static_cast<u64*>(access1(map, 2)), 0U);
  for (const unsigned char byte : gomap::zeroVal) EXPECT_EQ(byte, 0);
}

TEST(Access, AnEntryIsFoundInEachCellOfAChainOfThreeBuckets) {
  CHECKS("access/present");
  Map map(26);                 // four buckets
  fill(map, 20, at(9, 0), 4);  // all of one tophash, in bucket 0
  ASSERT_EQ(map.chain(map.bucket(0)).size(), 3U);
  for (u64 i = 0; i < 20; i++) expect_found(map, at(9, 4 * i));
  expect_miss(map, at(9, 80));
  expect_miss(map, at(10, 0));
  expect_miss(map, at(9, 1));
}

TEST(Access, KeysOfOneTophashAreToldApartByComparison) {
  CHECKS("access/present", "access/absent");
  Map map;
  map[at(9, 0)] = at(9, 0);
  map[at(9, 8)] = at(9, 8);
  expect_found(map, at(9, 0));
  expect_found(map, at(9, 8));
  expect_miss(map, at(9, 16));
}

TEST(Access, TophashesBelowTheCellStatesAreLiftedOverThem) {
  CHECKS("layout/tophash", "access/present");
  for (unsigned top = 0; top < 12; top++) {
    const auto expected = top < gomap::minTopHash ? top + gomap::minTopHash : top;
    EXPECT_EQ(gomap::tophash(at(top, 0x00ff'ffff'ffff'ffff)), expected);
  }
  EXPECT_EQ(gomap::tophash(at(255, 0)), 255);
  Map map;
  for (unsigned top = 0; top < 8; top++) map[at(top, 0)] = at(top, 0);
  for (unsigned top = 0; top < 8; top++) expect_found(map, at(top, 0));
}

TEST(Access, EmptyRestEndsTheSearchAndEmptyOneDoesNot) {
  CHECKS("layout/emptyrest-suffix", "access/absent");
  Map map;
  fill(map, 8);
  map.bucket(0)->tophash[3] = gomap::emptyOne;
  expect_found(map, 7);
  map.bucket(0)->tophash[3] = gomap::emptyRest;
  expect_found(map, 2);
  expect_miss(map, 7);  // a broken map, which shows that nobody looks on
}

TEST(Access, TheSeedReachesTheHasher) {
  CHECKS("hash/seed");
  gomap::thread_random().force(77);
  Map map;
  map[1] = 1;
  expect_found(map, 1);
  EXPECT_EQ(map.last_seed, 77U);
}

// ---- during a growth ----

TEST(Access, WhileAMapDoublesEntriesAreReadWhereTheyAre) {
  CHECKS("access/right-generation");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);  // four old buckets, eight new ones
  const void* const in_old = access1(map, 5);
  EXPECT_EQ(in_old, map.old_bucket(1)->elem_cell(map.t, 1)) << "1, 5, 9, ... lie in old bucket 1";
  gomap::evacuate(map.t, map.h, 1);
  EXPECT_EQ(access1(map, 5), map.bucket(5)->elem_cell(map.t, 0)) << "5 is the first to go up";
  for (u64 key = 0; key < 26; key++) expect_found(map, key);
  expect_miss(map, 26);
  expect_miss(map, 29);
}

TEST(Access, InAGrowthToTheSameSizeTheMaskStaysAsItIs) {
  CHECKS("access/right-generation");
  Map map(26);
  fill(map, 20);
  begin_same_size_growth(map);
  ASSERT_TRUE(gomap::sameSizeGrowing(map.h));
  for (u64 key = 0; key < 20; key++) expect_found(map, key);
  EXPECT_EQ(access1(map, 2), map.old_bucket(2)->elem_cell(map.t, 0));
  gomap::evacuate(map.t, map.h, 2);
  EXPECT_EQ(access1(map, 2), map.bucket(2)->elem_cell(map.t, 0));
  for (u64 key = 0; key < 20; key++) expect_found(map, key);
  expect_miss(map, 22);
}

TEST(Access, LookingDoesNotMoveAGrowthOn) {
  CHECKS("access/no-mutate");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  const gomap::uintptr nevacuate = map.h->nevacuate;
  const auto flags = map.h->flags;
  for (u64 key = 0; key < 60; key++) {
    access1(map, key);
    access2(map, key);
    accessK(map, key);
  }
  EXPECT_EQ(map.h->nevacuate, nevacuate);
  EXPECT_EQ(map.h->flags, flags);
  EXPECT_TRUE(map.h->growing());
}

// ---- mapaccessK ----

TEST(AccessK, GivesTheStoredKeyNotTheOneAskedFor) {
  CHECKS("zero/sign-key-update", "access/current-elem");
  HandMap<double, u64> map;
  map[-0.0] = 1;
  const double plus = 0.0;
  const auto found = gomap::mapaccessK(map.t, map.h, &plus);
  ASSERT_NE(found.key, nullptr);
  EXPECT_TRUE(std::signbit(*static_cast<double*>(found.key)));
  EXPECT_EQ(found.buckets, map.h->buckets);
}

TEST(AccessK, SaysInWhichArrayTheEntryLies) {
  CHECKS("access/right-generation");
  Map map(26);
  fill(map, 26);
  begin_bigger_growth(map);
  EXPECT_EQ(accessK(map, 3).buckets, map.h->oldbuckets);
  gomap::evacuate(map.t, map.h, 3);
  EXPECT_EQ(accessK(map, 3).buckets, map.h->buckets);
}

// ---- misuse ----

TEST(Access, ReadingWhileSomebodyWritesIsThrownOut) {
  CHECKS("threads/write-detected");
  Map map;
  map[1] = 1;
  gomap::set_flag(map.h, gomap::hashWriting);
  expect_throw("concurrent map read and map write", [&] { access1(map, 1); });
  expect_throw("concurrent map read and map write", [&] { access2(map, 1); });
  EXPECT_NE(accessK(map, 1).key, nullptr) << "as in Go, mapaccessK leaves that to mapiternext";
  gomap::unset_flag(map.h, gomap::hashWriting);
  expect_found(map, 1);
}

TEST(Access, AnUnhashableKeyPanicsOnNilAndEmptyMapsToo) {
  CHECKS("panic/unhashable");
  const auto hasher = [](const Interface& key) { return gomap::hash<Interface>{}(key, 0); };
  HandMap<Interface, u64> nil(NilMap{}, hasher), empty(0, hasher), full(0, hasher);
  full[Interface(std::int64_t{1})] = 1;
  const Interface key = Unhashable{};
  for (auto* map : {&nil, &empty, &full}) {
    const std::string words = "runtime error: hash of unhashable type func()";
    expect_panic(words, [&] { gomap::mapaccess1(map->t, map->h, &key); });
    expect_panic(words, [&] { gomap::mapaccess2(map->t, map->h, &key); });
  }
  EXPECT_EQ(gomap::mapaccessK(empty.t, empty.h, &key).key, nullptr) << "it does not hash then";
  EXPECT_TRUE(full.has(Interface(std::int64_t{1})));
  EXPECT_EQ(full.h->flags, 0);
}

TEST(Access, AKeyBehindANilPointerIsGosNilDereference) {
  CHECKS("panic/unexpected");
  Map map;
  map[1] = 1;
  expect_panic(kNilDereference, [&] { gomap::mapaccess1(map.t, map.h, nullptr); });
}

// ---- keys that are not equal to themselves ----

TEST(Access, ANaNIsNeverFound) {
  CHECKS("nan/not-found");
  HandMap<double, u64> map;  // all NaNs hash to 0: only the comparison tells
  map[kAnyNaN] = 1;
  map[kAnyNaN] = 2;
  EXPECT_EQ(map.len(), 2);
  EXPECT_FALSE(map.has(kAnyNaN));
}

// ---- large elems ----

struct Huge {
  unsigned char bytes[4096];
};

TEST(AccessFat, AMissGivesTheZeroOfTheCaller) {
  CHECKS("access/zero-on-miss");
  HandMap<u64, Huge> map;
  auto zero = std::make_unique<Huge>();
  const u64 here = 1, there = 2;
  map[here].bytes[4095] = 9;
  EXPECT_EQ(gomap::mapaccess1_fat(map.t, map.h, &there, zero.get()), zero.get());
  EXPECT_EQ(gomap::mapaccess2_fat(map.t, map.h, &there, zero.get()),
            (std::pair<void*, bool>{zero.get(), false}));
  EXPECT_EQ(static_cast<Huge*>(gomap::mapaccess1_fat(map.t, map.h, &here, zero.get()))->bytes[4095],
            9);
  EXPECT_TRUE(gomap::mapaccess2_fat(map.t, map.h, &here, zero.get()).second);
}

TEST(AccessFat, AnElemThatIsZeroIsNoMiss) {
  CHECKS("access/present");
  HandMap<u64, Huge> map;
  auto zero = std::make_unique<Huge>();
  const u64 key = 1;
  map[key];
  EXPECT_NE(gomap::mapaccess1_fat(map.t, map.h, &key, zero.get()), zero.get());
  EXPECT_TRUE(gomap::mapaccess2_fat(map.t, map.h, &key, zero.get()).second);
}

TEST(AccessFat, ANilMapGivesTheZeroOfTheCaller) {
  CHECKS("nil/read-ok", "access/zero-on-miss");
  HandMap<u64, Huge> map(NilMap{});
  auto zero = std::make_unique<Huge>();
  const u64 key = 1;
  EXPECT_EQ(gomap::mapaccess1_fat(map.t, map.h, &key, zero.get()), zero.get());
  EXPECT_FALSE(gomap::mapaccess2_fat(map.t, map.h, &key, zero.get()).second);
}

// ---- elems without room ----

TEST(Access, AnElemOfNoSizeIsFoundAndMissed) {
  CHECKS("access/present", "access/absent", "layout/cell-sizes");
  HandMap<u64, Empty> map;
  map[3];
  EXPECT_TRUE(map.has(3));
  EXPECT_FALSE(map.has(4));
}

}  // namespace
}  // namespace mapproof
