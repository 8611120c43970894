// Keys that are not equal to themselves, and zeros of both signs.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "conformance/gomap_hashes.h"
#include "conformance/gomap_traits.h"
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {
struct Field {
  int number = 0;
  double value = 0;
  friend bool operator==(const Field&, const Field&) = default;
};
}  // namespace
}  // namespace mapproof

template <>
struct gomap::reflexive<mapproof::Field> : std::false_type {};
template <>
struct gomap::need_key_update<mapproof::Field> : std::true_type {};
template <>
struct gomap::hash<mapproof::Field> {
  uintptr operator()(const mapproof::Field& key, uintptr seed) const {
    return f64hash(key.value, int64hash(static_cast<std::uint64_t>(key.number), seed));
  }
};

namespace mapproof {
namespace {

using Complex = std::complex<double>;
using Floats = std::array<double, 2>;
using Elems = std::vector<u64>;

Elems sorted(Elems elems) {
  std::sort(elems.begin(), elems.end());
  return elems;
}
Elems range(u64 n) {
  Elems elems(n);
  for (u64 i = 0; i < n; i++) elems[i] = i;
  return elems;
}

// A key of each kind that can hold a float, with that float in it.
template <class K>
K holding(double value) {
  if constexpr (std::is_floating_point_v<K>) {
    return static_cast<K>(value);
  } else if constexpr (std::is_same_v<K, Complex>) {
    return Complex(1, value);
  } else if constexpr (std::is_same_v<K, Floats>) {
    return Floats{1, value};
  } else if constexpr (std::is_same_v<K, Field>) {
    return Field{1, value};
  } else if constexpr (std::is_same_v<K, BigFloat>) {
    return BigFloat{value, {}};
  } else {
    return K(value);
  }
}
// The float in the key.
template <class K>
double held(const K& key) {
  if constexpr (std::is_floating_point_v<K>) {
    return static_cast<double>(key);
  } else if constexpr (std::is_same_v<K, Complex>) {
    return key.imag();
  } else if constexpr (std::is_same_v<K, Floats>) {
    return key[1];
  } else if constexpr (std::is_same_v<K, Field> || std::is_same_v<K, BigFloat>) {
    return key.value;
  } else {
    return std::get<double>(key);
  }
}

template <class K>
class FloatKeys : public testing::Test {
 protected:
  FloatKeys() { gomap::thread_random().seed(3); }

  static u64 hash(const K& key) { return gomap::hash<K>{}(key, 1); }
  static K nan() { return holding<K>(kAnyNaN); }
  // n NaNs, with the elems 0, 1, ...
  static void put_nans(HandMap<K, u64>& map, u64 n) {
    for (u64 i = 0; i < n; i++) map[nan()] = i;
  }
};
using Kinds = testing::Types<float, double, Complex, Floats, Field, Interface, BigFloat>;
TYPED_TEST_SUITE(FloatKeys, Kinds);

// ---- NaN ----

TYPED_TEST(FloatKeys, EachPutOfANaNAddsAnEntryOfItsOwnThatStartsFromZero) {
  CHECKS("nan/insert-distinct", "assign/new-elem-zero");
  HandMap<TypeParam, u64> map(0, this->hash);
  for (u64 i = 0; i < 100; i++) {
    u64& elem = map[this->nan()];
    ASSERT_EQ(elem, 0U);
    elem = i;
    ASSERT_EQ(map.len(), static_cast<std::intptr_t>(i + 1));
  }
  Elems elems;
  for (const auto& entry : map.entries()) elems.push_back(entry.second);
  EXPECT_EQ(sorted(elems), range(100));
}

// Even with a hash that leads straight to it: a chain of NaNs of one hash.
TYPED_TEST(FloatKeys, ANaNIsNeitherFoundNorDeletedNorUpdated) {
  CHECKS("nan/not-found", "nan/not-deletable");
  HandMap<TypeParam, u64> map(0, [](const TypeParam&) { return at(7, 0); });
  this->put_nans(map, 20);
  const auto before = map.entries().size();
  EXPECT_FALSE(map.has(this->nan()));
  map.del(this->nan());
  EXPECT_EQ(map.len(), 20);
  EXPECT_EQ(map.entries().size(), before);
  map[this->nan()] = 20;
  EXPECT_EQ(map.len(), 21);
}

TYPED_TEST(FloatKeys, ADeleteOfANaNInMidGrowthMovesEntriesButTakesNone) {
  CHECKS("nan/not-deletable", "grow/progress");
  HandMap<TypeParam, u64> map(0, this->hash);
  this->put_nans(map, 50);
  begin_bigger_growth(map);
  for (int i = 0; i < 20 && map.h->growing(); i++) map.del(this->nan());
  EXPECT_FALSE(map.h->growing());
  Elems elems;
  for (const auto& entry : map.entries()) elems.push_back(entry.second);
  EXPECT_EQ(sorted(elems), range(50));
}

TYPED_TEST(FloatKeys, AClearTakesNaNsToo) {
  CHECKS("nan/cleared", "clear/reset");
  for (const u64 n : {1U, 8U, 9U, 27U, 110U}) {
    HandMap<TypeParam, u64> map(0, this->hash);
    this->put_nans(map, n);
    HandWalk walk(map);
    map.clear();
    EXPECT_EQ(map.len(), 0);
    EXPECT_TRUE(map.entries().empty()) << n;
    EXPECT_TRUE((HandWalk(map).at_end()));
    map[this->nan()] = 1;
    EXPECT_EQ(map.len(), 1);
  }
}

// n hashes for n puts and as many again for each doubling, which add up to n; comparisons only
// where a tophash happens to agree.
TYPED_TEST(FloatKeys, PuttingNaNsCostsAsMuchAsPuttingOtherKeys) {
  CHECKS("nan/spread");
  constexpr u64 n = 4000;
  HandMap<TypeParam, u64> map(0, this->hash);
  this->put_nans(map, n);
  EXPECT_LE(map.hashed, 4 * n);
  std::size_t longest = 0;
  for (gomap::uintptr i = 0; i < gomap::bucketShift(map.h->B); i++) {
    longest = std::max(longest, map.chain(map.bucket(i)).size());
  }
  EXPECT_LE(longest, 5U);
  EXPECT_LE(map.overflow_buckets(), gomap::bucketShift(map.h->B));
}

// ---- NaN in each phase of a growth ----

enum class Phase { idle, bigger, same_size };

// One case: 60 NaNs in a growth of which `writes` writes have been done when the walk begins; an
// earlier walk, if there was one, has set the iterator flags before the growth; the growth ends
// under the walk after `at_step` steps, or not at all.
struct Case {
  Phase phase;
  int writes;
  bool walked_before;
  std::size_t at_step;
};
constexpr std::size_t kNever = 1000;

std::string text(const Case& c) {
  return "phase " + std::to_string(static_cast<int>(c.phase)) + ", " + std::to_string(c.writes) +
         " writes, walked before: " + std::to_string(c.walked_before) + ", growth finished at " +
         std::to_string(c.at_step);
}

// NaNs do not repeat their hash, so the test gives each put the hash it wants.
u64 scattered(const double&) { return gomap::f64hash(kAnyNaN, 1); }

void begin_growth(HandMap<double, u64>& map, Phase phase) {
  if (phase == Phase::bigger) begin_bigger_growth(map);
  if (phase == Phase::same_size) begin_same_size_growth(map);
}

constexpr u64 kNaNs = 60;

// The NaNs that the walk gives, sorted.
Elems walked_over(const Case& c, std::uint32_t corrections) {
  HandMap<double, u64> map(80, scattered);
  map.t.corrections = corrections;
  for (u64 i = 0; i < kNaNs; i++) map[kAnyNaN] = i;
  if (c.walked_before) HandWalk<double, u64> before(map);
  begin_growth(map, c.phase);
  for (int i = 0; i < c.writes; i++) map.del(-1);  // absent: it only moves the growth on
  HandWalk walk(map);
  Elems seen;
  for (; !walk.at_end() && seen.size() <= 2 * kNaNs; walk.next()) {
    seen.push_back(walk.elem());
    if (seen.size() != c.at_step) continue;
    for (int i = 0; i < 2000 && map.h->growing(); i++) map.del(-1);
    EXPECT_FALSE(map.h->growing());
  }
  return sorted(seen);
}

// Calls f for walks that begin at each step of a growth, with random numbers of their own.
template <class F>
void at_each_step(Phase phase, const std::vector<std::size_t>& ends, F f) {
  std::uint32_t seed = 0;
  for (int writes = 0; writes <= 9; writes++) {
    for (const bool walked_before : {false, true}) {
      for (const std::size_t at_step : ends) {
        gomap::thread_random().seed(seed++);
        f(Case{phase, writes, walked_before, at_step});
      }
    }
  }
}
void expect_each_once(const Case& c) { EXPECT_EQ(walked_over(c, 0), range(kNaNs)) << text(c); }

TEST(NaNInGrowth, EachIsProducedOnceWhenTheMapIsIdle) {
  CHECKS("nan/iterated-once", "iter/complete");
  at_each_step(Phase::idle, {kNever}, expect_each_once);
}
TEST(NaNInGrowth, EachIsProducedOnceFromEveryStepWhileTheMapDoubles) {
  CHECKS("nan/iterated-once", "iter/phases");
  at_each_step(Phase::bigger, {1, 17, kNever}, expect_each_once);
}
TEST(NaNInGrowth, EachIsProducedOnceFromEveryStepOfAGrowthToTheSameSize) {
  CHECKS("nan/iterated-once", "iter/phases");
  at_each_step(Phase::same_size, {kNever}, expect_each_once);
}

// The finding nan-check-misplaced: nothing comes twice, but something may be missing.
TEST(NaNInGrowth, AGrowthToTheSameSizeThatEndsUnderAWalkHidesSomeUnlessCorrected) {
  CHECKS("nan/iterated-once", "iter/phases");
  std::size_t missing = 0;
  at_each_step(Phase::same_size, {1, 17}, [&](const Case& c) {
    EXPECT_EQ(walked_over(c, gomap::correction::check_decided_on_entry), range(kNaNs)) << text(c);
    const Elems faithful = walked_over(c, 0);
    EXPECT_EQ(std::adjacent_find(faithful.begin(), faithful.end()), faithful.end()) << text(c);
    missing += kNaNs - faithful.size();
  });
  EXPECT_GT(missing, 0U);
}

TEST(NaNInGrowth, WithoutAWalkBothSidesGetSomeAndWithOneTheLowBitOfTheTophashDecides) {
  CHECKS("nan/iterated-once");
  gomap::thread_random().seed(1);
  for (const bool walked : {false, true}) {
    HandMap<double, u64> map(0, [&](const double&) { return at(0x11, 0); });
    for (u64 i = 0; i < 6; i++) map[kAnyNaN] = i;
    begin_bigger_growth(map);
    if (walked) HandWalk<double, u64> during(map);  // sets the flag for the new array
    map.hash = [](const double&) { return at(0x10, 0); };
    map.del(-1);
    // The hash that is drawn now says 0, the tophash stored before is odd.
    EXPECT_EQ(map.keys(map.bucket(0)).size(), walked ? 0U : 6U);
    EXPECT_EQ(map.keys(map.bucket(1)).size(), walked ? 6U : 0U);
  }
}

TEST(NaNInGrowth, NoneIsLostByManyGrowthsInARow) {
  CHECKS("nan/insert-distinct", "nan/iterated-once");
  gomap::thread_random().seed(2);
  HandMap<double, u64> map(0, [](const double& key) { return gomap::f64hash(key, 1); });
  for (u64 i = 0; i < 2000; i++) {
    map[kAnyNaN] = i;
    if (i % 97 == 0) {
      HandWalk walk(map);
      ASSERT_EQ(walk.drain().size(), i + 1);
    }
  }
}

// ---- +0 and -0 ----

TYPED_TEST(FloatKeys, PlusAndMinusZeroAreOneEntryWithTheSignOfTheLatestPut) {
  CHECKS("zero/sign-key-update", "hash/eq-consistent");
  HandMap<TypeParam, u64> map(0, this->hash);
  const TypeParam plus = holding<TypeParam>(+0.0), minus = holding<TypeParam>(-0.0);
  ASSERT_TRUE(std::signbit(held(minus)));
  map[plus] = 1;
  map[minus] = 2;
  ASSERT_EQ(map.len(), 1);
  EXPECT_EQ(*map.find(plus), 2U);
  EXPECT_TRUE(std::signbit(held(HandWalk(map).key())));
  map[plus] = 3;
  EXPECT_EQ(*map.find(minus), 3U);
  EXPECT_FALSE(std::signbit(held(HandWalk(map).key())));
  map.has(minus);
  EXPECT_FALSE(std::signbit(held(HandWalk(map).key()))) << "a read changes no key";
  map.del(minus);
  EXPECT_EQ(map.len(), 0);
}

TEST(ComplexKeys, ZerosOfEitherPartAreOneEntry) {
  CHECKS("zero/sign-key-update", "hash/eq-consistent");
  HandMap<Complex, u64> map(0, [](const Complex& key) { return gomap::hash<Complex>{}(key, 1); });
  for (const double real : {+0.0, -0.0}) {
    for (const double imag : {+0.0, -0.0}) {
      map[Complex(real, imag)]++;
      const Complex stored = HandWalk(map).key();
      EXPECT_EQ(std::signbit(stored.real()), std::signbit(real));
      EXPECT_EQ(std::signbit(stored.imag()), std::signbit(imag));
    }
  }
  EXPECT_EQ(map.len(), 1);
  EXPECT_EQ(*map.find(Complex(0, 0)), 4U);
}

// The put moves the growth on: the entry is in the old array before, in the new one after, and a
// walk that stands in the old array must look it up.
TYPED_TEST(FloatKeys, AWalkGivesTheLatestSignFromEachStepOfAGrowth) {
  CHECKS("zero/sign-key-update", "iter/current-key");
  for (const Phase phase : {Phase::bigger, Phase::same_size}) {
    for (int writes = 0; writes < 6; writes++) {
      HandMap<TypeParam, u64> map(30, this->hash);
      const TypeParam absent = holding<TypeParam>(-1);
      for (u64 i = 0; i < 20; i++) map[holding<TypeParam>(static_cast<double>(i))] = i;
      HandWalk old_walk(map);
      while (!old_walk.at_end() && held(old_walk.key()) == 0) old_walk.next();
      phase == Phase::bigger ? begin_bigger_growth(map) : begin_same_size_growth(map);
      for (int i = 0; i < writes; i++) map.del(absent);
      map[holding<TypeParam>(-0.0)] = 100;
      HandWalk new_walk(map);
      int zeros = 0;
      for (; !new_walk.at_end(); new_walk.next()) {
        if (held(new_walk.key()) != 0) continue;
        zeros++;
        EXPECT_TRUE(std::signbit(held(new_walk.key()))) << writes;
        EXPECT_EQ(new_walk.elem(), 100U);
      }
      EXPECT_EQ(zeros, 1);
      for (; !old_walk.at_end(); old_walk.next()) {
        if (held(old_walk.key()) != 0) continue;
        EXPECT_TRUE(std::signbit(held(old_walk.key()))) << writes << ", older than the growth";
        EXPECT_EQ(old_walk.elem(), 100U);
      }
    }
  }
}

}  // namespace
}  // namespace mapproof
