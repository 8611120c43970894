// Keys and elems stored apart, under walks: a walk does not count what it stands on, so writers
// must leave it alone.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "conformance/port_by_hand.h"
#include "conformance/ports/gomap_port_of.h"
#include "conformance/properties/checks.h"
#include "conformance/together.h"

namespace mapproof {
namespace {

Big big(u64 number) { return {.words = {number}}; }

using Map = HandMap<Big, Big>;
using Walk = HandWalk<Big, Big>;

std::size_t footings(const Map& map) {
  std::size_t n = 0;
  for (const gomap::footing* f = map.h->footings; f != nullptr; f = f->next) n++;
  return n;
}

TEST(Apart, WhatManyWalksStandOnOutlivesItsDeletionAndAllLaterOnes) {
  CHECKS("iter/no-use-after-free");
  Map map(100);
  for (u64 i = 0; i < 100; i++) map[big(i)] = big(i + 1000);
  std::vector<std::unique_ptr<Walk>> walks;
  std::vector<u64> keys;
  for (u64 i = 0; i < 40; i++) {
    walks.push_back(std::make_unique<Walk>(map, i % 16, i % 8));
    for (u64 step = 0; step < i / 4; step++) walks.back()->next();
    keys.push_back(walks.back()->key().words[0]);
  }
  for (u64 i = 0; i < 100; i++) map.del(big(i));
  for (u64 i = 0; i < 10'000; i++) {  // memory that was given back would be used again
    map[big(i)] = big(7);
    map.del(big(i));
  }
  for (std::size_t i = 0; i < walks.size(); i++) {
    EXPECT_EQ(walks[i]->key(), big(keys[i]));
    EXPECT_EQ(walks[i]->elem(), big(keys[i] + 1000));
  }
}

TEST(Apart, WhatAClearEmptiesLivesOnUnderAWalk) {
  CHECKS("iter/no-use-after-free");
  Map map(26);
  for (u64 i = 0; i < 30; i++) map[big(4 * i)] = big(i);  // with overflow buckets
  const Walk walk(map, 0, 0);
  const Big key = walk.key(), elem = walk.elem();
  map.clear();
  for (u64 i = 0; i < 30; i++) map[big(i)] = big(9);
  map.clear();
  EXPECT_EQ(walk.key(), key);
  EXPECT_EQ(walk.elem(), elem);
}

// A growth takes the objects out of an array that the walk holds, and a clear drops the array that
// has them in the midst of the next growth.
TEST(Apart, WhatAClearDropsWithTheOldArrayLivesOnUnderAWalk) {
  CHECKS("iter/no-use-after-free");
  for (const auto& [evacuated, corrections] :
       {std::pair(false, 0U), {true, 0U}, {false, gomap::correction::all}}) {
    Map map;
    map.t.corrections = corrections;
    for (u64 i = 0; i < 8; i++) map[big(i)] = big(i + 100);
    const auto grow = [&map] {
      begin_bigger_growth(map);
      while (map.h->growing()) gomap::evacuate(map.t, map.h, map.h->nevacuate);
    };
    Walk walk(map, 0, 0);
    grow();
    for (u64 i = 0; i < 8; i++) {  // not those which the first array has as well
      map.del(big(i));
      map[big(i)] = big(i + 200);
    }
    walk.next();  // by way of a look-up, in an array that the walk did not begin in
    const Big key = walk.key(), elem = walk.elem();
    grow();  // no walk has begun since the growth before: the old array is emptied
    begin_bigger_growth(map);
    if (evacuated) gomap::evacuate(map.t, map.h, key.words[0] % 4);
    // For this one the corrected clear marks all cells empty.
    auto other = std::make_unique<Walk>(map, 0, 0);
    map.clear();
    other.reset();
    for (u64 i = 0; i < 30; i++) map[big(i)] = big(9);
    map.clear();
    EXPECT_EQ(walk.key(), key);
    EXPECT_EQ(walk.elem(), elem);
  }
}

// The old array and the new one share an object; the walk found it in the new one.
TEST(Apart, AnObjectOfTwoArraysOutlivesBothCellsUnderAWalk) {
  CHECKS("iter/no-use-after-free");
  Map map(26);
  for (u64 i = 0; i < 8; i++) map[big(i)] = big(i);
  auto old_walk = std::make_unique<Walk>(map, 0, 0);  // holds the old array
  begin_bigger_growth(map);
  for (gomap::uintptr i = 0; i < 4; i++) gomap::evacuate(map.t, map.h, i);
  ASSERT_FALSE(map.h->growing());
  const Walk walk(map, 5, 0);
  EXPECT_EQ(walk.key(), big(5));
  map.del(big(5));
  old_walk.reset();
  for (u64 i = 0; i < 100; i++) {
    map[big(i)] = big(9);
    map.del(big(i));
  }
  EXPECT_EQ(walk.key(), big(5));
  EXPECT_EQ(walk.elem(), big(5));
}

// Else a walk that stands still would keep all that is ever deleted.
TEST(Apart, LittleMoreIsLeftThanWalksCanStandOn) {
  CHECKS("cxx/lifetime");
  Map map;
  map[big(1)] = big(1);
  std::vector<std::unique_ptr<Walk>> walks;
  for (int i = 0; i < 20; i++) walks.push_back(std::make_unique<Walk>(map));
  std::uint32_t most = 0;
  for (u64 i = 2; i < 5'000; i++) {
    map[big(i)] = big(i);
    map.del(big(i));
    most = std::max({most, map.h->left_keys.n, map.h->left_elems.n});
  }
  EXPECT_GT(most, 0U) << "or nothing was left to the walks";
  EXPECT_LE(most, 16U + 2 * 20U + 1);
  walks.clear();
  map.del(big(1));
  EXPECT_EQ(map.h->left_keys.n, 0U) << "no walk, nothing to keep";
  EXPECT_EQ(map.h->left_elems.n, 0U);
}

// As with inline entries, whose buckets stay. Not under AddressSanitizer, which would see nothing.
TEST(Apart, TheMemoryOfADeletedEntryServesANewOneWhoseElemIsZero) {
  CHECKS("cxx/lifetime");
  Map map;
  map[big(1)] = big(7);
  const void* const key_was = &map.key_in(map.bucket(0), 0);
  const void* const elem_was = &map.elem_in(map.bucket(0), 0);
  map.del(big(1));
  EXPECT_EQ(map.h->spare_keys != nullptr, gomap::keeps_spare_objects);
  EXPECT_EQ(map.h->spare_elems != nullptr, gomap::keeps_spare_objects);
  EXPECT_EQ(map[big(2)], Big());
  EXPECT_EQ(map.key_in(map.bucket(0), 0), big(2));
  EXPECT_EQ(map.h->spare_keys, nullptr);
  EXPECT_EQ(map.h->spare_elems, nullptr);
  if (!gomap::keeps_spare_objects) return;
  EXPECT_EQ(&map.key_in(map.bucket(0), 0), key_was);
  EXPECT_EQ(&map.elem_in(map.bucket(0), 0), elem_was);
}

TEST(Apart, NoMoreIsSpareThanThereHaveBeenEntries) {
  CHECKS("cxx/lifetime");
  const auto length = [](const gomap::object_header* spare) {
    std::size_t n = 0;
    for (; spare != nullptr; spare = spare->next) n++;
    return n;
  };
  Map map;
  for (int round = 0; round < 3; round++) {
    for (u64 i = 0; i < 100; i++) map[big(i)] = big(i);
    EXPECT_EQ(length(map.h->spare_keys), 0U);
    EXPECT_EQ(length(map.h->spare_elems), 0U);
    if (round == 1) {
      map.clear();
    } else {
      for (u64 i = 0; i < 100; i++) map.del(big(i));
    }
    EXPECT_EQ(length(map.h->spare_keys), gomap::keeps_spare_objects ? 100U : 0U);
    EXPECT_EQ(length(map.h->spare_elems), gomap::keeps_spare_objects ? 100U : 0U);
  }
}

TEST(Apart, AFootingIsTakenAgainAfterItsWalk) {
  CHECKS("cxx/lifetime");
  Map map;
  for (u64 i = 0; i < 100; i++) map[big(i)] = big(i);
  for (int i = 0; i < 10; i++) const Walk walk(map);
  EXPECT_EQ(footings(map), 1U);
  {
    const Walk first(map), second(map);
    EXPECT_EQ(footings(map), 2U);
    EXPECT_NE(first.it.pin.at_objects, second.it.pin.at_objects);
  }
  HandMap<u64, u64> small;
  small[1] = 1;
  const HandWalk walk(small);
  EXPECT_EQ(walk.it.pin.at_objects, nullptr) << "nothing is stored apart there";
}

TEST(Apart, WalksThatBeginTogetherHaveFootingsOfTheirOwn) {
  CHECKS("threads/parallel-reads");
  Map map;
  for (u64 i = 0; i < 50; i++) map[big(i)] = big(i);
  std::atomic<unsigned> wrong{0};
  together([&](unsigned) {
    for (int round = 0; round < 200; round++) {
      u64 n = 0;
      for (Walk walk(map); !walk.at_end(); walk.next(), n++) {
        const gomap::footing* f = walk.it.pin.at_objects;
        if (f->key != walk.it.key || f->elem != walk.it.elem) wrong++;
        if (!f->taken || walk.key() != walk.elem()) wrong++;
      }
      if (n != 50) wrong++;
    }
  });
  EXPECT_EQ(wrong, 0U);
  EXPECT_LE(footings(map), kThreads);
  for (const gomap::footing* f = map.h->footings; f != nullptr; f = f->next) {
    EXPECT_FALSE(f->taken);
    EXPECT_EQ(f->key, nullptr);
  }
}

// ---- how a port that lost such an object is found out ----

class OpenedPort : public gomap_adapter::GomapPort<gomap::maptype> {
 public:
  OpenedPort() : GomapPort(0) { make({.key = KeyKind::big}); }
  gomap::footing* footing() { return h_->footings; }
};

TEST(Apart, ALookAtTheLayoutSeesThatAWalkStandsOnAnObjectThatIsGone) {
  CHECKS("iter/no-use-after-free");
  OpenedPort port;
  port.put({.index = 1, .payload = 0}, 1);
  port.begin(0, {});
  Snapshot snapshot;
  EXPECT_TRUE(port.header(&snapshot));

  auto& refs = gomap::object_header::of(port.footing()->key)->refs;
  const std::uint32_t before = refs.exchange(0);
  EXPECT_THROW(port.header(&snapshot), PortFailure);
  EXPECT_THROW(port.snapshot(&snapshot), PortFailure);
  refs = before;
  EXPECT_TRUE(port.snapshot(&snapshot));
}

}  // namespace
}  // namespace mapproof
