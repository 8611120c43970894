// Walks of the typed face take shorter ways than those of the run-time face: no notes for keys that
// call nothing, hashes ahead of their turn. They lead to the same entries in the same order.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "conformance/properties/checks.h"
#include "gomap/map.h"
#include "gomap/reflect.h"

namespace mapproof {
namespace {

using u64 = std::uint64_t;

struct wide {  // stored apart
  u64 words[17];
  bool operator==(const wide&) const = default;
};

template <class K>
K key_of(u64 n) {
  if constexpr (std::is_same_v<K, std::string>) {
    return n == 0 ? "" : "a text that is too long for its object " + std::to_string(n);
  } else if constexpr (std::is_same_v<K, wide>) {
    return wide{{n}};
  } else if constexpr (std::is_same_v<K, double>) {
    return n % 8 == 7 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n) / 2;
  } else {
    return static_cast<K>(n);
  }
}

// A NaN is the same as itself here.
template <class K>
bool same(const K& a, const K& b) {
  return a == b || (a != a && b != b);
}

}  // namespace
}  // namespace mapproof

template <>
struct gomap::calls_out<mapproof::wide> : std::false_type {};

namespace mapproof {
namespace {

template <class K, class Policy = gomap::go1_14>
class TypedWalks : public testing::Test {
 public:
  using Typed = gomap::map<K, u64, gomap::hash<K>, std::equal_to<K>, Policy>;
  static_assert(!Typed::t.calls_out(), "or it would go the long ways too");

  TypedWalks() { type.corrections = Policy::corrections; }
  ~TypedWalks() override {
    end_walks();
    gomap::unref_hmap(type, plain);
  }
  // With two empty maps.
  void begin(u64 seed) {
    end_walks();
    gomap::unref_hmap(type, plain);
    random.seed(seed);
    gomap::thread_random().seed(seed);
    typed = Typed();
    gomap::thread_random().seed(seed);
    plain = gomap::makemap_small();
    ASSERT_EQ(plain->hash0, typed.handle()->hash0);
  }
  void put(u64 n) {
    const K key = key_of<K>(n);
    both([&] { typed[key] = stamp; },
         [&] { *static_cast<u64*>(gomap::mapassign(type, plain, &key)) = stamp; });
    stamp++;
  }
  void del(u64 n) {
    const K key = key_of<K>(n);
    both([&] { typed.erase(key); }, [&] { gomap::mapdelete(type, plain, &key); });
  }
  void clear() {
    typed.clear();
    gomap::mapclear(type, plain);
  }
  void begin_walk() {
    if (typed.empty()) return;
    const auto draw = static_cast<std::uint32_t>(random());
    gomap::thread_random().force(draw);
    fast.emplace(typed.walk());
    gomap::thread_random().force(draw);
    gomap::mapiterinit(type, plain, &slow);
  }
  // Both walks stand on the same entry.
  void compare() {
    if (!fast) return;
    ASSERT_EQ(static_cast<bool>(*fast), slow.key != nullptr);
    if (slow.key == nullptr) {
      ends++;
      end_walks();
      return;
    }
    ASSERT_TRUE(same(fast->key(), *static_cast<const K*>(slow.key)));
    ASSERT_EQ(fast->elem(), *static_cast<const u64*>(slow.elem));
    steps += 1;
    in_growth += plain->growing() ? 1 : 0;
  }
  void step() {
    fast->next();
    gomap::mapiternext(type, &slow);
    compare();
  }
  void end_walks() {
    fast.reset();
    gomap::hiter_release(type, &slow);
  }

  bool growing() const { return plain->growing(); }
  void finish_growth() {
    for (u64 n = 0; growing(); n++) put(n % 7);
  }
  // Of a map with 8 buckets. Gives chains overflow buckets and empties them, until it packs itself.
  void begin_same_size_growth() {
    u64 n = 1000;
    for (u64 bucket = 0;; bucket = (bucket + 1) % 8) {
      std::vector<u64> keys;
      for (; keys.size() < 9; n++) {
        const K key = key_of<K>(n);
        if (key != key || (type.hasher(&key, plain->hash0) & 7) != bucket) continue;
        keys.push_back(n);
        put(n);
        if (!growing()) continue;
        ASSERT_TRUE(gomap::sameSizeGrowing(plain));
        return;
      }
      for (const u64 used : keys) del(used);
    }
  }

  // With the same draws: the hash of a NaN is one.
  template <class OnTyped, class OnPlain>
  void both(const OnTyped& on_typed, const OnPlain& on_plain) {
    const u64 draws = random();
    gomap::thread_random().seed(draws);
    on_typed();
    gomap::thread_random().seed(draws);
    on_plain();
  }

  std::mt19937_64 random;
  Typed typed;
  gomap::maptype type = gomap::maptype_of<K, u64>();
  gomap::hmap* plain = nullptr;
  std::optional<typename Typed::walker> fast;
  gomap::hiter slow;
  u64 stamp = 0, steps = 0, in_growth = 0, ends = 0;
};

template <class Key, class Policy = gomap::go1_14>
struct face {
  using walks = TypedWalks<Key, Policy>;
};
template <class Face>
class WalksOf : public Face::walks {};
using Faces = testing::Types<face<std::uint32_t>, face<u64>, face<double>, face<std::string>,
                             face<wide>, face<u64, gomap::corrected>,
                             face<double, gomap::corrected>, face<std::string, gomap::corrected>>;
TYPED_TEST_SUITE(WalksOf, Faces);

TYPED_TEST(WalksOf, GoWhereThoseOfTheRunTimeFaceGo) {
  CHECKS("iter/once", "iter/complete");
  const u64 seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  this->begin(seed);
  u64 next = 0;
  for (int turn = 0; turn < 200'000 && !this->HasFatalFailure(); turn++) {
    if (!this->fast) {
      this->begin_walk();
      this->compare();
    }
    // Spells without a write, so that steps find what the step before left; and spells of growth.
    const u64 what = this->random() % 1000;
    const bool quiet = turn / 300 % 2 != 0;
    if (this->fast && (quiet || what < 500)) {
      this->step();
    } else if (what < 880) {
      this->put(this->random() % 4 == 0 ? this->random() % (next + 1) : next++);
    } else if (what < 999) {
      this->del(this->random() % (next + 1));
    } else if (turn % 20 == 0) {
      this->clear();
    }
    ASSERT_EQ(this->typed.size(), gomap::reflect_maplen(this->plain));
  }
  // Or it was not what it claims to be.
  EXPECT_GT(this->steps, 20'000U);
  EXPECT_GT(this->in_growth, 1'000U);
  EXPECT_GT(this->ends, 20U);
}

// What a clear leaves behind is no longer part of the map, though a walk may stand in it, and looks
// as if entries still lived there.
TYPED_TEST(WalksOf, GoThroughClearsAsTheRunTimeFaceDoes) {
  CHECKS("iter/once");
  const u64 seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  u64 clears_in_growth = 0, grown_again = 0;
  for (u64 round = 0; round < 1000 && !this->HasFatalFailure(); round++) {
    this->begin(seed + round);
    // The map grows with the last of them but a few, so that part of it is evacuated; the walk
    // begins before or after.
    const u64 full = u64{13} << this->random() % 4;
    const u64 entries = full + 1 + this->random() % 4;
    const u64 before = full - 1 + this->random() % (entries - full + 1);
    for (u64 n = 0; n < entries; n++) {
      this->put(n);
      if (n != before) continue;
      this->begin_walk();
      this->compare();
    }
    for (u64 n = this->random() % entries; n > 0 && this->fast; n--) this->step();
    const bool again = this->random() % 2 == 0;  // those that the walk may have left
    clears_in_growth += this->fast && this->plain->growing() ? 1 : 0;
    this->clear();
    for (u64 n = this->random() % (5 * entries); n > 0; n--) this->put(again ? n : 1000 + n);
    grown_again += this->fast && this->plain->growing() ? 1 : 0;
    while (this->fast && !this->HasFatalFailure()) this->step();
  }
  EXPECT_GT(clears_in_growth, 100U);
  EXPECT_GT(grown_again, 50U);
}

using TypedWalksOverTexts = TypedWalks<std::string>;

// Nobody tells the third growth of that size that a walk began in the one before, so that it wipes
// buckets in which the walk stands. Their keys are then empty texts, as far as the walk can see.
TEST_F(TypedWalksOverTexts, SeeWhatIsLeftOfAWipedBucket) {
  CHECKS("iter/once");
  const u64 seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  u64 wiped = 0;
  for (u64 round = 0; round < 300 && !HasFatalFailure(); round++) {
    begin(seed + round);
    for (u64 n = 0; n < 27; n++) put(n);
    ASSERT_TRUE(growing() && plain->B == 3);
    begin_walk();
    finish_growth();
    begin_same_size_growth();
    finish_growth();
    begin_same_size_growth();
    const auto stands_in_old_bucket = [&] {
      return slow.checkBucket != gomap::noCheck && !gomap::evacuated(slow.bptr);
    };
    while (fast && !HasFatalFailure() && !stands_in_old_bucket()) step();
    finish_growth();
    const bool was_wiped = fast && gomap::evacuated(slow.bptr);
    for (u64 n = 2000; !growing(); n++) put(n);
    wiped += was_wiped && !gomap::sameSizeGrowing(plain) ? 1 : 0;
    while (fast && !HasFatalFailure()) step();
  }
  EXPECT_GT(wiped, 50U);
}

// Where a growth keeps the size, old buckets go to one new bucket each, NaNs and all.
using CorrectedWalksOverNumbers = TypedWalks<double, gomap::corrected>;
TEST_F(CorrectedWalksOverNumbers, TakeAllOfABucketThatDoesNotSplit) {
  CHECKS("iter/complete");
  const u64 seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  for (u64 round = 0; round < 300 && !HasFatalFailure(); round++) {
    begin(seed + round);
    for (u64 n = 0; n < 27; n++) put(n);  // three NaNs
    finish_growth();
    begin_same_size_growth();
    begin_walk();
    steps = 0;
    compare();
    while (fast && !HasFatalFailure()) step();
    ASSERT_EQ(steps, typed.size());
  }
}

}  // namespace
}  // namespace mapproof
