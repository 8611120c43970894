// Generated programs on maps that walk in the order of insertion: an honest one of each profile
// holds, and each that breaks its promise in one point is found out.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "conformance/fake_port.h"
#include "oracle/generate.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

constexpr std::uint64_t kPrograms = 500;
constexpr Step kEnd{.end = true, .torn = false, .key = {}};

// Half of them of float keys, where the zeros and NaNs are.
Program program_for(const PortInfo& info, std::uint64_t seed) {
  MapSpec spec = generate_spec(seed);
  spec.hint = 0;
  if (seed % 2 == 0) spec.key = KeyKind::f64;
  spec.hashes.clear();
  return generate(spec, seed, options_for(info));
}

// The properties that a map breaks.
std::set<std::string> broken(Port& port) {
  std::set<std::string> found;
  Judge judge;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    const RunResult result = run(program_for(port.info(), seed), port, &judge);
    if (result.verdict) found.insert(result.verdict->property);
  }
  return found;
}

using Ids = std::set<std::string>;

template <class Liar>
void expect_caught(const std::string& property) {
  Liar liar;
  const Ids ids = broken(liar);
  EXPECT_EQ(ids.count(property), 1U) << testing::PrintToString(ids);
}

// ---- lies that both kinds of map can tell ----

// Walks by rising key, as a sorted map does.
template <class Base>
struct Sorted : Base {
  Step begin(unsigned slot, const IterStart& start) override {
    given[slot].clear();
    Base::begin(slot, start);
    return smallest(slot);
  }
  Step next(unsigned slot) override {
    const Step step = Base::next(slot);
    this->at(slot) = 0;  // it only raises
    return step.end && given[slot].size() >= this->live() ? kEnd : smallest(slot);
  }
  Step smallest(unsigned slot) {
    const typename Base::Entry* best = nullptr;
    std::size_t place = 0;
    for (std::size_t i = 0; i < this->entries().size(); ++i) {
      const auto& entry = this->entries()[i];
      if (!entry.live || given[slot].count(i) != 0) continue;
      if (best != nullptr && best->key.index <= entry.key.index) continue;
      best = &entry;
      place = i;
    }
    if (best == nullptr) return kEnd;
    given[slot].insert(place);
    return this->step_of(*best);
  }
  std::array<std::set<std::size_t>, kIterators> given;
};

template <class Base>
struct MovesOnUpdate : Base {
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const auto* entry = this->find(key);
    if (entry == nullptr) return Base::put(key, stamp);
    const KeyId stored = entry->key;
    Base::del(key);
    return Base::put(stored, stamp);
  }
};

// Stores the key of an overwrite, with its sign of zero.
template <class Base>
struct StoresTheLatestKey : Base {
  PutResult put(KeyId key, std::uint32_t stamp) override { return FakePort::put(key, stamp); }
};

// A deleted entry leaves its place to the next new one.
template <class Base>
struct ReusesPlaces : Base {
  void del(KeyId key) override {
    if (const auto* entry = this->find(key)) {
      free = static_cast<std::size_t>(entry - this->entries().data());
    }
    Base::del(key);
  }
  Step next(unsigned slot) override {
    // Its walks meet the youngest entry where the one deleted last was.
    if (free < this->at(slot) && this->at(slot) + 1 == this->entries().size()) {
      this->at(slot) = this->entries().size();
    }
    return Base::next(slot);
  }
  std::size_t free = ~std::size_t{0};
};

// Goes on from the entry behind the one that it stands on when that is deleted.
template <class Base>
struct LosesOneAtADelete : Base {
  void del(KeyId key) override {
    const auto* entry = this->find(key);
    const auto place = entry == nullptr ? 0 : entry - this->entries().data();
    Base::del(key);
    for (unsigned slot = 0; entry != nullptr && slot < kIterators; ++slot) {
      std::size_t& at = this->at(slot);
      if (at == static_cast<std::size_t>(place) + 1 && at < this->entries().size()) ++at;
    }
  }
};

// ---- JavaScript ----

TEST(OrderedMaps, AnHonestJsMapHolds) {
  JsFakePort port;
  EXPECT_EQ(broken(port), Ids{});
}

TEST(OrderedMaps, ProgramsFindOutWhatAJsMapBreaks) {
  expect_caught<Sorted<JsFakePort>>("iter/insertion-order");
  expect_caught<MovesOnUpdate<JsFakePort>>("iter/insertion-order");
  expect_caught<StoresTheLatestKey<JsFakePort>>("iter/current-key");
  expect_caught<ReusesPlaces<JsFakePort>>("iter/added-visited");
  expect_caught<LosesOneAtADelete<JsFakePort>>("iter/insertion-order");
}

TEST(OrderedMaps, ProgramsFindOutThatAddedEntriesAreSkipped) {
  struct SkipsTheAdded : JsFakePort {
    Step begin(unsigned slot, const IterStart& start) override {
      end[slot] = entries().size();
      return JsFakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      const Step step = JsFakePort::next(slot);
      return at(slot) > end[slot] ? kEnd : step;
    }
    std::array<std::size_t, kIterators> end = {};
  };
  expect_caught<SkipsTheAdded>("iter/added-visited");
}

TEST(OrderedMaps, ProgramsFindOutThatAClearEndsTheWalks) {
  struct EndsAtAClear : JsFakePort {
    void clear() override {
      JsFakePort::clear();
      ++clears;
    }
    Step begin(unsigned slot, const IterStart& start) override {
      before[slot] = clears;
      return JsFakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      return before[slot] == clears ? JsFakePort::next(slot) : kEnd;
    }
    std::uint64_t clears = 0;
    std::array<std::uint64_t, kIterators> before = {};
  };
  expect_caught<EndsAtAClear>("iter/added-visited");
}

TEST(OrderedMaps, ProgramsFindOutThatNaNsAreToldApart) {
  struct TellsNaNsApart : JsFakePort {
    KeyClass class_of(std::uint32_t index) const override { return FakePort::class_of(index); }
  };
  expect_caught<TellsNaNsApart>("access/present");
  expect_caught<TellsNaNsApart>("len/exact");
}

TEST(OrderedMaps, ProgramsFindOutThatAJsMapRaises) {
  struct Raises : JsFakePort {
    Step begin(unsigned slot, const IterStart& start) override {
      sizes[slot] = live();
      return JsFakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      if (live() != sizes[slot]) throw MapPanic(MapPanic::Kind::changed, "changed");
      return JsFakePort::next(slot);
    }
    std::array<std::uint64_t, kIterators> sizes = {};
  };
  Raises raises;
  EXPECT_EQ(broken(raises), Ids{"panic/unexpected"});
}

// ---- Python ----

TEST(OrderedMaps, AnHonestDictHolds) {
  PythonFakePort port;
  EXPECT_EQ(broken(port), Ids{});
}

TEST(OrderedMaps, ProgramsFindOutWhatADictBreaks) {
  expect_caught<Sorted<PythonFakePort>>("iter/insertion-order");
  expect_caught<MovesOnUpdate<PythonFakePort>>("iter/insertion-order");
  expect_caught<StoresTheLatestKey<PythonFakePort>>("iter/current-key");
}

TEST(OrderedMaps, ProgramsFindOutThatADictNeverRaises) {
  struct NeverRaises : PythonFakePort {
    Step next(unsigned slot) override { return FakePort::next(slot); }
  };
  NeverRaises never;
  EXPECT_EQ(broken(never), Ids{"iter/size-change-raises"});
}

TEST(OrderedMaps, ProgramsFindOutThatADictRaisesWhereItMustNot) {
  struct AlwaysRaises : PythonFakePort {
    Step next(unsigned) override { raise(); }
  };
  AlwaysRaises always;
  EXPECT_EQ(broken(always), Ids{"panic/unexpected"});
  struct RaisesAtOverwrites : PythonFakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      if (find(key) != nullptr) touched.fill(true);
      return PythonFakePort::put(key, stamp);
    }
    Step begin(unsigned slot, const IterStart& start) override {
      touched[slot] = false;
      return PythonFakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      if (touched[slot]) raise();
      return PythonFakePort::next(slot);
    }
    std::array<bool, kIterators> touched = {};
  };
  RaisesAtOverwrites overwrites;
  EXPECT_EQ(broken(overwrites), Ids{"panic/unexpected"});
}

TEST(OrderedMaps, ProgramsFindOutThatADictSkipsItsLast) {
  struct SkipsTheLast : PythonFakePort {
    Step next(unsigned slot) override {
      const Step step = PythonFakePort::next(slot);
      return at(slot) == entries().size() && entries().size() > 2 ? kEnd : step;
    }
  };
  expect_caught<SkipsTheLast>("iter/complete");
}

TEST(OrderedMaps, ADictMayNoticeThatAnEntryWasReplaced) {
  // As CPython does when the entries move: it counts the steps of a walk.
  struct NoticesMore : PythonFakePort {
    void del(KeyId key) override {
      if (find(key) != nullptr) changed.fill(true);
      PythonFakePort::del(key);
    }
    Step begin(unsigned slot, const IterStart& start) override {
      changed[slot] = false;
      return PythonFakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      if (changed[slot]) raise();
      return PythonFakePort::next(slot);
    }
    std::array<bool, kIterators> changed = {};
  };
  NoticesMore port;
  EXPECT_EQ(broken(port), Ids{});
}

// ---- what the programs reach ----

// Sees which of the cases of a changed dict a program comes to.
struct Counting : PythonFakePort {
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const Entry* entry = find(key);
    changes += entry == nullptr;
    for (Walk& walk : walks) walk.overwritten = walk.overwritten || entry != nullptr;
    return PythonFakePort::put(key, stamp);
  }
  void del(KeyId key) override {
    changes += find(key) != nullptr;
    PythonFakePort::del(key);
  }
  void clear() override {
    changes += live() != 0;
    PythonFakePort::clear();
  }
  Step begin(unsigned slot, const IterStart& start) override {
    walks[slot] = {.changes = changes, .size = live()};
    return PythonFakePort::begin(slot, start);
  }
  Step next(unsigned slot) override {
    const Walk& walk = walks[slot];
    const bool changed = changes != walk.changes;
    raised += live() > walk.size;
    raised_shrunk += live() < walk.size && live() != 0;
    raised_empty += live() == 0;
    replaced += changed && live() == walk.size;
    const Step step = PythonFakePort::next(slot);
    whole += step.end && !changed && walk.size > 1;
    after_overwrite += !step.end && !changed && walk.overwritten;
    return step;
  }
  struct Walk {
    std::uint64_t changes = 0;
    std::uint64_t size = 0;
    bool overwritten = false;
  };
  std::array<Walk, kIterators> walks = {};
  std::uint64_t changes = 0;
  std::uint64_t raised = 0, raised_shrunk = 0, raised_empty = 0;  // grown; shrunk; emptied
  std::uint64_t replaced = 0;                                     // another entry, the same size
  std::uint64_t whole = 0;                                        // came to its end
  std::uint64_t after_overwrite = 0;  // gave an entry after an overwrite
};

TEST(OrderedMaps, ProgramsForADictComeToEachCase) {
  Counting port;
  EXPECT_EQ(broken(port), Ids{});
  // Fewer, and one of the ways in which programs come there is gone.
  EXPECT_GT(port.raised, 800U);
  EXPECT_GT(port.raised_shrunk, 100U);
  EXPECT_GT(port.raised_empty, 50U);
  EXPECT_GT(port.replaced, 1300U);
  EXPECT_GT(port.whole, 600U);
  EXPECT_GT(port.after_overwrite, 2200U);
}

}  // namespace
}  // namespace mapproof
