// The writing flag: up while a write is under way, down on every way out of it, and seen by
// everybody else.
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

constexpr char kWrites[] = "concurrent map writes";
constexpr char kRead[] = "concurrent map read and map write";
constexpr char kStep[] = "concurrent map iteration and map write";

// Tells a listener when it is compared, copied and destroyed: what happens inside a write.
class Witness {
 public:
  Witness() noexcept = default;
  Witness(u64 number) : number_(std::make_unique<u64>(number)) {}
  Witness(const Witness& other) : number_(copy_of(other)) { tell(); }
  Witness(Witness&& other) noexcept = default;
  Witness& operator=(const Witness& other) {
    number_ = copy_of(other);
    tell();
    return *this;
  }
  Witness& operator=(Witness&& other) noexcept = default;
  ~Witness() {
    if (number_) tell();
  }
  u64 value() const { return number_ ? *number_ : 0; }
  friend bool operator==(const Witness& x, const Witness& y) {
    tell();
    return x.value() == y.value();
  }
  static void tell() {
    if (listener) listener();
  }
  static inline std::function<void()> listener;

 private:
  static std::unique_ptr<u64> copy_of(const Witness& other) {
    return other.number_ ? std::make_unique<u64>(*other.number_) : nullptr;
  }
  std::unique_ptr<u64> number_;
};

// The numbers below `n`, of one tophash, so that keys are compared.
class Map : public HandMap<Witness, Witness> {
 public:
  explicit Map(u64 n) {
    for (u64 i = 0; i < n; i++) (*this)[i] = i;
  }
  ~Map() { Witness::listener = nullptr; }
  bool writing() const { return (h->flags & gomap::hashWriting) != 0; }
};

enum class Growth { none, due, bigger, same_size };
constexpr Growth kGrowths[] = {Growth::none, Growth::due, Growth::bigger, Growth::same_size};

std::unique_ptr<Map> map_in(Growth growth) {
  auto map = std::make_unique<Map>(growth == Growth::due ? 26 : 20);
  if (growth == Growth::bigger) begin_bigger_growth(*map);
  if (growth == Growth::same_size) begin_same_size_growth(*map);
  return map;
}

struct Write {
  const char* name;
  std::function<void(Map&)> run;
};
const Witness kThere(8), kNot(400);
const Write kWriters[] = {
    {"insert", [](Map& map) { gomap::mapassign(map.t, map.h, &kNot); }},
    {"update", [](Map& map) { gomap::mapassign(map.t, map.h, &kThere); }},
    {"delete", [](Map& map) { map.del(kThere); }},
    {"delete of an absent key", [](Map& map) { map.del(kNot); }},
    {"clear", [](Map& map) { map.clear(); }},
};

TEST(WriteDetection, TheFlagIsUpWhereverAWriteCallsOutAndDownAfterwards) {
  CHECKS("threads/write-detected");
  for (const Growth growth : kGrowths) {
    for (const Write& write : kWriters) {
      const auto map = map_in(growth);
      int told = 0, up = 0;
      Witness::listener = [&] { told++, up += map->writing(); };
      map->t.alloc_hook = [&](gomap::uintptr) { told++, up += map->writing(); };
      write.run(*map);
      Witness::listener = nullptr;
      EXPECT_EQ(up, told) << write.name;
      EXPECT_FALSE(map->writing()) << write.name;
      EXPECT_GT(told, 0) << write.name;
    }
  }
}

// Ways out: by the end of the chain, by emptyRest, by the key, before anything.
TEST(WriteDetection, TheFlagIsDownAfterEveryEarlyReturn) {
  CHECKS("threads/write-detected");
  Map map(0);
  map.del(kThere);
  map.clear();
  EXPECT_FALSE(map.writing()) << "an empty map is left alone";
  for (u64 i = 0; i < 16; i++) map[8 * i] = i;  // with hint 0: all in few chains
  map.del(8 * 30);
  EXPECT_FALSE(map.writing());
  map.del(8);
  map.del(8);
  EXPECT_FALSE(map.writing()) << "a hole is passed, emptyRest ends the search";
  map[0] = 1;
  EXPECT_FALSE(map.writing());
}

// Everything that can throw in a write: the n-th call-out, whatever it is.
TEST(WriteDetection, TheFlagIsDownAfterEveryThrow) {
  CHECKS("threads/write-detected", "except/strong");
  struct Fault {};
  int thrown = 0;
  for (const Growth growth : kGrowths) {
    for (const Write& write : kWriters) {
      if (write.name == std::string("clear")) continue;  // nothing in it may throw
      for (int nth = 1; nth <= 40; nth++) {
        const auto map = map_in(growth);
        const auto walk = std::make_unique<HandWalk<Witness, Witness>>(*map);  // makes it copy
        int left = nth;
        const auto fault = [&] {
          if (left > 0 && --left == 0) throw Fault{};
        };
        map->hash = [&](const Witness& key) {
          fault();
          return key.value();
        };
        map->t.alloc_hook = [&](gomap::uintptr) { fault(); };
        try {
          write.run(*map);
        } catch (const Fault&) {
          thrown++;
        }
        map->t.alloc_hook = nullptr;
        map->hash = number_of<Witness>;
        ASSERT_FALSE(map->writing()) << write.name << ", fault " << nth;
        ASSERT_NO_THROW(map->del(kThere)) << "the map is no longer being written to";
      }
    }
  }
  EXPECT_GT(thrown, 50);
}

// ---- what the others see ----

struct Attempt {
  const char* name;
  const char* words;  // null: goes through, as in Go
  std::function<void(Map&, HandWalk<Witness, Witness>&)> run;
};
using AWalk = HandWalk<Witness, Witness>;
void use(const void*) {}
const Attempt kAttempts[] = {
    {"mapassign", kWrites, [](Map& m, AWalk&) { gomap::mapassign(m.t, m.h, &kThere); }},
    {"mapdelete", kWrites, [](Map& m, AWalk&) { m.del(kNot); }},
    {"mapclear", kWrites, [](Map& m, AWalk&) { m.clear(); }},
    {"mapaccess1", kRead, [](Map& m, AWalk&) { use(gomap::mapaccess1(m.t, m.h, &kThere)); }},
    {"mapaccess2", kRead, [](Map& m, AWalk&) { m.has(kNot); }},
    {"mapiterinit", kStep, [](Map& m, AWalk&) { use(AWalk(m).it.key); }},
    {"mapiternext", kStep, [](Map&, AWalk& walk) { walk.next(); }},
    {"reflect_mapaccess", kRead,
     [](Map& m, AWalk&) { use(gomap::reflect_mapaccess(m.t, m.h, &kThere)); }},
    {"reflect_mapassign", kWrites,
     [](Map& m, AWalk&) { gomap::reflect_mapassign(m.t, m.h, &kThere, &kThere); }},
    {"reflect_mapdelete", kWrites,
     [](Map& m, AWalk&) { gomap::reflect_mapdelete(m.t, m.h, &kThere); }},
    {"reflect_mapiternext", kStep, [](Map&, AWalk& walk) { gomap::reflect_mapiternext(&walk.it); }},
    {"len", nullptr, [](Map& m, AWalk&) { EXPECT_EQ(m.len(), 20); }},
};

void attempt(const Attempt& attempt, Map& map, AWalk& walk) {
  if (attempt.words == nullptr) {
    EXPECT_NO_THROW(attempt.run(map, walk)) << attempt.name;
  } else {
    SCOPED_TRACE(attempt.name);
    expect_throw(attempt.words, [&] { attempt.run(map, walk); });
  }
}

TEST(WriteDetection, WhileTheFlagIsUpEverybodyElseIsThrownOut) {
  CHECKS("threads/write-detected");
  for (const Growth growth : {Growth::none, Growth::bigger, Growth::same_size}) {
    const auto map = map_in(growth);
    AWalk walk(*map);
    gomap::set_flag(map->h, gomap::hashWriting);
    const auto flags = map->h->flags;
    for (const Attempt& one : kAttempts) attempt(one, *map, walk);
    EXPECT_EQ(map->h->flags & ~3, flags & ~3) << "the writer's flag is left to the writer";
    gomap::unset_flag(map->h, gomap::hashWriting);
    walk.next();
    EXPECT_EQ(walk.drain().size(), 19U) << "and the walk goes on where it was";
    EXPECT_EQ(map->h->refs.load(), 2U) << "what could not begin holds nothing";
  }
}

// As in Go, which looks at the count before it looks at the flag.
TEST(WriteDetection, OfAnEmptyMapOnlyAPutIsThrownOut) {
  CHECKS("threads/write-detected");
  Map map(0);
  gomap::set_flag(map.h, gomap::hashWriting);
  EXPECT_FALSE(map.has(kThere));
  EXPECT_NO_THROW(map.del(kThere));
  EXPECT_NO_THROW(map.clear());
  EXPECT_TRUE(AWalk(map).at_end());
  expect_throw(kWrites, [&] { gomap::mapassign(map.t, map.h, &kThere); });
  gomap::unset_flag(map.h, gomap::hashWriting);
}

// One thread stops in the middle of a write; another tries everything.
TEST(WriteDetection, AThreadThatComesUponAWriterIsThrownOut) {
  CHECKS("threads/write-detected");
  Map map(20);
  AWalk walk(map);
  std::promise<void> inside, done;
  std::thread writer([&] {
    Witness::listener = [&, first = true]() mutable {
      if (!std::exchange(first, false)) return;
      inside.set_value();
      done.get_future().wait();
    };
    gomap::mapassign(map.t, map.h, &kThere);
  });
  inside.get_future().wait();
  for (const Attempt& one : kAttempts) {
    if (one.words != nullptr) attempt(one, map, walk);
  }
  done.set_value();
  writer.join();
  Witness::listener = nullptr;
  EXPECT_FALSE(map.writing());
  EXPECT_TRUE(map.has(kThere));
}

// Two writers toggle the flag: the one that ends second finds it down.
TEST(WriteDetection, AWriterWhoseFlagAnotherTookDownNoticesOnEveryPath) {
  CHECKS("threads/write-detected");
  for (const Write& write : kWriters) {
    const auto map = map_in(Growth::none);
    int told = 0;
    Witness::listener = [&] {
      told++;
      gomap::unset_flag(map->h, gomap::hashWriting);
    };
    SCOPED_TRACE(write.name);
    expect_throw(kWrites, [&] { write.run(*map); });
    Witness::listener = nullptr;
    EXPECT_GT(told, 0);
    EXPECT_FALSE(map->writing());
  }
}

TEST(WriteDetection, TheOtherFlagsAreLeftAlone) {
  CHECKS("threads/write-detected", "layout/flags");
  for (const Write& write : kWriters) {
    Map map(60);  // enough old buckets for the growth to go on
    AWalk walk(map);
    begin_same_size_growth(map);
    AWalk again(map);
    const auto before = map.h->flags;
    ASSERT_EQ(before, gomap::iterator | gomap::oldIterator | gomap::sameSizeGrow);
    write.run(map);
    const bool cleared = write.name == std::string("clear");  // which ends the growth
    EXPECT_EQ(map.h->flags, cleared ? before & ~gomap::sameSizeGrow : before) << write.name;
  }
}

}  // namespace
}  // namespace mapproof
