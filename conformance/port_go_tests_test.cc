// What Go's own tests of its map check (runtime/map_test.go, reflect, maps, and the programs under
// test/), told in our own words under their Go names.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/key_lists.h"
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "gomap/map.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

// Seeded, so that a failure comes again.
class GoMapTest : public testing::Test {
 protected:
  GoMapTest() { gomap::thread_random().seed(14); }
};

using Map = HandMap<u64, u64>;
using Walk = HandWalk<u64, u64>;
u64 spread(const u64& key) { return gomap::int64hash(key, 5); }
u64 spread_float(const double& key) { return gomap::f64hash(key, 1); }

// ---- sizes and hints ----

TEST_F(GoMapTest, HmapSize) {
  CHECKS("go/hmap-size", "layout/cell-sizes");
  EXPECT_EQ(offsetof(gomap::hmap, refs), 8 + 5 * gomap::PtrSize);
  EXPECT_EQ(offsetof(gomap::hiter, pin), 12 * gomap::PtrSize);
}

TEST_F(GoMapTest, MapBuckets) {
  CHECKS("go/map-buckets", "make/hint-b");
  const std::pair<std::int64_t, gomap::uintptr> rows[] = {
      {-(1 << 30), 1}, {-1, 1}, {0, 1}, {1, 1}, {8, 1}, {9, 2}, {13, 2}, {14, 4}, {26, 4}, {27, 8}};
  for (const auto& [n, buckets] : rows) {
    Map hinted(static_cast<std::intptr_t>(n)), grown;
    gomap::map<int, int> hinted64(n), literal;
    fill(grown, n > 0 ? static_cast<u64>(n) : 0);
    for (int i = 0; i < n; i++) literal[i] = hinted64[i] = i;
    EXPECT_EQ(gomap::bucketShift(hinted.h->B), buckets) << n;
    EXPECT_EQ(gomap::bucketShift(grown.h->B), buckets) << n;
    EXPECT_EQ(gomap::bucketShift(literal.handle()->B), buckets) << n;
    EXPECT_EQ(gomap::bucketShift(hinted64.handle()->B), buckets) << n << ", filled to its hint";
  }
}

TEST_F(GoMapTest, IgnoreBogusMapHint) {
  CHECKS("go/ignore-bogus-map-hint", "make/hint-bogus");
  for (const std::int64_t hint : {std::int64_t{-1}, std::int64_t{1} << 62, INT64_MAX, INT64_MIN}) {
    gomap::map<u64, u64> map(hint);
    EXPECT_EQ(map.handle()->B, 0) << hint;
    map[1] = 2;
    EXPECT_EQ(map[1], 2U);
  }
}

// ---- +0, -0 and NaN ----

TEST_F(GoMapTest, NegativeZero) {
  CHECKS("go/negative-zero", "zero/sign-key-update");
  HandMap<double, bool> map;
  map[+0.0] = true;
  map[-0.0] = true;
  ASSERT_EQ(map.len(), 1);
  EXPECT_TRUE(std::signbit(HandWalk(map).key()));
  map[+0.0] = true;
  ASSERT_EQ(map.len(), 1);
  EXPECT_FALSE(std::signbit(HandWalk(map).key()));
}

TEST_F(GoMapTest, MapAssignmentNan) {
  CHECKS("go/map-assignment-nan", "nan/insert-distinct");
  HandMap<double, u64> map(0, spread_float);
  map[kAnyNaN] = 1;
  map[kAnyNaN] = 2;
  EXPECT_EQ(map.len(), 2);
  Keys elems;
  for (const auto& entry : map.entries()) elems.push_back(entry.second);
  EXPECT_EQ(sorted(elems), (Keys{1, 2}));
}

TEST_F(GoMapTest, MapOperatorAssignmentNan) {
  CHECKS("go/map-operator-assignment-nan", "nan/insert-distinct", "assign/new-elem-zero");
  HandMap<double, u64> map(0, spread_float);
  map[kAnyNaN] += 1;
  map[kAnyNaN] += 2;
  map[kAnyNaN] += 3;
  Keys elems;
  for (const auto& entry : map.entries()) elems.push_back(entry.second);
  EXPECT_EQ(sorted(elems), (Keys{1, 2, 3})) << "each started from zero";
}

TEST_F(GoMapTest, MapOperatorAssignment) {
  CHECKS("go/map-operator-assignment", "access/current-elem");
  Map map;
  for (u64 i = 0; i < 4; i++) map[1] += i;
  EXPECT_EQ(map[1], 6U);
  EXPECT_EQ(map.len(), 1);
}

TEST_F(GoMapTest, MapAppendAssignment) {
  CHECKS("go/map-append-assignment", "access/current-elem");
  gomap::map<int, std::vector<int>> map;
  for (const int i : {12, 34, 56, 78}) map[1].push_back(i);
  std::vector<int>& at_two = map[2];
  at_two = map[1];  // m[2] = append(m[1], ...) leaves m[1] alone
  at_two.push_back(90);
  EXPECT_EQ(map[1], (std::vector<int>{12, 34, 56, 78}));
  EXPECT_EQ(map[2], (std::vector<int>{12, 34, 56, 78, 90}));
}

TEST_F(GoMapTest, GrowWithNaN) {
  CHECKS("go/grow-with-nan", "nan/iterated-once");
  HandMap<double, int> map(4, spread_float);
  for (const int i : {1, 2, 4}) map[kAnyNaN] = i;
  int seen = 0;
  bool first = true;
  for (HandWalk walk(map); !walk.at_end(); walk.next()) {
    const bool nan = walk.key() != walk.key();
    const int elem = walk.elem();
    if (std::exchange(first, false)) {
      for (int i = 0; i < 50; i++) map[i] = 0;
      ASSERT_GE(map.h->B, 3) << "grew twice and more under the walk";
    }
    if (nan) {
      EXPECT_EQ(seen & elem, 0) << "produced twice";
      seen |= elem;
    }
  }
  EXPECT_EQ(seen, 7);
}

// key 0 changes its sign in mid-walk, while two others force a growth.
void grow_with_zero(double before, double after, std::uint32_t seed) {
  gomap::thread_random().seed(seed);
  HandMap<double, int> map(4, spread_float);
  for (const auto& [key, elem] : {std::pair{before, 1}, {1.0, 2}, {2.0, 4}}) map[key] = elem;
  int seen = 0;
  for (HandWalk walk(map); !walk.at_end(); walk.next()) {
    const double key = walk.key();
    const int elem = walk.elem();
    if (seen == 0) {
      map[after] = 8;
      for (int i = 10; i < 60; i++) map[i] = 0;
    }
    if (key == 0) {
      EXPECT_EQ(std::signbit(key), std::signbit(elem == 8 ? after : before));
    }
    EXPECT_EQ(seen & elem, 0) << "produced twice";
    seen |= elem;
  }
  EXPECT_TRUE(seen == (1 | 2 | 4) || seen == (8 | 2 | 4)) << seen << ": the old or the new zero";
}
TEST_F(GoMapTest, GrowWithNegativeZero) {
  CHECKS("go/grow-with-negative-zero", "iter/current-key", "iter/current-elem");
  for (std::uint32_t seed = 0; seed < 16; seed++) {
    grow_with_zero(-0.0, +0.0, seed);
    grow_with_zero(+0.0, -0.0, seed);
  }
}

TEST_F(GoMapTest, MapNanGrowIterator) {
  CHECKS("go/map-nan-grow-iterator", "nan/iterated-once");
  HandMap<double, u64> map(0, spread_float);
  constexpr u64 kNaNs = 16;
  for (u64 i = 0; i < kNaNs; i++) map[kAnyNaN] = i;
  begin_bigger_growth(map);
  map[1.0] = 1000;
  ASSERT_TRUE(map.h->growing()) << "the walk begins in mid-growth";
  Keys seen;
  int steps = 0;
  for (HandWalk walk(map); !walk.at_end(); walk.next(), steps++) {
    if (walk.elem() < kNaNs) seen.push_back(walk.elem());
    if (steps < 4) map[2.0 + steps] = 1000;
  }
  EXPECT_FALSE(map.h->growing()) << "and ends after it";
  EXPECT_EQ(sorted(seen), range(kNaNs));
}

// ---- walks ----

TEST_F(GoMapTest, IterGrowAndDelete) {
  CHECKS("go/iter-grow-and-delete", "iter/no-deleted");
  Map map(0, spread);
  fill(map, 100);
  Keys seen;
  bool grown = false;
  for (Walk walk(map); !walk.at_end(); walk.next()) {
    const u64 key = walk.key();
    if (std::exchange(grown, true)) {
      seen.push_back(key);
      continue;
    }
    for (u64 i = 100; i < 1000; i++) map[i] = i;
    for (u64 i = 1; i < 1000; i += 2) map.del(i);
  }
  EXPECT_GE(seen.size(), 49U) << "the even keys of before";
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](u64 key) { return key % 2 == 0; }));
}

// There is no collector here; a walk keeps the old array alive by itself (ASan sees it).
TEST_F(GoMapTest, IterGrowWithGC) {
  CHECKS("go/iter-grow-with-gc", "iter/no-use-after-free");
  HandMap<u64, std::string> map(4, spread);
  const auto text = [](u64 i) { return "elem number " + std::to_string(i) + ", on the heap"; };
  for (u64 i = 0; i < 32; i++) map[i] = text(i);
  Keys seen;
  for (HandWalk walk(map); !walk.at_end(); walk.next()) {
    if (seen.empty()) {
      for (u64 i = 32; i < 5000; i++) map[i] = text(i);
    }
    EXPECT_EQ(walk.elem(), text(walk.key()));
    if (walk.key() < 32) seen.push_back(walk.key());
  }
  EXPECT_EQ(sorted(seen), range(32));
}

TEST_F(GoMapTest, MapIterDeleteReplace) {
  CHECKS("go/map-iter-delete-replace", "iter/terminates", "iter/complete");
  for (const u64 n : {0U, 2U, 7U, 15U, 77U, 500U, 10'000U}) {
    Map map(0, spread);
    for (u64 key = 0; key < n; key++) map[key] = 0;
    std::size_t steps = 0;
    for (Walk walk(map); !walk.at_end() && steps <= 4 * n; walk.next(), steps++) {
      const u64 key = walk.key();
      map.del(key);
      map[key] = 1;
    }
    EXPECT_LE(steps, 4 * n) << "the walk ends";
    EXPECT_EQ(map.len(), static_cast<std::intptr_t>(n));
    for (u64 key = 0; key < n; key++) ASSERT_EQ(*map.find(key), 1U) << "every key was walked over";
  }
}

TEST_F(GoMapTest, MapIterOrder) {
  CHECKS("go/map-iter-order", "iter/order-varies");
  for (const u64 n : {3U, 7U, 9U, 15U}) {
    for (const bool growing : {false, true}) {
      Map map(0, spread);
      fill(map, n);
      if (growing) begin_bigger_growth(map);
      std::set<Keys> orders;
      for (int i = 0; i < 100; i++) orders.insert(Walk(map).drain());
      EXPECT_GE(orders.size(), std::min<u64>(n, 7)) << n;
      for (const Keys& keys : orders) EXPECT_EQ(sorted(keys), range(n));
    }
  }
}

TEST_F(GoMapTest, MapSparseIterOrder) {
  CHECKS("go/map-sparse-iter-order", "iter/order-varies");
  Map map(0, spread);
  fill(map, 1000);
  for (u64 i = 1; i < 999; i++) map.del(i);
  std::set<u64> firsts;
  for (int i = 0; i < 100; i++) firsts.insert(Walk(map).key());
  EXPECT_EQ(firsts, (std::set<u64>{0, 999}));
}

// ---- large, small and empty items ----

TEST_F(GoMapTest, BigItems) {
  CHECKS("go/big-items", "iter/once", "layout/cell-sizes");
  HandMap<Big, Big> map;
  for (u64 i = 0; i < 100; i++) map[big(i)] = big(i + 5);
  EXPECT_EQ(map.len(), 100);
  Keys seen;
  for (HandWalk walk(map); !walk.at_end(); walk.next()) {
    EXPECT_EQ(walk.elem(), big(walk.key().words[0] + 5));
    seen.push_back(walk.key().words[0]);
  }
  EXPECT_EQ(sorted(seen), range(100));
}

struct Huge {
  unsigned char bytes[4096];
};
// Without the fat variant a miss would read beyond the shared zeros (ASan sees it).
TEST_F(GoMapTest, MapHugeZero) {
  CHECKS("go/map-huge-zero", "access/zero-on-miss");
  gomap::map<int, Huge> map;
  const auto all_zero = [](const Huge& huge) {
    return std::all_of(std::begin(huge.bytes), std::end(huge.bytes),
                       [](unsigned char byte) { return byte == 0; });
  };
  EXPECT_TRUE(all_zero(map.get(7))) << "of an empty map";
  map[8].bytes[0] = 1;
  EXPECT_TRUE(all_zero(map.get(7)));
  EXPECT_FALSE(all_zero(map.get(8)));
}

TEST_F(GoMapTest, EmptyKeyAndValue) {
  CHECKS("go/empty-key-and-value", "layout/cell-sizes");
  HandMap<u64, Empty> elems;
  HandMap<Empty, u64> keys;
  HandMap<Empty, Empty> both;
  elems[0];
  keys[Empty{}] = 1;
  both[Empty{}];
  both[Empty{}];
  EXPECT_EQ(elems.len(), 1);
  EXPECT_EQ(keys.len(), 1);
  EXPECT_EQ(both.len(), 1);
  EXPECT_EQ(keys[Empty{}], 1U);
  both.del(Empty{});
  EXPECT_EQ(both.len(), 0);
}

void expect_string_keys(const std::vector<std::string>& keys) {
  HandMap<std::string, bool> map(0, [](const std::string&) { return u64{0}; });
  for (const std::string& key : keys) {
    EXPECT_FALSE(map.has(key));
    map[key] = true;
  }
  EXPECT_EQ(map.len(), static_cast<std::intptr_t>(keys.size()));
  for (const std::string& key : keys) {
    EXPECT_TRUE(map.has(key));
    EXPECT_FALSE(map.has(key + "."));
  }
  EXPECT_FALSE(map.has("fos")) << "as long as others, and other only at its end";
  EXPECT_FALSE(map.has(std::string(100, ',')));
}
// All in one bucket under one tophash, so that only the comparison tells them apart.
TEST_F(GoMapTest, SingleBucketMapStringKeys_DupLen) {
  CHECKS("go/single-bucket-map-string-keys", "access/absent");
  expect_string_keys({"foo", "bar", "baz", "fox", "fop", "goo"});
}
TEST_F(GoMapTest, SingleBucketMapStringKeys_NoDupLen) {
  CHECKS("go/single-bucket-map-string-keys", "access/absent");
  expect_string_keys({"", "x", "xy", "foo", "foob", "fooba", std::string(100, '.')});
}

// Inline, without pointers; the first and the last byte are used.
template <std::size_t N>
struct Bytes {
  std::array<std::uint8_t, N> bytes{};
  static Bytes of(std::uint8_t number) {
    Bytes b;
    b.bytes.front() = b.bytes.back() = number;
    return b;
  }
  u64 value() const { return bytes[0]; }
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
TEST_F(GoMapTest, MapLargeKeyNoPointer) {
  CHECKS("go/map-large-key-no-pointer", "access/present");
  HandMap<Bytes<128>, u64> map;
  for (std::uint8_t i = 1; i < 250; i++) map[Bytes<128>::of(i)] = i;
  for (std::uint8_t i = 1; i < 250; i++) EXPECT_EQ(*map.find(Bytes<128>::of(i)), i);
}
TEST_F(GoMapTest, MapLargeValNoPointer) {
  CHECKS("go/map-large-val-no-pointer", "access/current-elem");
  HandMap<u64, Bytes<128>> map;
  for (std::uint8_t i = 1; i < 250; i++) map[i] = Bytes<128>::of(i);
  for (std::uint8_t i = 1; i < 250; i++) EXPECT_EQ(*map.find(i), Bytes<128>::of(i));
}

// ---- what a deleted entry leaves ----

template <class K, class V>
void increment_after_delete(const K& first, const K& second, const V& one) {
  HandMap<K, V> map(0, [](const K&) { return u64{0}; });  // both share a cell
  map[first] = one;
  map.del(first);
  map[second] += one;
  EXPECT_EQ(map[second], one) << "the slot was wiped";
}
TEST_F(GoMapTest, IncrementAfterDeleteValueInt) {
  CHECKS("go/increment-after-delete", "assign/new-elem-zero");
  increment_after_delete<u64, std::int64_t>(1, 2, 100);
}
TEST_F(GoMapTest, IncrementAfterDeleteValueInt32) {
  CHECKS("go/increment-after-delete", "assign/new-elem-zero");
  increment_after_delete<u64, std::int32_t>(1, 2, 100);
}
TEST_F(GoMapTest, IncrementAfterDeleteValueInt64) {
  CHECKS("go/increment-after-delete", "assign/new-elem-zero");
  increment_after_delete<std::uint8_t, std::int64_t>(1, 2, 100);
}
TEST_F(GoMapTest, IncrementAfterDeleteKeyStringValueInt) {
  CHECKS("go/increment-after-delete", "assign/new-elem-zero");
  increment_after_delete<std::string, int>("", "x", 100);
}
TEST_F(GoMapTest, IncrementAfterDeleteKeyValueString) {
  CHECKS("go/increment-after-delete", "assign/new-elem-zero");
  increment_after_delete<std::string, std::string>("y", "", "from the last entry");
}

TEST_F(GoMapTest, IncrementAfterBulkClearKeyStringValueInt) {
  CHECKS("go/increment-after-bulk-clear", "clear/reset");
  HandMap<std::string, int> map;
  map[""] = 100;
  map.clear();
  map["7"]++;
  EXPECT_EQ(map["7"], 1);
}

// In each chain emptyRest stands behind the last live cell and nowhere before it, and the cell
// before the first emptyRest is live.
void expect_tombstones_right(Map& map, int step) {
  for (gomap::uintptr i = 0; i < gomap::bucketShift(map.h->B); i++) {
    const std::vector<int> states = map.tops(map.bucket(i));
    const auto rest = std::find(states.begin(), states.end(), gomap::emptyRest);
    ASSERT_TRUE(std::all_of(rest, states.end(), [](int top) { return top == gomap::emptyRest; }))
        << step;
    if (rest != states.begin()) {
      ASSERT_GE(*(rest - 1), gomap::minTopHash) << step;
    }
  }
}
TEST_F(GoMapTest, MapTombstones) {
  CHECKS("go/map-tombstones", "layout/emptyrest-suffix", "layout/no-trailing-emptyone");
  Map map(0, spread);
  constexpr u64 n = 1000;
  fill(map, n);
  expect_tombstones_right(map, 1);
  for (u64 i = 0; i < n / 2; i++) map.del(i);
  expect_tombstones_right(map, 2);
  fill(map, n / 2, n);
  expect_tombstones_right(map, 3);
  for (u64 i = n; i < n + n / 2; i++) map.del(i);
  expect_tombstones_right(map, 4);
  fill(map, n / 2, n + n / 2);
  expect_tombstones_right(map, 5);
  for (u64 i = 0; i < 2 * n; i++) map.del(i);
  expect_tombstones_right(map, 6);
  EXPECT_EQ(map.len(), 0);
}

// ---- interfaces ----

using AnyKey = std::variant<std::monostate, bool, std::int8_t, std::int64_t, std::uint32_t, float,
                            double, std::complex<float>, std::complex<double>, std::string, int*,
                            std::array<std::string, 2>, std::pair<int, float>>;
TEST_F(GoMapTest, MapInterfaceKey) {
  CHECKS("go/map-interface-key", "hash/eq-consistent");
  HandMap<AnyKey, int> map(0, [](const AnyKey& key) { return gomap::hash<AnyKey>{}(key, 9); });
  int target = 0;
  const AnyKey keys[] = {{},
                         true,
                         std::int8_t{1},
                         std::int64_t{1},
                         std::uint32_t{1},
                         1.0F,
                         1.0,
                         std::complex<float>(1, 2),
                         std::complex<double>(1, 2),
                         std::string("1"),
                         &target,
                         std::array<std::string, 2>{"a", "b"},
                         std::pair<int, float>(1, 2.0F)};
  int n = 0;
  for (const AnyKey& key : keys) map[key] = ++n;
  EXPECT_EQ(map.len(), n);
  for (const AnyKey& key : keys) EXPECT_EQ(*map.find(key), static_cast<int>(key.index()) + 1);
}

TEST_F(GoMapTest, EmptyMapWithInterfaceKey) {
  CHECKS("go/empty-map-with-interface-key", "panic/unhashable");
  const auto hasher = [](const Interface& key) { return gomap::hash<Interface>{}(key, 0); };
  HandMap<Interface, bool> empty(0, hasher), nil(NilMap{}, hasher);
  for (auto* map : {&empty, &nil}) {
    for (const Interface& key :
         {Interface(), Interface(std::int64_t{1}), Interface(1.0), Interface(std::string("1"))}) {
      EXPECT_FALSE(map->has(key));
    }
    expect_panic("runtime error: hash of unhashable type func()", [&] { map->has(Unhashable{}); });
  }
}

// ---- package maps, and reflection ----

// All items of a map of large items, through the reflect entries; copied before they are compared.
std::vector<std::pair<Big, Big>> reflected(HandMap<Big, Big>& map) {
  std::vector<std::pair<Big, Big>> all;
  const auto release = [&](gomap::hiter* it) {
    gomap::hiter_release(map.t, it);
    delete it;
  };
  const std::unique_ptr<gomap::hiter, decltype(release)> it(
      gomap::reflect_mapiterinit(map.t, map.h), release);
  for (; gomap::reflect_mapiterkey(it.get()) != nullptr; gomap::reflect_mapiternext(it.get())) {
    all.emplace_back(*static_cast<Big*>(gomap::reflect_mapiterkey(it.get())),
                     *static_cast<Big*>(gomap::reflect_mapiterelem(it.get())));
  }
  return all;
}
TEST_F(GoMapTest, MapKeys) {
  CHECKS("go/map-keys", "iter/current-key");
  HandMap<Big, Big> map;
  for (u64 i = 0; i < 20; i++) map[big(i)] = big(i + 100);
  Keys keys;
  for (const auto& item : reflected(map)) keys.push_back(item.first.words[0]);
  EXPECT_EQ(sorted(keys), range(20));
}
TEST_F(GoMapTest, MapValues) {
  CHECKS("go/map-values", "iter/current-elem");
  HandMap<Big, Big> map;
  for (u64 i = 0; i < 20; i++) map[big(i)] = big(i + 100);
  const auto all = reflected(map);
  EXPECT_EQ(all.size(), 20U);
  for (const auto& [key, elem] : all) EXPECT_EQ(elem, big(key.words[0] + 100));
}

// ---- the programs under test/ ----

// Counts what a map asks of its keys: the cost that does not depend on the machine.
struct Counted {
  static inline u64 asked = 0;
  template <class K>
  struct Hash {
    gomap::uintptr operator()(const K& key, gomap::uintptr seed) const {
      asked++;
      return gomap::hash<K>{}(key, seed);
    }
  };
  template <class K>
  struct Equal {
    bool operator()(const K& a, const K& b) const {
      asked++;
      return a == b;
    }
  };
};
// Hashes and comparisons for n puts.
template <class K, class Make>
u64 cost(u64 n, Make make) {
  gomap::map<K, u64, Counted::Hash<K>, Counted::Equal<K>> map;
  Counted::asked = 0;
  for (u64 i = 0; i < n; i++) map[make(i)] = i;
  EXPECT_EQ(map.size(), n);
  return Counted::asked;
}
template <class K, class Make>
void expect_linear(const char* what, Make make) {
  constexpr u64 n = 1000;
  EXPECT_LE(cost<K>(n, make), 5 * n) << what;  // quadratic cost would be 500 n
  EXPECT_LE(cost<K>(8 * n, make), 5 * 8 * n) << what;
}

TEST_F(GoMapTest, Maplinear) {
  CHECKS("go/maplinear", "nan/spread");
  using Complex = std::complex<double>;
  expect_linear<double>("NaN", [](u64) { return kAnyNaN; });
  expect_linear<Complex>("NaN, NaN", [](u64) { return Complex(kAnyNaN, kAnyNaN); });
  expect_linear<Complex>("NaN, 0", [](u64) { return Complex(kAnyNaN, 0); });
  expect_linear<Complex>("0, NaN", [](u64) { return Complex(0, kAnyNaN); });
  expect_linear<Interface>("NaN in an interface", [](u64) { return Interface(kAnyNaN); });
  expect_linear<std::array<double, 2>>("NaN in an array", [](u64) {
    return std::array<double, 2>{0, kAnyNaN};
  });
  expect_linear<u64>("low bits", [](u64 i) { return i; });
  expect_linear<u64>("high bits", [](u64 i) { return i << 40; });
  expect_linear<double>("whole floats", [](u64 i) { return static_cast<double>(i); });
  expect_linear<double>("large floats",
                        [](u64 i) { return std::ldexp(static_cast<double>(i), 52); });
  expect_linear<std::string>("text",
                             [](u64 i) { return std::string(20, 'x') + std::to_string(i); });
}

TEST_F(GoMapTest, Mapnan) {
  CHECKS("go/mapnan", "nan/spread", "nan/insert-distinct");
  EXPECT_LE(cost<double>(50'000, [](u64) { return kAnyNaN; }), 5U * 50'000);
}

// Ranges that delete everything are turned into a clear, NaN or not.
TEST_F(GoMapTest, Mapclear) {
  CHECKS("go/mapclear", "nan/cleared", "clear/reset");
  for (const u64 n : {0U, 1U, 8U, 9U, 100U, 109U}) {  // 109: in mid-growth
    HandMap<double, u64> map(0, spread_float);
    for (u64 i = 0; i < n; i++) map[i % 3 == 0 ? kAnyNaN : static_cast<double>(i)] = i;
    map.clear();
    EXPECT_EQ(map.len(), 0);
    for (u64 i = 0; i < n; i++) EXPECT_FALSE(map.has(static_cast<double>(i)));
    EXPECT_TRUE(HandWalk(map).at_end());
    EXPECT_TRUE(map.entries().empty());
  }
}

template <std::size_t N>
void expect_big_items_survive() {
  using Item = Bytes<N>;
  HandMap<u64, Item> map;
  for (u64 i = 0; i < 1000; i++) map[i % 500] = Item::of(static_cast<std::uint8_t>(i % 251));
  for (u64 i = 0; i < 500; i++) {
    ASSERT_EQ(*map.find(i), Item::of(static_cast<std::uint8_t>((i + 500) % 251))) << N;
  }
}
TEST_F(GoMapTest, Bigmap) {
  CHECKS("go/bigmap", "access/current-elem");
  expect_big_items_survive<120>();
  expect_big_items_survive<128>();
  expect_big_items_survive<129>();
  expect_big_items_survive<1000>();
  expect_big_items_survive<2000>();
}

// A walk begun in mid-growth: 1.14.6 gives cleared entries out of the old array.
TEST_F(GoMapTest, Issue59411) {
  CHECKS("go/issue59411", "iter/clear-stops");
  for (const bool corrected : {false, true}) {
    Map map;
    if (corrected) map.t.corrections = gomap::correction::all;
    fill(map, 27);
    ASSERT_TRUE(map.h->growing());
    HandWalk walk(map, 3, 0);
    EXPECT_EQ(walk.key(), 3U);
    map.clear();
    EXPECT_EQ(map.len(), 0);
    walk.next();
    EXPECT_EQ(walk.drain(), corrected ? Keys{} : (Keys{11, 19}));
  }
}
// One older than a growth that is not over.
TEST_F(GoMapTest, Issue59411_OlderWalk) {
  CHECKS("go/issue59411", "iter/clear-stops");
  for (const bool corrected : {false, true}) {
    Map map;
    if (corrected) map.t.corrections = gomap::correction::all;
    fill(map, 26);
    HandWalk walk(map, 0, 0);
    EXPECT_EQ(walk.key(), 0U);
    map[100] = 100;
    map.clear();
    walk.next();
    EXPECT_EQ(walk.drain(),
              corrected ? Keys{} : (Keys{2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23}));
  }
}
// And with keys put again after the clear, what comes is stale.
TEST_F(GoMapTest, Issue59411_Refilled) {
  CHECKS("go/issue59411", "iter/clear-stops", "iter/reinserted");
  for (const bool corrected : {false, true}) {
    Map map;
    if (corrected) map.t.corrections = gomap::correction::all;
    fill(map, 27);
    HandWalk walk(map, 3, 0);
    map.clear();
    map[3] = 300;
    map[11] = 301;
    walk.next();
    if (!corrected) {
      EXPECT_EQ(walk.key(), 11U);
      EXPECT_EQ(walk.elem(), 11U) << "301 would be right";
      EXPECT_EQ(walk.drain(), (Keys{11, 19}));
    }
    for (; corrected && !walk.at_end(); walk.next()) EXPECT_GE(walk.elem(), 300U);
  }
}

// A NaN of an array that a finished growth left behind.
TEST_F(GoMapTest, Issue70189) {
  CHECKS("go/issue70189", "iter/clear-stops", "nan/cleared");
  for (const bool corrected : {false, true}) {
    HandMap<double, u64> map;
    if (corrected) map.t.corrections = gomap::correction::all;
    for (u64 i = 0; i < 8; i++) map[kAnyNaN] = i;
    HandWalk walk(map, 0, 0);
    for (int i = 0; i < 10; i++) map[i] = 0;
    ASSERT_EQ(map.h->B, 2);
    ASSERT_FALSE(map.h->growing());
    map.clear();
    walk.next();
    EXPECT_EQ(walk.drain().size(), corrected ? 0U : 7U);
  }
}

}  // namespace
}  // namespace mapproof
