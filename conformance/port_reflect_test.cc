// The entries for Go's reflect package: each does what its twin does, and reflect_makemap refuses
// broken descriptors in Go's words.
#include <array>
#include <memory>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

using Map = HandMap<u64, u64>;

gomap::maptype sound_type() { return gomap::maptype_of<u64, u64>(); }

void expect_refused(const std::string& words, const std::function<void(gomap::maptype&)>& damage) {
  gomap::maptype t = sound_type();
  damage(t);
  expect_throw(words, [&] { gomap::reflect_makemap(t, 0); });
}

// ---- reflect_makemap ----

TEST(ReflectMakemap, MakesAMapWithRoomForTheHint) {
  CHECKS("reflect/stubs", "make/hint-b");
  const gomap::maptype t = sound_type();
  gomap::hmap* h = gomap::reflect_makemap(t, 14);
  EXPECT_EQ(h->B, 2);
  EXPECT_EQ(gomap::reflect_maplen(h), 0);
  gomap::unref_hmap(t, h);
}

TEST(ReflectMakemap, RefusesAKeyThatCannotBeCompared) {
  CHECKS("reflect/refusals");
  expect_refused("runtime.reflect_makemap: unsupported map key type",
                 [](auto& t) { t.key_type.equal = nullptr; });
}

TEST(ReflectMakemap, RefusesKeyCellsOfTheWrongSize) {
  CHECKS("reflect/refusals");
  const std::string words = "key size wrong";
  expect_refused(words, [](auto& t) { t.keysize_ = 7; });
  expect_refused(words, [](auto& t) { t.flags |= gomap::flag_indirectkey; });
  expect_refused(words, [](auto& t) { t.key_type.size_ = 136; });
  expect_refused(words, [](auto& t) {
    t.key_type.size_ = 136;
    t.keysize_ = 136;
    t.flags |= gomap::flag_indirectkey;
  });
}

TEST(ReflectMakemap, RefusesElemCellsOfTheWrongSize) {
  CHECKS("reflect/refusals");
  const std::string words = "elem size wrong";
  expect_refused(words, [](auto& t) { t.elemsize_ = 9; });
  expect_refused(words, [](auto& t) { t.flags |= gomap::flag_indirectelem; });
  expect_refused(words, [](auto& t) { t.elem_type.size_ = 136; });
  expect_refused(words, [](auto& t) {
    t.elem_type.size_ = 136;
    t.elemsize_ = 136;
    t.flags |= gomap::flag_indirectelem;
  });
}

TEST(ReflectMakemap, RefusesAlignmentsAboveEight) {
  CHECKS("reflect/refusals", "layout/cell-sizes");
  expect_refused("key align too big", [](auto& t) { t.key_type.align_ = 16; });
  expect_refused("elem align too big", [](auto& t) { t.elem_type.align_ = 16; });
}

TEST(ReflectMakemap, RefusesSizesThatAreNoMultipleOfTheAlignment) {
  CHECKS("reflect/refusals");
  expect_refused("key size not a multiple of key align", [](auto& t) {
    t.key_type.size_ = 6;
    t.keysize_ = 6;
  });
  expect_refused("elem size not a multiple of elem align", [](auto& t) {
    t.elem_type.size_ = 4;
    t.elemsize_ = 4;
  });
}

TEST(ReflectMakemap, RefusesAlignmentsThatTheBucketsHeadDoesNotKeep) {
  CHECKS("reflect/refusals");
  // No power of two below nine can do this; a descriptor with an alignment of 3 can.
  expect_refused("need padding in bucket (key)", [](auto& t) {
    t.key_type.align_ = 3;
    t.key_type.size_ = 6;
    t.keysize_ = 6;
  });
  expect_refused("need padding in bucket (elem)", [](auto& t) {
    t.elem_type.align_ = 3;
    t.elem_type.size_ = 6;
    t.elemsize_ = 6;
  });
}

TEST(ReflectMakemap, ChecksInTheOrderOfMapGo) {
  CHECKS("reflect/refusals");
  gomap::maptype t = sound_type();
  t.elem_type.align_ = 16;
  t.key_type.align_ = 16;
  t.elemsize_ = 1;
  t.keysize_ = 1;
  t.key_type.equal = nullptr;
  const auto expect = [&t](const std::string& words) {
    expect_throw(words, [&] { gomap::reflect_makemap(t, 0); });
  };
  expect("runtime.reflect_makemap: unsupported map key type");
  t.key_type.equal = sound_type().key_type.equal;
  expect("key size wrong");
  t.keysize_ = 8;
  expect("elem size wrong");
  t.elemsize_ = 8;
  expect("key align too big");
  t.key_type.align_ = 8;
  expect("elem align too big");
}

TEST(ReflectMakemap, TakesSizesOnBothSidesOfTheBoundAndNone) {
  CHECKS("reflect/stubs", "layout/cell-sizes");
  for (const gomap::maptype& t :
       {gomap::maptype_of<std::array<u64, 16>, std::array<u64, 17>>(),
        gomap::maptype_of<std::array<u64, 17>, std::array<u64, 16>>(),
        gomap::maptype_of<Empty, Empty>(), gomap::maptype_of<std::uint8_t, Owning>()}) {
    gomap::unref_hmap(t, gomap::reflect_makemap(t, 0));
  }
}

// ---- the others ----

TEST(ReflectMapaccess, GivesNilForAMissingElem) {
  CHECKS("reflect/stubs", "access/absent");
  Map map;
  const u64 here = 1, there = 2;
  EXPECT_EQ(gomap::reflect_mapaccess(map.t, map.h, &here), nullptr);
  EXPECT_EQ(gomap::reflect_mapaccess(map.t, nullptr, &here), nullptr);
  map[here] = 0;
  EXPECT_EQ(gomap::reflect_mapaccess(map.t, map.h, &here), map.find(here));
  EXPECT_EQ(gomap::reflect_mapaccess(map.t, map.h, &there), nullptr);
}

TEST(ReflectMapassign, CopiesTheElem) {
  CHECKS("reflect/stubs");
  Map map;
  const u64 key = 1, first = 7, second = 8;
  gomap::reflect_mapassign(map.t, map.h, &key, &first);
  EXPECT_EQ(*map.find(1), 7U);
  gomap::reflect_mapassign(map.t, map.h, &key, &second);
  EXPECT_EQ(*map.find(1), 8U);
  EXPECT_EQ(map.len(), 1);
  expect_panic("assignment to entry in nil map",
               [&] { gomap::reflect_mapassign(map.t, nullptr, &key, &first); });
}

TEST(ReflectMapassign, CopiesOwningAndLargeElems) {
  CHECKS("reflect/stubs");
  {
    HandMap<Owning, Owning> owning;
    HandMap<u64, Big> large;
    const Owning key(1), elem(2);
    gomap::reflect_mapassign(owning.t, owning.h, &key, &elem);
    EXPECT_EQ(owning.find(key)->value(), 2U);
    EXPECT_EQ(elem.value(), 2U);
    const u64 number = 3;
    const Big big_elem = big(4);
    gomap::reflect_mapassign(large.t, large.h, &number, &big_elem);
    EXPECT_EQ(*large.find(number), big(4));
  }
  EXPECT_EQ(Owning::live(), 0);
}

TEST(ReflectMapassign, TheElemMayLieInTheMapThatGrows) {
  CHECKS("reflect/stubs", "alias/self");
  HandMap<Owning, Owning> map;
  for (std::uint32_t i = 1; i <= 8; i++) map[Owning(i)] = Owning(100 + i);
  const Owning key(9);
  gomap::reflect_mapassign(map.t, map.h, &key, map.find(Owning(3)));
  EXPECT_EQ(map.h->B, 1);
  EXPECT_EQ(map.find(key)->value(), 103U);
  EXPECT_EQ(map.find(Owning(3))->value(), 103U);
}

TEST(ReflectMapdelete, Deletes) {
  CHECKS("reflect/stubs");
  Map map;
  fill(map, 3);
  const u64 key = 1;
  gomap::reflect_mapdelete(map.t, map.h, &key);
  gomap::reflect_mapdelete(map.t, nullptr, &key);
  EXPECT_EQ(gomap::reflect_maplen(map.h), 2);
  EXPECT_FALSE(map.has(1));
}

TEST(ReflectMapiter, WalksTheMap) {
  CHECKS("reflect/stubs", "iter/once", "iter/complete");
  Map map;
  for (u64 key = 0; key < 3; key++) map[key] = key + 10;
  gomap::thread_random().force(0);
  std::vector<std::pair<u64, u64>> seen;
  gomap::hiter* it = gomap::reflect_mapiterinit(map.t, map.h);
  for (; gomap::reflect_mapiterkey(it) != nullptr; gomap::reflect_mapiternext(it)) {
    seen.emplace_back(*static_cast<u64*>(gomap::reflect_mapiterkey(it)),
                      *static_cast<u64*>(gomap::reflect_mapiterelem(it)));
  }
  EXPECT_EQ(seen, (std::vector<std::pair<u64, u64>>{{0, 10}, {1, 11}, {2, 12}}));
  EXPECT_EQ(gomap::reflect_mapiterelem(it), nullptr);
  gomap::hiter_release(map.t, it);
  delete it;
}

TEST(ReflectMapiter, OverNothingHasNoKeyAndItsNextIsGosNilDereference) {
  CHECKS("reflect/stubs", "iter/nil-ends", "iter/empty-ends");
  const gomap::maptype t = sound_type();
  const std::unique_ptr<gomap::hiter> it(gomap::reflect_mapiterinit(t, nullptr));
  EXPECT_EQ(gomap::reflect_mapiterkey(it.get()), nullptr);
  EXPECT_EQ(gomap::reflect_mapiterelem(it.get()), nullptr);
  expect_panic(kNilDereference, [&] { gomap::reflect_mapiternext(it.get()); });
}

TEST(ReflectMaplen, IsTheCountAndZeroForNil) {
  CHECKS("reflect/stubs", "len/exact", "nil/len-zero");
  Map map;
  fill(map, 5);
  EXPECT_EQ(gomap::reflect_maplen(map.h), 5);
  EXPECT_EQ(gomap::reflectlite_maplen(map.h), 5);
  EXPECT_EQ(gomap::reflect_maplen(nullptr), 0);
  EXPECT_EQ(gomap::reflectlite_maplen(nullptr), 0);
}

}  // namespace
}  // namespace mapproof
