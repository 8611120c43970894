// Go's panics: a hash that panics leaves the map as it was and in working order, whatever it was
// doing; the nil map reads as empty and cannot be written to.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

constexpr char kWords[] = "runtime error: hash of unhashable type func()";

// Numbers hash to themselves, the rest as the port would do it.
u64 hash_of(const Interface& key) {
  if (const auto* number = std::get_if<std::int64_t>(&key)) return static_cast<u64>(*number);
  return gomap::hash<Interface>{}(key, 0);
}
Interface key(std::int64_t number) { return Interface(number); }

class Map : public HandMap<Interface, u64> {
 public:
  Map() : HandMap(0, hash_of) {}
  explicit Map(NilMap) : HandMap(NilMap{}, hash_of) {}
  void put(std::int64_t first, std::int64_t n) {
    for (std::int64_t i = first; i < first + n; i++) (*this)[key(i)] = static_cast<u64>(i);
  }
  void del_range(std::int64_t first, std::int64_t n) {
    for (std::int64_t i = first; i < first + n; i++) del(key(i));
  }
};

// A map in each phase, with the numbers below `entries` in it.
struct Phase {
  const char* name;
  std::int64_t entries;
  std::function<void(Map&)> prepare;
};
const Phase kPhases[] = {
    {"no bucket yet", 0, [](Map&) {}},
    {"emptied", 0,
     [](Map& map) {
       map.put(0, 5);
       map.del_range(0, 5);
     }},
    {"one bucket", 5, [](Map& map) { map.put(0, 5); }},
    {"with an overflow bucket", 60,
     [](Map& map) {
       map.hash = [](const Interface& k) { return hash_of(k) & ~u64{7}; };
       map.put(0, 60);
     }},
    {"doubling", 27,
     [](Map& map) {
       map.put(0, 27);
       ASSERT_TRUE(map.h->growing());
     }},
    {"doubling, nothing moved yet", 20,
     [](Map& map) {
       map.put(0, 20);
       begin_bigger_growth(map);
     }},
    {"growing to the same size", 20,
     [](Map& map) {
       map.put(0, 20);
       begin_same_size_growth(map);
     }},
};

// The state of a map as far as a read could see it, and the counters of the header.
struct State {
  std::vector<std::pair<Interface, u64>> entries;
  std::intptr_t count;
  int flags, B, noverflow;
  gomap::uintptr nevacuate;
  const void *buckets, *oldbuckets;
  friend bool operator==(const State&, const State&) = default;
};
State state(Map& map) {
  const gomap::hmap* h = map.h;
  State now{{}, h->count, h->flags, h->B, h->noverflow, h->nevacuate, h->buckets, h->oldbuckets};
  if (h->buckets != nullptr) now.entries = map.entries();
  return now;
}

// Four ways to ask for a key.
struct Operation {
  const char* name;
  std::function<void(Map&, const Interface&)> run;
};
const Operation kOperations[] = {
    {"put", [](Map& map, const Interface& k) { map[k] = 1; }},
    {"get", [](Map& map, const Interface& k) { gomap::mapaccess1(map.t, map.h, &k); }},
    {"has", [](Map& map, const Interface& k) { map.has(k); }},
    {"delete", [](Map& map, const Interface& k) { map.del(k); }},
};

TEST(HashPanics, LeaveTheMapUnchangedInEveryPhase) {
  CHECKS("panic/hash-no-write", "panic/unhashable");
  for (const Phase& phase : kPhases) {
    for (const Operation& operation : kOperations) {
      Map map;
      phase.prepare(map);
      const State before = state(map);
      expect_panic(kWords, [&] { operation.run(map, Unhashable{}); });
      EXPECT_TRUE(state(map) == before) << operation.name << ", " << phase.name;
      EXPECT_EQ(map.h->flags & gomap::hashWriting, 0) << operation.name << ", " << phase.name;
    }
  }
}

TEST(HashPanics, LeaveTheMapInWorkingOrder) {
  CHECKS("panic/hash-no-write", "threads/write-detected");
  for (const Phase& phase : kPhases) {
    for (const Operation& operation : kOperations) {
      Map map;
      phase.prepare(map);
      expect_panic(kWords, [&] { operation.run(map, Unhashable{}); });
      map.put(0, 100);
      EXPECT_EQ(map.len(), 100) << operation.name << ", " << phase.name;
      map.del_range(0, 50);
      EXPECT_FALSE(map.has(key(3)));
      EXPECT_EQ(*map.find(key(70)), 70U);
      map.clear();
      EXPECT_EQ(map.len(), 0);
    }
  }
}

// Any panic, not only that of an unhashable key, and of a key that is there.
TEST(HashPanics, OfALiveKeyChangeNothingEither) {
  CHECKS("panic/hash-no-write");
  for (const Phase& phase : kPhases) {
    if (phase.entries == 0) continue;
    for (const Operation& operation : kOperations) {
      Map map;
      phase.prepare(map);
      const auto honest = std::exchange(
          map.hash, [](const Interface&) -> u64 { gomap::go_panic("from the hasher"); });
      const State before = state(map);
      expect_panic("from the hasher", [&] { operation.run(map, key(1)); });
      EXPECT_TRUE(state(map) == before) << operation.name << ", " << phase.name;
      map.hash = honest;
      EXPECT_EQ(*map.find(key(1)), 1U);
      EXPECT_EQ(map.len(), phase.entries);
    }
  }
}

// The writing flag goes up only after the hasher: it may look into the map.
TEST(HashPanics, TheHasherRunsBeforeTheFlagIsSet) {
  CHECKS("panic/hash-no-write");
  for (const Phase& phase : kPhases) {
    for (const Operation& operation : kOperations) {
      Map map;
      phase.prepare(map);
      int flags = 0;
      bool called = false;
      const auto honest = map.hash;
      map.hash = [&](const Interface& k) {
        if (!std::exchange(called, true)) flags = map.h->flags;
        return honest(k);
      };
      operation.run(map, Interface(std::string("text")));
      EXPECT_TRUE(called) << operation.name << ", " << phase.name;
      EXPECT_EQ(flags & gomap::hashWriting, 0) << operation.name << ", " << phase.name;
    }
  }
}

// In mid-growth the hasher is called for the entries that move, too.
TEST(HashPanics, OfAnEntryThatMovesAreAllOrNothing) {
  CHECKS("panic/hash-no-write", "layout/evacuated-together", "except/strong");
  for (const bool deleting : {false, true}) {
    for (unsigned nth = 1; nth <= 6; nth++) {
      Map map;
      map.put(0, 20);
      begin_bigger_growth(map);
      const State before = state(map);
      unsigned calls = 0;
      const auto honest = std::exchange(map.hash, [&](const Interface& k) {
        if (++calls == nth + 1) gomap::go_panic("in mid-growth");  // the first is the key asked for
        return hash_of(k);
      });
      expect_panic("in mid-growth", [&] { deleting ? map.del(key(0)) : map.put(0, 1); });
      EXPECT_GT(calls, 1U);
      auto now = map.entries(), then = before.entries;
      const auto by_elem = [](const auto& x, const auto& y) { return x.second < y.second; };
      std::sort(now.begin(), now.end(), by_elem);
      std::sort(then.begin(), then.end(), by_elem);
      EXPECT_TRUE(now == then) << nth;
      EXPECT_EQ(map.h->flags & gomap::hashWriting, 0);
      map.hash = honest;
      map.put(0, 40);
      EXPECT_EQ(map.len(), 40);
    }
  }
}

TEST(HashPanics, UnderAWalkLeaveTheWalkInOrder) {
  CHECKS("panic/hash-no-write", "iter/complete");
  Map map;
  map.put(0, 27);
  std::vector<u64> seen;
  for (HandWalk<Interface, u64> walk(map, 2, 3); !walk.at_end(); walk.next()) {
    seen.push_back(walk.elem());
    for (const Operation& operation : kOperations) {
      expect_panic(kWords, [&] { operation.run(map, Unhashable{}); });
    }
  }
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), 27U);
  for (u64 i = 0; i < 27; i++) EXPECT_EQ(seen[i], i);
}

// Only types whose hash may panic pay for it.
TEST(HashPanics, OnAnEmptyMapOnlyKeysThatMayPanicAreHashed) {
  CHECKS("panic/unhashable");
  Map interfaces;
  HandMap<u64, u64> numbers;
  interfaces.has(key(1));
  interfaces.del(key(1));
  numbers.has(1);
  numbers.del(1);
  EXPECT_EQ(interfaces.hashed, 2U);
  EXPECT_EQ(numbers.hashed, 0U);
}

// ---- the nil map ----

TEST(NilMap, ReadsMissWithTheZeroElem) {
  CHECKS("nil/read-ok", "access/zero-on-miss");
  HandMap<u64, u64> nil(NilMap{});
  const u64 asked = 1;
  EXPECT_EQ(*static_cast<u64*>(gomap::mapaccess1(nil.t, nil.h, &asked)), 0U);
  EXPECT_FALSE(nil.has(asked));
  EXPECT_EQ(gomap::mapaccessK(nil.t, nil.h, &asked).key, nullptr);
  EXPECT_EQ(gomap::reflect_mapaccess(nil.t, nil.h, &asked), nullptr);
  EXPECT_EQ(nil.hashed, 0U);
}

TEST(NilMap, DeleteAndClearDoNothing) {
  CHECKS("nil/delete-noop", "nil/clear-noop");
  HandMap<u64, u64> nil(NilMap{});
  const u64 asked = 1;
  EXPECT_NO_THROW(nil.del(asked));
  EXPECT_NO_THROW(gomap::reflect_mapdelete(nil.t, nil.h, &asked));
  EXPECT_NO_THROW(nil.clear());
  EXPECT_EQ(nil.h, nullptr);
  EXPECT_EQ(nil.hashed, 0U);
}

TEST(NilMap, AWalkIsAtItsEnd) {
  CHECKS("iter/nil-ends", "iter/empty-ends");
  HandMap<u64, u64> nil(NilMap{});
  EXPECT_TRUE((HandWalk<u64, u64>(nil).at_end()));
}

TEST(NilMap, HasNoEntries) {
  CHECKS("nil/len-zero");
  EXPECT_EQ(gomap::reflect_maplen(nullptr), 0);
  EXPECT_EQ(gomap::reflectlite_maplen(nullptr), 0);
}

TEST(NilMap, AWritePanicsBeforeTheKeyIsHashed) {
  CHECKS("panic/nil-put");
  constexpr char kNilMap[] = "assignment to entry in nil map";
  HandMap<u64, u64> nil(NilMap{});
  const u64 key = 1, elem = 2;
  expect_panic(kNilMap, [&] { nil[key] = elem; });
  expect_panic(kNilMap, [&] { gomap::reflect_mapassign(nil.t, nil.h, &key, &elem); });
  EXPECT_EQ(nil.hashed, 0U);
  // Of an unhashable key, too, the nil map speaks first.
  Map interfaces(NilMap{});
  expect_panic(kNilMap, [&] { interfaces[Unhashable{}] = 1; });
  EXPECT_EQ(interfaces.hashed, 0U);
}

TEST(NilMap, ReadsAndDeletesOfAnUnhashableKeyPanicAllTheSame) {
  CHECKS("panic/unhashable");
  for (const Operation& operation : kOperations) {
    if (std::string(operation.name) == "put") continue;
    Map nil(NilMap{});
    expect_panic(kWords, [&] { operation.run(nil, Unhashable{}); });
    EXPECT_NO_THROW(operation.run(nil, key(1)));
  }
}

}  // namespace
}  // namespace mapproof
