// Keys and elems that lie in the map they are given to, in every phase of a growth; a map or a walk
// that is assigned to itself.
#include <string>
#include <type_traits>
#include <utility>

#include "conformance/gomap_hashes.h"
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "gomap/map.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

// Longer than a string keeps without memory of its own, so that a dangling one shows under ASan.
template <class T>
T item(u64 number) {
  if constexpr (std::is_same_v<T, std::string>) {
    return "item number " + std::to_string(number) + ", somewhere on the heap";
  } else if constexpr (std::is_same_v<T, Big>) {
    return big(number);
  } else if constexpr (std::is_same_v<T, Owning>) {
    return Owning(static_cast<std::uint32_t>(number));
  } else {
    return number;
  }
}

template <class K, class V>
struct Pair {
  using Key = K;
  using Elem = V;
};

// Maps of 0 to n - 1, each with its own number.
template <class P>
class Aliasing : public testing::Test {
 protected:
  using Map = gomap::map<typename P::Key, typename P::Elem>;
  static auto key(u64 n) { return item<typename P::Key>(n); }
  static auto elem(u64 n) { return item<typename P::Elem>(n); }

  static Map numbers(u64 n) {
    Map map;
    for (u64 i = 0; i < n; i++) map[key(i)] = elem(i);
    return map;
  }
  // Calls f for maps of all sizes through three growths: idle, about to grow, and growing at each
  // step; and for those that have begun to grow to the same size.
  template <class F>
  static void in_each_phase(F f) {
    for (u64 n = 1; n <= 56; n++) {
      Map map = numbers(n);
      f(map, n);
      Map same_size = numbers(n);
      if (same_size.handle()->growing()) continue;
      gomap::hashGrow(Map::t, same_size.handle());
      f(same_size, n);
    }
  }
  static void expect_numbers(const Map& map, u64 n, u64 but) {
    for (u64 i = 0; i < n; i++) {
      if (i == but) continue;
      const auto* found = map.find(key(i));
      ASSERT_NE(found, nullptr) << i << " of " << n;
      ASSERT_EQ(*found, elem(i)) << n;
    }
  }
};
using Pairs = testing::Types<Pair<u64, u64>, Pair<std::string, std::string>, Pair<Owning, Owning>,
                             Pair<Big, Big>, Pair<u64, std::string>, Pair<Big, Owning>>;
TYPED_TEST_SUITE(Aliasing, Pairs);

TYPED_TEST(Aliasing, AnElemOfTheMapMayBePutUnderANewKey) {
  CHECKS("alias/self", "access/current-elem");
  this->in_each_phase([](auto& map, u64 n) {
    for (u64 i = 0; i < n; i += 5) {
      map.insert_or_assign(TestFixture::key(1000 + i), *map.find(TestFixture::key(i)));
      ASSERT_EQ(map.get(TestFixture::key(1000 + i)), TestFixture::elem(i)) << n;
    }
    TestFixture::expect_numbers(map, n, n);
  });
}

TYPED_TEST(Aliasing, AnElemOfTheMapMayBePutUnderAnOldKeyAndItsOwn) {
  CHECKS("alias/self", "access/current-elem");
  this->in_each_phase([](auto& map, u64 n) {
    map.insert_or_assign(TestFixture::key(n - 1), *map.find(TestFixture::key(n - 1)));
    TestFixture::expect_numbers(map, n, n);
    map.insert_or_assign(TestFixture::key(n - 1), *map.find(TestFixture::key(0)));
    ASSERT_EQ(map.get(TestFixture::key(n - 1)), TestFixture::elem(0));
    TestFixture::expect_numbers(map, n, n - 1);
  });
}

// m[a] = m[b] of two keys that are there: no growth begins, but one may go on.
TYPED_TEST(Aliasing, OneElemMayBeAssignedToAnotherThroughACopy) {
  CHECKS("alias/self", "assign/update-no-grow");
  this->in_each_phase([](auto& map, u64 n) {
    const auto B = map.handle()->B;
    for (u64 i = 0; i < n; i++) map[TestFixture::key(i)] = map.get(TestFixture::key(n - 1 - i));
    for (u64 i = 0; i < n; i++) map[TestFixture::key(i)] = map.get(TestFixture::key(i));
    ASSERT_EQ(map.handle()->B, B);
    for (u64 i = 0; i < n; i++) {
      ASSERT_EQ(map.get(TestFixture::key(i)), TestFixture::elem(i < n - i ? n - 1 - i : i))
          << i << " of " << n;
    }
  });
}

TYPED_TEST(Aliasing, AKeyOfTheMapMayBePutAndErased) {
  CHECKS("alias/self", "assign/insert-unique");
  this->in_each_phase([](auto& map, u64 n) {
    const auto* own = &map.walk().key();
    const auto put = *own;
    map[*own] = TestFixture::elem(500);
    ASSERT_EQ(map.size(), n);
    ASSERT_EQ(map.get(put), TestFixture::elem(500));
    own = &map.walk().key();
    const auto erased = *own;
    ASSERT_TRUE(map.erase(*own));
    ASSERT_FALSE(map.contains(erased));
    ASSERT_EQ(map.size(), n - 1);
  });
}

TYPED_TEST(Aliasing, AMapMayBeSwappedWithItselfAndMovedToItself) {
  CHECKS("alias/self");
  this->in_each_phase([](auto& map, u64 n) {
    auto& itself = map;
    map.swap(itself);
    TestFixture::expect_numbers(map, n, n);
    map = std::move(itself);
    TestFixture::expect_numbers(map, n, n);
    ASSERT_EQ(map.size(), n);
    ASSERT_EQ(map.handle()->refs.load(), 1U);
  });
}

TYPED_TEST(Aliasing, AWalkMayBeMovedToItself) {
  CHECKS("alias/self", "iter/complete");
  this->in_each_phase([](auto& map, u64 n) {
    auto walk = map.walk();
    auto& itself = walk;
    u64 produced = 0;
    for (; walk; walk.next()) {
      walk = std::move(itself);
      produced++;
    }
    ASSERT_EQ(produced, n);
  });
}

// ---- by hand ----

// The elem is copied before the map is touched.
template <class V>
void expect_reflect_takes_own_elem(int phase) {
  HandMap<u64, V> map;
  for (u64 i = 0; i < 26; i++) map[i] = item<V>(i);
  if (phase == 1) begin_bigger_growth(map);
  if (phase == 2) begin_same_size_growth(map);
  for (u64 i = 0; i < 26; i++) {
    const u64 target = 100 + i;
    gomap::reflect_mapassign(map.t, map.h, &target, map.find(i));
    ASSERT_EQ(*map.find(target), item<V>(i));
    ASSERT_EQ(*map.find(i), item<V>(i));
  }
}
TEST(AliasingByHand, ReflectTakesAnElemOfTheMapInEveryPhase) {
  CHECKS("alias/self");
  for (const int phase : {0, 1, 2}) {
    expect_reflect_takes_own_elem<u64>(phase);
    expect_reflect_takes_own_elem<std::string>(phase);
    expect_reflect_takes_own_elem<Owning>(phase);
    expect_reflect_takes_own_elem<Big>(phase);
  }
}

// The ninth entry makes the single bucket grow, and ends that growth: the array that the elem lay
// in is gone.
template <class V>
void expect_reflect_takes_an_elem_of_an_array_that_goes() {
  HandMap<u64, V> map;
  for (u64 i = 0; i < 8; i++) map[i] = item<V>(i);
  const u64 target = 8;
  gomap::reflect_mapassign(map.t, map.h, &target, map.find(3));
  ASSERT_FALSE(map.h->growing());
  ASSERT_EQ(*map.find(target), item<V>(3));
}
TEST(AliasingByHand, ReflectTakesAnElemOfAnArrayThatTheWriteFrees) {
  CHECKS("alias/self");
  expect_reflect_takes_an_elem_of_an_array_that_goes<u64>();
  expect_reflect_takes_an_elem_of_an_array_that_goes<std::string>();
  expect_reflect_takes_an_elem_of_an_array_that_goes<Big>();
}

// The cell's own key, stored over itself where needkeyupdate asks for that, and wiped while it is
// the key that was asked for.
TEST(AliasingByHand, TheStoredKeyMayBeUpdatedAndDeletedWithItself) {
  CHECKS("alias/self", "zero/sign-key-update");
  HandMap<std::string, u64> map(0, [](const std::string& key) { return u64{key.size()}; });
  map["a key that is too long to be stored without memory of its own"] = 1;
  const std::string& own = map.key_in(map.bucket(0), 0);
  map[own] = 2;
  EXPECT_EQ(map.len(), 1);
  EXPECT_EQ(own, "a key that is too long to be stored without memory of its own");
  map.del(own);
  EXPECT_EQ(map.len(), 0);
}

struct OwnNumber {
  gomap::uintptr operator()(const u64& key, gomap::uintptr) const { return key; }
};

// The elem lies in a chain that a growth to the same size is about to pack.
TEST(Alias, AnElemOfItsOwnIsCopiedBeforeAGrowthToTheSameSize) {
  CHECKS("alias/self", "grow/same-size-trigger");
  gomap::map<u64, std::string, OwnNumber> map;
  const auto nine = [&](u64 first) {
    for (u64 key = first; key < first + 18; key += 2) {
      map.insert_or_assign(key, std::string(40, 'x') + std::to_string(key));
    }
  };
  nine(0);  // one overflow bucket behind each of the two buckets
  for (u64 key = 0; key < 16; key += 2) map.erase(key);
  nine(1);
  ASSERT_TRUE(!map.handle()->growing() && map.handle()->noverflow == 2);
  map.insert_or_assign(100, *map.find(16));
  EXPECT_EQ(map.handle()->B, 1) << "it has grown to the same size";
  EXPECT_EQ(map.handle()->noverflow, 1);
  EXPECT_EQ(*map.find(100), std::string(40, 'x') + "16");
}

}  // namespace
}  // namespace mapproof
