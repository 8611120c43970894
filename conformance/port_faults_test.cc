// A hash, a comparison, a copy or an allocation that throws: whatever the map was doing, it holds
// afterwards what it held before, in mid-growth too, and nothing leaks.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace {
bool next_new_fails = false;
}
// The few small objects that the port gets from the C++ heap, such as mapextra.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (std::exchange(next_new_fails, false)) throw std::bad_alloc();
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace mapproof {
namespace {

struct Fault {};

// Everything that may throw passes here; the n-th does.
class Faults {
 public:
  static void arm(unsigned n) { left_ = n; }
  static void disarm() { left_ = 0; }
  static void pass() {
    if (left_ != 0 && --left_ == 0) throw Fault{};
  }

 private:
  static inline unsigned left_ = 0;
};

// Owns memory; copies and comparisons may throw. Above 128 bytes with a Padding of 128. One that is
// not Movable only copies, so the port cannot take it along without the risk.
template <std::size_t Padding, bool Movable>
class Fussy {
 public:
  Fussy() noexcept { live_++; }
  explicit Fussy(u64 value) : value_(std::make_unique<u64>(value)) { live_++; }
  Fussy(const Fussy& other) : value_(copy_of(other)) { live_++; }
  Fussy(Fussy&& other) noexcept requires Movable : value_(std::move(other.value_)) { live_++; }
  Fussy& operator=(const Fussy& other) {
    value_ = copy_of(other);
    return *this;
  }
  Fussy& operator=(Fussy&& other) noexcept requires Movable {
    value_ = std::move(other.value_);
    return *this;
  }
  ~Fussy() { live_--; }

  u64 value() const { return value_ ? *value_ : 0; }
  static int live() { return live_; }
  friend bool operator==(const Fussy& x, const Fussy& y) {
    Faults::pass();
    return x.value() == y.value();
  }

 private:
  static std::unique_ptr<u64> copy_of(const Fussy& other) {
    Faults::pass();
    return other.value_ ? std::make_unique<u64>(*other.value_) : nullptr;
  }
  static inline int live_ = 0;
  std::unique_ptr<u64> value_;
  std::array<unsigned char, Padding> padding_{};
};

using Inline = Fussy<1, true>;
using CopyOnly = Fussy<1, false>;
using Apart = Fussy<128, true>;
static_assert(sizeof(Apart) > gomap::maxElemSize);
static_assert(gomap::static_type<Inline>::movable() && !gomap::static_type<CopyOnly>::movable());

u64 value_of(u64 plain) { return plain; }
template <std::size_t Padding, bool Movable>
u64 value_of(const Fussy<Padding, Movable>& fussy) {
  return fussy.value();
}
template <class T>
int live() {
  if constexpr (std::is_class_v<T>) {
    return T::live();
  } else {
    return 0;
  }
}

template <class Pair>
class PortFaults : public testing::Test {
 public:
  using K = typename Pair::first_type;
  using V = typename Pair::second_type;
  using Map = HandMap<K, V>;

  struct Picture {
    std::vector<std::pair<u64, u64>> entries;  // sorted
    std::vector<u64> layout;                   // everything else that can be seen
    gomap::uintptr evacuated = 0;              // old buckets
  };

  static Picture picture(Map& map) {
    Picture p;
    for (const auto& [key, elem] : map.entries()) {
      p.entries.emplace_back(value_of(key), value_of(elem));
    }
    std::sort(p.entries.begin(), p.entries.end());
    gomap::hmap* h = map.h;
    p.layout = {h->B, h->flags, h->noverflow, h->nevacuate, h->growing() ? 1U : 0U};
    if (h->extra != nullptr) {
      p.layout.push_back(reinterpret_cast<u64>(h->extra->nextOverflow));
      p.layout.push_back(h->extra->overflow != nullptr ? h->extra->overflow->buckets.size() : 0);
      p.layout.push_back(h->extra->oldoverflow != nullptr);
    }
    const auto add = [&](void* buckets, gomap::uintptr n) {
      for (gomap::uintptr i = 0; i < n; i++) {
        for (gomap::bmap* b : map.chain(gomap::bucket_at(map.t, buckets, i))) {
          p.layout.push_back(reinterpret_cast<u64>(b));
          p.layout.insert(p.layout.end(), b->tophash, b->tophash + gomap::bucketCnt);
        }
      }
    };
    if (h->buckets != nullptr) add(h->buckets, gomap::bucketShift(h->B));
    if (h->growing()) {
      add(h->oldbuckets, gomap::noldbuckets(h));
      for (gomap::uintptr i = 0; i < gomap::noldbuckets(h); i++) {
        p.evacuated += gomap::bucketEvacuated(map.t, h, i);
      }
    }
    return p;
  }

  // Lets the first, the second, ... thing that may fail in `act` fail, each time on a new map that
  // `prepare` has filled, until it gets through. Gives the number of faults.
  template <class Prepare, class Act>
  unsigned fail_everywhere(std::intptr_t hint, Prepare prepare, Act act) {
    unsigned faults = 0;
    for (bool through = false; !through; faults++) {
      Map map(hint, [](const K& key) {
        Faults::pass();
        return value_of(key);
      });
      map.t.alloc_hook = [](gomap::uintptr) { Faults::pass(); };
      [[maybe_unused]] const auto kept_alive = prepare(map);
      const Picture before = picture(map);
      Faults::arm(faults + 1);
      try {
        act(map);
        through = true;
        Faults::disarm();
      } catch (const Fault&) {
        expect_unharmed(map, before, faults + 1);
        act(map);  // and it goes on from there
      }
      EXPECT_EQ(map.h->flags & gomap::hashWriting, 0);
      EXPECT_EQ(picture(map).entries.size(), static_cast<std::size_t>(map.len()));
      check_found(map);
      if (testing::Test::HasFailure()) break;
    }
    EXPECT_EQ(live<K>(), 0);
    EXPECT_EQ(live<V>(), 0);
    return faults - 1;
  }

  static void expect_unharmed(Map& map, const Picture& before, unsigned fault) {
    const Picture after = picture(map);
    EXPECT_EQ(after.entries, before.entries) << "fault " << fault;
    EXPECT_EQ(map.len(), static_cast<std::intptr_t>(before.entries.size())) << fault;
    EXPECT_EQ(map.h->flags & gomap::hashWriting, 0) << fault;
    // What was whole before the fault stays: chains that were evacuated, a growth that was begun,
    // an overflow bucket. Where none of that is so, not a byte has changed.
    if (after.evacuated == before.evacuated && after.layout.size() == before.layout.size()) {
      EXPECT_EQ(after.layout, before.layout) << "fault " << fault;
      untouched++;
    }
    check_found(map);
  }

  static void check_found(Map& map) {
    for (const auto& [key, elem] : map.entries()) {
      const V* found = map.find(key);
      ASSERT_NE(found, nullptr) << value_of(key);
      EXPECT_EQ(value_of(*found), value_of(elem));
    }
  }

  static inline unsigned untouched = 0;
  void SetUp() override { untouched = 0; }
};

using Pairs =
    testing::Types<std::pair<u64, u64>, std::pair<Inline, Inline>, std::pair<CopyOnly, CopyOnly>,
                   std::pair<Apart, Apart>, std::pair<u64, Inline>, std::pair<Apart, CopyOnly>>;
TYPED_TEST_SUITE(PortFaults, Pairs);

// The elem follows from the key, so that a pair that is torn apart is seen.
template <class Map>
void put(Map& map, u64 number) {
  using K = std::remove_cvref_t<decltype(map.entries()[0].first)>;
  using V = std::remove_cvref_t<decltype(map.entries()[0].second)>;
  V elem(number + 1000);
  map[K(number)] = std::move(elem);
}
template <class Map>
void put_only(Map& map, u64 number) {
  using K = std::remove_cvref_t<decltype(map.entries()[0].first)>;
  gomap::mapassign(map.t, map.h, std::make_unique<K>(K(number)).get());
}
template <class Map>
void del(Map& map, u64 number) {
  using K = std::remove_cvref_t<decltype(map.entries()[0].first)>;
  map.del(K(number));
}
template <class Map>
int put_many(Map& map, u64 n, u64 step) {
  for (u64 i = 0; i < n; i++) put(map, i * step);
  return 0;
}

TYPED_TEST(PortFaults, TheFirstPutIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      0, [](auto&) { return 0; }, [](auto& map) { put_only(map, 7); });
  EXPECT_GE(faults, 2U) << "hash and bucket at least";
  EXPECT_GE(this->untouched, 1U);
}

TYPED_TEST(PortFaults, APutIntoAChainThatIsFullIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      26, [](auto& map) { return put_many(map, 8, 4); }, [](auto& map) { put_only(map, 800); });
  EXPECT_GE(faults, 2U) << "hash and overflow bucket at least";
  EXPECT_GE(this->untouched, 1U);
}

TYPED_TEST(PortFaults, AnUpdateOfTheKeyIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      26,
      [](auto& map) {
        map.t.flags |= gomap::flag_needkeyupdate;
        return put_many(map, 8, 4);
      },
      [](auto& map) { put_only(map, 28); });
  EXPECT_GE(faults, 1U);
  EXPECT_EQ(this->untouched, faults) << "an update moves nothing";
}

TYPED_TEST(PortFaults, APutThatStartsAGrowthIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      0, [](auto& map) { return put_many(map, 8, 1); }, [](auto& map) { put_only(map, 8); });
  EXPECT_GE(faults, 1 + 1 + 8U) << "hash, new array, a hash for each entry that moves";
}

// Old chains of three buckets, all of whose entries go to one side: new overflow buckets are needed
// there as well.
TYPED_TEST(PortFaults, APutInMidGrowthIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      26,
      [](auto& map) {
        put_many(map, 20, 8);
        begin_bigger_growth(map);
        return 0;
      },
      [](auto& map) { put_only(map, 160); });
  EXPECT_GE(faults, 1 + 20 + 2U) << "hashes and overflow buckets";
  EXPECT_GE(this->untouched, 20U) << "as long as the chain was not whole over there";
}

TYPED_TEST(PortFaults, APutInMidGrowthIsAllOrNothingWhereEntriesPart) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      26,
      [](auto& map) {
        put_many(map, 24, 4);
        begin_bigger_growth(map);
        return 0;
      },
      [](auto& map) { put_only(map, 400); });
  EXPECT_GE(faults, 1 + 24U);
}

TYPED_TEST(PortFaults, APutInAGrowthToTheSameSizeIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      26,
      [](auto& map) {
        put_many(map, 24, 4);
        for (u64 i = 0; i < 8; i++) del(map, 8 * i);
        begin_same_size_growth(map);
        return 0;
      },
      [](auto& map) { put_only(map, 400); });
  EXPECT_GE(faults, 2U) << "hash and overflow bucket; entries are not hashed again";
  EXPECT_GE(this->untouched, 1U);
}

TYPED_TEST(PortFaults, ADeleteInMidGrowthIsAllOrNothing) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      26,
      [](auto& map) {
        put_many(map, 20, 8);
        begin_bigger_growth(map);
        return 0;
      },
      [](auto& map) { del(map, 80); });
  EXPECT_GE(faults, 1 + 20 + 2U);
}

// A walk holds the old array: nothing may be moved out of it, only copied.
TYPED_TEST(PortFaults, APutInMidGrowthIsAllOrNothingUnderAWalk) {
  CHECKS("except/strong");
  using Hand = typename TestFixture::Map;
  using Walk = HandWalk<typename TestFixture::K, typename TestFixture::V>;
  for (const bool before_growth : {true, false}) {
    const unsigned faults = this->fail_everywhere(
        26,
        [before_growth](Hand& map) {
          put_many(map, 20, 8);
          if (!before_growth) begin_bigger_growth(map);
          auto walk = std::make_unique<Walk>(map, 0, 0);
          if (before_growth) begin_bigger_growth(map);
          return walk;
        },
        [](Hand& map) { put_only(map, 160); });
    EXPECT_GE(faults, 1 + 20 + 2U);
  }
}

// Keys that might not be equal to themselves are compared in mid-growth, too.
TYPED_TEST(PortFaults, APutInMidGrowthIsAllOrNothingForIrreflexiveKeys) {
  CHECKS("except/strong");
  using Hand = typename TestFixture::Map;
  using Walk = HandWalk<typename TestFixture::K, typename TestFixture::V>;
  const unsigned faults = this->fail_everywhere(
      26,
      [](Hand& map) {
        map.t.flags &= ~gomap::flag_reflexivekey;
        put_many(map, 20, 8);
        begin_bigger_growth(map);
        return std::make_unique<Walk>(map, 1, 0);
      },
      [](Hand& map) { put_only(map, 160); });
  EXPECT_GE(faults, 1 + 20 + 2U);
}

// The growth has spare buckets; all of them, the marked last one and heap buckets are used before
// the chain is whole.
TYPED_TEST(PortFaults, SpareBucketsGoBackInOrder) {
  CHECKS("except/strong");
  const unsigned faults = this->fail_everywhere(
      53,
      [](auto& map) {
        put_many(map, 72, 32);
        begin_bigger_growth(map);
        EXPECT_LT(map.spares(), 8U) << "or the last one would not be used";
        return 0;
      },
      [](auto& map) { put_only(map, 32 * 72); });
  EXPECT_GE(faults, 1 + 72U);
  EXPECT_GE(this->untouched, 72U);
}

// Growth began with the ninth key: the write goes through hashGrow and growWork in one go.
TYPED_TEST(PortFaults, ManyPutsInARowEachFailingOnceLoseNothing) {
  CHECKS("except/strong");
  typename TestFixture::Map map(0, [](const auto& key) {
    Faults::pass();
    return value_of(key);
  });
  map.t.alloc_hook = [](gomap::uintptr) { Faults::pass(); };
  unsigned faults = 0;
  for (u64 number = 0; number < 120; number++) {
    for (unsigned n = 1;; n++) {
      const auto key = std::make_unique<typename TestFixture::K>(number);
      Faults::arm(n);
      try {
        gomap::mapassign(map.t, map.h, key.get());
        Faults::disarm();
        break;
      } catch (const Fault&) {
        faults++;
        ASSERT_EQ(map.len(), static_cast<std::intptr_t>(number));
        ASSERT_EQ(map.entries().size(), number);
        ASSERT_EQ(map.h->flags & gomap::hashWriting, 0);
      }
    }
    map[typename TestFixture::K(number)] = typename TestFixture::V(number + 1000);
  }
  EXPECT_GE(faults, 120U);
  for (const auto& [key, elem] : map.entries()) EXPECT_EQ(value_of(elem), value_of(key) + 1000);
  this->check_found(map);
}

// ---- other operations ----

TEST(PortFault, AHasherThatThrowsInALookUpOrADeleteChangesNothing) {
  CHECKS("panic/hash-no-write", "except/strong");
  HandMap<u64, u64> map(0, [](const u64& key) {
    Faults::pass();
    return key;
  });
  fill(map, 8);
  const u64 key = 3;
  for (const auto& act : std::vector<std::function<void()>>{
           [&] { map.find(key); }, [&] { map.del(key); }, [&] { map[key] = 9; },
           [&] { gomap::mapaccessK(map.t, map.h, &key); }}) {
    Faults::arm(1);
    EXPECT_THROW(act(), Fault);
    EXPECT_EQ(map.h->flags, 0);
    EXPECT_EQ(map.len(), 8);
    EXPECT_EQ(*map.find(key), 3U);
  }
}

// Longer than what is kept of a chain without an allocation, and no two buckets of it look alike.
TEST(PortFault, AnEvacuationThatFailsLeavesALongChainAsItWas) {
  CHECKS("except/strong", "panic/hash-no-write");
  HandMap<u64, u64> map(1000, [](const u64& key) {
    Faults::pass();
    return key;
  });
  constexpr u64 kKeys = 100;
  fill(map, kKeys, 0, u64{1} << 56);  // in bucket 0, each with a tophash of its own
  begin_bigger_growth(map);
  const std::vector<int> tops = map.tops(map.old_bucket(0));
  const std::vector<u64> keys = map.keys(map.old_bucket(0));
  ASSERT_EQ(keys.size(), kKeys);
  for (const unsigned call : {1U, 50U, 90U, 100U}) {
    Faults::arm(call);
    EXPECT_THROW(gomap::evacuate(map.t, map.h, 0), Fault);
    EXPECT_EQ(map.tops(map.old_bucket(0)), tops);
    EXPECT_EQ(map.keys(map.old_bucket(0)), keys);
    EXPECT_TRUE(map.keys(map.bucket(0)).empty());
  }
  Faults::disarm();
  gomap::evacuate(map.t, map.h, 0);
  EXPECT_EQ(map.keys(map.bucket(0)), keys);
}

TEST(PortFault, AComparisonThatThrowsInADeleteChangesNothing) {
  CHECKS("except/strong");
  HandMap<Inline, Inline> map;
  put_many(map, 8, 1);
  const Inline key(3);
  Faults::arm(1);
  EXPECT_THROW(map.del(key), Fault);
  EXPECT_EQ(map.h->flags, 0);
  EXPECT_EQ(map.len(), 8);
  EXPECT_TRUE(map.has(key));
  map.del(key);
  EXPECT_FALSE(map.has(key));
}

// The walk was begun in mid-growth, so that each step hashes keys to see where they will go.
TEST(PortFault, AWalkWhoseStepFailedGoesOnAndMissesNothing) {
  CHECKS("except/strong", "iter/complete");
  for (gomap::uintptr start = 0; start < 8; start++) {
    unsigned faults = 0;
    for (unsigned n = 1;; n++) {
      HandMap<u64, u64> map(26, [](const u64& key) {
        Faults::pass();
        return key;
      });
      fill(map, 26);
      begin_bigger_growth(map);
      gomap::hiter it;
      std::vector<u64> seen;
      Faults::arm(n);
      const auto try_twice = [&](auto advance) {
        try {
          advance();
        } catch (const Fault&) {
          faults++;
          advance();
        }
      };
      const unsigned before = faults;
      try_twice([&] {
        gomap::thread_random().force(static_cast<std::uint32_t>(start));
        gomap::mapiterinit(map.t, map.h, &it);
      });
      while (it.key != nullptr && seen.size() < 100) {
        seen.push_back(*static_cast<u64*>(it.key));
        try_twice([&] { gomap::mapiternext(map.t, &it); });
      }
      Faults::disarm();
      gomap::hiter_release(map.t, &it);
      std::sort(seen.begin(), seen.end());
      ASSERT_EQ(seen.size(), 26U) << "start " << start << ", fault " << n;
      ASSERT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
      if (faults == before) break;
    }
    EXPECT_GE(faults, 26U);
  }
}

TEST(PortFault, AReflectedAssignmentWhoseElemCannotBeCopiedInsertsNothing) {
  CHECKS("except/value-no-insert", "except/strong", "reflect/stubs");
  {
    HandMap<Inline, CopyOnly> map;
    const Inline key(1);
    const CopyOnly elem(2);
    // The elem into its copy, the key into its cell, and the copy, which cannot be moved, into the
    // cell of the elem.
    for (unsigned n = 1; n < 4; n++) {
      Faults::arm(n);
      EXPECT_THROW(gomap::reflect_mapassign(map.t, map.h, &key, &elem), Fault) << n;
      EXPECT_EQ(map.len(), 0);
    }
    Faults::disarm();
    gomap::reflect_mapassign(map.t, map.h, &key, &elem);
    EXPECT_EQ(map.find(key)->value(), 2U);
  }
  EXPECT_EQ(Inline::live() + CopyOnly::live(), 0);
}

TEST(PortFault, AReflectedWalkThatCannotBeginLeavesNothingBehind) {
  CHECKS("except/strong", "cxx/strict-heap", "reflect/stubs");
  HandMap<u64, u64> map(26, [](const u64& key) {
    Faults::pass();
    return key;
  });
  fill(map, 26);
  begin_bigger_growth(map);
  Faults::arm(1);
  EXPECT_THROW(gomap::reflect_mapiterinit(map.t, map.h), Fault);
  EXPECT_EQ(map.h->refs.load(), 1U) << "the iterator's reference is given back";
}

// From sixteen buckets on a growth makes mapextra as well, for the spare buckets.
TEST(PortFault, AGrowthThatGetsNoMapextraHasNotBegun) {
  CHECKS("except/strong");
  HandMap<u64, Pointer> map(52);  // eight buckets; of pointers, so that there is no mapextra yet
  for (u64 key = 0; key < 52; key++) map[key] = &map;
  ASSERT_EQ(map.h->B, 3);
  ASSERT_EQ(map.h->extra, nullptr);
  const u64 key = 52;
  next_new_fails = true;
  EXPECT_THROW(gomap::mapassign(map.t, map.h, &key), std::bad_alloc);
  ASSERT_FALSE(std::exchange(next_new_fails, false)) << "nothing was asked of the heap";
  EXPECT_FALSE(map.h->growing());
  EXPECT_EQ(map.h->B, 3);
  EXPECT_EQ(map.h->flags, 0);
  EXPECT_EQ(map.entries().size(), 52U);
  map[key] = &map;
  EXPECT_TRUE(map.h->growing());
}

}  // namespace
}  // namespace mapproof
