// Hashes, comparisons, copies and destructors that call back into the map that called them: the
// inner operation works, or is refused in Go's words; the map stays in order either way.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"
#include "gomap/map.h"

namespace mapproof {
namespace {

enum class Point { hash, comparison, copy, destructor };
const char* name(Point point) {
  constexpr const char* names[] = {"hash", "comparison", "copy", "destructor"};
  return names[static_cast<int>(point)];
}

// Where user code runs inside the map. What is armed runs once, at the n-th passing of its point.
class Callback {
 public:
  static void arm(Point point, unsigned nth, std::function<void()> f) {
    point_ = point;
    left_ = nth;
    f_ = std::move(f);
  }
  static void disarm() { f_ = nullptr; }
  static void pass(Point point) {
    if (!f_ || point != point_ || --left_ != 0) return;
    const std::function<void()> f = std::exchange(f_, nullptr);
    f();
  }

 private:
  static inline Point point_ = Point::hash;
  static inline unsigned left_ = 0;
  static inline std::function<void()> f_;
};

// A number that owns memory, so that a double or a missing destruction shows under ASan.
class Number {
 public:
  Number() noexcept = default;
  Number(u64 value) : value_(std::make_unique<u64>(value)) {}
  Number(const Number& other) : value_(copy_of(other)) {}
  Number(Number&& other) noexcept = default;
  Number& operator=(const Number& other) {
    value_ = copy_of(other);
    return *this;
  }
  Number& operator=(Number&& other) noexcept = default;
  ~Number() {
    if (value_) Callback::pass(Point::destructor);
  }
  u64 value() const { return value_ ? *value_ : 0; }
  friend bool operator==(const Number& x, const Number& y) {
    Callback::pass(Point::comparison);
    return x.value() == y.value();
  }

 private:
  static std::unique_ptr<u64> copy_of(const Number& other) {
    Callback::pass(Point::copy);
    return other.value_ ? std::make_unique<u64>(*other.value_) : nullptr;
  }
  std::unique_ptr<u64> value_;
};

using Walk = HandWalk<Number, Number>;
constexpr u64 kEntries = 20;  // all maps hold the numbers below, in chains of several buckets

class Map : public HandMap<Number, Number> {
 public:
  Map() : HandMap(26, hash_of) {
    for (u64 i = 0; i < kEntries; i++) put(i);
  }
  ~Map() { Callback::disarm(); }
  void put(u64 number) {
    const Number key(number);
    gomap::mapassign(t, h, &key);
  }

 private:
  // Two chains; low byte 0 or 1, and one tophash, so that keys are compared.
  static u64 hash_of(const Number& key) {
    Callback::pass(Point::hash);
    return key.value() % 2;
  }
};

struct Action {
  const char* name;
  std::function<void(Map&)> run;
  bool writes;
};
// Inside: on key 6, which is there, and key 100, which is not.
const Action kInner[] = {
    {"len", [](Map& map) { EXPECT_GE(map.len(), 0); }, false},
    {"has", [](Map& map) { map.has(6); }, false},
    {"walk", [](Map& map) { Walk(map).drain(); }, false},
    {"update", [](Map& map) { map.put(6); }, true},
    {"insert", [](Map& map) { map.put(100); }, true},
    {"delete", [](Map& map) { map.del(6); }, true},
    {"clear", [](Map& map) { map.clear(); }, true},
    {"insert many",
     [](Map& map) {
       for (u64 i = 200; i < 300; i++) map.put(i);
     },
     true},
};
// Outside: on key 8, which is there, and key 101, which is not. They write, but for the first.
const Action kOuter[] = {
    {"has", [](Map& map) { map.has(8); }, false},
    {"update", [](Map& map) { map.put(8); }, true},
    {"insert", [](Map& map) { map.put(101); }, true},
    {"delete", [](Map& map) { map.del(8); }, true},
    {"miss", [](Map& map) { map.del(101); }, true},
    {"clear", [](Map& map) { map.clear(); }, true},
};

struct Phase {
  const char* name;
  std::function<void(Map&)> prepare;
};
const Phase kPhases[] = {
    {"idle", [](Map&) {}},
    {"doubling", [](Map& map) { begin_bigger_growth(map); }},
    {"growing to the same size", [](Map& map) { begin_same_size_growth(map); }},
};

bool is_refusal(const std::string& words) {
  return words == "concurrent map writes" || words == "concurrent map read and map write" ||
         words == "concurrent map iteration and map write";
}

// What became of the inner operation.
struct Outcome {
  bool reached = false;
  std::string refusal;  // Go's words; empty: it worked
};

// Runs outer with inner inside it, at the n-th passing of the point. What refuses inner ends outer,
// too, unless the callback keeps it to itself (as a destructor must).
Outcome nested(Map& map, const Action& outer, Point point, unsigned nth, const Action& inner,
               bool swallow) {
  Outcome outcome;
  Callback::arm(point, nth, [&] {
    outcome.reached = true;
    try {
      inner.run(map);
    } catch (const gomap::throw_error& refusal) {
      outcome.refusal = refusal.what();
      if (!swallow) throw;
    }
  });
  try {
    outer.run(map);
  } catch (const gomap::throw_error&) {
  }
  Callback::disarm();
  return outcome;
}

// No key twice, the count right, each key in reach, the bystanders there; and it can be used.
void expect_in_order(Map& map, bool cleared, const std::string& where) {
  EXPECT_EQ(map.h->flags & gomap::hashWriting, 0) << where;
  std::set<u64> keys;
  for (const auto& entry : map.entries()) {
    EXPECT_TRUE(keys.insert(entry.first.value()).second) << where;
    EXPECT_TRUE(map.has(entry.first)) << where;
  }
  EXPECT_EQ(map.len(), static_cast<std::intptr_t>(keys.size())) << where;
  for (u64 i = 0; i < kEntries && !cleared; i++) {
    if (i != 6 && i != 8) {
      EXPECT_TRUE(keys.contains(i)) << i << ", " << where;
    }
  }
  for (u64 i = 1000; i < 1100; i++) map.put(i);
  for (u64 i = 1000; i < 1100; i++) map.del(i);
  EXPECT_EQ(map.len(), static_cast<std::intptr_t>(keys.size())) << where;
}

// Each inner operation at the n-th passing of the point in each outer one in each phase. Returns
// how many were reached. `may_work`: says which inner ones need not be refused.
template <class MayWork>
int try_all(Point point, bool swallow, bool outer_writes, bool walked, MayWork may_work) {
  int reached = 0;
  for (const Phase& phase : kPhases) {
    for (const Action& outer : kOuter) {
      if (outer.writes != outer_writes) continue;
      for (const Action& inner : kInner) {
        for (const unsigned nth : {1U, 2U, 5U}) {
          Map map;
          std::optional<Walk> walk;
          if (walked) walk.emplace(map, 0, 0);
          phase.prepare(map);
          const Outcome outcome = nested(map, outer, point, nth, inner, swallow);
          if (!outcome.reached) continue;
          reached++;
          const std::string where = std::string(inner.name) + " in " + name(point) + " in " +
                                    outer.name + ", " + phase.name;
          EXPECT_TRUE(outcome.refusal.empty() || is_refusal(outcome.refusal)) << outcome.refusal;
          EXPECT_TRUE(may_work(inner, nth) || !outcome.refusal.empty()) << where;
          const bool cleared =
              outer.name == std::string("clear") || inner.name == std::string("clear");
          expect_in_order(map, cleared, where);
        }
      }
    }
  }
  return reached;
}

bool is_len(const Action& inner) { return inner.name == std::string("len"); }

// The first hash of a write is that of its key: the write has not begun, and everything goes. The
// hashes after it are those of entries that move.
TEST(Reentrancy, AHashOfAWriteMayDoEverythingFirstAndIsRefusedInMidGrowth) {
  CHECKS("reentrant/rejected");
  for (const bool swallow : {false, true}) {
    EXPECT_GT(try_all(Point::hash, swallow, true, false,
                      [](const Action& inner, unsigned nth) { return nth == 1 || is_len(inner); }),
              100);
  }
}
TEST(Reentrancy, AComparisonOfAWriteIsRefusedEverythingButTheLength) {
  CHECKS("reentrant/rejected");
  for (const bool swallow : {false, true}) {
    EXPECT_GT(try_all(Point::comparison, swallow, true, false,
                      [](const Action& inner, unsigned) { return is_len(inner); }),
              100);
  }
}
// Under a walk entries are copied, not moved, when the map grows.
TEST(Reentrancy, ACopyInAWriteIsRefusedEverythingButTheLength) {
  CHECKS("reentrant/rejected");
  for (const bool swallow : {false, true}) {
    EXPECT_GT(try_all(Point::copy, swallow, true, true,
                      [](const Action& inner, unsigned) { return is_len(inner); }),
              100);
  }
}
// A destructor cannot pass the refusal on; the write goes on.
TEST(Reentrancy, ADestructorInAWriteIsRefusedEverythingButTheLength) {
  CHECKS("reentrant/rejected");
  // The key that the outer operation brings along dies after it, when everything goes.
  EXPECT_GT(
      try_all(Point::destructor, true, true, false, [](const Action&, unsigned) { return true; }),
      100);
  Map map;
  const Outcome outcome = nested(map, {"delete", [](Map& m) { m.del(8); }, true}, Point::destructor,
                                 1, {"delete", [](Map& m) { m.del(6); }, true}, true);
  EXPECT_TRUE(outcome.reached);
  EXPECT_EQ(outcome.refusal, "concurrent map writes") << "while the cell is wiped";
  EXPECT_TRUE(map.has(6));
  EXPECT_FALSE(map.has(8));
}

TEST(Reentrancy, AHashOfAReadMayDoEverything) {
  CHECKS("reentrant/rejected");
  EXPECT_GT(try_all(Point::hash, false, false, false,
                    [](const Action&, unsigned nth) { return nth == 1; }),
            20);
}
TEST(Reentrancy, AComparisonOfAReadMayRead) {
  CHECKS("reentrant/rejected");
  for (const Phase& phase : kPhases) {
    for (const Action& inner : kInner) {
      if (inner.writes) continue;
      Map map;
      phase.prepare(map);
      const Outcome outcome = nested(map, kOuter[0], Point::comparison, 1, inner, false);
      EXPECT_TRUE(outcome.reached && outcome.refusal.empty()) << inner.name << ", " << phase.name;
      expect_in_order(map, false, inner.name);
    }
  }
}

// A write in the middle of a read would free what is being read, if it makes the map grow.
constexpr char kWriteInRead[] = "concurrent map read and map write";

void put_many(Map& map) {
  for (u64 i = 100; i < 300; i++) map[Number(i)] = Number(i);
}

TEST(Reentrancy, AComparisonOfAReadIsRefusedAWrite) {
  CHECKS("reentrant/rejected");
  const std::pair<const char*, std::function<void(Map&)>> writes[] = {
      {"put", put_many}, {"delete", [](Map& m) { m.del(Number(4)); }}, {"clear", [](Map& m) {
                                                                          m.clear();
                                                                        }}};
  for (const auto& [what, write] : writes) {
    Map map;
    Callback::arm(Point::comparison, 1, [&map, &write = write] { write(map); });
    expect_throw(kWriteInRead, [&] { map.has(Number(3)); });
    Callback::disarm();
    EXPECT_EQ(map.len(), 20) << what;
    EXPECT_NO_THROW(put_many(map)) << what << " is over, and with it the read";
    EXPECT_EQ(map.len(), 220);
  }
}

TEST(Reentrancy, AHashInAWalkStepIsRefusedAWrite) {
  CHECKS("reentrant/rejected", "iter/no-use-after-free");
  Map map;
  begin_bigger_growth(map);
  Callback::arm(Point::hash, 1, [&] { put_many(map); });
  expect_throw(kWriteInRead, [&] { Walk(map, 0, 0); });
  Callback::disarm();
  EXPECT_EQ(Walk(map, 0, 0).drain().size(), kEntries);
}

TEST(Reentrancy, AComparisonInAWalkStepIsRefusedAWrite) {
  CHECKS("reentrant/rejected", "iter/no-use-after-free");
  Map map;
  Walk walk(map, 0, 0);
  begin_bigger_growth(map);
  const Number absent(101);
  while (map.h->growing()) map.del(absent);
  Callback::arm(Point::comparison, 1, [&] { put_many(map); });
  expect_throw(kWriteInRead, [&] { walk.next(); });
  Callback::disarm();
  walk.next();  // it goes on where it stood
  EXPECT_EQ(walk.drain().size(), kEntries - 1);
}

// Reads of two maps, one inside the other: the outer one is still being read.
TEST(Reentrancy, AReadOfAnotherMapDoesNotHideTheFirst) {
  CHECKS("reentrant/rejected");
  Map map, other;
  map[Number(3)] = Number(3);
  other[Number(3)] = Number(3);
  Callback::arm(Point::comparison, 1, [&] {
    Callback::arm(Point::comparison, 1, [&] { map[Number(5)] = Number(5); });
    other.has(Number(3));
  });
  expect_throw(kWriteInRead, [&] { map.has(Number(3)); });
  Callback::disarm();
}

// A map of maps, and an elem that lets go of entries of the map it lies in.
TEST(Reentrancy, AnElemMayLetGoOfAnotherMap) {
  CHECKS("reentrant/rejected");
  using Inner = gomap::map<int, std::string>;
  gomap::map<int, std::shared_ptr<Inner>> outer;
  const auto shared = std::make_shared<Inner>();
  (*shared)[1] = "still here";
  for (int i = 0; i < 100; i++) outer[i] = shared;
  for (int i = 0; i < 50; i++) outer.erase(i);
  outer.clear();
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_EQ(shared->get(1), "still here");
}

// The old array dies with the walk that held it; its elems are nobody's then, and may do as they
// like.
TEST(Reentrancy, WhatDiesWithAWalkMayUseTheMap) {
  CHECKS("reentrant/rejected", "iter/no-use-after-free");
  Map map;
  auto walk = std::make_unique<Walk>(map, 0, 0);
  begin_bigger_growth(map);
  const Number absent(101);
  while (map.h->growing()) map.del(absent);
  std::string refusal = "never reached";
  Callback::arm(Point::destructor, 1, [&] {
    refusal.clear();
    const Number key(6);
    gomap::mapdelete(map.t, map.h, &key);
  });
  walk.reset();
  EXPECT_EQ(refusal, "");
  EXPECT_FALSE(map.has(6));
  EXPECT_EQ(map.len(), static_cast<std::intptr_t>(kEntries - 1));
}

struct CallingHash {
  gomap::uintptr operator()(const Number& key, gomap::uintptr) const {
    Callback::pass(Point::hash);
    return key.value();
  }
};

// What the hash writes grows the map, and frees the array that the key lay in.
TEST(Reentrancy, AKeyOfTheMapMayBePutAlthoughItsHashWrites) {
  CHECKS("reentrant/rejected", "alias/self");
  gomap::map<Number, Number, CallingHash> map;
  for (u64 i = 0; i < 4; i++) map[Number(i)] = Number(i);
  const Number& own = map.walk().key();
  const u64 number = own.value();
  Callback::arm(Point::hash, 1, [&] {
    for (u64 i = 100; i < 200; i++) map[Number(i)] = Number(i);
  });
  map[own] = Number(1000);
  Callback::disarm();
  EXPECT_EQ(map.size(), 104U);
  EXPECT_EQ(map.get(Number(number)).value(), 1000U);
}

// A value callback that puts a colliding key, as JDK-8062841 had it: no endless loop.
TEST(Reentrancy, AValueThatIsComputedByPuttingCollidingKeysEnds) {
  CHECKS("reentrant/rejected");
  HandMap<u64, u64> map(0, [](const u64&) { return u64{0}; });
  const std::function<u64(u64)> value = [&](u64 n) -> u64 {
    if (n == 0) return 0;
    const u64 sum = n + value(n - 1);
    map[n - 1] = sum - n;
    return sum;
  };
  map[40] = value(40);
  EXPECT_EQ(map.len(), 41);
  EXPECT_EQ(*map.find(40), 820U);
  EXPECT_EQ(*map.find(39), 780U);
}

}  // namespace
}  // namespace mapproof
