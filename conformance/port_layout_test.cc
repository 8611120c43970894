// The layout of buckets for keys and elems of many sizes and alignments: nothing overlaps, all is
// aligned, the overflow link comes last.
#include <array>

#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

template <std::size_t Size, std::size_t Align>
struct alignas(Align) Block {
  std::array<std::uint8_t, Size> bytes{};
  u64 value() const { return bytes[0] + 256U * bytes[Size - 1]; }
  friend bool operator==(const Block&, const Block&) = default;
};
template <std::size_t Size, std::size_t Align>
Block<Size, Align> block(std::uint8_t n) {
  Block<Size, Align> b;
  b.bytes.fill(n);
  return b;
}

gomap::uintptr cell_size(gomap::uintptr size) { return size > 128 ? gomap::PtrSize : size; }

template <class K, class V>
void expect_sound_layout() {
  const HandMap<K, V> map(26, [](const K&) { return u64{0}; });
  gomap::bmap* const b = gomap::bucket_at(map.t, map.h->buckets, 1);
  const auto first = reinterpret_cast<std::uintptr_t>(b);
  const gomap::uintptr key = cell_size(sizeof(K)), elem = cell_size(sizeof(V));
  EXPECT_EQ(map.t.keysize(), key);
  EXPECT_EQ(map.t.elemsize(), elem);
  EXPECT_EQ(map.t.indirectkey(), sizeof(K) > 128);
  EXPECT_EQ(map.t.indirectelem(), sizeof(V) > 128);
  EXPECT_EQ(map.t.bucketsize(), 8 + 8 * key + 8 * elem + 8);
  EXPECT_EQ(map.t.bucketsize() % 8, 0U);
  EXPECT_EQ(first % 8, 0U);
  for (gomap::uintptr i = 0; i < 8; i++) {
    const auto k = reinterpret_cast<std::uintptr_t>(b->key_cell(map.t, i));
    const auto e = reinterpret_cast<std::uintptr_t>(b->elem_cell(map.t, i));
    EXPECT_EQ(k, first + 8 + i * key);
    EXPECT_EQ(e, first + 8 + 8 * key + i * elem);
    EXPECT_EQ(k % (sizeof(K) > 128 ? 8 : alignof(K)), 0U);
    EXPECT_EQ(e % (sizeof(V) > 128 ? 8 : alignof(V)), 0U);
    EXPECT_LE(e + elem, first + map.t.bucketsize() - gomap::PtrSize) << "before the link";
  }
  EXPECT_EQ(b->keys(), b->key_cell(map.t, 0));
}

// Fills buckets to the brim: a cell that reached into another would be seen.
template <class K, class V>
void expect_entries_keep_apart(K (*key)(std::uint8_t), V (*elem)(std::uint8_t)) {
  HandMap<K, V> map(0, [](const K& k) { return at(static_cast<unsigned>(k.value()), k.value()); });
  for (std::uint8_t n = 1; n <= 60; n++) map[key(n)] = elem(n);
  for (std::uint8_t n = 1; n <= 60; n++) EXPECT_EQ(*map.find(key(n)), elem(n)) << int{n};
  for (std::uint8_t n = 2; n <= 60; n = static_cast<std::uint8_t>(n + 2)) map.del(key(n));
  for (std::uint8_t n = 1; n <= 60; n++) EXPECT_EQ(map.has(key(n)), n % 2 == 1) << int{n};
}

template <std::size_t KeySize, std::size_t KeyAlign, std::size_t ElemSize, std::size_t ElemAlign>
void check() {
  SCOPED_TRACE(testing::Message() << KeySize << "/" << KeyAlign << " " << ElemSize << "/"
                                  << ElemAlign);
  expect_sound_layout<Block<KeySize, KeyAlign>, Block<ElemSize, ElemAlign>>();
  expect_entries_keep_apart(&block<KeySize, KeyAlign>, &block<ElemSize, ElemAlign>);
}

template <std::size_t KeySize, std::size_t KeyAlign>
void check_with_all_elems() {
  check<KeySize, KeyAlign, 1, 1>();
  check<KeySize, KeyAlign, 2, 2>();
  check<KeySize, KeyAlign, 4, 4>();
  check<KeySize, KeyAlign, 8, 8>();
  check<KeySize, KeyAlign, 16, 8>();
  check<KeySize, KeyAlign, 127, 1>();
  check<KeySize, KeyAlign, 128, 8>();
  check<KeySize, KeyAlign, 129, 1>();
  check<KeySize, KeyAlign, 256, 4>();
  check<KeySize, KeyAlign, 300, 2>();
}

TEST(Layout, OfOneByteKeys) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<1, 1>();
}
TEST(Layout, OfTwoByteKeys) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<2, 2>();
}
TEST(Layout, OfFourByteKeys) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<4, 4>();
}
TEST(Layout, OfEightByteKeys) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<8, 8>();
}
TEST(Layout, OfKeysJustBelowTheBound) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<127, 1>();
}
TEST(Layout, OfKeysAtTheBound) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<128, 8>();
}
TEST(Layout, OfKeysJustAboveTheBound) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<129, 1>();
}
TEST(Layout, OfLargeKeys) {
  CHECKS("layout/cell-sizes");
  check_with_all_elems<300, 4>();
}

TEST(Layout, TypesOfNoSizeTakeNoRoom) {
  CHECKS("layout/cell-sizes");
  EXPECT_EQ((gomap::maptype_of<Empty, Empty>().bucketsize()), 16U);
  EXPECT_EQ((gomap::maptype_of<Empty, u64>().bucketsize()), 16U + 64);
  EXPECT_EQ((gomap::maptype_of<u64, Empty>().bucketsize()), 16U + 64);
}

TEST(Layout, TheConstantsAreGos) {
  CHECKS("layout/constants");
  EXPECT_EQ(gomap::bucketCnt, 8U);
  EXPECT_EQ(gomap::dataOffset, 8U);
  EXPECT_EQ(gomap::maxKeySize, 128U);
  EXPECT_EQ(gomap::maxElemSize, 128U);
  EXPECT_EQ(gomap::maxZero, 1024U);
  EXPECT_EQ(sizeof(gomap::zeroVal), 1024U);
  EXPECT_EQ(gomap::loadFactorNum, 13U);
  EXPECT_EQ(gomap::loadFactorDen, 2U);
  EXPECT_EQ(gomap::minTopHash, 5);
  EXPECT_EQ(gomap::noCheck + 1, 0U);
}

TEST(Layout, ShiftsByTooMuchAreMaskedAsInGo) {
  CHECKS("build/shift-safe");
  EXPECT_EQ(gomap::bucketShift(0), 1U);
  EXPECT_EQ(gomap::bucketShift(5), 32U);
  EXPECT_EQ(gomap::bucketShift(64), 1U);
  EXPECT_EQ(gomap::bucketShift(255), gomap::uintptr{1} << 63);
  EXPECT_EQ(gomap::bucketMask(0), 0U);
  EXPECT_EQ(gomap::bucketMask(4), 15U);
}

TEST(Inspect, StopsAtALinkThatLeadsBack) {
  CHECKS("layout/overflow-list");
  HandMap<u64, u64> map(26);
  gomap::bmap* const first = map.bucket(1);
  first->setoverflow(map.t, first);
  const auto view = gomap::inspect_array(map.t, map.h->buckets, gomap::bucketShift(map.h->B));
  first->setoverflow(map.t, nullptr);
  EXPECT_EQ(view.buckets.size(), 4U) << "and no bucket of the heap";
}

TEST(Layout, IsEmptyAndEvacuatedReadTheStatesOfCells) {
  CHECKS("layout/constants");
  const bool empty[] = {true, true, false, false, false, false};
  const bool evacuated[] = {false, false, true, true, true, false};
  for (std::uint8_t state = 0; state < 6; state++) {
    gomap::bmap b{};
    b.tophash[0] = state;
    EXPECT_EQ(gomap::isEmpty(state), empty[state]);
    EXPECT_EQ(gomap::evacuated(&b), evacuated[state]);
  }
}

}  // namespace
}  // namespace mapproof
