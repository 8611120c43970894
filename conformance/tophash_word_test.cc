// The search of a whole bucket's tophash bytes finds what a look at one after the other finds, with
// the instructions of this machine and without.
#include "gomap/tophash_word.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include "gomap/bmap.h"
#include "gomap/constants.h"

namespace mapproof {
namespace {

using gomap::bmap;
using gomap::detail::cell_set;

struct eight_cells {
  static constexpr gomap::uintptr bucketCnt = 8;
};
struct two_cells {
  static constexpr gomap::uintptr bucketCnt = 2;
};

// Sets of cells as bits: a test of all buckets asks for millions.
unsigned of(cell_set set) {
  unsigned found = 0;
  for (; !set.none(); set.drop_first()) found |= 1U << set.first();
  return found;
}

template <class T, class Predicate>
unsigned where(Predicate predicate) {
  unsigned found = 0;
  for (gomap::uintptr i = 0; i < T::bucketCnt; i++) found |= predicate(i) ? 1U << i : 0;
  return found;
}

// All answers about b, against a look at each byte.
template <class Bytes, class T>
void expect_as_one_by_one(const bmap& b, std::uint8_t top) {
  const gomap::detail::tophash_word<T, Bytes> word(&b);
  const auto at = [&](gomap::uintptr i) { return b.tophash[i]; };
  const auto told = [&] {
    return "top " + std::to_string(top) + " in " + testing::PrintToString(b.tophash);
  };
  ASSERT_EQ(of(word.equal_to(top)), where<T>([&](auto i) { return at(i) == top; })) << told();
  ASSERT_EQ(of(word.rest()), where<T>([&](auto i) { return at(i) == gomap::emptyRest; })) << told();
  ASSERT_EQ(of(word.empty()), where<T>([&](auto i) { return gomap::isEmpty(at(i)); })) << told();
  ASSERT_EQ(of(word.held()), where<T>([&](auto i) {
              return !gomap::isEmpty(at(i)) && at(i) != gomap::evacuatedEmpty;
            }))
      << told();
  bool ended = false;
  ASSERT_EQ(of(word.candidates(top)), where<T>([&](auto i) {
              ended = ended || at(i) == gomap::emptyRest;
              return !ended && at(i) == top;
            }))
      << told();
}

template <class Bytes>
class TophashWord : public testing::Test {
 public:
  static void expect_right(const bmap& b, std::uint8_t top) {
    expect_as_one_by_one<Bytes, eight_cells>(b, top);
    bmap small = b;  // bytes that are no cells stay emptyRest
    for (gomap::uintptr i = 2; i < gomap::bucketCnt; i++) small.tophash[i] = gomap::emptyRest;
    expect_as_one_by_one<Bytes, two_cells>(small, top);
  }
};
using Ways = testing::Types<gomap::detail::plain_bytes, gomap::detail::fast_bytes>;
TYPED_TEST_SUITE(TophashWord, Ways);

TYPED_TEST(TophashWord, FindsEachValueInEachCellAmongEachOther) {
  for (unsigned value = 0; value < 256; value++) {
    for (unsigned other = 0; other < 256; other++) {
      for (gomap::uintptr i = 0; i < gomap::bucketCnt; i++) {
        bmap b{};
        for (std::uint8_t& byte : b.tophash) byte = static_cast<std::uint8_t>(other);
        b.tophash[i] = static_cast<std::uint8_t>(value);
        this->expect_right(b, static_cast<std::uint8_t>(value < gomap::minTopHash ? 5 : value));
        if (this->HasFatalFailure()) return;
      }
    }
  }
}

// (x - 0x01..01) & ~x & 0x80..80 would take the cell behind a match for one, if it differs by 1:
// the match borrows from it.
TYPED_TEST(TophashWord, TakesNoNeighbourForAMatchWhateverStandsBesideIt) {
  for (unsigned top = gomap::minTopHash; top < 256; top++) {
    for (const unsigned differs : {0x01U, 0x02U, 0x7fU, 0x80U, 0x81U, 0xffU}) {
      for (gomap::uintptr i = 0; i < gomap::bucketCnt; i++) {
        bmap b{};
        for (std::uint8_t& byte : b.tophash) byte = static_cast<std::uint8_t>(top ^ differs);
        b.tophash[i] = static_cast<std::uint8_t>(top);
        this->expect_right(b, static_cast<std::uint8_t>(top));
        if (this->HasFatalFailure()) return;
      }
    }
  }
}

TYPED_TEST(TophashWord, FindsTheRightCellsOfRandomBuckets) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int n = 0; n < 100'000; n++) {
    // Few different values, so that many are equal or neighbours.
    const std::uint64_t lowest = random() % 256;
    bmap b{};
    for (std::uint8_t& byte : b.tophash) {
      byte = static_cast<std::uint8_t>(random() % 2 != 0 ? lowest + random() % 3 : random() % 7);
    }
    this->expect_right(b, static_cast<std::uint8_t>(5 + (lowest + random() % 3) % 251));
    if (this->HasFatalFailure()) return;
  }
}

TYPED_TEST(TophashWord, LooksBehindTheCellsNeitherOfASmallBucketNorOfALargeOne) {
  // Keys of the bucket begin where its tophash bytes end; here they look like tophash bytes.
  std::array<std::uint8_t, 16> memory{};
  memory.fill(9);
  bmap b{};
  std::memcpy(&b, memory.data(), sizeof b);
  const gomap::detail::tophash_word<two_cells, TypeParam> small(&b);
  EXPECT_EQ(of(small.equal_to(9)), 0b11U);
  EXPECT_EQ(of(small.candidates(9)), 0b11U);
  EXPECT_EQ(of(small.held()), 0b11U);
  const auto* large = reinterpret_cast<const bmap*>(memory.data());
  EXPECT_EQ(of(gomap::detail::tophash_word<eight_cells, TypeParam>(large).held()), 0xffU);
}

TEST(CellSet, IsWalkedOverFromAnyCellAndRoundTheEnd) {
  for (const unsigned n : {2U, 8U}) {
    for (unsigned bits = 0; bits < 1U << n; bits++) {
      for (unsigned offset = 0; offset < n; offset++) {
        const cell_set turned = cell_set(bits).rotated(offset, n);
        for (unsigned from = 0; from <= n; from++) {
          gomap::uintptr expected = from;
          while (expected < n && (bits >> ((expected + offset) % n) & 1) == 0) expected++;
          ASSERT_EQ(turned.next(from, n), expected) << bits << " by " << offset << " of " << n;
        }
      }
    }
  }
}

TEST(CellSet, EndsAheadOfTheFirstOfAnother) {
  for (unsigned bits = 0; bits < 256; bits++) {
    for (unsigned other = 0; other < 256; other++) {
      const gomap::uintptr end = other == 0 ? 8 : cell_set(other).first();
      ASSERT_EQ(of(cell_set(bits).ahead_of(cell_set(other))), bits & ((1U << end) - 1));
    }
  }
}

}  // namespace
}  // namespace mapproof
