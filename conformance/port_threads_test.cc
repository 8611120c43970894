// Many readers and walks at a time over one map, as Go allows. The thread sanitizer says whether
// they race; without it these tests still see wrong answers.
#include <atomic>
#include <memory>
#include <vector>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "conformance/together.h"
#include "gomap/map.h"

namespace mapproof {
namespace {

using Map = gomap::map<std::uint64_t, std::uint64_t>;

// A map in the middle of a growth, with overflow buckets.
Map growing_map(std::uint64_t n) {
  Map map;
  for (std::uint64_t i = 0; i < n; i++) map[i] = 2 * i;
  EXPECT_TRUE(map.handle()->growing()) << n << " entries";
  return map;
}

// 209 = 6.5 * 32 + 1, 417 = 6.5 * 64 + 1: the entry that starts a growth.
class Threads : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, Threads, testing::Values(27, 209, 417));

TEST_P(Threads, ReadersOfAGrowingMapFindEverything) {
  CHECKS("threads/parallel-reads");
  const Map map = growing_map(GetParam());
  std::atomic<unsigned> wrong{0};
  together([&](unsigned) {
    for (std::uint64_t i = 0; i < 2 * GetParam(); i++) {
      const std::uint64_t* elem = map.find(i);
      if ((elem != nullptr) != (i < GetParam()) || (elem != nullptr && *elem != 2 * i)) wrong++;
    }
  });
  EXPECT_EQ(wrong, 0U);
}

TEST_P(Threads, WalksThatBeginTogetherOverAGrowingMapSeeEverythingOnce) {
  CHECKS("threads/parallel-reads", "iter/once", "iter/complete");
  const Map map = growing_map(GetParam());
  std::atomic<unsigned> wrong{0};
  together([&](unsigned) {
    for (int round = 0; round < 20; round++) {
      std::vector<int> seen(GetParam());
      for (auto [key, elem] : map) wrong += elem != 2 * key || seen.at(key)++ != 0;
      for (const int times : seen) wrong += times != 1;
    }
  });
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(map.handle()->flags & (gomap::iterator | gomap::oldIterator),
            gomap::iterator | gomap::oldIterator);
  EXPECT_EQ(map.handle()->refs.load(), 1U);
}

TEST(WalkThreads, FirstWalksMakeTheListOfOverflowBucketsOnlyOnce) {
  CHECKS("threads/parallel-reads", "layout/overflow-list");
  for (int round = 0; round < 50; round++) {
    HandMap<u64, u64> map;
    fill(map, 5);
    ASSERT_EQ(map.h->extra, nullptr);
    std::vector<std::unique_ptr<HandWalk<u64, u64>>> walks(kThreads);
    together([&](unsigned i) { walks[i] = std::make_unique<HandWalk<u64, u64>>(map); });
    for (const auto& walk : walks) ASSERT_EQ(walk->it.overflow, map.h->extra->overflow);
    ASSERT_EQ(map.h->extra->overflow->refs.load(), 1 + kThreads);
  }
}

// Walks in all threads; the map's handle goes while they run, the last of them frees everything.
TEST_P(Threads, WalksEndInAnyOrderAfterTheHandleIsGone) {
  CHECKS("iter/no-use-after-free", "threads/parallel-reads");
  auto map = std::make_unique<Map>(growing_map(GetParam()));
  std::vector<Map::walker> walks;
  for (unsigned i = 0; i < kThreads; i++) walks.push_back(map->walk());
  map.reset();
  std::atomic<std::uint64_t> produced{0};
  together([&](unsigned i) {
    Map::walker walk = std::move(walks[i]);
    for (; walk; walk.next()) produced++;
  });
  EXPECT_EQ(produced, kThreads * GetParam());
}

TEST_P(Threads, ObjectsStoredApartAreSharedByWalks) {
  CHECKS("cxx/lifetime", "threads/parallel-reads");
  {
    gomap::map<std::uint64_t, Big> map;
    for (std::uint64_t i = 0; i < GetParam(); i++) map[i] = Big{{i}};
    std::atomic<unsigned> wrong{0};
    together([&](unsigned) {
      for (auto [key, elem] : map) wrong += elem.words[0] != key;
    });
    EXPECT_EQ(wrong, 0U);
  }
}

// ---- Go's own cases ----

// TestConcurrentReadsAfterGrowth, TestConcurrentReadsAfterGrowthReflect
TEST(GoParallelMapTest, ConcurrentReadsAfterGrowth) {
  CHECKS("go/concurrent-reads-after-growth", "threads/parallel-reads", "reflect/stubs");
  for (const std::uint64_t entries : {10U, 20U, 40U, 100U, 400U}) {
    HandMap<u64, u64> map(0, [](const u64& k) { return k * 0x9e37'79b9'7f4a'7c15U; });
    fill(map, entries);
    const gomap::maptype plain = gomap::make_maptype(
        gomap::describe<u64, std::equal_to<u64>>("key"), gomap::describe<u64>("elem"),
        [](const void* k, gomap::uintptr) {
          return gomap::uintptr{*static_cast<const u64*>(k) * 0x9e37'79b9'7f4a'7c15U};
        },
        gomap::key_flags<u64>());  // HandMap's own counts its calls, which would race
    std::atomic<unsigned> wrong{0};
    together([&](unsigned i) {
      if (i % 2 == 0) {
        for (u64 key = 0; key < entries; key++) {
          wrong += gomap::reflect_mapaccess(plain, map.h, &key) == nullptr;
        }
        return;
      }
      u64 n = 0;
      gomap::hiter* it = gomap::reflect_mapiterinit(plain, map.h);
      for (; gomap::reflect_mapiterkey(it) != nullptr; gomap::reflect_mapiternext(it)) n++;
      gomap::hiter_release(plain, it);
      delete it;
      wrong += n != entries;
    });
    EXPECT_EQ(wrong, 0U);
  }
}

}  // namespace
}  // namespace mapproof
