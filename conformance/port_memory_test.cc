// What the port asks of the allocator, counted: where nothing may be allocated, and that memory is
// bounded.
#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "conformance/properties/checks.h"
#include "gomap/access.h"
#include "gomap/assign.h"
#include "gomap/clear.h"
#include "gomap/erase.h"
#include "gomap/iterate.h"
#include "gomap/make.h"
#include "gomap/maptype.h"

namespace {
std::uint64_t allocations = 0;
}  // namespace

// The map's body, its lists, and whatever keys and elems own.
void* operator new(std::size_t size) {
  ++allocations;
  void* p = std::malloc(size);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace mapproof {
namespace {

using u64 = std::uint64_t;
using Big = std::array<u64, 17>;  // 136 bytes: stored apart

template <class K>
K key_of(u64 n);
template <>
u64 key_of(u64 n) {
  return n;
}
template <>
const u64* key_of(u64 n) {
  static const std::array<u64, 4096> targets{};
  return &targets.at(n);
}
template <>
std::string key_of(u64 n) {
  return std::to_string(n);  // short: it owns nothing
}
template <>
Big key_of(u64 n) {
  return {n, ~n};
}

template <class K>
class Memory : public testing::Test {
 protected:
  Memory() : t_(gomap::maptype_of<K, u64>()) {
    t_.alloc_hook = [](gomap::uintptr) { ++allocations; };
    gomap::thread_random().seed(1);
    for (u64 n = 0; n < kEntries * 2; ++n) keys_.push_back(key_of<K>(n));
    h_ = gomap::makemap_small();
    for (u64 n = 0; n < kEntries; ++n) put(n);
    while (h_->growing()) put(0);
  }
  ~Memory() override { gomap::unref_hmap(t_, h_); }

  void put(u64 n) { *static_cast<u64*>(gomap::mapassign(t_, h_, &keys_[n])) = n; }

  // With an empty map instead.
  void begin(std::intptr_t hint) {
    gomap::unref_hmap(t_, h_);
    h_ = gomap::makemap(t_, hint, nullptr);
  }

  template <class Body>
  static u64 allocated_by(Body body) {
    const u64 before = allocations;
    body();
    return allocations - before;
  }

  u64 walk() {
    gomap::hiter it;
    gomap::mapiterinit(t_, h_, &it);
    u64 entries = 0;
    for (; it.key != nullptr; gomap::mapiternext(t_, &it)) ++entries;
    gomap::hiter_release(t_, &it);
    return entries;
  }

  u64 allocated_by_walk(u64 entries) {
    return allocated_by([&] { EXPECT_EQ(walk(), entries); });
  }

  static constexpr u64 kEntries = 1000;
  gomap::maptype t_;
  gomap::hmap* h_ = nullptr;
  std::vector<K> keys_;
};

using Keys = testing::Types<u64, const u64*, std::string, Big>;
TYPED_TEST_SUITE(Memory, Keys);

TYPED_TEST(Memory, LookUpsUpdatesAndDeletionsAllocateNothing) {
  CHECKS("cost/allocations");
  u64 found = 0;
  EXPECT_EQ(this->allocated_by([&] {
    for (const TypeParam& key : this->keys_) {
      found += gomap::mapaccess2(this->t_, this->h_, &key).second ? 1 : 0;
      gomap::mapaccess1(this->t_, this->h_, &key);
      found += gomap::mapaccessK(this->t_, this->h_, &key).key != nullptr ? 1 : 0;
    }
  }),
            0U);
  EXPECT_EQ(found, 2 * this->kEntries);
  EXPECT_EQ(this->allocated_by([&] {
    for (u64 n = 0; n < this->kEntries; ++n) this->put(n);
  }),
            0U);
  EXPECT_EQ(this->allocated_by([&] {
    for (const TypeParam& key : this->keys_) gomap::mapdelete(this->t_, this->h_, &key);
  }),
            0U);
  EXPECT_EQ(this->h_->count, 0);
  EXPECT_GT(this->allocated_by([&] {
    for (u64 n = 0; n < 2 * this->kEntries; ++n) this->put(n);
  }),
            0U)
      << "insertions do, or else nothing was counted";
}

// What a walk needs once: the list by which Go keeps overflow buckets alive, where keys and elems
// hold no pointers, and a place to say where it stands, where one of them is stored apart.
template <class K>
inline constexpr u64 kList = std::is_same_v<K, u64> ? 1 : 0;
template <class K>
inline constexpr u64 kFooting = std::is_same_v<K, Big> ? 1 : 0;

// So few entries that no bucket overflows, which would make the list, too.
TYPED_TEST(Memory, TheFirstWalkAllocatesWhatWalksNeedAndLaterOnesNothing) {
  CHECKS("cost/allocations");
  constexpr u64 list = kList<TypeParam>, footing = kFooting<TypeParam>;
  this->begin(0);
  for (u64 n = 0; n < 5; ++n) this->put(n);
  EXPECT_EQ(this->allocated_by_walk(5), 2 * list + footing) << "a small map has no mapextra yet";
  EXPECT_EQ(this->allocated_by_walk(5), 0U);
  this->begin(100);
  for (u64 n = 0; n < 10; ++n) this->put(n);
  EXPECT_EQ(this->allocated_by_walk(10), list + footing);
  EXPECT_EQ(this->allocated_by_walk(10), 0U);
  EXPECT_EQ(this->allocated_by([&] {
    gomap::hiter outer;
    gomap::mapiterinit(this->t_, this->h_, &outer);
    this->walk();
    gomap::hiter_release(this->t_, &outer);
  }),
            footing)
      << "for the second of two at a time";
  EXPECT_EQ(this->allocated_by_walk(10), 0U);
}

TYPED_TEST(Memory, TheFirstWalkAfterAClearAllocatesTheListAnew) {
  CHECKS("cost/allocations");
  this->begin(100);
  for (u64 n = 0; n < 10; ++n) this->put(n);
  this->walk();
  EXPECT_EQ(this->allocated_by([&] { gomap::mapclear(this->t_, this->h_); }), 0U);
  for (u64 n = 0; n < 10; ++n) this->put(n);
  EXPECT_EQ(this->allocated_by_walk(10), kList<TypeParam>);
  EXPECT_EQ(this->allocated_by_walk(10), 0U);
}

TYPED_TEST(Memory, TheFirstWalkAfterAGrowthHasBegunAllocatesTheListAnew) {
  CHECKS("cost/allocations");
  this->begin(100);
  u64 entries = 0;
  while (entries < 10) this->put(entries++);
  this->walk();
  while (!this->h_->growing()) this->put(entries++);
  EXPECT_EQ(this->allocated_by_walk(entries), kList<TypeParam>);
  EXPECT_EQ(this->allocated_by_walk(entries), 0U);
  while (this->h_->growing()) this->put(0);
  EXPECT_EQ(this->allocated_by_walk(entries), 0U) << "its end is none";
}

// However many entries there were, memory is bounded by how many there are at a time: no array is
// larger than that of the first ones, and each chain has one overflow bucket on average at most.
TEST(Churn, NeitherStretchesTheArrayNorHeapsUpOverflowBuckets) {
  CHECKS("grow/churn-bounded");
  constexpr u64 kLive = 1650;  // nearly as many as the array bears
  const gomap::maptype t = gomap::maptype_of<u64, u64>();
  gomap::thread_random().seed(1);
  gomap::hmap* h = gomap::makemap_small();
  const auto put = [&](u64 key) { *static_cast<u64*>(gomap::mapassign(t, h, &key)) = key; };
  for (u64 key = 0; key < kLive; ++key) put(key);
  const std::uint8_t B = h->B;
  u64 packings = 0;
  bool packing = false;
  for (u64 key = 0; key < 300'000; ++key) {
    gomap::mapdelete(t, h, &key);
    put(key + kLive);
    ASSERT_EQ(h->B, B) << "after " << key;
    ASSERT_LE(h->noverflow, gomap::bucketShift(B) + 1) << "after " << key;
    if (h->growing() && !packing) ++packings;
    packing = h->growing();
  }
  EXPECT_GE(packings, 5U) << "or else nothing here could have grown";
  EXPECT_EQ(h->count, static_cast<std::intptr_t>(kLive));
  gomap::unref_hmap(t, h);
}

// AddressSanitizer looks for leaks by itself, and its malloc knows no such figure.
TEST(Lifetime, EverythingIsGivenBackWithTheMapSpareObjectsToo) {
  CHECKS("cxx/lifetime");
  const gomap::maptype t = gomap::maptype_of<Big, Big>();
  const auto held_after_one_life = [&] {
    gomap::hmap* h = gomap::makemap_small();
    for (u64 n = 0; n < 1000; ++n) {
      const Big key = key_of<Big>(n);
      gomap::mapassign(t, h, &key);
    }
    for (u64 n = 0; n < 900; ++n) {
      const Big key = key_of<Big>(n);
      gomap::mapdelete(t, h, &key);
    }
    gomap::unref_hmap(t, h);
    const auto held = mallinfo2();
    return held.uordblks + held.hblkhd;
  };
  held_after_one_life();  // malloc's own caches fill: what they keep counts as given out
  const std::size_t before = held_after_one_life();
  EXPECT_LT(held_after_one_life(), before + 16'384) << "1800 objects have more than 270,000 bytes";
}

}  // namespace
}  // namespace mapproof
