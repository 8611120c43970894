// What one operation may do to a map's memory: the pictures of a real map pass, and each harm done
// to the picture after an operation is caught by the rule that it breaks.
#include "oracle/watch.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/port_wrappers.h"
#include "conformance/ports/registry.h"
#include "oracle/generate.h"
#include "oracle/port.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

using namespace cell_state;
using Harm = std::function<void(Snapshot&)>;

// A map whose operations the watch sees.
class Watched {
 public:
  explicit Watched(MapSpec spec = {}) : port_(find_port("gomap")->make()), watch_(spec, true) {
    port_->make(spec);
    accept(watch_.made(picture()));
  }

  void put(std::uint32_t key) {
    port_->put({.index = key, .payload = 0}, ++stamp_);
    see(Deed::put, key);
  }
  void del(std::uint32_t key) {
    port_->del({.index = key, .payload = 0});
    see(Deed::del, key);
  }
  void clear() {
    port_->clear();
    see(Deed::clear, 0);
  }
  void begin() {
    port_->begin(0, {});
    see(Deed::walk, 0);
  }
  void put_range(std::uint32_t first, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) put(first + i);
  }
  // n keys of one chain, of up to 64 chains.
  void fill(std::uint32_t chain, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) put(chain + 64 * i);
  }

  // Does what is said, and hands the watch a picture with some harm done to it.
  std::string put_with(std::uint32_t key, const Harm& harm) {
    port_->put({.index = key, .payload = 0}, ++stamp_);
    return harmed(Deed::put, key, harm);
  }
  std::string del_with(std::uint32_t key, const Harm& harm) {
    port_->del({.index = key, .payload = 0});
    return harmed(Deed::del, key, harm);
  }
  std::string clear_with(const Harm& harm) {
    port_->clear();
    return harmed(Deed::clear, 0, harm);
  }
  std::string after(Deed deed, const Harm& harm) { return harmed(deed, 0, harm); }

  Snapshot picture() {
    Snapshot snapshot;
    port_->snapshot(&snapshot);
    return snapshot;
  }

 private:
  static void accept(const std::optional<Verdict>& verdict) {
    EXPECT_FALSE(verdict) << verdict->sentence();
  }
  void see(Deed deed, std::uint32_t key) {
    accept(watch_.after(deed, {.index = key, .payload = 0}, picture()));
  }
  std::string harmed(Deed deed, std::uint32_t key, const Harm& harm) {
    const KeyId id{.index = key, .payload = 0};
    LayoutWatch unharmed = watch_;
    accept(unharmed.after(deed, id, picture()));
    Snapshot snapshot = picture();
    harm(snapshot);
    const std::optional<Verdict> verdict = watch_.after(deed, id, std::move(snapshot));
    return verdict ? verdict->property : "";
  }

  std::unique_ptr<Port> port_;
  LayoutWatch watch_;
  std::uint32_t stamp_ = 0;
};

std::string hinted(std::int64_t hint, std::uint8_t B) {
  MapSpec spec;
  spec.hint = hint;
  Snapshot made;
  made.B = B;
  const std::optional<Verdict> verdict = LayoutWatch(spec, true).made(made);
  return verdict ? verdict->property : "";
}

TEST(Watch, WantsTheSmallestArrayThatHoldsTheHint) {
  const std::pair<std::int64_t, std::uint8_t> right[] = {
      {0, 0}, {8, 0}, {9, 1}, {13, 1}, {14, 2}, {26, 2}, {27, 3}, {52, 3}, {53, 4}};
  for (const auto& [hint, B] : right) {
    EXPECT_EQ(hinted(hint, B), "") << hint;
    EXPECT_EQ(hinted(hint, static_cast<std::uint8_t>(B + 1)), "make/hint-b") << hint;
  }
  EXPECT_EQ(hinted(14, 1), "make/hint-b");
}

TEST(Watch, WantsABogusHintIgnored) {
  for (const std::int64_t hint : {std::int64_t{-1}, std::int64_t{1} << 62, INT64_MAX}) {
    EXPECT_EQ(hinted(hint, 0), "");
    EXPECT_EQ(hinted(hint, 1), "make/hint-bogus");
  }
}

// ---- growth begins ----

TEST(Watch, WantsABiggerArrayOnceTheLoadIsExceeded) {
  Watched map;
  map.put_range(0, 13);
  EXPECT_EQ(map.put_with(13,
                         [&](Snapshot& s) {
                           s.B = 1;
                           s.old.reset();
                         }),
            "layout/load-factor");
}

TEST(Watch, WantsNoBiggerArrayBefore) {
  Watched map;
  map.put_range(0, 12);
  EXPECT_EQ(map.put_with(12, [](Snapshot& s) { ++s.B; }), "layout/load-factor");
}

TEST(Watch, WantsTheLoadKeptAtRest) {
  Watched map;
  map.put_range(0, 13);
  EXPECT_EQ(map.put_with(5, [](Snapshot& s) { s.count = 14; }), "layout/load-factor");
}

TEST(Watch, WantsNoGrowthForAnUpdateOrADelete) {
  const Harm grown = [](Snapshot& s) {
    s.old = s.current;
    s.flags |= map_flag::kSameSizeGrow;
  };
  Watched map;
  map.put_range(0, 13);
  EXPECT_EQ(map.put_with(3, grown), "assign/update-no-grow");
  Watched other;
  other.put_range(0, 13);
  EXPECT_EQ(other.del_with(3, [](Snapshot& s) { ++s.B; }), "assign/update-no-grow");
}

// Four buckets with an overflow bucket in each chain: nine keys in each, less those deleted.
void many_overflow_buckets(Watched& map) {
  map.put_range(64, 14);  // B=2
  for (std::uint32_t i = 0; i < 14; ++i) map.del(64 + i);
  for (std::uint32_t chain = 0; chain < 4; ++chain) {
    map.fill(chain, 9);
    for (std::uint32_t i = 1; i < 8; ++i) map.del(chain + 64 * i);
  }
}

TEST(Watch, WantsAGrowthToTheSameSizeWhenThereAreAsManyOverflowBucketsAsBuckets) {
  Watched map;
  many_overflow_buckets(map);
  ASSERT_EQ(map.picture().noverflow, 4);
  EXPECT_EQ(map.put_with(100,
                         [](Snapshot& s) {
                           s.old.reset();
                           s.flags = 0;
                         }),
            "grow/same-size-trigger");
}

TEST(Watch, WantsNoGrowthToTheSameSizeBefore) {
  Watched map;
  map.put_range(0, 15);
  while (map.picture().old) map.put(0);
  EXPECT_EQ(map.put_with(100,
                         [](Snapshot& s) {
                           s.old = s.current;
                           s.flags |= map_flag::kSameSizeGrow;
                         }),
            "grow/same-size-trigger");
}

// ---- growth goes on ----

// Sixteen buckets, all old ones of eight are there still but two.
void begin_growth(Watched& map) {
  map.put_range(0, 53);
  ASSERT_TRUE(map.picture().old);
}

TEST(Watch, WantsEachWriteToMoveTheGrowthOn) {
  Watched map;
  begin_growth(map);
  const Snapshot before = map.picture();
  EXPECT_EQ(map.put_with(6, [&](Snapshot& s) { s.nevacuate = before.nevacuate; }), "grow/progress");
}

TEST(Watch, WantsTheBucketOfTheWriteEvacuated) {
  Watched map;
  begin_growth(map);
  EXPECT_EQ(map.put_with(6, [&](Snapshot& s) { s.old->buckets[6].cells[0].tophash = kMinTopHash; }),
            "grow/progress");
}

TEST(Watch, WantsNoMoreThanTwoBucketsEvacuatedByAWrite) {
  Watched map;
  begin_growth(map);
  EXPECT_EQ(map.put_with(6, [&](Snapshot& s) { s.old->buckets[7].cells[0].tophash = kEvacuatedX; }),
            "grow/progress");
  Watched hurried;
  begin_growth(hurried);
  EXPECT_EQ(hurried.put_with(6, [&](Snapshot& s) { s.old.reset(); }), "grow/progress");
}

TEST(Watch, WantsAGrowthOverAfterAsManyWritesAsThereAreOldBuckets) {
  Watched map;
  begin_growth(map);
  const Snapshot first = map.picture();
  // A growth that still goes on after as many writes as it has old buckets has taken too long.
  LayoutWatch slow({}, false);
  Snapshot s = first;
  EXPECT_FALSE(slow.made(Snapshot{}));
  slow.after(Deed::put, {}, s);  // the growth begins
  std::string caught;
  for (std::uint64_t writes = 2; writes <= 8; ++writes) {
    s.nevacuate = writes - 1 < 7 ? writes - 1 : 7;
    s.old->buckets[static_cast<std::size_t>(s.nevacuate)].cells[0].tophash = kEvacuatedX;
    const std::optional<Verdict> verdict = slow.after(Deed::put, {}, s);
    if (verdict) caught += verdict->property + "; " + verdict->expected + "\n";
  }
  EXPECT_NE(caught.find("grow/progress; the end of a growth after 8 writes"), caught.npos)
      << caught;
}

TEST(Watch, WantsChainsPackedAfterAGrowthToTheSameSize) {
  Watched map;
  many_overflow_buckets(map);
  map.put(100);  // chains 0 and 1 have moved
  ASSERT_TRUE(map.picture().old);
  EXPECT_EQ(map.put_with(2,
                         [](Snapshot& s) {
                           auto& cells = s.current->buckets[2].cells;
                           std::swap(cells[5], cells[1]);
                         }),
            "grow/same-size-packs");
}

TEST(Watch, LetsTheDeleteThatMovesAChainLeaveAHole) {
  Watched map;
  many_overflow_buckets(map);
  map.put(100);
  map.del(2);  // the watch accepts it
  EXPECT_EQ(map.picture().current->buckets[2].cells[0].tophash, kEmptyOne);
}

// ---- reads and clears ----

TEST(Watch, WantsReadsToChangeNothing) {
  const std::pair<const char*, Harm> harms[] = {
      {"count", [](Snapshot& s) { ++s.count; }},
      {"flags", [](Snapshot& s) { s.flags ^= map_flag::kIterator; }},
      {"growth", [](Snapshot& s) { ++s.nevacuate; }},
      {"seed", [](Snapshot& s) { ++s.hash0; }},
      {"cell", [](Snapshot& s) { s.current->buckets[3].cells[0].stamp = 99; }},
      {"old cell", [](Snapshot& s) { s.old->buckets[6].cells[0].tophash = kEmptyOne; }},
  };
  for (const auto& [name, harm] : harms) {
    Watched map;
    begin_growth(map);
    EXPECT_EQ(map.after(Deed::read, harm), "access/no-mutate") << name;
  }
}

TEST(Watch, LetsAWalkSetItsFlagsAndNothingElse) {
  Watched map;
  map.put_range(0, 5);
  map.begin();  // the watch accepts it
  EXPECT_EQ(map.after(Deed::walk, [](Snapshot& s) { s.flags = 0; }), "access/no-mutate");
  EXPECT_EQ(map.after(Deed::walk, [](Snapshot& s) { s.current->buckets[0].cells[0].tophash = 1; }),
            "access/no-mutate");
}

TEST(Watch, WantsADeleteOnAnEmptyMapToChangeNothing) {
  Watched map;
  map.put(1);
  map.del(1);
  EXPECT_EQ(map.del_with(1, [](Snapshot& s) { ++s.noverflow; }), "access/no-mutate");
}

TEST(Watch, WantsNothingChangedByAPanic) {
  Watched map;
  map.put_range(0, 9);
  EXPECT_EQ(map.after(Deed::refused, [](Snapshot& s) { s.flags |= map_flag::kHashWriting; }),
            "panic/hash-no-write");
  Watched other;
  other.put_range(0, 9);
  EXPECT_EQ(other.after(Deed::refused, [](Snapshot& s) { ++s.count; }), "panic/hash-no-write");
}

TEST(Watch, WantsAClearToLeaveAnEmptyArrayOfTheSameSize) {
  const Harm harms[] = {[](Snapshot& s) { ++s.count; },
                        [](Snapshot& s) { s.old = s.current; },
                        [](Snapshot& s) { s.nevacuate = 1; },
                        [](Snapshot& s) { s.noverflow = 1; },
                        [](Snapshot& s) { ++s.B; },
                        [](Snapshot& s) { s.current->buckets[1].cells[7].tophash = kEmptyOne; },
                        [](Snapshot& s) { s.current->buckets[2].cells[0].elem_zero = false; },
                        [](Snapshot& s) { s.current->buckets[0].overflow = 1; }};
  for (const Harm& harm : harms) {
    Watched map;
    begin_growth(map);
    EXPECT_EQ(map.clear_with(harm), "clear/reset");
  }
}

// ---- the whole ----

// Runs many programs on both ports: whatever else one breaks, no layout rule. Gives the steps done.
std::uint64_t run_many(const RunOptions& options) {
  std::uint64_t steps = 0;
  for (const char* name : {"gomap", "gomap-corrected"}) {
    const auto port = find_port(name)->make();
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const Program program = generate(generate_spec(seed), seed, {});
      const RunResult result = run(program, *port, nullptr, options);
      const bool known = !result.ok() && result.verdict->property == "panic/unexpected";
      EXPECT_TRUE(result.ok() || known) << result.verdict->sentence() << "\n" << print(program);
      steps += result.steps;
    }
  }
  return steps;
}

TEST(Watch, FindsNothingWrongWithThePortInManyPrograms) {
  EXPECT_GT(run_many({.audit_every = 1, .max_steps = 300, .trace = {}}), 5'000U);
}

// ---- chains that an operation touched ----

TEST(TouchedChains, FindNothingWrongWithThePortInManyPrograms) {
  EXPECT_GT(run_many({.audit_touched = true, .max_steps = 500, .trace = {}}), 5'000U);
}

TEST(TouchedChains, AreThoseOfTheKeyInBothArraysAndTheirOverflowBuckets) {
  const auto port = find_port("gomap")->make();
  port->make({});
  std::uint32_t stamp = 0;
  for (std::uint32_t key = 0; key < 13; ++key) port->put({.index = key, .payload = 0}, ++stamp);
  for (std::uint32_t i = 1; i < 6; ++i) port->put({.index = 64 * i, .payload = 0}, ++stamp);
  Snapshot whole;
  Snapshot part;
  ASSERT_TRUE(port->snapshot(&whole));
  ASSERT_TRUE(port->snapshot_of({4, 6}, &part));
  ASSERT_FALSE(whole.old);
  EXPECT_EQ(part.current->shown, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(part.current->buckets.size(), 3U);  // bucket 0 has an overflow bucket
  EXPECT_EQ(part.current->buckets[0].cells, whole.current->buckets[0].cells);
  EXPECT_EQ(part.current->buckets[1].cells, whole.current->buckets[2].cells);
  EXPECT_EQ(part.current->buckets[2].cells, whole.current->buckets[4].cells);
  EXPECT_EQ(part.count, whole.count);
}

TEST(TouchedChains, InMidGrowthAreTheOldOneAndBothNewOnes) {
  const auto port = find_port("gomap")->make();
  port->make({});
  for (std::uint32_t key = 0; key < 53; ++key) port->put({.index = key, .payload = 0}, key + 1);
  Snapshot part;
  ASSERT_TRUE(port->snapshot_of({13}, &part));
  ASSERT_TRUE(part.old);
  EXPECT_EQ(part.old->shown, std::vector<std::uint32_t>{5});
  EXPECT_EQ(part.current->shown, (std::vector<std::uint32_t>{5, 13}));
}

// A map whose pictures of single chains are wrong from the n-th on.
class HarmsAChain : public PortWrapper {
 public:
  explicit HarmsAChain(int healthy) : PortWrapper(find_port("gomap")->make()), healthy_(healthy) {}
  bool snapshot(Snapshot* out) override {
    ++whole_looks;
    return port().snapshot(out);
  }
  bool snapshot_of(const std::vector<std::uint64_t>& hashes, Snapshot* out) override {
    const bool shown = port().snapshot_of(hashes, out);
    if (healthy_-- <= 0) ++out->current->buckets.back().cells[0].tophash;
    return shown;
  }
  int whole_looks = 0;

 private:
  int healthy_;
};

TEST(TouchedChains, AreAuditedAfterEachOperationAndTheWholeMapAtTheEnd) {
  const auto text = std::get<Program>(parse("map u64 u64\nputrange 3 4\nget 3\n"));
  HarmsAChain harmed(2);
  const RunResult result = run(text, harmed, nullptr, {.audit_touched = true, .trace = {}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "layout/tophash");
  EXPECT_EQ(result.verdict->step, 2U);
  HarmsAChain healthy(1000);
  EXPECT_TRUE(run(text, healthy, nullptr, {.audit_touched = true, .trace = {}}).ok());
  EXPECT_EQ(healthy.whole_looks, 1);
}

}  // namespace
}  // namespace mapproof
