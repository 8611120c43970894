// The judge against maps that lie in one point each: every lie is caught under its own name, and
// the honest map is left alone on the very same program.
#include "oracle/judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "conformance/fake_port.h"
#include "conformance/test_program.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

// The property that a run breaks, or "".
std::string broken(Port& port, std::string_view text) {
  Judge judge;
  const RunResult result = run(program_of(text), port, &judge);
  return result.verdict ? result.verdict->property : "";
}

void expect_honest_passes(std::string_view text) {
  FakePort honest;
  EXPECT_EQ(broken(honest, text), "") << text;
}

template <class Liar, class Honest = FakePort>
void expect_caught(std::string_view property, std::string_view text) {
  Honest honest;
  EXPECT_EQ(broken(honest, text), "") << text;
  Liar liar;
  EXPECT_EQ(broken(liar, text), property) << text;
}

// ---- look-ups ----

TEST(Judge, CountsEntriesExactly) {
  struct Miscounts : FakePort {
    std::uint64_t len() override { return FakePort::len() + 1; }
  };
  expect_caught<Miscounts>("len/exact", "map u64 u64\nput 1\nput 2\nput 1\nlen\n");
}

TEST(Judge, CountsEachNaNAsAnEntry) {
  struct OneNaN : FakePort {
    std::uint64_t len() override { return 1; }
  };
  expect_caught<OneNaN>("len/exact", "map f64 u64\nput nan\nput nan\nlen\n");
}

struct Loses7 : FakePort {
  Found get(KeyId key) override { return has(key); }
  Found has(KeyId key) override { return key.index == 7 ? Found{} : FakePort::has(key); }
};

TEST(Judge, WantsLiveKeysFoundByHas) {
  expect_caught<Loses7>("access/present", "map u64 u64\nput 7\nhas 7\n");
}

TEST(Judge, WantsLiveKeysFoundByGet) {
  expect_caught<Loses7>("access/present", "map u64 u64\nput 7\nget 7\n");
}

TEST(Judge, WantsDeletedKeysAbsent) {
  struct Undead : FakePort {
    Found has(KeyId) override { return {.present = true, .stamp = 1, .torn = false}; }
  };
  expect_caught<Undead>("access/absent", "map u64 u64\nput 7\ndel 7\nhas 7\n");
  expect_caught<Undead>("access/absent", "map u64 u64\nput 7\nclear\nhas 7\n");
  expect_caught<Undead>("access/absent", "map u64 u64\nput 7\nnil\nhas 7\n");
}

TEST(Judge, WantsNaNNeverFound) {
  struct ComparesBytes : FakePort {
    Found has(KeyId key) override {
      for (const Entry& entry : entries()) {
        if (entry.key == key) {
          return {.present = true, .stamp = entry.stamp, .torn = false};
        }
      }
      return {};
    }
  };
  expect_caught<ComparesBytes>("access/absent", "map f64 u64\nput nan\nput nan\nhas nan\n");
}

TEST(Judge, WantsTheLatestElemRead) {
  struct KeepsTheFirst : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      return find(key) == nullptr ? FakePort::put(key, stamp) : PutResult{};
    }
  };
  expect_caught<KeepsTheFirst>("access/current-elem", "map u64 u64\nput 7\nput 7\nhas 7\n");
  expect_caught<KeepsTheFirst>("access/current-elem", "map u64 u64\nput 7\nput 7\nget 7\n");
}

TEST(Judge, WantsElemsWhole) {
  struct Tears : FakePort {
    Found has(KeyId key) override {
      Found found = FakePort::has(key);
      found.torn = found.present;
      return found;
    }
  };
  expect_caught<Tears>("access/current-elem", "map u64 big\nput 7\nhas 7\n");
}

TEST(Judge, WantsAMissToReadZero) {
  struct DirtyMiss : FakePort {
    Found get(KeyId key) override {
      Found found = has(key);
      found.stamp = found.present ? found.stamp : 3;
      return found;
    }
  };
  expect_caught<DirtyMiss>("access/zero-on-miss", "map u64 u64\nput 7\nget 8\n");
  expect_caught<DirtyMiss>("access/zero-on-miss", "map u64 u64\nnil\nget 8\n");
}

TEST(Judge, WantsNewElemsZero) {
  struct HandsOutDirt : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      FakePort::put(key, stamp);
      return {.slot_was_dirty = stamp == 2};
    }
  };
  expect_caught<HandsOutDirt>("assign/new-elem-zero", "map u64 u64\nput 7\nput 8\n");
  // Of a key that is there nothing is said.
  HandsOutDirt overwrites;
  EXPECT_EQ(broken(overwrites, "map u64 u64\nput 7\nput 7\n"), "");
}

TEST(Judge, ComparesSmallElemsAsFarAsTheyGo) {
  // Stamp 256 is the zero elem in a u8.
  expect_honest_passes("map u64 u8\ntouch 1 256\nget 1\nhas 1\niter a\ndrain a\n");
  expect_honest_passes("map u64 empty\nput 1\nget 1\nhas 1\nget 2\niter a\ndrain a\n");
  struct OffByOne : FakePort {
    Found has(KeyId key) override {
      Found found = FakePort::has(key);
      ++found.stamp;
      return found;
    }
  };
  expect_caught<OffByOne>("access/current-elem", "map u64 u8\ntouch 1 256\nhas 1\n");
}

// ---- walks ----

TEST(Judge, WantsEachEntryOnce) {
  struct Repeats : FakePort {
    Step next(unsigned slot) override {
      if (!repeated && at(slot) == entries().size()) {
        repeated = true;
        return step_of(entries().front());
      }
      return FakePort::next(slot);
    }
    bool repeated = false;
  };
  expect_caught<Repeats>("iter/once", "map u64 u64\nputrange 0 3\niter a\ndrain a\n");
  expect_caught<Repeats>("iter/once", "map f64 u64\ntouch nan 3\niter a\ndrain a\n");
  // An overwrite makes no new entry.
  expect_caught<Repeats>("iter/once",
                         "map u64 u64\nputrange 0 3\niter a\nnext a 3\nput 0\ndrain a\n");
}

TEST(Judge, LetsAnEntryComeAgainAfterItWasDeletedAndPutAgain) {
  // The fake puts the new incarnation behind all others, so the walk meets it again.
  expect_honest_passes(
      "map u64 u64\nputrange 0 3\niter a\nnext a 2\ndel 0\nput 0\nput 1\ndrain a\n");
  expect_honest_passes("map u64 u64\nputrange 0 3\niter a\nnext a 2\nclear\nput 0\ndrain a\n");
}

TEST(Judge, LetsAnEntryMadeDuringTheWalkBeSkipped) {
  struct WalksTheOldOnly : FakePort {
    Step begin(unsigned slot, const IterStart& start) override {
      end[slot] = entries().size();
      return FakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      const Step step = FakePort::next(slot);
      return at(slot) > end[slot] ? Step{.end = true, .torn = false, .key = {}} : step;
    }
    std::array<std::size_t, kIterators> end = {};
  };
  constexpr std::string_view kText =
      "map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\ndel 2\nput 2\nput 1\ndrain a\nlen\n";
  WalksTheOldOnly port;
  EXPECT_EQ(broken(port, kText), "");
  expect_honest_passes(kText);  // which produces them
}

struct GivesTheDead : FakePort {
  Step next(unsigned slot) override {
    return at(slot) < entries().size() ? step_of(entries()[at(slot)++]) : FakePort::next(slot);
  }
};

TEST(Judge, WantsNoDeletedEntry) {
  expect_caught<GivesTheDead>("iter/no-deleted",
                              "map u64 u64\nputrange 0 3\niter a\nnext a\ndel 1\ndrain a\n");
  // A clear before the walk is none of its business.
  struct FromItsStart : GivesTheDead {
    Step begin(unsigned slot, const IterStart&) override {
      at(slot) = 0;
      return next(slot);
    }
  };
  expect_caught<FromItsStart>("iter/no-deleted",
                              "map u64 u64\nput 5\nclear\nput 6\niter a\ndrain a\n");
}

TEST(Judge, WantsNoClearedEntry) {
  expect_caught<GivesTheDead>("iter/clear-stops",
                              "map u64 u64\nputrange 0 3\niter a\nnext a\nclear\ndrain a\n");
  expect_caught<GivesTheDead>("iter/clear-stops",
                              "map f64 u64\ntouch nan 3\niter a\nnext a\nclear\ndrain a\n");
  expect_caught<GivesTheDead>("iter/clear-stops",
                              "map u64 u64\nputrange 0 3\niter a\nnext a\nclear\nput 8\ndrain a\n");
}

TEST(Judge, TellsADeleteAfterAClearFromTheClear) {
  // Key 9 lives after the clear, so only its delete can have ended it.
  struct GivesDead9 : FakePort {
    Step next(unsigned slot) override {
      for (const Entry& entry : entries()) {
        if (entry.key.index == 9 && !entry.live) {
          return step_of(entry);
        }
      }
      return FakePort::next(slot);
    }
  };
  expect_caught<GivesDead9>(
      "iter/no-deleted",
      "map u64 u64\nputrange 0 3\niter a\nnext a\nclear\nput 9\ndel 9\ndrain a\n");
}

TEST(Judge, WantsEveryEntryThatLivesFromStartToEnd) {
  struct SkipsOne : FakePort {
    Step next(unsigned slot) override {
      at(slot) += at(slot) == 1 ? 1 : 0;
      return FakePort::next(slot);
    }
  };
  expect_caught<SkipsOne>("iter/complete", "map u64 u64\nputrange 0 3\niter a\ndrain a\n");
  expect_caught<SkipsOne>("iter/complete", "map f64 u64\ntouch nan 3\niter a\ndrain a\n");
  // An overwrite leaves it the same entry.
  expect_caught<SkipsOne>("iter/complete",
                          "map u64 u64\nputrange 0 3\niter a\nnext a\nput 1\ndrain a\n");
  // Whoever deletes it frees the walk of it.
  SkipsOne deleted;
  EXPECT_EQ(broken(deleted, "map u64 u64\nputrange 0 3\niter a\nnext a\ndel 1\ndrain a\n"), "");
  SkipsOne made_again;
  EXPECT_EQ(
      broken(made_again, "map u64 u64\nputrange 0 2\niter a\nnext a\ndel 1\nput 1\ndrain a\n"), "");
}

TEST(Judge, KeepsAnAccountOfEachOfEightWalks) {
  struct LastWalkStopsEarly : FakePort {
    Step next(unsigned slot) override {
      return slot == 7 && at(slot) == 3 ? Step{.end = true, .torn = false, .key = {}}
                                        : FakePort::next(slot);
    }
  };
  std::string text = "map u64 u64\nputrange 0 8\n";
  for (char slot = 'a'; slot <= 'h'; ++slot) {
    text += std::string("iter ") + slot + "\nnext " + slot + " 2\n";
  }
  text += "del 0\ndel 4\nput 100\n";
  for (char slot = 'a'; slot <= 'h'; ++slot) {
    text += std::string("drain ") + slot + "\n";
  }
  expect_caught<LastWalkStopsEarly>("iter/complete", text);
}

TEST(Judge, ForgetsAWalkThatIsDroppedOrBegunAnew) {
  expect_honest_passes("map u64 u64\nputrange 0 4\niter a\nnext a 2\niter a\ndrain a\n");
  expect_honest_passes(
      "map u64 u64\nputrange 0 4\niter a\nnext a 2\ndrop a\ndel 3\niter a\ndrain a\nlen\n");
}

TEST(Judge, WantsTheLatestElemInAWalk) {
  struct GivesOldElems : FakePort {
    Step begin(unsigned slot, const IterStart& start) override {
      old = entries();
      return FakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      Step step = FakePort::next(slot);
      if (!step.end) {
        step.stamp = old.at(at(slot) - 1).stamp;
      }
      return step;
    }
    std::vector<Entry> old;
  };
  expect_caught<GivesOldElems>("iter/current-elem",
                               "map u64 u64\nputrange 0 3\niter a\nnext a\nput 2\ndrain a\n");
}

TEST(Judge, WantsTheLatestKeyInAWalk) {
  struct KeepsTheFirstKey : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      const Entry* entry = find(key);
      return FakePort::put(entry == nullptr ? key : entry->key, stamp);
    }
  };
  expect_caught<KeepsTheFirstKey>("iter/current-key",
                                  "map f64 u64\nput 0\nput -0\niter a\ndrain a\n");
  expect_caught<KeepsTheFirstKey>("iter/current-key",
                                  "map bigfloat u64\nput -0\nput 0\niter a\ndrain a\n");
}

TEST(Judge, WantsNothingThatWasNeverPut) {
  struct MakesUp99 : FakePort {
    Step next(unsigned) override {
      return {.end = false, .torn = false, .key = {.index = 99, .payload = 0}, .stamp = 1};
    }
  };
  expect_caught<MakesUp99>("iter/known", "map u64 u64\nputrange 0 3\niter a\ndrain a\n");
}

TEST(Judge, WantsNoTornEntry) {
  struct Tears : FakePort {
    Step next(unsigned slot) override {
      Step step = FakePort::next(slot);
      step.torn = !step.end;
      return step;
    }
  };
  expect_caught<Tears>("iter/known", "map str u64\nputrange 0 3\niter a\ndrain a\n");
}

TEST(Judge, WantsNoNaNThatWasNeverPut) {
  struct MakesUpANaN : FakePort {
    Step next(unsigned) override {
      return {.end = false, .torn = false, .key = {.index = kNaN, .payload = 77}, .stamp = 1};
    }
  };
  expect_caught<MakesUpANaN>("iter/known", "map f64 u64\ntouch nan 3\niter a\ndrain a\n");
}

TEST(Judge, KnowsANaNThatHasLostItsPayloadByItsElem) {
  struct LosesPayloads : FakePort {
    Step begin(unsigned slot, const IterStart& start) override {
      return without_payload(FakePort::begin(slot, start));
    }
    Step next(unsigned slot) override { return without_payload(FakePort::next(slot)); }
    static Step without_payload(Step step) {
      step.key.payload = 0;
      return step;
    }
  };
  constexpr std::string_view kText = "map f64 u64\ntouch nan 9\niter a\ndrain a\n";
  LosesPayloads port;
  EXPECT_EQ(broken(port, kText), "");
  struct AndRepeats : LosesPayloads {
    Step next(unsigned) override { return without_payload(step_of(entries().front())); }
  };
  expect_caught<AndRepeats>("iter/once", kText);
}

TEST(Judge, TellsNaNsApartWhosePayloadsMeet) {
  Judge judge;
  judge.make({.key = KeyKind::f64, .hashes = {}});
  constexpr std::uint32_t kFirst = 5;
  constexpr std::uint32_t kSecond = kFirst + kPayloadMask + 1;
  const KeyId nan{.index = kNaN, .payload = kFirst};
  ASSERT_TRUE(judge.put(nan, kFirst, {}, nullptr));
  ASSERT_TRUE(judge.put(nan, kSecond, {}, nullptr));
  EXPECT_EQ(judge.live(), 2U);
  const auto step = [&](std::uint32_t stamp) {
    return Step{.end = false, .torn = false, .key = nan, .stamp = stamp};
  };
  EXPECT_TRUE(judge.begin(0, step(kSecond), nullptr));
  EXPECT_TRUE(judge.next(0, step(kFirst), nullptr));
  EXPECT_TRUE(judge.next(0, {.end = true, .torn = false, .key = {}}, nullptr));
  EXPECT_TRUE(judge.begin(0, step(kSecond), nullptr));
  EXPECT_FALSE(judge.next(0, step(kSecond), nullptr));
  EXPECT_EQ(judge.verdict().property, "iter/once");
}

// ---- nil maps ----

TEST(Judge, WantsAWalkOverANilOrEmptyMapToEndAtOnce) {
  struct WalksOn : FakePort {
    Step begin(unsigned slot, const IterStart&) override {
      at(slot) = 0;
      return entries().empty() ? FakePort::next(slot) : step_of(entries().front());
    }
  };
  expect_caught<WalksOn>("iter/nil-ends", "map u64 u64\nput 1\nnil\niter a\nnext a\n");
  expect_caught<WalksOn>("iter/empty-ends", "map u64 u64\nput 1\ndel 1\niter a\nnext a\n");
  expect_honest_passes("map u64 u64\niter a\nnext a\n");
}

TEST(Judge, HoldsAWalkToTheMapThatWasLetGoOf) {
  constexpr std::string_view kText =
      "map u64 u64\nputrange 0 4\niter a\nnext a\nnil\nlen\nget 1\nhas 1\ndel 1\nclear\ndrain a\n";
  struct StopsAtNil : FakePort {
    Step next(unsigned slot) override {
      return is_nil() ? Step{.end = true, .torn = false, .key = {}} : FakePort::next(slot);
    }
  };
  expect_caught<StopsAtNil>("iter/complete", kText);
}

TEST(Judge, WantsAPutIntoANilMapToPanic) {
  struct SwallowsIt : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      return is_nil() ? PutResult{} : FakePort::put(key, stamp);
    }
  };
  expect_caught<SwallowsIt>("panic/nil-put", "map u64 u64\nput 1\nnil\nput 1\nlen\n");
  struct LooksAtTheKeyFirst : FakePort {
    PutResult put(KeyId, std::uint32_t) override {
      throw MapPanic(MapPanic::Kind::unhashable, "hash of unhashable type");
    }
  };
  expect_caught<LooksAtTheKeyFirst>("panic/nil-put", "map iface u64\nnil\nput unhashable\n");
}

// ---- panics ----

TEST(Judge, WantsUnhashableKeysToPanicEverywhere) {
  struct TakesAnyKey : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      return key.index == kUnhashable ? PutResult{} : FakePort::put(key, stamp);
    }
    Found get(KeyId key) override {
      return key.index == kUnhashable ? Found{} : FakePort::get(key);
    }
    Found has(KeyId key) override {
      return key.index == kUnhashable ? Found{} : FakePort::has(key);
    }
    void del(KeyId key) override {
      if (key.index != kUnhashable) {
        FakePort::del(key);
      }
    }
  };
  for (const std::string op : {"put", "get", "has", "del"}) {
    expect_caught<TakesAnyKey>("panic/unhashable",
                               "map iface u64\nput 1\n" + op + " unhashable\nlen\n");
    expect_caught<TakesAnyKey>("panic/unhashable", "map iface u64\n" + op + " unhashable\nlen\n");
    if (op != "put") {
      expect_caught<TakesAnyKey>("panic/unhashable", "map iface u64\nnil\n" + op + " unhashable\n");
    }
  }
}

TEST(Judge, WantsNothingChangedByAnUnhashableKey) {
  struct CountsItAnyway : FakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      ++puts;
      return FakePort::put(key, stamp);
    }
    std::uint64_t len() override { return puts; }
    std::uint64_t puts = 0;
  };
  expect_caught<CountsItAnyway>("len/exact", "map iface u64\nput 1\nput unhashable\nlen\n");
}

// Panics in one operation, with the words of a port that is confused.
template <MapPanic::Kind kKind>
struct PanicsAt : FakePort {
  void fall(std::string_view here) const {
    if (here == where) {
      throw MapPanic(kKind, "concurrent map writes");
    }
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    fall("put");
    return FakePort::put(key, stamp);
  }
  Found get(KeyId key) override {
    fall("get");
    return FakePort::get(key);
  }
  Found has(KeyId key) override {
    fall("has");
    return FakePort::has(key);
  }
  void del(KeyId key) override {
    fall("del");
    FakePort::del(key);
  }
  void clear() override {
    fall("clear");
    FakePort::clear();
  }
  std::uint64_t len() override {
    fall("len");
    return FakePort::len();
  }
  Step begin(unsigned slot, const IterStart& start) override {
    fall("begin");
    return FakePort::begin(slot, start);
  }
  Step next(unsigned slot) override {
    fall("next");
    return FakePort::next(slot);
  }
  std::string_view where;
};

TEST(Judge, WantsNoOtherPanic) {
  constexpr std::string_view kText =
      "map u64 u64\nputrange 0 3\nget 1\nhas 1\niter a\nnext a 2\ndel 1\nlen\nclear\n";
  expect_honest_passes(kText);
  for (const std::string_view where :
       {"put", "get", "has", "del", "clear", "len", "begin", "next"}) {
    PanicsAt<MapPanic::Kind::other> confused;
    confused.where = where;
    EXPECT_EQ(broken(confused, kText), "panic/unexpected") << where;
    PanicsAt<MapPanic::Kind::nil_map> forgets_its_map;
    forgets_its_map.where = where;
    EXPECT_EQ(broken(forgets_its_map, kText), "panic/unexpected") << where;
    PanicsAt<MapPanic::Kind::unhashable> refuses;
    refuses.where = where;
    EXPECT_EQ(broken(refuses, kText), "panic/unexpected") << where;
  }
}

TEST(Judge, TellsAConfusedMapFromOneThatTakesAnyKey) {
  PanicsAt<MapPanic::Kind::other> confused;
  confused.where = "put";
  EXPECT_EQ(broken(confused, "map iface u64\nput unhashable\n"), "panic/unexpected");
  EXPECT_EQ(broken(confused, "map iface u64\nnil\nput 1\n"), "panic/unexpected");
}

TEST(Judge, KnowsAWalkThatForbidsChangesOnlyOfPython) {
  struct Raises : FakePort {
    explicit Raises(Profile profile) { info_.profile = profile; }
    Step next(unsigned) override { throw MapPanic(MapPanic::Kind::changed, "changed"); }
  };
  for (const Profile profile : {Profile::go, Profile::std_like, Profile::js}) {
    Raises raises(profile);
    EXPECT_EQ(broken(raises, "map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\nnext a\n"),
              "panic/unexpected")
        << name(profile);
  }
  PanicsAt<MapPanic::Kind::changed> at_unhashable;
  at_unhashable.where = "put";
  EXPECT_EQ(broken(at_unhashable, "map iface u64\nput unhashable\n"), "panic/unexpected");
}

// ---- the order of insertion, as JavaScript has it ----

constexpr Step kEnd{.end = true, .torn = false, .key = {}};

template <class Liar>
void expect_js_caught(std::string_view property, std::string_view text) {
  expect_caught<Liar, JsFakePort>(property, text);
}

void expect_js_passes(std::string_view text) {
  JsFakePort honest;
  EXPECT_EQ(broken(honest, text), "") << text;
}

// Puts an entry that is overwritten behind all others.
struct MovesOnUpdate : JsFakePort {
  PutResult put(KeyId key, std::uint32_t stamp) override {
    del(key);
    return JsFakePort::put(key, stamp);
  }
};

TEST(JsJudge, WantsTheOrderOfInsertion) {
  struct LastFirst : JsFakePort {
    Step begin(unsigned slot, const IterStart&) override {
      at(slot) = entries().size();
      return next(slot);
    }
    Step next(unsigned slot) override {
      return at(slot) == 0 ? kEnd : step_of(entries()[--at(slot)]);
    }
  };
  expect_js_caught<LastFirst>("iter/insertion-order",
                              "map u64 u64\nput 7\nput 3\niter a\ndrain a\n");
  expect_js_caught<LastFirst>("iter/insertion-order",
                              "map str u64\nput 7\nput 3\nput 5\niter a\nnext a\n");
  // Of maps of other profiles that is fine.
  struct GoLastFirst : LastFirst {
    GoLastFirst() { info_.profile = Profile::go; }
  } go;
  EXPECT_EQ(broken(go, "map u64 u64\nput 7\nput 3\niter a\ndrain a\n"), "");
}

TEST(JsJudge, WantsAnOverwrittenEntryToKeepItsPlace) {
  expect_js_caught<MovesOnUpdate>("iter/insertion-order",
                                  "map u64 u64\nputrange 0 3\nput 0\niter a\ndrain a\n");
  // Deleted and put again it has a new place, which is what the liar does.
  MovesOnUpdate honest_here;
  EXPECT_EQ(broken(honest_here, "map u64 u64\nputrange 0 3\ndel 0\nput 0\niter a\ndrain a\n"), "");
}

// Gives no entry that was not there when the walk began.
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

TEST(JsJudge, WantsAnEntryAddedDuringTheWalkVisited) {
  constexpr std::string_view kBegun = "map u64 u64\nputrange 0 3\niter a\nnext a 2\n";
  for (const std::string rest : {"put 9\n", "del 0\nput 0\n", "del 2\nput 2\n", "clear\nput 8\n",
                                 "clear\nput 0\n", "next a\nput 9\n", "put 9\nput 8\ndel 9\n"}) {
    expect_js_caught<SkipsTheAdded>("iter/added-visited", std::string(kBegun) + rest + "drain a\n");
  }
  // What has gone before the walk came there need not be given, and may not be.
  SkipsTheAdded skips;
  EXPECT_EQ(
      broken(skips, std::string(kBegun) + "put 9\ndel 9\nput 8\nclear\nput 1\ndel 1\ndrain a\n"),
      "");
  EXPECT_EQ(broken(skips, std::string(kBegun) + "put 9\ndrop a\n"), "");
}

TEST(JsJudge, TellsAnEntryThatWasAddedFromOneThatWasThere) {
  struct StopsAfterOne : JsFakePort {
    Step next(unsigned slot) override { return at(slot) == 1 ? kEnd : JsFakePort::next(slot); }
  };
  expect_js_caught<StopsAfterOne>("iter/complete",
                                  "map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\ndrain a\n");
  expect_js_caught<StopsAfterOne>(
      "iter/added-visited",
      "map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\ndelrange 1 2\ndrain a\n");
}

TEST(JsJudge, FollowsAWalkWhoseEntriesGo) {
  // Where each delete moves what lies behind it, and a walk is an index.
  struct ShiftsUnderTheWalk : JsFakePort {
    void del(KeyId key) override {
      const auto* entry = find(key);
      if (entry == nullptr) return;
      entries().erase(entries().begin() + (entry - entries().data()));
    }
    Entry* find(KeyId key) {
      for (Entry& entry : entries()) {
        if (entry.key == key) return &entry;
      }
      return nullptr;
    }
    Found has(KeyId key) override {
      const Entry* entry = find(key);
      return entry == nullptr ? Found{}
                              : Found{.present = true, .stamp = entry->stamp, .torn = false};
    }
  };
  expect_js_caught<ShiftsUnderTheWalk>(
      "iter/insertion-order", "map u64 u64\nputrange 0 4\niter a\nnext a\ndel 0\ndrain a\n");
  expect_js_passes(
      "map u64 u64\nputrange 0 6\niter a\nnext a 2\niter b\nnext b\ndelrange 1 4\nput 2\nnext b 2\n"
      "del 5\nput 9\ndrain a\ndrain b\nlen\n");
  // The neighbour that both walks wait for goes, and the last one, and comes back.
  expect_js_passes(
      "map u64 u64\nputrange 0 3\niter a\nnext a 2\niter b\nnext b 2\ndel 2\nput 2\ndrain a\nput "
      "3\n"
      "drain b\n");
}

TEST(JsJudge, WantsNoEntryThatIsGone) {
  struct GivesDead : JsFakePort {
    Step next(unsigned slot) override {
      return at(slot) < entries().size() ? step_of(entries()[at(slot)++]) : kEnd;
    }
  };
  expect_js_caught<GivesDead>("iter/no-deleted",
                              "map u64 u64\nputrange 0 3\niter a\nnext a\ndel 1\ndrain a\n");
  expect_js_caught<GivesDead>("iter/clear-stops",
                              "map u64 u64\nputrange 0 3\niter a\nnext a\nclear\nput 8\ndrain a\n");
}

TEST(JsJudge, WantsAnEntryOnceEvenIfItIsOverwrittenBehindTheWalk) {
  expect_js_caught<MovesOnUpdate>("iter/once",
                                  "map u64 u64\nputrange 0 3\niter a\nnext a 3\nput 0\ndrain a\n");
}

TEST(JsJudge, TakesNaNForOneKey) {
  struct TellsNaNsApart : JsFakePort {
    KeyClass class_of(std::uint32_t index) const override { return FakePort::class_of(index); }
  };
  expect_js_caught<TellsNaNsApart>("len/exact", "map f64 u64\nput nan\nput nan\nlen\n");
  expect_js_caught<TellsNaNsApart>("access/present", "map f32 u64\nput nan\nhas nan\n");
  expect_js_passes(
      "map f64 u64\nput nan\nput 1\nput nan\nget nan\niter a\nnext a\ndel nan\nlen\n"
      "put nan\ndrain a\n");
}

TEST(JsJudge, WantsPlusZeroStoredForEither) {
  struct KeepsTheSign : JsFakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override { return FakePort::put(key, stamp); }
  };
  expect_js_caught<KeepsTheSign>("iter/current-key", "map f64 u64\nput -0\niter a\nnext a\n");
  expect_js_caught<KeepsTheSign>("iter/current-key",
                                 "map f64 u64\nput 0\nput -0\niter a\nnext a\n");
}

TEST(JsJudge, WantsAWalkOverAnEmptyMapToEndAtOnce) {
  struct WaitsForEntries : JsFakePort {
    Step begin(unsigned slot, const IterStart& start) override {
      const Step step = JsFakePort::begin(slot, start);
      return step.end && !entries().empty() ? step_of(entries().front()) : step;
    }
  };
  expect_js_caught<WaitsForEntries>("iter/empty-ends",
                                    "map u64 u64\nput 1\ndel 1\niter a\nnext a\nput 2\nnext a\n");
}

// ---- dicts: the order of insertion, and walks that raise ----

template <class Liar>
void expect_python_caught(std::string_view property, std::string_view text) {
  expect_caught<Liar, PythonFakePort>(property, text);
}

struct NeverRaises : PythonFakePort {
  Step next(unsigned slot) override { return FakePort::next(slot); }
};

TEST(PythonJudge, WantsAWalkToRaiseWhenTheSizeIsAnother) {
  constexpr std::string_view kBegun = "map f64 u64\nputrange 0 3\niter a\nnext a 2\n";
  for (const std::string change : {"put 9\n", "del 0\n", "del 2\n", "clear\n", "put nan\n",
                                   "next a\nput 9\n", "next a\ndel 1\n", "del 0\nput 0\nput 7\n",
                                   "put 9\nnext a\nput 8\niter a\nnext a\ndel 8\n"}) {
    const std::string text = std::string(kBegun) + change + "next a\nlen\n";
    expect_python_caught<NeverRaises>("iter/size-change-raises", text);
    expect_python_caught<NeverRaises>("iter/size-change-raises",
                                      std::string(kBegun) + change + "drain a\nlen\n");
  }
  // A walk that has raised is over.
  PythonFakePort honest;
  EXPECT_EQ(broken(honest, std::string(kBegun) + "put 9\nnext a\ndel 9\nnext a\nput 5\ndrain a\n"),
            "");
}

TEST(PythonJudge, WantsTheRightPanic) {
  struct Confused : PythonFakePort {
    explicit Confused(MapPanic::Kind which) : kind(which) {}
    Step next(unsigned slot) override {
      if (live() != size_of(slot)) throw MapPanic(kind, "what?");
      return PythonFakePort::next(slot);
    }
    MapPanic::Kind kind;
  };
  constexpr std::string_view kText = "map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\nnext a\n";
  Confused falls(MapPanic::Kind::other);
  EXPECT_EQ(broken(falls, kText), "panic/unexpected");
  Confused cannot_hash(MapPanic::Kind::unhashable);
  EXPECT_EQ(broken(cannot_hash, kText), "iter/size-change-raises");
}

TEST(PythonJudge, WantsNoRaiseWhereNothingCameOrWent) {
  struct RaisesAtAnyPut : PythonFakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      ++puts;
      return PythonFakePort::put(key, stamp);
    }
    Step begin(unsigned slot, const IterStart& start) override {
      puts_then[slot] = puts;
      return PythonFakePort::begin(slot, start);
    }
    Step next(unsigned slot) override {
      if (puts_then[slot] != puts) raise();
      return PythonFakePort::next(slot);
    }
    std::uint64_t puts = 0;
    std::array<std::uint64_t, kIterators> puts_then = {};
  };
  expect_python_caught<RaisesAtAnyPut>(
      "panic/unexpected", "map u64 u64\nputrange 0 3\niter a\nnext a\nput 1\nnext a\n");
  expect_python_caught<RaisesAtAnyPut>(
      "panic/unexpected", "map f64 u64\nputrange 0 3\niter a\nnext a\nput -0\ndrain a\n");
  struct AsPython : PanicsAt<MapPanic::Kind::changed> {
    AsPython() { info_.profile = Profile::python; }
  } raises;
  for (const std::string_view where :
       {"put", "get", "has", "del", "clear", "len", "begin", "next"}) {
    raises.where = where;
    EXPECT_EQ(
        broken(raises,
               "map u64 u64\nputrange 0 3\nget 1\nhas 1\niter a\nnext a 2\ndel 1\nlen\nclear\n"),
        "panic/unexpected")
        << where;
  }
}

// One entry went, another one came: of the walk hardly anything is said any more.
constexpr std::string_view kReplaced =
    "map u64 u64\nputrange 0 4\niter a\nnext a 2\ndel 3\nput 9\nput 2\nnext a 2\n";

template <class Port>
void expect_python_passes(std::string_view text) {
  Port port;
  EXPECT_EQ(broken(port, text), "") << text;
}

TEST(PythonJudge, LeavesAWalkAloneWhenTheSizeIsTheSameAgain) {
  struct RaisesAtAnyChange : PythonFakePort {
    void del(KeyId key) override {
      changed = true;
      PythonFakePort::del(key);
    }
    Step next(unsigned slot) override {
      if (changed) raise();
      return PythonFakePort::next(slot);
    }
    bool changed = false;
  };
  struct Ends : NeverRaises {
    Step next(unsigned slot) override { return at(slot) == 2 ? kEnd : NeverRaises::next(slot); }
  };
  struct BeginsAnew : NeverRaises {
    Step next(unsigned slot) override {
      at(slot) = at(slot) == 2 ? 0 : at(slot);
      return NeverRaises::next(slot);
    }
  };
  expect_python_passes<PythonFakePort>(kReplaced);
  expect_python_passes<RaisesAtAnyChange>(kReplaced);
  expect_python_passes<Ends>(kReplaced);
  expect_python_passes<BeginsAnew>(kReplaced);
  // Where nothing went the same liars are caught.
  constexpr std::string_view kKept =
      "map u64 u64\nputrange 0 4\niter a\nnext a 2\nput 2\ndrain a\n";
  expect_python_caught<Ends>("iter/complete", kKept);
  expect_python_caught<BeginsAnew>("iter/once", kKept);
}

TEST(PythonJudge, WantsWhatIsGivenToLiveEvenThen) {
  struct GivesDead : PythonFakePort {
    Step next(unsigned slot) override { return step_of(entries()[at(slot)++]); }
  };
  expect_python_caught<GivesDead>("iter/no-deleted", kReplaced);
  expect_python_caught<GivesDead>("iter/clear-stops",
                                  "map u64 u64\nputrange 0 3\niter a\nnext a\nclear\n"
                                  "putrange 10 3\nnext a\n");
  struct GivesStale : PythonFakePort {
    Step next(unsigned slot) override {
      Step step = PythonFakePort::next(slot);
      step.stamp = step.stamp == 6 ? 3 : step.stamp;
      return step;
    }
  };
  expect_python_caught<GivesStale>("iter/current-elem", kReplaced);
  struct MakesUp : PythonFakePort {
    Step next(unsigned slot) override {
      Step step = PythonFakePort::next(slot);
      step.key.index += step.key.index == 9 ? 1 : 0;
      return step;
    }
  };
  expect_python_caught<MakesUp>("iter/known", kReplaced);
}

TEST(PythonJudge, WantsNoOtherPanicEvenThen) {
  struct Falls : PythonFakePort {
    Step next(unsigned slot) override {
      if (at(slot) == 2) throw MapPanic(MapPanic::Kind::other, "segmentation fault");
      return PythonFakePort::next(slot);
    }
  };
  expect_python_caught<Falls>("panic/unexpected", kReplaced);
}

TEST(PythonJudge, WantsTheRaiseStillWhenTheSizeChangesOnceMore) {
  expect_python_caught<NeverRaises>("iter/size-change-raises",
                                    std::string(kReplaced) + "put 10\nnext a\n");
}

TEST(PythonJudge, WantsTheOrderOfInsertion) {
  struct OverwrittenLast : PythonFakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override {
      del(key);
      return PythonFakePort::put(key, stamp);
    }
  };
  expect_python_caught<OverwrittenLast>("iter/insertion-order",
                                        "map u64 u64\nputrange 0 3\nput 1\niter a\ndrain a\n");
  expect_python_passes<OverwrittenLast>(
      "map u64 u64\nputrange 0 3\ndel 1\nput 1\niter a\ndrain a\n");
}

TEST(PythonJudge, WantsTheFirstOfEqualKeysKept) {
  struct StoresTheKeyAgain : PythonFakePort {
    PutResult put(KeyId key, std::uint32_t stamp) override { return FakePort::put(key, stamp); }
  };
  expect_python_caught<StoresTheKeyAgain>("iter/current-key",
                                          "map f64 u64\nput 0\nput -0\niter a\nnext a\n");
  expect_python_caught<StoresTheKeyAgain>("iter/current-key",
                                          "map f64 u64\nput -0\nput 0\niter a\nnext a\n");
  // In a walk over a dict of other entries, too.
  expect_python_caught<StoresTheKeyAgain>(
      "iter/current-key",
      "map f64 u64\nput 1\nput 0\nput 2\niter a\nnext a\nput -0\ndel 2\nput 9\nnext a\n");
  expect_python_passes<StoresTheKeyAgain>(
      "map f64 u64\nput 0\ndel 0\nput -0\niter a\nnext a\nput -0\nnext a\n");
}

TEST(PythonJudge, TakesEachNaNForAKeyOfItsOwn) {
  struct OneNaN : PythonFakePort {
    KeyClass class_of(std::uint32_t index) const override {
      KeyClass c = PythonFakePort::class_of(index);
      c.nan = false;
      return c;
    }
  };
  expect_python_caught<OneNaN>("len/exact", "map f64 u64\nput nan\nput nan\nlen\n");
  expect_python_caught<OneNaN>("access/absent", "map f64 u64\nput nan\nhas nan\n");
  expect_python_passes<PythonFakePort>(
      "map f64 empty\ntouch nan 3\nput 1\ntouch nan 2\ndel nan\nlen\niter a\ndrain a\n");
}

// ---- a judge's life ----

TEST(Judge, HoldsEachRunToItsOwnProfile) {
  Judge judge;
  JsFakePort js;
  PythonFakePort python;
  FakePort go;
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(run(program_of("map f64 u64\nput nan\nput -0\nput nan\nlen\niter a\nnext a\nput 7\n"
                               "drain a\n"),
                    js, &judge)
                    .ok());
    EXPECT_EQ(judge.live(), 3U);
    EXPECT_TRUE(
        run(program_of("map f64 u64\nput nan\nput -0\nput nan\niter a\nnext a\nput 7\ndrain a\n"),
            python, &judge)
            .ok());
    EXPECT_EQ(judge.live(), 4U);
    EXPECT_TRUE(run(program_of("map f64 u64\nput 0\nput -0\niter a\nnext a\n"), go, &judge).ok());
  }
}

TEST(Judge, SaysOfADictWhatIsDue) {
  Judge judge;
  judge.make({.key = KeyKind::u64, .hashes = {}}, Profile::python);
  const auto key = [](std::uint32_t index) { return KeyId{.index = index, .payload = 0}; };
  ASSERT_TRUE(judge.put(key(1), 1, {}, nullptr));
  ASSERT_TRUE(judge.put(key(2), 2, {}, nullptr));
  ASSERT_TRUE(judge.begin(0, {.end = false, .torn = false, .key = key(1), .stamp = 1}, nullptr));
  EXPECT_EQ(judge.due(0, key(1), 1), Judge::Due::no);
  EXPECT_EQ(judge.due(0, key(2), 2), Judge::Due::must);
  ASSERT_TRUE(judge.put(key(3), 3, {}, nullptr));
  EXPECT_EQ(judge.due(0, key(2), 2), Judge::Due::no);
  ASSERT_TRUE(judge.del(key(1), nullptr));
  EXPECT_EQ(judge.due(0, key(2), 2), Judge::Due::may);
  EXPECT_EQ(judge.due(0, key(1), 1), Judge::Due::not_live);
}

TEST(Judge, ForgetsTheRunBefore) {
  Judge judge;
  FakePort port;
  EXPECT_TRUE(
      run(program_of("map u64 u64\nputrange 0 100\niter a\nnext a\nnil\n"), port, &judge).ok());
  EXPECT_TRUE(
      run(program_of("map u64 u64\nlen\nhas 5\nput 5\niter a\ndrain a\n"), port, &judge).ok());
  struct GivesKey6 : FakePort {
    Step begin(unsigned, const IterStart&) override {
      return {.end = false, .torn = false, .key = {.index = 6, .payload = 0}, .stamp = 7};
    }
  } liar;
  // Key 6 was put in the first run only.
  const RunResult result = run(program_of("map u64 u64\nput 5\niter a\nnext a\n"), liar, &judge);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "iter/known");
}

TEST(Judge, ComesBackFromALargeRun) {
  Judge judge;
  FakePort port;
  std::string large = "map u64 u64\n";
  for (int i = 0; i < 64; ++i) {
    large += "fill " + std::to_string(i) + " 200\n";
  }
  large += "len\niter a\ndrain a\n";
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(run(program_of(large), port, &judge).ok());
    EXPECT_TRUE(run(program_of("map u64 u64\nput 1\nlen\niter a\ndrain a\n"), port, &judge).ok());
    EXPECT_EQ(judge.live(), 1U);
  }
}

// The judge takes a short cut for keys from 256 on.
TEST(Judge, MayTreatHighKeysAsOrdinary) {
  for (std::size_t k = 0; k < kKeyKinds; ++k) {
    const auto kind = static_cast<KeyKind>(k);
    for (std::uint32_t index = 256; index < domain_size(kind); ++index) {
      const KeyClass c = key_class(kind, index);
      ASSERT_TRUE(c.equality == index && !c.nan && !c.unhashable) << name(kind) << " " << index;
    }
  }
}

TEST(Verdict, ReadsAsASentence) {
  const Verdict verdict{.property = "iter/once",
                        .op = 17,
                        .step = 0,
                        .expected = "key 3 to come once",
                        .got = "twice"};
  EXPECT_EQ(verdict.sentence(), "iter/once at op 17: expected key 3 to come once, got twice");
  Verdict in_burst = verdict;
  in_burst.step = 2;
  EXPECT_EQ(in_burst.sentence(),
            "iter/once at op 17, step 2: expected key 3 to come once, got twice");
}

}  // namespace
}  // namespace mapproof
