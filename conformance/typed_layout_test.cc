// The typed face has the same in memory as the run-time face, which is the one that runs in
// lock-step with the real Go: header, tophash bytes, chains and cells, after every operation.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "conformance/properties/checks.h"
#include "conformance/two_faces.h"
#include "gomap/inspect.h"

namespace mapproof {
namespace {

// The object in a cell, dead or alive; null where one that is stored apart is gone.
template <class Object, class T>
const Object* object_in(const T&, void* cell, bool apart) {
  return static_cast<const Object*>(apart ? gomap::indirect(cell) : cell);
}

template <class K>
class TypedLayout : public TwoFaces<K> {
 protected:
  using typename TwoFaces<K>::Typed;

  u64 compared = 0, in_same_size_growth = 0, with_heap_buckets = 0;

 private:
  void done() override {
    gomap::hmap *a = this->typed.handle(), *b = this->plain;
    ASSERT_EQ(a->count, b->count);
    ASSERT_EQ(gomap::flags_now(a), gomap::flags_now(b));
    ASSERT_EQ(a->B, b->B);
    ASSERT_EQ(a->noverflow, b->noverflow);
    ASSERT_EQ(a->hash0, b->hash0);
    ASSERT_EQ(a->nevacuate, b->nevacuate);
    ASSERT_EQ(a->growing(), b->growing());
    compare_arrays(a->buckets, b->buckets, gomap::bucketShift(a->B));
    if (a->growing()) compare_arrays(a->oldbuckets, b->oldbuckets, gomap::noldbuckets(a));
    compare_extras(*a, *b);
    compared++;
    in_same_size_growth += a->growing() && gomap::sameSizeGrowing(a) ? 1 : 0;
  }

  void compare_arrays(void* of_typed, void* of_plain, gomap::uintptr base) {
    ASSERT_EQ(of_typed == nullptr, of_plain == nullptr);
    if (of_typed == nullptr) return;
    const auto a = gomap::inspect_array(Typed::t, of_typed, base);
    const auto b = gomap::inspect_array(this->type, of_plain, base);
    ASSERT_EQ(a.array, b.array) << "spare buckets included";
    ASSERT_EQ(a.bucketsize, b.bucketsize);
    ASSERT_EQ(a.buckets.size(), b.buckets.size()) << "those of the heap included";
    for (std::size_t n = 0; n < a.buckets.size(); n++) {
      gomap::bmap *x = a.buckets[n].at, *y = b.buckets[n].at;
      const bool same = a.buckets[n].origin == b.buckets[n].origin &&
                        std::ranges::equal(x->tophash, y->tophash) &&
                        a.index_of(x->overflow(Typed::t)) == b.index_of(y->overflow(this->type));
      ASSERT_TRUE(same && same_cells(x, y)) << "bucket " << n << " of " << base;
    }
    with_heap_buckets += a.heap.empty() ? 0 : 1;
  }

  bool same_cells(gomap::bmap* x, gomap::bmap* y) const {
    constexpr bool apart = Typed::t.indirectkey();
    for (gomap::uintptr i = 0; i < gomap::bucketCnt; i++) {
      const auto* j = object_in<K>(Typed::t, x->key_cell(Typed::t, i), apart);
      const auto* k = object_in<K>(this->type, y->key_cell(this->type, i), apart);
      if ((j == nullptr) != (k == nullptr) || (j != nullptr && *j != *k)) return false;
      const auto* d = object_in<u64>(Typed::t, x->elem_cell(Typed::t, i), false);
      const auto* e = object_in<u64>(this->type, y->elem_cell(this->type, i), false);
      if (*d != *e) return false;
    }
    return true;
  }

  // Which spare bucket comes next, and the lists that keep overflow buckets alive in Go.
  void compare_extras(const gomap::hmap& a, const gomap::hmap& b) {
    ASSERT_EQ(a.extra == nullptr, b.extra == nullptr);
    if (a.extra == nullptr) return;
    const auto distance = [](const gomap::hmap& h) {
      return h.extra->nextOverflow == nullptr
                 ? 0
                 : reinterpret_cast<gomap::uintptr>(h.extra->nextOverflow) -
                       reinterpret_cast<gomap::uintptr>(h.buckets);
    };
    ASSERT_EQ(distance(a), distance(b));
    const auto listed = [](const gomap::overflow_list* list) {
      return list == nullptr ? -1 : std::ssize(list->buckets);
    };
    ASSERT_EQ(listed(a.extra->overflow), listed(b.extra->overflow));
    ASSERT_EQ(listed(a.extra->oldoverflow), listed(b.extra->oldoverflow));
  }
};

// A std::string_view is what Go's string is: it points to bytes, so that dead cells are wiped.
static_assert(!gomap::pointer_free<std::string_view>::value);

using Keys = testing::Types<std::uint32_t, u64, std::string, Wide, std::string_view>;
TYPED_TEST_SUITE(TypedLayout, Keys);

// Fills, churns and empties maps, with hints and without, while walks go on.
TYPED_TEST(TypedLayout, IsThatOfTheRunTimeFaceAfterEveryOperation) {
  CHECKS("cxx/typed-face");
  const u64 seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  constexpr int turns = 2000;
  for (u64 round = 0; round < 6 && !this->HasFatalFailure(); round++) {
    this->begin(seed + round, round % 2 == 0 ? 0 : 150);
    u64 next = 0;
    for (int turn = 0; turn < turns && !this->HasFatalFailure(); turn++) {
      const u64 what = this->random() % 100;
      const u64 puts = turn < turns / 2 ? 60U : 25U;
      if (what < puts) {
        this->put(this->random() % 4 == 0 ? this->random() % (next + 1) : next++);
      } else if (what < 75) {
        this->del(this->random() % (next + 1));
      } else if (what < 98 || turn % 20 != 0) {
        if (this->fast) {
          this->step();
        } else {
          this->begin_walk();
          this->compare();
        }
      } else {
        this->clear();
      }
    }
  }
  // Or it was not what it claims to be.
  EXPECT_GT(this->compared, 1'000U);
  EXPECT_GT(this->steps, 100U);
  EXPECT_GT(this->in_growth, 10U);
}

TYPED_TEST(TypedLayout, IsThatOfTheRunTimeFaceInGrowthsThatKeepTheSize) {
  CHECKS("cxx/typed-face");
  const u64 seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  for (u64 round = 0; round < 10 && !this->HasFatalFailure(); round++) {
    this->begin(seed + round);
    for (u64 n = 0; n < 27; n++) this->put(n);
    this->finish_growth();
    this->begin_walk();  // or a growth wipes what it has moved
    this->begin_same_size_growth();
    for (int n = 0; n < 5 && this->fast; n++) this->step();
    this->finish_growth();
    this->end_walks();
    this->begin_same_size_growth();
    this->finish_growth();
  }
  EXPECT_GT(this->in_same_size_growth, 20U);
  EXPECT_GT(this->with_heap_buckets, 10U) << "chains leave the array";
}

}  // namespace
}  // namespace mapproof
