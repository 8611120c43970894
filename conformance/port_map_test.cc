// The typed face, gomap::map: every member, range-for, keys and elems that lie in the map itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "conformance/gomap_hashes.h"
#include "conformance/properties/checks.h"
#include "gomap/map.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

using Ints = gomap::map<int, int>;
using Strings = gomap::map<std::string, std::string>;

// Longer than a string keeps without memory of its own, so that a dangling one shows under ASan.
std::string long_text(int n) {
  return "a text of more than fifteen characters " + std::to_string(n);
}

template <class K, class V, class... Rest>
std::map<K, V> contents(const gomap::map<K, V, Rest...>& map) {
  std::map<K, V> all;
  for (auto [key, elem] : map) {
    EXPECT_TRUE(all.emplace(key, elem).second) << "produced twice";
  }
  return all;
}

TEST(TypedMap, StartsEmpty) {
  CHECKS("cxx/typed-face");
  const Ints map;
  EXPECT_EQ(map.size(), 0U);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(1), nullptr);
  EXPECT_FALSE(map.contains(1));
  EXPECT_EQ(map.get(1), 0);
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_NE(map.handle(), nullptr);
}

TEST(TypedMap, TakesAHint) {
  CHECKS("cxx/typed-face", "make/hint-b");
  EXPECT_EQ(Ints(14).handle()->B, 2);
  EXPECT_EQ(Ints(-1).handle()->B, 0);
  EXPECT_EQ(Ints(std::int64_t{1} << 62).handle()->B, 0);
}

TEST(TypedMap, PutsFindsAndErases) {
  CHECKS("cxx/typed-face", "access/present", "access/absent");
  Ints map;
  map[1] = 10;
  map.insert_or_assign(2, 20);
  map.insert_or_assign(1, 11);
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(*map.find(1), 11);
  EXPECT_EQ(map.get(2), 20);
  EXPECT_EQ(map[3], 0) << "a new elem is zero";
  EXPECT_EQ(map.size(), 3U);
  EXPECT_TRUE(map.erase(3));
  EXPECT_FALSE(map.erase(3));
  *map.find(2) = 21;
  EXPECT_EQ(map.get(2), 21);
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_FALSE(map.contains(1));
}

TEST(TypedMap, AgreesWithAStdMapOverManyChanges) {
  CHECKS("cxx/typed-face", "len/exact", "access/present", "access/absent");
  Strings map;
  std::map<std::string, std::string> model;
  unsigned state = 1;
  for (int i = 0; i < 5000; i++) {
    state = state * 1'664'525 + 1'013'904'223;
    const std::string key = std::to_string(state >> 24);
    if (state & 0x800000) {
      map[key] = model[key] = long_text(i);
    } else {
      EXPECT_EQ(map.erase(key), model.erase(key) == 1);
    }
    ASSERT_EQ(map.size(), model.size());
  }
  EXPECT_EQ(contents(map), model);
  for (const auto& [key, elem] : model) EXPECT_EQ(map.get(key), elem);
}

// ---- walking ----

TEST(TypedMap, RangeForGivesReferencesIntoTheMap) {
  CHECKS("cxx/typed-face");
  Ints map;
  for (int i = 0; i < 20; i++) map[i] = i;
  for (auto [key, elem] : map) {
    static_assert(std::is_same_v<decltype(key), const int&>);
    elem += 100;
  }
  for (int i = 0; i < 20; i++) EXPECT_EQ(map.get(i), i + 100);
}

TEST(TypedMap, AWalkGoesOnWhileTheMapChanges) {
  CHECKS("cxx/typed-face", "iter/once", "iter/complete");
  Ints map;
  for (int i = 0; i < 100; i++) map[i] = i;
  std::vector<int> seen;
  for (auto walk = map.walk(); walk; walk.next()) {
    const int key = walk.key();
    if (key < 100) seen.push_back(key);
    map.erase(key);
    if (map.size() < 90) map[key + 1000] = 0;
  }
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), 100U);
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(TypedMap, AWalkOutlivesTheMap) {
  CHECKS("iter/no-use-after-free");
  auto walk = [] {
    Strings map;
    for (int i = 0; i < 30; i++) map[long_text(i)] = long_text(i);
    return map.walk();
  }();
  int n = 0;
  for (; walk; walk.next(), n++) EXPECT_EQ(walk.key(), walk.elem());
  EXPECT_EQ(n, 30);
}

TEST(TypedMap, AWalkCanBeMoved) {
  CHECKS("cxx/typed-face");
  Ints map;
  map[1] = 1;
  map[2] = 2;
  auto first = map.walk();
  const int key = first.key();
  auto second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): moved from is at its end
  EXPECT_EQ(second.key(), key);
  auto third = map.walk();
  third = std::move(second);
  EXPECT_EQ(third.key(), key);
  third.next();
  EXPECT_TRUE(static_cast<bool>(third));
  third.next();
  EXPECT_FALSE(third);
}

TEST(TypedMap, IteratorsCountUpBothWays) {
  CHECKS("cxx/typed-face");
  Ints map;
  map[1] = 1;
  map[2] = 2;
  auto it = map.begin();
  ++it;
  EXPECT_NE(it, map.end());
  it++;
  EXPECT_EQ(it, map.end());
}

// A hasher that throws on demand: growth hashes keys, and a walk begun in mid-growth does.
struct Stop {};
struct StoppingHash {
  static inline bool stop = false;
  gomap::uintptr operator()(int key, gomap::uintptr) const {
    if (stop) throw Stop{};
    return static_cast<gomap::uintptr>(key);
  }
};

TEST(TypedMap, AWalkThatCannotBeginHoldsNothing) {
  CHECKS("except/strong");
  gomap::map<int, int, StoppingHash> map;
  for (int i = 0; i < 27; i++) map[i] = i;
  ASSERT_TRUE(map.handle()->growing());
  StoppingHash::stop = true;
  EXPECT_THROW(
      for (int i = 0; i < 100; i++) {
        gomap::thread_random().force(3);  // a bucket that has not moved yet
        map.walk();
      },
      Stop);
  StoppingHash::stop = false;
  EXPECT_EQ(map.handle()->refs.load(), 1U);
  EXPECT_EQ(contents(map).size(), 27U);
}

// ---- the nil map ----

TEST(TypedMap, TheNilMapReadsAsEmptyAndCannotBeWrittenTo) {
  CHECKS("nil/read-ok", "nil/delete-noop", "nil/clear-noop", "nil/len-zero", "iter/nil-ends",
         "panic/nil-put");
  Strings map(nullptr);
  EXPECT_EQ(map.handle(), nullptr);
  EXPECT_EQ(map.size(), 0U);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find("x"), nullptr);
  EXPECT_EQ(map.get("x"), "");
  EXPECT_FALSE(map.erase("x"));
  map.clear();
  EXPECT_FALSE(map.walk());
  EXPECT_TRUE(contents(map).empty());
  EXPECT_THROW(map["x"], gomap::panic_error);
  EXPECT_THROW(map.insert_or_assign("x", "y"), gomap::panic_error);
}

// ---- handles ----

TEST(TypedMap, AMovedFromMapIsNil) {
  CHECKS("cxx/typed-face");
  Ints first;
  first[1] = 1;
  Ints second(std::move(first));
  EXPECT_EQ(first.handle(), nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.get(1), 1);
  Ints third;
  third[2] = 2;
  third = std::move(second);
  EXPECT_EQ(third.get(1), 1);
  EXPECT_FALSE(third.contains(2));
  Ints& same = third;
  third = std::move(same);
  EXPECT_EQ(third.get(1), 1) << "a move to itself keeps it";
}

TEST(TypedMap, SwapExchangesTheMaps) {
  CHECKS("cxx/typed-face");
  Ints first, second;
  first[1] = 1;
  second[2] = 2;
  first.swap(second);
  EXPECT_TRUE(first.contains(2));
  EXPECT_TRUE(second.contains(1));
  first.swap(first);
  EXPECT_TRUE(first.contains(2));
}

TEST(TypedMap, IsMovedNotCopied) {
  CHECKS("cxx/typed-face");
  static_assert(!std::is_copy_constructible_v<Ints>);
  static_assert(std::is_nothrow_move_constructible_v<Ints>);
  static_assert(std::is_nothrow_move_assignable_v<Ints>);
  static_assert(std::is_nothrow_destructible_v<Ints>);
  EXPECT_FALSE((std::is_convertible_v<int, Ints>)) << "a number is no map";
}

// ---- keys and elems that lie in the map itself ----

TEST(TypedMap, AnElemOfTheMapMayBePutUnderANewKeyWhileTheMapGrows) {
  CHECKS("alias/self");
  Strings map;
  for (int i = 0; i < 500; i++) {
    map[std::to_string(i)] = long_text(i);
    map.insert_or_assign("copy of " + std::to_string(i), *map.find(std::to_string(i)));
  }
  for (int i = 0; i < 500; i++) EXPECT_EQ(map.get("copy of " + std::to_string(i)), long_text(i));
}

template <class K, class V>
void expect_own_keys_work(K (*key)(int), V (*elem)(int)) {
  for (int n = 1; n < 120; n++) {
    gomap::map<K, V> map;
    for (int i = 0; i < n; i++) map[key(i)] = elem(i);
    // Each write may move the entry whose key it was given.
    for (int round = 0; round < 20; round++) {
      auto walk = map.walk();
      map[walk.key()] = elem(7);
    }
    auto walk = map.walk();
    const K copy = walk.key();
    EXPECT_TRUE(map.erase(walk.key()));
    EXPECT_FALSE(map.contains(copy));
    EXPECT_EQ(map.size(), static_cast<std::size_t>(n - 1));
  }
}

TEST(TypedMap, AKeyOfTheMapMayBeGivenToIt) {
  CHECKS("alias/self");
  expect_own_keys_work<int, int>([](int i) { return i; }, [](int i) { return i; });
  expect_own_keys_work<std::string, std::string>(&long_text, &long_text);
  expect_own_keys_work<Big, Big>([](int i) { return Big{{static_cast<unsigned>(i)}}; },
                                 [](int i) { return Big{{static_cast<unsigned>(i)}}; });
}

// The keys of a growing map that have still to move. No walk is made: it would keep them in place.
std::vector<const std::string*> keys_that_will_move(const Strings& map) {
  std::vector<const std::string*> keys;
  gomap::hmap* const h = map.handle();
  for (gomap::uintptr i = 0; i < gomap::noldbuckets(h); i++) {
    for (auto* b = gomap::bucket_at(Strings::t, h->oldbuckets, i); b != nullptr;
         b = b->overflow(Strings::t)) {
      for (gomap::uintptr j = 0; j < gomap::bucketCnt; j++) {
        if (b->tophash[j] < gomap::minTopHash) continue;
        keys.push_back(static_cast<std::string*>(b->key_cell(Strings::t, j)));
      }
    }
  }
  return keys;
}

TEST(TypedMap, AKeyThatMovesDuringTheWriteItIsGivenToMayBeOneOfTheMap) {
  CHECKS("alias/self");
  for (const int n : {27, 53, 105}) {  // the entries that start a growth
    for (std::size_t which = 0;; which++) {
      Strings put, erased;
      for (int i = 0; i < n; i++) put[long_text(i)] = erased[long_text(i)] = long_text(i);
      ASSERT_TRUE(put.handle()->growing() && erased.handle()->growing());
      const auto put_keys = keys_that_will_move(put), erased_keys = keys_that_will_move(erased);
      const bool more = which < put_keys.size() && which < erased_keys.size();
      ASSERT_TRUE(more || which > 0);
      if (!more) break;
      const std::string put_key = *put_keys[which], erased_key = *erased_keys[which];
      put[*put_keys[which]] = "new";
      EXPECT_EQ(put.get(put_key), "new");
      EXPECT_EQ(put.size(), static_cast<std::size_t>(n));
      EXPECT_TRUE(erased.erase(*erased_keys[which]));
      EXPECT_FALSE(erased.contains(erased_key));
    }
  }
}

// References are good until the next write, so only where the map does not grow.
TEST(TypedMap, OneElemMayBeAssignedToAnotherThatIsThere) {
  CHECKS("alias/self");
  Strings map;
  map["a"] = long_text(1);
  map["b"];
  map["b"] = map["a"];
  map["a"] = map["a"];
  EXPECT_EQ(map.get("b"), long_text(1));
  EXPECT_EQ(map.get("a"), long_text(1));
}

// ---- owning types ----

TEST(TypedMap, EveryObjectItMakesIsDestroyed) {
  CHECKS("cxx/lifetime");
  {
    gomap::map<Owning, Owning> map;
    for (std::uint32_t i = 0; i < 1000; i++) map[Owning(i)] = Owning(i + 1);
    auto walk = map.walk();
    for (std::uint32_t i = 0; i < 1000; i += 2) map.erase(Owning(i));
    for (std::uint32_t i = 1000; i < 3000; i++) map[Owning(i)] = Owning(i + 1);
    // The entry that the walk stands on may be gone; from the next on all are as they should be.
    for (walk.next(); walk; walk.next()) EXPECT_EQ(walk.elem().value(), walk.key().value() + 1);
    map.clear();
    map[Owning(1)] = Owning(2);
    EXPECT_EQ(map.get(Owning(1)).value(), 2U);
    EXPECT_EQ(map.get(Owning(9)).value(), 0U);
  }
  EXPECT_EQ(Owning::live(), 0);
}

// A class without members takes no memory in a cell, so that no object of it is ever made there.
struct EmptyCounted {
  EmptyCounted() noexcept { ++made; }
  EmptyCounted(const EmptyCounted&) noexcept { ++made; }
  EmptyCounted& operator=(const EmptyCounted&) noexcept { return *this; }
  ~EmptyCounted() { ++gone; }
  static inline int made = 0, gone = 0;
};
TEST(TypedMap, ObjectsOfEmptyClassesAreDestroyedAsOftenAsTheyAreMade) {
  CHECKS("cxx/lifetime");
  {
    gomap::map<int, EmptyCounted> map;
    for (int i = 0; i < 100; i++) map.insert_or_assign(i, EmptyCounted());
    for (int i = 0; i < 50; i++) map.erase(i);
    map.clear();
  }
  EXPECT_GT(EmptyCounted::made, 0);
  EXPECT_EQ(EmptyCounted::made, EmptyCounted::gone);
}

// Moving is copying, which fails at the n-th time.
struct CannotBeMoved {
  CannotBeMoved() noexcept = default;
  explicit CannotBeMoved(int v) : value(v) {}
  CannotBeMoved(const CannotBeMoved& other) : value(other.value) {}
  CannotBeMoved& operator=(const CannotBeMoved& other) {
    if (--left == 0) throw std::runtime_error("no copy");
    value = other.value;
    return *this;
  }
  int value = 0;
  static inline int left = 0;
};
TEST(TypedMap, NothingIsInsertedIfTheElemCannotBeMovedEither) {
  CHECKS("except/value-no-insert", "except/strong");
  gomap::map<int, CannotBeMoved> map;
  map.insert_or_assign(1, CannotBeMoved(1));
  CannotBeMoved::left = 1;
  EXPECT_THROW(map.insert_or_assign(2, CannotBeMoved(2)), std::runtime_error);
  EXPECT_EQ(map.size(), 1U);
  EXPECT_FALSE(map.contains(2));
  CannotBeMoved::left = 1;
  EXPECT_THROW(map.insert_or_assign(1, CannotBeMoved(3)), std::runtime_error);
  EXPECT_EQ(map.get(1).value, 1) << "an update leaves what was there";
  CannotBeMoved::left = 0;
  map.insert_or_assign(2, CannotBeMoved(2));
  EXPECT_EQ(map.get(2).value, 2);
}

TEST(TypedMap, AMissOfAnOwningElemIsAnEmptyOne) {
  CHECKS("access/zero-on-miss");
  Strings map;
  EXPECT_EQ(map.get("nothing"), "");
  map["something"] = "x";
  EXPECT_EQ(map.get("nothing"), "");
}

// ---- policies ----

TEST(TypedMap, TheCorrectedPolicyStopsAWalkAtAClear) {
  CHECKS("cxx/policies", "iter/clear-stops");
  struct Identity {
    gomap::uintptr operator()(int key, gomap::uintptr) const {
      return static_cast<gomap::uintptr>(key);
    }
  };
  const auto left_after_clear = [](auto map) {
    for (int i = 0; i < 27; i++) map[i] = i;  // the 27th begins a growth
    gomap::thread_random().force(3);
    auto walk = map.walk();
    map.clear();
    int n = 0;
    for (walk.next(); walk; walk.next()) n++;
    return n;
  };
  using Faithful = gomap::map<int, int, Identity, std::equal_to<int>, gomap::go1_14>;
  using Corrected = gomap::map<int, int, Identity, std::equal_to<int>, gomap::corrected>;
  EXPECT_EQ(left_after_clear(Faithful()), 2) << "the defect of 1.14.6, kept on purpose";
  EXPECT_EQ(left_after_clear(Corrected()), 0);
}

struct Four : gomap::go1_14 {
  static constexpr std::uintptr_t load_factor_num = 4;
  static constexpr std::uintptr_t load_factor_den = 1;
};
TEST(TypedMap, TheLoadFactorIsThePolicys) {
  CHECKS("cxx/policies", "layout/load-factor");
  gomap::map<int, int, gomap::hash<int>, std::equal_to<int>, Four> four;
  Ints full;
  for (int i = 0; i < 20; i++) four[i] = full[i] = i;
  EXPECT_EQ(four.handle()->B, 3) << "4 a bucket: 16 do not do";
  EXPECT_EQ(full.handle()->B, 2) << "6.5 a bucket: 26 do";
}

// ---- Go's own cases ----

// TestMapIterDeleteReplace over the typed face, with the compiler's own hash.
TEST(GoMapIterDeleteReplace, EachKeyDeletedAndPutAgainLeavesAllOfThem) {
  CHECKS("go/map-iter-delete-replace", "iter/reinserted");
  for (const int n : {0, 2, 7, 15, 500, 10'000}) {
    Ints map;
    for (int i = 0; i < n; i++) map[i] = 0;
    for (auto walk = map.walk(); walk; walk.next()) {
      const int key = walk.key();
      map.erase(key);
      map[key] = 1;
    }
    const auto all = contents(map);
    ASSERT_EQ(all.size(), static_cast<std::size_t>(n));
    for (const auto& [key, elem] : all) EXPECT_EQ(elem, 1) << key;
  }
}

}  // namespace
}  // namespace mapproof
