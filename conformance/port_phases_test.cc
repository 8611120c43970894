// What growth does to everything else: look-ups, deletes and puts at each step of an evacuation,
// holes and long chains among what is evacuated, and walks across several growths.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;
using Model = std::map<u64, u64>;

enum class Growth { bigger, same_size };
constexpr Growth kGrowths[] = {Growth::bigger, Growth::same_size};
constexpr u64 kBuckets = 32;   // for 160 entries
constexpr u64 kAbsent = 9000;  // its deletes only move a growth on

// Eight buckets of 32 are in use, each with a chain of three buckets that has holes in every
// one of them: a look-up must pass holes, live cells, the links, and stop at emptyRest.
struct Chains {
  explicit Chains(Growth growth) : map(160) {
    for (u64 i = 0; i < 8 * 20; i++) put(number(i));
    for (u64 i = 0; i < 8 * 20; i++) {
      if (i / 8 % 3 == 1) del(number(i));
    }
    if (growth == Growth::bigger) begin_bigger_growth(map);
    if (growth == Growth::same_size) begin_same_size_growth(map);
  }
  // Twenty keys in each of the buckets 0, 2, ..., 14; the next bit says where they go when the
  // map doubles.
  static u64 number(u64 i) { return i % 8 * 2 + i / 8 * kBuckets; }

  void put(u64 key, u64 elem = 1) { map[key] = model[key] = elem; }
  void del(u64 key) {
    map.del(key);
    model.erase(key);
  }
  void expect_model(u64 step) {
    ASSERT_EQ(map.len(), static_cast<std::intptr_t>(model.size())) << step;
    for (u64 i = 0; i < 8 * 20; i++) {
      const u64 key = number(i);
      const auto expected = model.find(key);
      const u64* found = map.find(key);
      ASSERT_EQ(found != nullptr, expected != model.end()) << key << " at step " << step;
      if (found != nullptr) {
        ASSERT_EQ(*found, expected->second) << key << " at step " << step;
      }
    }
  }

  Map map;
  Model model;
};

// Runs a step of a growth of each kind until it ends, and compares after each.
void at_each_step(const std::function<void(Chains&, u64)>& change) {
  for (const Growth growth : kGrowths) {
    Chains chains(growth);
    ASSERT_GE(chains.map.chain(chains.map.old_bucket(0)).size(), 3U);
    u64 step = 0;
    for (; chains.map.h->growing() && step < 100; step++) {
      change(chains, step);
      chains.expect_model(step);
    }
    ASSERT_GT(step, 4U) << "there were steps";
    ASSERT_LT(step, 100U) << "and the growth ended";
  }
}

TEST(MidGrowth, EveryKeyIsFoundWhereItIsAtEachStep) {
  CHECKS("access/right-generation", "access/present", "access/absent");
  at_each_step([](Chains& chains, u64) { chains.map.del(kAbsent); });
}
TEST(MidGrowth, DeletesHitEntriesOnBothSidesAtEachStep) {
  CHECKS("delete/keeps-chain", "access/right-generation");
  at_each_step([](Chains& chains, u64 step) { chains.del(Chains::number(7 * step % 160)); });
}
TEST(MidGrowth, UpdatesAreSeenOnBothSidesAtEachStep) {
  CHECKS("access/current-elem", "access/right-generation", "assign/insert-unique");
  at_each_step([](Chains& chains, u64 step) {
    const auto key = std::next(chains.model.begin(), static_cast<std::ptrdiff_t>(9 * step % 100));
    chains.put(key->first, 100 + step);
  });
}
TEST(MidGrowth, DeletedKeysComeBackWithZeroElemsAtEachStep) {
  CHECKS("assign/new-elem-zero", "assign/insert-unique");
  at_each_step([](Chains& chains, u64 step) {
    const u64 key = Chains::number(step % 160);
    chains.del(key);
    EXPECT_EQ(chains.map[key], 0U) << step;
    chains.put(key, 200 + step);
  });
}
TEST(MidGrowth, AClearAtEachStepLeavesAMapThatCanBeFilledAgain) {
  CHECKS("clear/reset", "layout/flags");
  for (const Growth growth : kGrowths) {
    for (int steps = 0; steps < 6; steps++) {
      Chains chains(growth);
      for (int i = 0; i < steps; i++) chains.map.del(kAbsent);
      ASSERT_TRUE(chains.map.h->growing());
      chains.map.clear();
      chains.model.clear();
      EXPECT_EQ(chains.map.h->flags & gomap::sameSizeGrow, 0);
      EXPECT_EQ(chains.map.h->noverflow, 0);
      EXPECT_TRUE(chains.map.entries().empty());
      // Far enough to double: with the flag of the other growth left, half of it would be lost.
      for (u64 i = 0; i < 8 * 40; i++) chains.put(Chains::number(i), i);
      chains.expect_model(static_cast<u64>(steps));
    }
  }
}

// The flag of the one must not be there in the other: it changes masks and filters.
TEST(MidGrowth, GrowthsOfBothKindsFollowOneAnother) {
  CHECKS("grow/same-size-packs", "access/right-generation", "layout/flags");
  Map map(80);
  Model model;
  for (u64 i = 0; i < 100; i++) map[i] = model[i] = i;
  for (int round = 0; round < 6; round++) {
    round % 2 == 0 ? begin_same_size_growth(map) : begin_bigger_growth(map);
    EXPECT_EQ(gomap::sameSizeGrowing(map.h), round % 2 == 0);
    while (map.h->growing()) {
      map.del(kAbsent);
      for (const auto& [key, elem] : model) {
        const u64* found = map.find(key);
        ASSERT_TRUE(found != nullptr && *found == elem) << key << ", round " << round;
      }
    }
    EXPECT_EQ(map.h->flags & gomap::sameSizeGrow, 0) << round;
    std::vector<u64> walked = HandWalk<u64, u64>(map, 3, 5).drain();
    EXPECT_EQ(walked.size(), model.size()) << round;
  }
}

TEST(MidGrowth, AGrowthToTheSameSizePacksWhatHadHoles) {
  CHECKS("grow/same-size-packs", "delete/keeps-chain");
  Chains chains(Growth::same_size);
  const std::size_t before = chains.map.overflow_buckets();
  EXPECT_EQ(before, 0U) << "the new array is empty still";
  while (chains.map.h->growing()) chains.map.del(kAbsent);
  EXPECT_EQ(chains.map.h->B, 5) << "the size is the same";
  // 13 live keys a chain: one overflow bucket instead of two.
  EXPECT_EQ(chains.map.overflow_buckets(), 8U);
  for (u64 i = 0; i < 16; i += 2) {
    const auto tops = chains.map.tops(chains.map.bucket(i));
    EXPECT_EQ(std::count(tops.begin(), tops.end(), gomap::emptyOne), 0) << "no hole is left";
  }
}

// ---- walks ----

template <class V>
V item(u64 number) {
  if constexpr (std::is_same_v<V, std::string>) {
    return "item number " + std::to_string(number) + ", somewhere on the heap";
  } else {
    return static_cast<V>(number);
  }
}

// A walk over strings, whose old buckets are wiped when nobody stands there. What happens after
// the third step happens `when`ever the growths are at.
struct Act {
  const char* name;
  void (*run)(HandMap<std::string, std::string>&);
};
u64 number_in(const std::string& text) { return std::stoull(text.substr(12)); }
void finish(HandMap<std::string, std::string>& map) {
  while (map.h->growing()) map.del(item<std::string>(kAbsent));
}
const Act kActs[] = {
    {"a doubling begins", [](auto& map) { begin_bigger_growth(map); }},
    {"a doubling ends",
     [](auto& map) {
       begin_bigger_growth(map);
       finish(map);
     }},
    {"two doublings",
     [](auto& map) {
       for (int i = 0; i < 2; i++) begin_bigger_growth(map), finish(map);
     }},
    {"a doubling after one to the same size",
     [](auto& map) {
       begin_same_size_growth(map);
       finish(map);
       begin_bigger_growth(map);
       finish(map);
     }},
    {"one to the same size after a doubling, unfinished",
     [](auto& map) {
       begin_bigger_growth(map);
       finish(map);
       begin_same_size_growth(map);
       map.del(item<std::string>(kAbsent));
     }},
};

// Entries 0 to 39: multiples of 4 are deleted, odd ones updated after the third step.
void walk_across(const Act& act, gomap::uintptr start, gomap::uintptr offset) {
  constexpr u64 kEntries = 40;
  using S = std::string;
  HandMap<S, S> map(20, [](const S& key) { return gomap::int64hash(number_in(key), 7); });
  for (u64 i = 0; i < kEntries; i++) map[item<S>(i)] = item<S>(i);
  finish(map);
  HandWalk<S, S> walk(map, start, offset);
  std::map<u64, int> seen;
  for (int step = 0; !walk.at_end() && step < 200; step++, walk.next()) {
    if (step == 3) {
      act.run(map);
      for (u64 i = 0; i < kEntries; i += 4) map.del(item<S>(i));
      for (u64 i = 1; i < kEntries; i += 2) map[item<S>(i)] = item<S>(1000 + i);
      for (u64 i = 100; i < 103; i++) map[item<S>(i)] = item<S>(i);
      continue;  // the current entry may be gone by now
    }
    const u64 key = number_in(walk.key());
    seen[key]++;
    if (step < 3) {
      seen[key] += 100;  // whatever becomes of it now
    } else {
      EXPECT_NE(key < kEntries ? key % 4 : 1, 0U) << key << " was deleted; " << act.name;
      EXPECT_EQ(number_in(walk.elem()), key < kEntries && key % 2 == 1 ? 1000 + key : key);
    }
  }
  u64 survivors = 0;
  for (const auto& [key, times] : seen) {
    EXPECT_TRUE(times == 1 || times == 101) << key << ", " << act.name;
    survivors += key < kEntries && key % 4 != 0;
  }
  EXPECT_GE(survivors, 30U - 1) << "all that stayed, but perhaps the one at step 3; " << act.name;
}

TEST(WalkAcrossGrowths, OverPointersWhoseOldBucketsAreWipedMissesAndRepeatsNothing) {
  CHECKS("iter/complete", "iter/once", "iter/no-deleted", "iter/current-elem",
         "iter/no-use-after-free");
  for (const Act& act : kActs) {
    for (gomap::uintptr start = 0; start < 8; start++) walk_across(act, start, 3 * start);
  }
}

// In a growth to the same size an old bucket belongs to one new one: a walk begun there takes all
// of it, and the filter that tells siblings apart must be off.
TEST(WalkAcrossGrowths, BegunInAGrowthToTheSameSizeItTakesAllOfAnOldBucket) {
  CHECKS("iter/complete", "iter/phases");
  for (u64 steps = 0; steps < 7; steps++) {
    Chains chains(Growth::same_size);
    for (u64 i = 0; i < steps; i++) chains.map.del(kAbsent);
    ASSERT_TRUE(chains.map.h->growing());
    std::vector<u64> keys = HandWalk<u64, u64>(chains.map, 5, 2).drain();
    std::sort(keys.begin(), keys.end());
    ASSERT_EQ(keys.size(), chains.model.size()) << steps;
    EXPECT_TRUE(std::equal(keys.begin(), keys.end(), chains.model.begin(),
                           [](u64 key, const auto& entry) { return key == entry.first; }));
  }
}

}  // namespace
}  // namespace mapproof
