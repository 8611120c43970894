// Walks of the typed face take shorter ways than those of the run-time face: no notes for keys that
// call nothing, hashes ahead of their turn. They lead to the same entries in the same order.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include "conformance/properties/checks.h"
#include "conformance/two_faces.h"

namespace mapproof {
namespace {

// ---- whose walks are short: keys that call nothing, as far as the type tells ----

enum class mark { a, b };
enum class careful_mark { a, b };
[[maybe_unused]] bool operator==(careful_mark, careful_mark) { return true; }
struct of_words {
  u64 words[2];
  bool operator==(const of_words&) const = default;
};

static_assert(!gomap::calls_out<mark>::value && !gomap::calls_out<double>::value);
static_assert(!gomap::calls_out<Wide>::value && !gomap::calls_out<std::pair<u64, mark>>::value);
static_assert(gomap::calls_out<careful_mark>::value, "its operator== might know of the map");
static_assert(gomap::calls_out<std::array<careful_mark, 2>>::value);
static_assert(gomap::calls_out<of_words>::value, "nor does its type tell");

template <class Key, class Policy = gomap::go1_14>
struct face {
  using walks = TwoFaces<Key, Policy>;
};
template <class Face>
class WalksOf : public Face::walks {};
using Faces = testing::Types<face<std::uint32_t>, face<u64>, face<double>, face<std::string>,
                             face<Wide>, face<u64, gomap::corrected>,
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

using TypedWalksOverTexts = TwoFaces<std::string>;

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
using CorrectedWalksOverNumbers = TwoFaces<double, gomap::corrected>;
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
