// mapassign, newoverflow and createOverflow. That nothing is lost when something throws in between
// is in port_faults_test.cc.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;
using Tops = std::vector<int>;

// ---- where a key goes ----

TEST(Mapassign, TheFirstPutMakesTheFirstBucket) {
  CHECKS("assign/insert-unique");
  Map map;
  ASSERT_EQ(map.h->buckets, nullptr);
  map[at(200, 1)] = 5;
  EXPECT_EQ(gomap::generation::of(map.h->buckets)->nbuckets, 1U);
  EXPECT_EQ(map.tops(map.bucket(0)), (Tops{200, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(map.key_in(map.bucket(0), 0), at(200, 1));
  EXPECT_EQ(map.elem_in(map.bucket(0), 0), 5U);
  EXPECT_EQ(map.len(), 1);
}

TEST(Mapassign, TheLowBitsChooseTheBucketAndTheTopByteTheTophash) {
  CHECKS("layout/right-bucket", "layout/tophash");
  Map map(26);
  map[at(7, 6)] = 1;
  map[at(8, 3)] = 2;
  EXPECT_EQ(map.tops(map.bucket(2))[0], 7);
  EXPECT_EQ(map.tops(map.bucket(3))[0], 8);
  EXPECT_TRUE(map.keys(map.bucket(0)).empty());
}

TEST(Mapassign, ANewKeyTakesTheFirstFreeCellOfItsChain) {
  CHECKS("assign/insert-unique");
  Map map(26);
  fill(map, 12, 0, 4);  // bucket 0 and one overflow bucket
  map.del(8);           // cell 2
  map.del(20);          // cell 5
  map[48] = 48;
  EXPECT_EQ(map.key_in(map.bucket(0), 2), 48U);
  map[52] = 52;
  EXPECT_EQ(map.key_in(map.bucket(0), 5), 52U);
  map[56] = 56;
  EXPECT_EQ(map.key_in(map.bucket(0)->overflow(map.t), 4), 56U);
}

TEST(Mapassign, TheWholeChainIsSearchedBeforeTheFirstFreeCellIsTaken) {
  CHECKS("assign/insert-unique");
  Map map(26);
  fill(map, 12, 0, 4);
  map.del(0);   // a hole in front
  map[44] = 1;  // lies in the overflow bucket
  EXPECT_EQ(map.len(), 11);
  EXPECT_EQ(map.tops(map.bucket(0))[0], gomap::emptyOne);
  EXPECT_EQ(map.elem_in(map.bucket(0)->overflow(map.t), 3), 1U);
  map.del(44);
  EXPECT_FALSE(map.has(44)) << "there was only one";
}

TEST(Mapassign, BehindEmptyRestNobodyLooks) {
  CHECKS("layout/emptyrest-suffix");
  Map map(26);
  fill(map, 12, 0, 4);
  map.bucket(0)->tophash[2] = gomap::emptyRest;  // a broken map, which shows it
  map[44] = 1;
  EXPECT_EQ(map.key_in(map.bucket(0), 2), 44U);
}

TEST(Mapassign, AFullChainGetsAnOverflowBucket) {
  CHECKS("layout/noverflow");
  Map map(26);
  fill(map, 17, 0, 4);
  EXPECT_EQ(map.chain(map.bucket(0)).size(), 3U);
  EXPECT_EQ(map.h->noverflow, 2);
  EXPECT_EQ(map.key_in(map.chain(map.bucket(0))[2], 0), 64U);
  EXPECT_EQ(map.len(), 17);
}

TEST(Mapassign, OverflowBucketsAreListedOnlyForTypesWithoutPointers) {
  CHECKS("layout/overflow-list");
  Map plain(26);
  HandMap<std::string, u64> owning(26);
  for (u64 i = 0; i < 17; i++) {
    plain[4 * i] = i;
    owning[std::to_string(4 * i)] = i;
  }
  ASSERT_NE(plain.h->extra, nullptr);
  const auto chain = plain.chain(plain.bucket(0));
  EXPECT_EQ(plain.h->extra->overflow->buckets, (std::vector<gomap::bmap*>{chain[1], chain[2]}));
  EXPECT_EQ(owning.h->noverflow, 2);
  EXPECT_EQ(owning.h->extra, nullptr);
}

// ---- spare buckets ----

TEST(Newoverflow, SpareBucketsAreHandedOutInOrderEachOnceThenTheHeapServes) {
  CHECKS("layout/spares");
  Map map(53);  // sixteen buckets and two spare ones
  fill(map, 8 + 8 + 8 + 8, 0, 16);
  const auto chain = map.chain(map.bucket(0));
  ASSERT_EQ(chain.size(), 4U);
  EXPECT_EQ(chain[1], map.bucket(16));
  EXPECT_EQ(chain[2], map.bucket(17));
  const auto array = gomap::inspect_array(map.t, map.h->buckets, 16);
  EXPECT_EQ(array.buckets.at(array.index_of(chain[3])).origin, gomap::bucket_origin::heap);
  EXPECT_EQ(map.h->extra->nextOverflow, nullptr);
  EXPECT_EQ(map.h->noverflow, 3);
}

TEST(Newoverflow, TheMarkOfTheLastSpareBucketIsTakenOff) {
  CHECKS("layout/spares");
  Map map(53);
  fill(map, 8 + 1, 0, 16);
  EXPECT_EQ(map.h->extra->nextOverflow, map.bucket(17));
  EXPECT_EQ(map.bucket(17)->overflow(map.t), map.h->buckets) << "the mark";
  fill(map, 8 + 1, 1, 16);
  EXPECT_EQ(map.h->extra->nextOverflow, nullptr);
  EXPECT_EQ(map.bucket(1)->overflow(map.t), map.bucket(17));
  EXPECT_EQ(map.bucket(17)->overflow(map.t), nullptr);
}

// ---- updates ----

TEST(Mapassign, AnUpdateGivesTheSameCell) {
  CHECKS("access/current-elem");
  Map map;
  fill(map, 5);
  u64* const cell = map.find(3);
  EXPECT_EQ(&map[3], cell);
  EXPECT_EQ(*cell, 3U) << "what was there stays until the caller writes";
  EXPECT_EQ(map.len(), 5);
}

TEST(Mapassign, AnUpdateNeverGrowsTheMap) {
  CHECKS("assign/update-no-grow");
  Map full;
  fill(full, 8);
  fill(full, 8);
  EXPECT_EQ(full.h->B, 0);
  EXPECT_FALSE(full.h->growing());
  full[8] = 8;
  EXPECT_EQ(full.h->B, 1) << "a ninth key does";
}

TEST(Mapassign, AnUpdateNeverStartsAGrowthToTheSameSizeAndANewKeyDoes) {
  CHECKS("assign/update-no-grow", "grow/same-size-trigger");
  Map map(26);
  for (u64 chain = 0; chain < 4; chain++) {  // one overflow bucket behind each of the four
    fill(map, 9, chain, 4);
    for (u64 i = 0; i < 8; i++) map.del(chain + 4 * i);
  }
  ASSERT_EQ(map.h->noverflow, 4);
  map[32] = 1;
  map.del(33);
  map.has(34);
  EXPECT_FALSE(map.h->growing());
  map[100] = 1;
  EXPECT_EQ(map.h->B, 2);
  EXPECT_EQ(map.overflow_buckets(), 0U) << "packed, as far as it got";
}

TEST(Mapassign, AnUpdateMovesAnOngoingGrowthOn) {
  CHECKS("grow/progress");
  Map map(52);
  fill(map, 52);
  begin_bigger_growth(map);
  map[5] = 5;
  EXPECT_TRUE(gomap::bucketEvacuated(map.t, map.h, 5));
  EXPECT_TRUE(gomap::bucketEvacuated(map.t, map.h, 0));
  EXPECT_EQ(map.h->nevacuate, 1U);
}

TEST(Mapassign, AnOngoingGrowthIsFinishedBeforeTheNextBegins) {
  CHECKS("grow/progress");
  Map map;
  fill(map, 9);  // B is 1; the growth ends with the write that began it
  ASSERT_EQ(map.h->B, 1);
  begin_bigger_growth(map);
  map.h->count += 100;  // far over the load factor
  map[0] = 0;
  EXPECT_EQ(map.h->B, 2);
  map.h->count -= 100;
}

// ---- keys that are equal and yet differ ----

TEST(Mapassign, PlusAndMinusZeroAreOneEntryWhoseKeyIsTheLatest) {
  CHECKS("zero/sign-key-update");
  HandMap<double, u64> map;
  map[0.0] = 1;
  map[-0.0] = 2;
  EXPECT_EQ(map.len(), 1);
  EXPECT_TRUE(std::signbit(map.key_in(map.bucket(0), 0)));
  map[0.0] = 3;
  EXPECT_FALSE(std::signbit(map.key_in(map.bucket(0), 0)));
  EXPECT_EQ(*map.find(-0.0), 3U);
}

struct Tagged {
  std::uint32_t number = 0;
  std::uint32_t tag = 0;
  u64 value() const { return number; }
  friend bool operator==(const Tagged& x, const Tagged& y) { return x.number == y.number; }
};

TEST(Mapassign, WithoutNeedkeyupdateTheStoredKeyStays) {
  CHECKS("zero/sign-key-update");
  HandMap<Tagged, u64> map;
  map[{1, 10}] = 1;
  map[{1, 20}] = 2;
  EXPECT_EQ(map.key_in(map.bucket(0), 0).tag, 10U);
  map.t.flags |= gomap::flag_needkeyupdate;
  map[{1, 30}] = 3;
  EXPECT_EQ(map.key_in(map.bucket(0), 0).tag, 30U);
  EXPECT_EQ(map.len(), 1);
}

TEST(Mapassign, EachNaNIsAnEntryOfItsOwn) {
  CHECKS("nan/insert-distinct");
  HandMap<double, u64> map;  // all of one hash: nothing but the comparison tells them apart
  for (u64 i = 0; i < 30; i++) map[kAnyNaN] = i;
  EXPECT_EQ(map.len(), 30);
}

// ---- the elem of a new key is zero ----

template <class V>
void expect_new_elems_zero(HandMap<u64, V>& map, u64 n, u64 first) {
  for (u64 i = 0; i < n; i++) {
    EXPECT_EQ(map[first + i], V{}) << i;
    map[first + i] = V{1} + V{i};
  }
}

TEST(Mapassign, TheElemOfANewKeyIsZeroAfterADelete) {
  CHECKS("assign/new-elem-zero");
  Map map;
  fill(map, 8, 1);
  for (u64 key = 1; key <= 8; key++) map.del(key);
  expect_new_elems_zero(map, 8, 100);
}

TEST(Mapassign, TheElemOfANewKeyIsZeroAfterAClear) {
  CHECKS("assign/new-elem-zero");
  Map map;
  fill(map, 300, 1);
  map.clear();
  expect_new_elems_zero(map, 300, 1000);
}

TEST(Mapassign, TheElemOfANewKeyIsZeroAfterAnEvacuation) {
  CHECKS("assign/new-elem-zero");
  Map map(26);
  fill(map, 26, 1);
  begin_same_size_growth(map);
  for (u64 key = 1; key <= 26; key++) map.del(key);
  expect_new_elems_zero(map, 26, 500);
}

TEST(Mapassign, TheElemOfANewKeyIsZeroInSpareBucketsThatAreUsedAgain) {
  CHECKS("assign/new-elem-zero", "layout/spares");
  Map map(53);
  fill(map, 40, 16, 16);
  map.clear();
  for (u64 i = 0; i < 40; i++) EXPECT_EQ(map[16 * i], 0U);
  EXPECT_EQ(map.bucket(0)->overflow(map.t), map.bucket(16));
}

// ---- keys and elems stored apart ----

template <std::size_t N>
struct Bytes {
  std::array<std::uint8_t, N> bytes{};
  u64 value() const { return bytes[0]; }
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
template <std::size_t N>
Bytes<N> bytes(std::uint8_t first) {
  Bytes<N> b;
  b.bytes[0] = first;
  b.bytes[N - 1] = first;
  return b;
}

TEST(Mapassign, KeysAndElemsOfOneHundredAndTwentyEightBytesLieInTheBucket) {
  CHECKS("layout/cell-sizes");
  HandMap<Bytes<128>, Bytes<128>> map;
  map[bytes<128>(3)] = bytes<128>(4);
  EXPECT_FALSE(map.t.indirectkey());
  EXPECT_FALSE(map.t.indirectelem());
  EXPECT_EQ(map.t.bucketsize(), 8U + 8 * 128 + 8 * 128 + 8);
  EXPECT_EQ(static_cast<std::uint8_t*>(map.bucket(0)->key_cell(map.t, 0))[127], 3);
  EXPECT_EQ(static_cast<std::uint8_t*>(map.bucket(0)->elem_cell(map.t, 0))[127], 4);
}

TEST(Mapassign, OneByteMoreAndTheyAreStoredApart) {
  CHECKS("layout/cell-sizes");
  HandMap<Bytes<129>, Bytes<129>> map;
  auto& elem = map[bytes<129>(3)];
  EXPECT_EQ(elem, Bytes<129>{});
  elem = bytes<129>(4);
  EXPECT_TRUE(map.t.indirectkey());
  EXPECT_TRUE(map.t.indirectelem());
  EXPECT_EQ(map.t.bucketsize(), 8U + 8 * 8 + 8 * 8 + 8);
  EXPECT_EQ(gomap::indirect(map.bucket(0)->elem_cell(map.t, 0)), &elem);
  EXPECT_EQ(map.key_in(map.bucket(0), 0), bytes<129>(3));
  EXPECT_EQ(*map.find(bytes<129>(3)), bytes<129>(4));
}

TEST(Mapassign, AnUpdateWritesIntoTheKeyThatIsStoredApart) {
  CHECKS("zero/sign-key-update", "layout/cell-sizes");
  HandMap<BigFloat, u64> map(0, [](const BigFloat&) { return u64{0}; });
  map.t.flags = (map.t.flags & ~gomap::flag_reflexivekey) | gomap::flag_needkeyupdate;
  map[BigFloat{.value = 0.0}] = 1;
  void* const object = gomap::indirect(map.bucket(0)->key_cell(map.t, 0));
  map[BigFloat{.value = -0.0}] = 2;
  EXPECT_EQ(gomap::indirect(map.bucket(0)->key_cell(map.t, 0)), object);
  EXPECT_TRUE(std::signbit(static_cast<BigFloat*>(object)->value));
  EXPECT_EQ(map.len(), 1);
}

// ---- misuse ----

TEST(Mapassign, ANilMapPanicsBeforeAnythingIsHashed) {
  CHECKS("panic/nil-put");
  Map map(NilMap{});
  expect_panic("assignment to entry in nil map", [&] { map[1] = 1; });
  EXPECT_EQ(map.hashed, 0U);
}

TEST(Mapassign, TwoWritersAreThrownOut) {
  CHECKS("threads/write-detected");
  Map map;
  map[1] = 1;
  gomap::set_flag(map.h, gomap::hashWriting);
  expect_throw("concurrent map writes", [&] { map[2] = 2; });
  EXPECT_EQ(map.len(), 1);
  gomap::unset_flag(map.h, gomap::hashWriting);
  map[2] = 2;
  EXPECT_EQ(map.len(), 2);
}

// Something happens whenever two of these are compared.
struct Meddler {
  u64 number = 0;
  u64 value() const { return number; }
  friend bool operator==(const Meddler&, const Meddler&) {
    if (in_comparison) in_comparison();
    return true;
  }
  static inline std::function<void()> in_comparison;
};

TEST(Mapassign, AWriterWhoseFlagWasTakenAwayNoticesAtTheEnd) {
  CHECKS("threads/write-detected");
  HandMap<Meddler, u64> map;
  map[{1}] = 1;
  Meddler::in_comparison = [&] { gomap::unset_flag(map.h, gomap::hashWriting); };  // another writer
  expect_throw("concurrent map writes", [&] { map[{1}] = 2; });
  expect_throw("concurrent map writes", [&] { map.del({1}); });
  Meddler::in_comparison = nullptr;
}

TEST(Mapassign, AnUnhashableKeyChangesNothing) {
  CHECKS("panic/hash-no-write", "panic/unhashable");
  HandMap<Interface, u64> map(0, [](const Interface& k) { return gomap::hash<Interface>{}(k, 0); });
  const std::string words = "runtime error: hash of unhashable type func()";
  expect_panic(words, [&] { map[Unhashable{}] = 1; });
  EXPECT_EQ(map.h->buckets, nullptr);
  EXPECT_EQ(map.h->flags, 0);
  map[Interface(std::string("x"))] = 1;
  expect_panic(words, [&] { map[Unhashable{}] = 1; });
  EXPECT_EQ(map.len(), 1);
  EXPECT_EQ(map.h->flags, 0);
}

TEST(Mapassign, AKeyBehindANilPointerIsGosNilDereference) {
  CHECKS("panic/unexpected");
  Map map;
  expect_panic(kNilDereference, [&] { gomap::mapassign(map.t, map.h, nullptr); });
  EXPECT_EQ(map.h->flags, 0);
}

TEST(Mapassign, AHasherMayLookIntoTheMapAndAComparisonOfAWriteMayNot) {
  CHECKS("reentrant/rejected");
  HandMap<Meddler, u64> map;
  map[{1}] = 1;
  bool nested = false;
  map.hash = [&](const Meddler& key) {
    if (!std::exchange(nested, true)) {
      EXPECT_TRUE(map.has(key));  // the write has not begun
      nested = false;
    }
    return key.number;
  };
  map[{1}] = 2;
  EXPECT_EQ(*map.find({1}), 2U);
  map.hash = number_of<Meddler>;
  Meddler::in_comparison = [&] { map.has({1}); };
  expect_throw("concurrent map read and map write", [&] { map[{1}] = 3; });
  Meddler::in_comparison = nullptr;
  EXPECT_EQ(*map.find({1}), 2U);
  EXPECT_EQ(map.h->flags, 0);
}

// ---- createOverflow ----

TEST(CreateOverflow, MakesTheListOnceAndKeepsIt) {
  CHECKS("layout/overflow-list");
  Map map;
  gomap::createOverflow(map.h);
  ASSERT_NE(map.h->extra, nullptr);
  gomap::overflow_list* const list = map.h->extra->overflow;
  ASSERT_NE(list, nullptr);
  gomap::createOverflow(map.h);
  EXPECT_EQ(map.h->extra->overflow, list);
}

}  // namespace
}  // namespace mapproof
