// makemap_small, makemap64, makemap, makeBucketArray, and the size classes behind them.
#include <limits>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using gomap::makemap;

constexpr std::intptr_t kMax = std::numeric_limits<std::intptr_t>::max();
constexpr std::intptr_t kMin = std::numeric_limits<std::intptr_t>::min();

// ---- size classes ----

TEST(Roundupsize, SmallSizesGoUpToTheirSizeClass) {
  CHECKS("layout/constants");
  const std::pair<gomap::uintptr, gomap::uintptr> rows[] = {
      {1, 8},         {8, 8},         {9, 16},        {17, 32},       {24, 32},
      {1024, 1024},   {1025, 1152},   {2448, 2688},   {4896, 5376},   {9792, 10240},
      {19584, 20480}, {28672, 28672}, {28673, 32768}, {32767, 32768},
  };
  for (const auto& [size, rounded] : rows) EXPECT_EQ(gomap::roundupsize(size), rounded) << size;
}

TEST(Roundupsize, FromThirtyTwoKilobytesOnSizesGoUpToWholePages) {
  CHECKS("layout/constants");
  EXPECT_EQ(gomap::roundupsize(32768), 32768U);
  EXPECT_EQ(gomap::roundupsize(32769), 40960U);
  EXPECT_EQ(gomap::roundupsize(40960), 40960U);
  EXPECT_EQ(gomap::roundupsize(1'000'000), 1'007'616U);
}

TEST(Roundupsize, ASizeThatCannotBeRoundedStaysAsItIs) {
  CHECKS("layout/constants", "make/hint-bogus");
  EXPECT_EQ(gomap::roundupsize(~gomap::uintptr{0}), ~gomap::uintptr{0});
  EXPECT_EQ(gomap::roundupsize(~gomap::uintptr{0} - 8191), ~gomap::uintptr{0} - 8191);
}

// ---- makeBucketArray ----

// A map type of byte arrays: cells of any size, told at run time.
gomap::maptype bytes_type(gomap::uintptr key, gomap::uintptr elem) {
  gomap::_type k = gomap::describe<std::uint8_t, std::equal_to<std::uint8_t>>();
  gomap::_type e = gomap::describe<std::uint8_t>();
  k.size_ = key;
  e.size_ = elem;
  return gomap::make_maptype(
      k, e, [](const void*, gomap::uintptr) { return gomap::uintptr{0}; },
      gomap::flag_reflexivekey);
}

gomap::uintptr array_size(const gomap::maptype& t, std::uint8_t B) {
  auto [buckets, next] = gomap::makeBucketArray(t, B, nullptr);
  const gomap::uintptr n = gomap::generation::of(buckets)->nbuckets;
  gomap::unref_buckets(t, buckets);
  return n;
}

TEST(MakeBucketArray, BelowSixteenBucketsThereAreNoSpareOnes) {
  CHECKS("layout/spares");
  const auto t = bytes_type(8, 8);
  for (std::uint8_t B = 0; B < 4; B++) EXPECT_EQ(array_size(t, B), gomap::bucketShift(B));
}

TEST(MakeBucketArray, SpareBucketsAreASixteenthAndWhatTheSizeClassLeaves) {
  CHECKS("layout/spares");
  struct Row {
    gomap::uintptr key, elem;
    std::uint8_t B;
    gomap::uintptr buckets;
  };
  const Row rows[] = {
      {8, 8, 4, 18},      // 17 buckets of 144: 2448, class 2688, room for 18
      {8, 8, 5, 37},      // 34 of 144: 4896, class 5376
      {8, 8, 6, 71},      // 68 of 144: 9792, class 10240
      {8, 8, 7, 142},     // 136 of 144: 19584, class 20480
      {8, 8, 8, 284},     // 272 of 144: 39168, five pages of 8192
      {1, 0, 4, 17},      // 17 of 24: 408, class 416, no room for one more
      {1, 0, 5, 37},      // 34 of 24: 816, class 896
      {1, 1, 4, 18},      // 17 of 32: 544, class 576
      {1, 1, 5, 36},      // 34 of 32: 1088, class 1152
      {8, 0, 4, 17},      // 17 of 80: 1360, class 1408
      {8, 0, 5, 38},      // 34 of 80: 2720, class 3072
      {16, 16, 4, 17},    // 17 of 272: 4624, class 4864: 17.9, and a bucket must fit as a whole
      {128, 128, 4, 19},  // 17 of 2064: 35088, five pages
      {129, 300, 4, 18},  // both stored apart: as 8, 8
      {40, 6, 4, 17},     // 17 of 384: 6528, a size class to the byte
      {20, 2, 5, 34},     // 34 of 192: the same
      {0, 0, 4, 18},      // 17 of 16: 272, class 288
  };
  for (const Row& row : rows) {
    EXPECT_EQ(array_size(bytes_type(row.key, row.elem), row.B), row.buckets)
        << row.key << " " << row.elem << " B=" << int{row.B};
  }
}

TEST(MakeBucketArray, TheFirstSpareBucketFollowsTheBaseAndTheLastOneIsMarked) {
  CHECKS("layout/spares");
  HandMap<u64, u64> map(53);  // B = 4, 18 buckets
  ASSERT_EQ(map.h->B, 4);
  ASSERT_NE(map.h->extra, nullptr);
  EXPECT_EQ(map.h->extra->nextOverflow, map.bucket(16));
  EXPECT_EQ(map.bucket(16)->overflow(map.t), nullptr);
  EXPECT_EQ(map.bucket(17)->overflow(map.t), map.h->buckets);
}

TEST(MakeBucketArray, ADirtyArrayIsWipedAndUsedAgain) {
  CHECKS("clear/reset");
  HandMap<std::string, std::string> map(53);
  for (int i = 0; i < 53; i++) map[std::to_string(i)] = "a string that is too long to lie inline";
  void* const buckets = map.h->buckets;
  const auto nbuckets = gomap::generation::of(buckets)->nbuckets;
  auto [again, next] = gomap::makeBucketArray(map.t, 4, buckets);
  EXPECT_EQ(again, buckets);
  EXPECT_EQ(next, map.bucket(16));
  for (gomap::uintptr i = 0; i < nbuckets; i++) {
    for (gomap::uintptr j = 0; j < gomap::bucketCnt; j++) {
      EXPECT_EQ(map.bucket(i)->tophash[j], gomap::emptyRest);
      EXPECT_EQ(map.key_in(map.bucket(i), j), "");
      EXPECT_EQ(map.elem_in(map.bucket(i), j), "");
    }
    EXPECT_EQ(map.bucket(i)->overflow(map.t), i + 1 == nbuckets ? buckets : nullptr);
  }
}

// ---- makemap ----

TEST(Makemap, ASmallMapHasASeedAndNoBucketYet) {
  CHECKS("hash/seed", "make/hint-b");
  gomap::thread_random().force(0x1234);
  gomap::hmap* h = gomap::makemap_small();
  EXPECT_EQ(h->hash0, 0x1234U);
  EXPECT_EQ(h->count, 0);
  EXPECT_EQ(h->B, 0);
  EXPECT_EQ(h->buckets, nullptr);
  EXPECT_EQ(h->extra, nullptr);
  gomap::unref_hmap(HandMap<u64, u64>(NilMap{}).t, h);
}

TEST(Makemap, EachMapDrawsASeedOfItsOwn) {
  CHECKS("hash/seed");
  gomap::thread_random().force(7);
  gomap::thread_random().force(8);
  HandMap<u64, u64> first(100), second(100);
  EXPECT_EQ(first.h->hash0, 7U);
  EXPECT_EQ(second.h->hash0, 8U);
}

TEST(Makemap, AHintPicksTheSmallestNumberOfBucketsThatHoldsIt) {
  CHECKS("make/hint-b");
  const std::pair<std::intptr_t, int> rows[] = {{0, 0},   {1, 0},   {8, 0},   {9, 1},  {13, 1},
                                                {14, 2},  {26, 2},  {27, 3},  {52, 3}, {53, 4},
                                                {104, 4}, {105, 5}, {208, 5}, {209, 6}};
  for (const auto& [hint, B] : rows) {
    HandMap<u64, u64> map(hint);
    EXPECT_EQ(map.h->B, B) << hint;
    EXPECT_EQ(map.h->buckets != nullptr, B != 0) << "one bucket is made by the first put";
    EXPECT_EQ(map.h->extra != nullptr, B >= 4) << "only where there are spare buckets";
    EXPECT_EQ(map.h->noverflow, 0);
  }
}

TEST(Makemap, AMapFilledToItsHintDoesNotGrow) {
  CHECKS("make/hint-b", "layout/load-factor");
  for (const u64 hint : {1U, 8U, 9U, 13U, 14U, 26U, 27U, 52U, 53U, 104U}) {
    HandMap<u64, u64> map(static_cast<std::intptr_t>(hint));
    const auto B = map.h->B;
    fill(map, hint);
    EXPECT_EQ(map.h->B, B) << hint;
    EXPECT_FALSE(map.h->growing()) << hint;
  }
}

TEST(Makemap, AnAbsurdHintIsNoHint) {
  CHECKS("make/hint-bogus");
  const std::intptr_t too_large = static_cast<std::intptr_t>(gomap::maxAlloc / 144 + 1);
  for (const std::intptr_t hint : {std::intptr_t{-1}, std::intptr_t{-8}, kMin, kMax, kMax - 1,
                                   std::intptr_t{1} << 62, std::intptr_t{1} << 60, too_large}) {
    HandMap<u64, u64> map(hint);
    EXPECT_EQ(map.h->B, 0) << hint;
    EXPECT_EQ(map.h->buckets, nullptr) << hint;
    fill(map, 100);
    EXPECT_EQ(map.len(), 100) << hint;
  }
}

TEST(Makemap, TheBoundOnHintsCountsBucketsNotEntries) {
  CHECKS("make/hint-bogus");
  // Go multiplies the hint by the size of a bucket. An allocation is refused here before it is
  // made: this hint is one that makemap takes seriously.
  const auto large = static_cast<std::intptr_t>(gomap::maxAlloc / 144);
  HandMap<u64, u64> map(NilMap{});
  map.t.alloc_hook = [](gomap::uintptr) { throw std::bad_alloc(); };
  EXPECT_THROW(makemap(map.t, large, nullptr), std::bad_alloc);
  EXPECT_NO_THROW(gomap::unref_hmap(map.t, makemap(map.t, large + 1, nullptr)));
}

TEST(Makemap, SixtyFourBitHintsMeanTheSame) {
  CHECKS("make/hint-b", "make/hint-bogus");
  HandMap<u64, u64> map(NilMap{});
  for (const std::int64_t hint :
       {std::int64_t{-1}, std::int64_t{0}, std::int64_t{8}, std::int64_t{9}, std::int64_t{14},
        std::int64_t{1} << 62, (std::int64_t{1} << 62) + 20}) {
    gomap::hmap* h = gomap::makemap64(map.t, hint, nullptr);
    EXPECT_EQ(h->B, hint == 9 ? 1 : hint == 14 ? 2 : 0) << hint;
    gomap::unref_hmap(map.t, h);
  }
}

TEST(Makemap, AGivenHeaderStaysItsOwnersWhenTheArrayCannotBeMade) {
  CHECKS("except/strong");
  HandMap<u64, u64> map(NilMap{});
  map.t.alloc_hook = [](gomap::uintptr) { throw std::bad_alloc(); };
  auto* const given = new gomap::hmap;
  EXPECT_THROW(gomap::makemap(map.t, 100, given), std::bad_alloc);
  EXPECT_EQ(given->refs.load(), 1U);
  EXPECT_EQ(given->buckets, nullptr);
  gomap::unref_hmap(map.t, given);
}

TEST(Makemap, AGivenHeaderIsUsed) {
  CHECKS("make/hint-b");
  HandMap<u64, u64> map(NilMap{});
  auto* given = new gomap::hmap;
  map.h = makemap(map.t, 14, given);
  EXPECT_EQ(map.h, given);
  EXPECT_EQ(given->B, 2);
  fill(map, 14);
  EXPECT_EQ(map.len(), 14);
}

TEST(Makemap, AFailingAllocationLeavesNothingBehind) {
  CHECKS("cxx/strict-heap");
  HandMap<u64, u64> map(NilMap{});
  map.t.alloc_hook = [](gomap::uintptr bytes) {
    EXPECT_GE(bytes, 18U * 144U);
    throw std::bad_alloc();
  };
  EXPECT_THROW(makemap(map.t, 53, nullptr), std::bad_alloc);  // a leak would show under ASan
}

// ---- overLoadFactor ----

TEST(OverLoadFactor, EightEntriesAlwaysFitAndSixAndAHalfABucketFromThenOn) {
  CHECKS("layout/load-factor");
  const gomap::maptype t = bytes_type(8, 8);
  const int most[] = {8, 13, 26, 52, 104, 208, 416};
  for (std::uint8_t B = 0; B < std::size(most); B++) {
    EXPECT_FALSE(gomap::overLoadFactor(t, most[B], B)) << int{B};
    EXPECT_TRUE(gomap::overLoadFactor(t, most[B] + 1, B)) << int{B};
  }
  EXPECT_FALSE(gomap::overLoadFactor(t, -1, 0));
  EXPECT_FALSE(gomap::overLoadFactor(t, kMin, 0));
}

}  // namespace
}  // namespace mapproof
