// Drawing buckets, of snapshots made by hand.
#include "conformance/drawing.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace mapproof {
namespace {

CellView live(std::uint8_t tophash, std::uint32_t key, std::uint32_t stamp) {
  CellView cell;
  cell.tophash = tophash;
  cell.key = KeyId{key, 0};
  cell.stamp = stamp;
  cell.elem_zero = false;
  return cell;
}

// Two buckets; a chain of three behind the first, of which one is spare.
Snapshot sample() {
  Snapshot snapshot;
  snapshot.count = 3;
  snapshot.B = 1;
  snapshot.noverflow = 2;
  ArrayView array;
  array.base = 2;
  array.buckets.resize(5);
  array.buckets[0].cells[0] = live(0x2a, 17, 3);
  array.buckets[0].cells[1].tophash = cell_state::kEmptyOne;
  array.buckets[0].overflow = 2;
  array.buckets[2].origin = BucketOrigin::spare;
  array.buckets[2].cells[7] = live(0xff, 49, 12);
  array.buckets[2].overflow = 4;
  array.buckets[3].origin = BucketOrigin::spare;
  array.buckets[3].foreign_overflow = true;
  array.buckets[4].origin = BucketOrigin::heap;
  array.buckets[4].cells[0] = live(0x05, 81, 13);
  snapshot.current = array;
  snapshot.next_overflow = 3;
  return snapshot;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Draw, TellsTheHeaderFields) {
  Snapshot snapshot = sample();
  snapshot.flags = map_flag::kIterator | map_flag::kSameSizeGrow;
  snapshot.hash0 = 9;
  snapshot.nevacuate = 1;
  EXPECT_TRUE(contains(draw(snapshot, KeyKind::u64),
                       "map: count 3, B 1, flags iterator,sameSizeGrow, noverflow 2, hash0 9, "
                       "nevacuate 1\n"));
}

TEST(Draw, ShowsAChainWithItsOverflowBucketsInOrder) {
  const std::string text = draw(sample(), KeyKind::u64);
  const std::size_t base = text.find("  #0 ");
  const std::size_t spare = text.find("  +-> #2 spare");
  const std::size_t heap = text.find("  +-> #4 heap");
  ASSERT_NE(heap, std::string::npos) << text;
  EXPECT_LT(base, spare);
  EXPECT_LT(spare, heap);
  EXPECT_TRUE(contains(text, "  #1 all rest\n")) << text;
}

TEST(Draw, NamesTheStateOfEachCellAndPutsKeyAndStampBelow) {
  Snapshot snapshot = sample();
  auto& cells = snapshot.current->buckets[1].cells;
  cells[0] = live(cell_state::kEvacuatedX, 1, 1);
  cells[1] = live(cell_state::kEvacuatedY, 2, 2);
  cells[2].tophash = cell_state::kEvacuatedEmpty;
  cells[3].tophash = cell_state::kEmptyOne;
  const std::string text = draw(snapshot, KeyKind::u64);
  EXPECT_TRUE(contains(text, "X         Y         evacEmpty one       rest")) << text;
  EXPECT_TRUE(contains(text, "1:1       2:2       .")) << text;
  EXPECT_TRUE(contains(text, "2a        one       rest")) << text;
  EXPECT_TRUE(contains(text, "17:3")) << text;
}

TEST(Draw, TellsWhichSparesAreLeft) {
  EXPECT_TRUE(contains(draw(sample(), KeyKind::u64),
                       "spares #2..#3: 1 handed out, next #3, #3 marked as the last\n"));
  Snapshot snapshot = sample();
  snapshot.next_overflow = -1;
  EXPECT_TRUE(contains(draw(snapshot, KeyKind::u64), "spares #2..#3: all handed out"));
}

TEST(Draw, ShowsBothArraysOfAGrowingMap) {
  Snapshot snapshot = sample();
  snapshot.old = ArrayView{1, std::vector<BucketView>(1)};
  snapshot.old->buckets[0].cells[0] = live(cell_state::kEvacuatedX, 5, 6);
  const std::string text = draw(snapshot, KeyKind::u64);
  EXPECT_LT(text.find("old array (growing): 1 bucket\n"), text.find("current array: 2 buckets\n"));
  EXPECT_TRUE(contains(text, "5:6"));
}

TEST(Draw, FitsAHundredColumnsWhateverTheKeys) {
  Snapshot snapshot = sample();
  for (BucketView& bucket : snapshot.current->buckets) {
    for (CellView& cell : bucket.cells) cell = live(0xfe, 65535, 4000000000U);
  }
  snapshot.current->buckets[0].cells[3].key = KeyId{kUnhashable, 0};
  for (const KeyKind kind : {KeyKind::u64, KeyKind::string, KeyKind::interface, KeyKind::c128}) {
    std::istringstream lines(draw(snapshot, kind));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(Draw, CutsALongKeyButNotItsStamp) {
  Snapshot snapshot = sample();
  snapshot.current->buckets[0].cells[3] = live(0x10, kUnhashable, 4321);
  EXPECT_TRUE(contains(draw(snapshot, KeyKind::interface), "~:4321"));
}

TEST(Draw, AnEmptyBucketWithAChainBehindItIsNoBlank) {
  Snapshot snapshot = sample();
  snapshot.current->buckets[0].cells = {};
  const std::string text = draw(snapshot, KeyKind::u64);
  EXPECT_FALSE(contains(text, "#0..#1 all rest")) << text;
  EXPECT_TRUE(contains(text, "+-> #2 spare")) << text;
}

TEST(Draw, EndsOnAChainThatBitesItsTail) {
  Snapshot snapshot = sample();
  snapshot.current->buckets[4].overflow = 2;
  EXPECT_TRUE(contains(draw(snapshot, KeyKind::u64), "a chain that never ends"));
}

TEST(Draw, SaysOfAMapWithoutBucketsThatThereAreNone) {
  EXPECT_TRUE(contains(draw(Snapshot{}, KeyKind::u64), "no buckets yet\n"));
}

}  // namespace
}  // namespace mapproof
