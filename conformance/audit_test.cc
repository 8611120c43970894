// The layout rules: two healthy maps pass, and each rule alone catches the harm that is its own.
#include "oracle/audit.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace mapproof {
namespace {

using namespace cell_state;

BucketView& add_bucket(ArrayView* array, BucketOrigin origin) {
  array->buckets.emplace_back();
  array->buckets.back().origin = origin;
  return array->buckets.back();
}

ArrayView array_of(std::uint32_t base, std::uint32_t spares) {
  ArrayView array;
  array.base = base;
  for (std::uint32_t b = 0; b < base; ++b) {
    add_bucket(&array, BucketOrigin::base);
  }
  for (std::uint32_t s = 0; s < spares; ++s) {
    add_bucket(&array, BucketOrigin::spare);
  }
  return array;
}

// A living cell. The hashes of these maps are identity, with the key's last digit as top byte 16
// times: bucket and tophash are read off the key.
std::uint64_t hash_of(std::uint32_t key) { return (std::uint64_t{key % 10 * 16 + 3} << 56) | key; }

CellView live(std::uint32_t key) {
  const auto top = static_cast<std::uint8_t>(hash_of(key) >> 56);
  return {.tophash = top < kMinTopHash ? static_cast<std::uint8_t>(top + kMinTopHash) : top,
          .key = KeyId{.index = key, .payload = 0},
          .stamp = key + 1,
          .hash = hash_of(key),
          .elem_zero = false};
}
CellView live_nan(std::uint32_t payload) {
  return {.tophash = 99,
          .key = KeyId{.index = kNaN, .payload = payload},
          .stamp = payload,
          .hash = std::nullopt,
          .elem_zero = false};
}
CellView marked(std::uint8_t tophash) {
  CellView cell;
  cell.tophash = tophash;
  return cell;
}

// At rest, B=4, two spare buckets of which the first is in use. Bucket 3: eight keys (one deleted
// from the midst) and two more in the spare bucket. Bucket 5: two NaNs and a hole before them.
Snapshot resting() {
  Snapshot s;
  s.B = 4;
  s.current = array_of(16, 2);
  auto& buckets = s.current->buckets;
  for (std::uint32_t i = 0; i < 8; ++i) {
    buckets[3].cells[i] = live(3 + 16 * i);
  }
  buckets[3].cells[4] = marked(kEmptyOne);
  buckets[3].overflow = 16;
  buckets[16].cells[0] = live(3 + 16 * 8);
  buckets[16].cells[1] = live(3 + 16 * 9);
  buckets[5].cells[0] = marked(kEmptyOne);
  buckets[5].cells[1] = live_nan(1);
  buckets[5].cells[2] = live_nan(2);
  buckets[17].foreign_overflow = true;
  s.next_overflow = 17;
  s.noverflow = 1;
  s.count = 11;
  return s;
}

// Growing from B=1 to B=2. Old bucket 0 is evacuated, to 0 and 2; old bucket 1 is not, and has an
// overflow bucket. The new bucket 2 was given an overflow bucket from the heap.
Snapshot growing() {
  Snapshot s;
  s.B = 2;
  s.flags = map_flag::kOldIterator;
  s.nevacuate = 1;
  s.old = array_of(2, 0);
  s.old->buckets[0].cells.fill(marked(kEvacuatedEmpty));
  s.old->buckets[0].cells[0] = marked(kEvacuatedX);
  s.old->buckets[0].cells[1] = marked(kEvacuatedY);
  for (std::uint32_t i = 0; i < 8; ++i) {
    s.old->buckets[1].cells[i] = live(1 + 2 * i);
  }
  s.old->buckets[1].overflow = 2;
  add_bucket(&*s.old, BucketOrigin::heap).cells[0] = live(17);
  s.current = array_of(4, 0);
  s.current->buckets[0].cells[0] = live(4);
  for (std::uint32_t i = 0; i < 8; ++i) {
    s.current->buckets[2].cells[i] = live(2 + 4 * i);
  }
  s.current->buckets[2].overflow = 4;
  add_bucket(&*s.current, BucketOrigin::heap).cells[0] = live(34);
  s.noverflow = 1;
  s.count = 19;
  return s;
}

std::string broken(const Snapshot& snapshot) {
  const std::optional<Verdict> verdict = audit(snapshot, KeyKind::f64);
  return verdict ? verdict->property : "";
}

using Harm = std::function<void(Snapshot&)>;
void expect_caught(std::string_view property, Snapshot snapshot, const Harm& harm) {
  ASSERT_EQ(broken(snapshot), "");
  harm(snapshot);
  EXPECT_EQ(broken(snapshot), property);
}

BucketView& bucket(Snapshot& s, std::size_t b) { return s.current->buckets.at(b); }
BucketView& old_bucket(Snapshot& s, std::size_t b) { return s.old->buckets.at(b); }

TEST(Audit, PassesHealthyMaps) {
  EXPECT_EQ(broken(resting()), "");
  EXPECT_EQ(broken(growing()), "");
  EXPECT_EQ(broken(Snapshot{}), "");  // no bucket yet
}

TEST(Audit, PassesTheHolesThatDeletesLeave) {
  Snapshot s = resting();
  bucket(s, 3).cells[0] = marked(kEmptyOne);
  bucket(s, 16).cells[0] = marked(kEmptyOne);
  s.count = 9;
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, PassesAnEmptiedOverflowBucket) {
  Snapshot s = resting();
  bucket(s, 16).cells.fill(marked(kEmptyRest));
  s.count = 9;
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, PassesASameSizeGrowth) {
  Snapshot s;
  s.B = 1;
  s.flags = map_flag::kSameSizeGrow | map_flag::kIterator;
  s.current = array_of(2, 0);
  s.old = array_of(2, 0);
  s.nevacuate = 0;
  old_bucket(s, 0).cells[0] = live(6);
  old_bucket(s, 1).cells.fill(marked(kEvacuatedEmpty));
  bucket(s, 1).cells[0] = live(5);
  s.count = 2;
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, PassesSparesThatAreAllInUse) {
  Snapshot s = resting();
  bucket(s, 17).foreign_overflow = false;
  bucket(s, 16).overflow = 17;
  s.next_overflow = -1;
  s.noverflow = 2;
  EXPECT_EQ(broken(s), "");
  add_bucket(&*s.current, BucketOrigin::heap);
  bucket(s, 5).overflow = 18;
  s.noverflow = 3;
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, WantsNothingBehindEmptyRest) {
  expect_caught("layout/emptyrest-suffix", resting(),
                [](Snapshot& s) { bucket(s, 5).cells[0] = marked(kEmptyRest); });
  // Across a link of the chain.
  expect_caught("layout/emptyrest-suffix", resting(), [](Snapshot& s) {
    bucket(s, 3).cells[7] = marked(kEmptyRest);
    --s.count;
  });
  expect_caught("layout/emptyrest-suffix", growing(), [](Snapshot& s) {
    old_bucket(s, 1).cells[7] = marked(kEmptyRest);
    --s.count;
  });
}

TEST(Audit, WantsEmptyRestAfterTheLastLiveCell) {
  expect_caught("layout/no-trailing-emptyone", resting(),
                [](Snapshot& s) { bucket(s, 5).cells[3] = marked(kEmptyOne); });
  expect_caught("layout/no-trailing-emptyone", resting(),
                [](Snapshot& s) { bucket(s, 9).cells[0] = marked(kEmptyOne); });
  // The very last cell of a chain.
  expect_caught("layout/no-trailing-emptyone", resting(), [](Snapshot& s) {
    bucket(s, 16).cells.fill(marked(kEmptyOne));
    s.count -= 2;
  });
}

TEST(Audit, WantsChainsEvacuatedTogether) {
  expect_caught("layout/evacuated-together", growing(), [](Snapshot& s) {
    old_bucket(s, 1).cells[3].tophash = kEvacuatedX;
    --s.count;
  });
  expect_caught("layout/evacuated-together", growing(),
                [](Snapshot& s) { old_bucket(s, 0).cells[7] = marked(kEmptyRest); });
  // In the overflow bucket alone.
  expect_caught("layout/evacuated-together", growing(), [](Snapshot& s) {
    s.old->buckets[2].cells[0].tophash = kEvacuatedY;
    --s.count;
  });
  // Nothing is ever evacuated out of the current array.
  expect_caught("layout/evacuated-together", resting(),
                [](Snapshot& s) { bucket(s, 5).cells[0] = marked(kEvacuatedEmpty); });
}

TEST(Audit, WantsTophashesOfTheKeys) {
  expect_caught("layout/tophash", resting(), [](Snapshot& s) { ++bucket(s, 3).cells[1].tophash; });
  expect_caught("layout/tophash", growing(),
                [](Snapshot& s) { ++old_bucket(s, 1).cells[1].tophash; });
  expect_caught("layout/tophash", resting(),
                [](Snapshot& s) { bucket(s, 3).cells[1].key.reset(); });
}

TEST(Audit, LiftsSmallTophashesAboveTheCellStates) {
  Snapshot s = resting();
  CellView& cell = bucket(s, 3).cells[1];
  for (const std::uint64_t top : {0U, 1U, 4U, 5U}) {
    cell.hash = (top << 56) | 3;
    cell.tophash = static_cast<std::uint8_t>(top < 5 ? top + 5 : top);
    EXPECT_EQ(broken(s), "") << top;
    ++cell.tophash;
    EXPECT_EQ(broken(s), "layout/tophash") << top;
  }
}

TEST(Audit, WantsKeysWhereALookUpGoes) {
  expect_caught("layout/right-bucket", resting(),
                [](Snapshot& s) { std::swap(bucket(s, 3), bucket(s, 4)); });
  expect_caught("layout/right-bucket", growing(),
                [](Snapshot& s) { bucket(s, 0).cells[0] = live(2); });
  // By the old array's own mask: key 2 belongs to old bucket 0.
  expect_caught("layout/right-bucket", growing(),
                [](Snapshot& s) { old_bucket(s, 1).cells[0] = live(2); });
  // The right bucket of the new array, too early: look-ups still go to old bucket 1.
  expect_caught("layout/right-bucket", growing(), [](Snapshot& s) {
    bucket(s, 3).cells[0] = live(19);
    ++s.count;
  });
  expect_caught("layout/right-bucket", growing(), [](Snapshot& s) {
    bucket(s, 3).cells[0] = live_nan(1);
    ++s.count;
  });
}

TEST(Audit, WantsKeysOnce) {
  expect_caught("layout/unique", resting(), [](Snapshot& s) { bucket(s, 16).cells[1] = live(3); });
  // -0 equals 0.
  expect_caught("layout/unique", growing(), [](Snapshot& s) {
    CellView zero = live(0);
    bucket(s, 0).cells[1] = zero;
    zero.key = KeyId{.index = kNegativeZero, .payload = 0};
    bucket(s, 0).cells[2] = zero;
    s.count += 2;
  });
}

TEST(Audit, LetsNaNsComeOften) {
  Snapshot s = resting();
  bucket(s, 5).cells[2] = bucket(s, 5).cells[1];
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, WantsTheCountExact) {
  expect_caught("layout/count", resting(), [](Snapshot& s) { ++s.count; });
  expect_caught("layout/count", growing(), [](Snapshot& s) { --s.count; });
}

TEST(Audit, WantsTheOverflowCountExact) {
  expect_caught("layout/noverflow", resting(), [](Snapshot& s) { s.noverflow = 0; });
  // The old array's overflow buckets do not count.
  expect_caught("layout/noverflow", growing(), [](Snapshot& s) { s.noverflow = 2; });
}

TEST(Audit, TakesTheOverflowCountForAnEstimateInLargeMaps) {
  Snapshot s;
  s.B = 16;
  s.current = array_of(1U << 16, 0);
  s.noverflow = 7;
  EXPECT_EQ(broken(s), "");
  s.B = 15;
  s.current = array_of(1U << 15, 0);
  EXPECT_EQ(broken(s), "layout/noverflow");
}

TEST(Audit, WantsSparesHandedOutInOrder) {
  expect_caught("layout/spares", resting(), [](Snapshot& s) { s.next_overflow = 16; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) { s.next_overflow = -1; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) { s.next_overflow = 18; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) { s.next_overflow = 3; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) {
    std::swap(bucket(s, 16).cells, bucket(s, 17).cells);
    bucket(s, 3).overflow = 17;
  });
}

TEST(Audit, WantsTheLastSpareMarkedAndNoOther) {
  expect_caught("layout/spares", resting(),
                [](Snapshot& s) { bucket(s, 17).foreign_overflow = false; });
  expect_caught("layout/spares", resting(),
                [](Snapshot& s) { bucket(s, 16).foreign_overflow = true; });
  expect_caught("layout/spares", growing(),
                [](Snapshot& s) { old_bucket(s, 1).foreign_overflow = true; });
}

TEST(Audit, WantsFreeSparesEmpty) {
  expect_caught("layout/spares", resting(),
                [](Snapshot& s) { bucket(s, 17).cells[0].tophash = kEmptyOne; });
}

TEST(Audit, WantsSparesUsedUpBeforeTheHeap) {
  expect_caught("layout/spares", resting(), [](Snapshot& s) {
    add_bucket(&*s.current, BucketOrigin::heap);
    bucket(s, 16).overflow = 18;
    ++s.noverflow;
  });
}

TEST(Audit, WantsEachOverflowBucketInOneChain) {
  expect_caught("layout/spares", resting(), [](Snapshot& s) { bucket(s, 5).overflow = 16; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) { bucket(s, 16).overflow = 16; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) { bucket(s, 5).overflow = 3; });
  expect_caught("layout/spares", resting(), [](Snapshot& s) { bucket(s, 5).overflow = 99; });
}

TEST(Audit, WantsFlagsThatFit) {
  expect_caught("layout/flags", resting(), [](Snapshot& s) { s.flags |= map_flag::kHashWriting; });
  expect_caught("layout/flags", resting(), [](Snapshot& s) { s.flags |= map_flag::kSameSizeGrow; });
  expect_caught("layout/flags", growing(), [](Snapshot& s) { s.flags |= map_flag::kSameSizeGrow; });
  expect_caught("layout/flags", resting(), [](Snapshot& s) { s.B = 3; });
  expect_caught("layout/flags", growing(), [](Snapshot& s) { s.old->base = 4; });
  expect_caught("layout/flags", growing(), [](Snapshot& s) { s.current.reset(); });
  expect_caught("layout/flags", Snapshot{}, [](Snapshot& s) { s.B = 1; });
}

TEST(Audit, WantsTheEvacuationMarkBetweenDoneAndAll) {
  expect_caught("layout/nevacuate", growing(), [](Snapshot& s) { s.nevacuate = 2; });
  expect_caught("layout/nevacuate", growing(), [](Snapshot& s) {
    // Old bucket 1 is done and bucket 0 is not, yet the mark stands behind bucket 0.
    std::swap(old_bucket(s, 0).cells, old_bucket(s, 1).cells);
    s.old->buckets[1].overflow = -1;
  });
}

TEST(Audit, LetsTheEvacuationMarkLagBehind) {
  Snapshot s = growing();
  s.nevacuate = 0;
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, WantsEmptyCellsToReadZero) {
  expect_caught("layout/free-elem-zero", resting(),
                [](Snapshot& s) { bucket(s, 3).cells[4].elem_zero = false; });
  expect_caught("layout/free-elem-zero", growing(),
                [](Snapshot& s) { bucket(s, 1).cells[0].elem_zero = false; });
  Snapshot s = growing();  // what lies in the old array is not read again
  old_bucket(s, 0).cells[4].elem_zero = false;
  EXPECT_EQ(broken(s), "");
}

// ---- smaller buckets ----

TEST(Audit, LooksAtAsManyCellsAsABucketHas) {
  Snapshot s = resting();
  s.cells_per_bucket = 4;  // bucket 3 now ends before the hole that its fifth cell is
  s.count = 8;
  EXPECT_EQ(broken(s), "");
  bucket(s, 3).cells[7] = marked(kEvacuatedX);
  EXPECT_EQ(broken(s), "");
  bucket(s, 3).cells[3] = marked(kEvacuatedX);
  EXPECT_EQ(broken(s), "layout/evacuated-together");
}

// ---- pictures of some chains ----

// Of growing(): old bucket 0 and those that it is moved to, with the overflow bucket of the latter.
Snapshot some_chains() {
  Snapshot whole = growing();
  Snapshot s = whole;
  s.old->shown = {0};
  s.old->buckets = {whole.old->buckets[0]};
  s.current->shown = {0, 2};
  s.current->buckets = {whole.current->buckets[0], whole.current->buckets[2],
                        whole.current->buckets[4]};
  bucket(s, 1).overflow = 2;
  return s;
}

TEST(AuditOfSomeChains, PassesHealthyOnes) { EXPECT_EQ(broken(some_chains()), ""); }

TEST(AuditOfSomeChains, CatchesWhatIsWrongInThem) {
  expect_caught("layout/emptyrest-suffix", some_chains(),
                [](Snapshot& s) { bucket(s, 1).cells[7] = marked(kEmptyRest); });
  expect_caught("layout/no-trailing-emptyone", some_chains(),
                [](Snapshot& s) { bucket(s, 0).cells[1] = marked(kEmptyOne); });
  expect_caught("layout/tophash", some_chains(),
                [](Snapshot& s) { ++bucket(s, 2).cells[0].tophash; });
  expect_caught("layout/right-bucket", some_chains(), [](Snapshot& s) {
    s.current->shown = {0, 3};
  });
  expect_caught("layout/unique", some_chains(),
                [](Snapshot& s) { bucket(s, 2).cells[0] = bucket(s, 1).cells[0]; });
  expect_caught("layout/free-elem-zero", some_chains(),
                [](Snapshot& s) { bucket(s, 0).cells[5].elem_zero = false; });
  expect_caught("layout/evacuated-together", some_chains(),
                [](Snapshot& s) { old_bucket(s, 0).cells[7] = marked(kEmptyRest); });
  expect_caught("layout/nevacuate", some_chains(), [](Snapshot& s) {
    old_bucket(s, 0).cells.fill(marked(kEmptyRest));
    s.current->shown = {1, 3};
    s.current->buckets.assign(2, BucketView{});
  });
  expect_caught("layout/spares", some_chains(), [](Snapshot& s) { bucket(s, 2).overflow = 2; });
}

TEST(AuditOfSomeChains, CannotJudgeTheCounters) {
  Snapshot s = some_chains();
  s.count = 99;
  s.noverflow = 99;
  EXPECT_EQ(broken(s), "");
}

TEST(Audit, SaysWhatItFound) {
  Snapshot s = resting();
  s.count = 12;
  const std::optional<Verdict> verdict = audit(s, KeyKind::f64);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->got, "12");
  EXPECT_NE(verdict->expected.find("11"), std::string::npos);
}

}  // namespace
}  // namespace mapproof
