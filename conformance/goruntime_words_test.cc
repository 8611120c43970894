// Layouts as words: what is no layout is refused, nothing of one gets lost, and each difference is
// named.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/effort.h"
#include "conformance/lockstep_runtimes.h"
#include "conformance/port_wrappers.h"
#include "conformance/ports/gomap_observed.h"
#include "oracle/audit.h"
#include "oracle/generate.h"
#include "oracle/goruntime/go_port.h"
#include "oracle/goruntime/installed.h"
#include "oracle/goruntime/records.h"
#include "oracle/goruntime/words.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

using go::Layout;
using Words = std::vector<std::uint64_t>;

// ---- the other way: a layout as words, as words.h describes them ----

class Writer {
 public:
  Words words;

  void layout(const Layout& l) {
    add({l.calls, l.log, l.nil ? 0U : 1U});
    if (!l.nil) map(l);
    for (const auto& w : l.walks) {
      add({w ? 1U : 0U});
      if (w) walk(*w);
    }
  }

 private:
  void add(std::initializer_list<std::uint64_t> more) {
    words.insert(words.end(), more.begin(), more.end());
  }

  void map(const Layout& l) {
    add({l.count, l.flags | std::uint64_t{l.B} << 8 | std::uint64_t{l.noverflow} << 16 |
                      std::uint64_t{l.hash0} << 32});
    add({l.nevacuate, (l.current ? 1U : 0U) | (l.old ? 2U : 0U) | (l.has_extra ? 4U : 0U) |
                          l.next_overflow << 8});
    if (l.current) array(*l.current);
    if (l.old) array(*l.old);
    if (!l.has_extra) return;
    list(l.overflow);
    list(l.oldoverflow);
  }

  void array(const go::Array& a) {
    add({a.base, a.all});
    for (std::size_t i = 0; i < a.buckets.size(); ++i) {
      if (i >= a.all) add({1});
      const go::Bucket& b = a.buckets[i];
      add({b.tophash});
      words.insert(words.end(), std::begin(b.keys), std::end(b.keys));
      words.insert(words.end(), std::begin(b.elems), std::end(b.elems));
      add({b.link});
    }
    add({0});
  }

  void list(const go::List& entries) {
    add({entries ? entries->size() + 1 : 0});
    if (!entries) return;
    for (const auto& entry : *entries) add({entry.place, entry.tophash});
  }

  void walk(const go::Walk& w) {
    add({w.start_bucket, w.offset | (w.wrapped ? 1U : 0U) << 8 | std::uint64_t{w.B} << 16 |
                             std::uint64_t{w.i} << 24});
    add({w.bucket, w.check_bucket,
         w.array | std::uint64_t{w.overflow} << 8 | std::uint64_t{w.oldoverflow} << 16});
    add({w.place.value_or(0)});
    if (w.place) add({w.tophash});
  }
};

Words words_of(const Layout& layout) {
  Writer writer;
  writer.layout(layout);
  return writer.words;
}

Layout read(const Words& words) { return go::read_layout(words.data(), words.size()); }

std::string refusal(const Words& words) {
  try {
    read(words);
    return "";
  } catch (const std::runtime_error& why) {
    return why.what();
  }
}

// ---- a map in the midst of everything ----

KeyId key_of(std::uint32_t index) { return {index, 0}; }

class Midst {
 public:
  static constexpr MapSpec kSpec() { return {.hash0 = 9, .hint = 100}; }

  // Growing from 16 to 32 buckets; a chain of nine buckets, of which some are spare ones and some
  // of the heap, is moved already; one walk began before the growth, one in it.
  Midst() : port_(make_observed_gomap_port()) {
    Port& port = *port_.port;
    port.make(kSpec());
    for (std::uint32_t i = 0; i < 70; ++i) put(3 + 64 * i);
    port.begin(0, {.forced = true, .bucket = 3, .offset = 2});
    for (int i = 0; i < 9; ++i) port.next(0);
    for (std::uint32_t i = 100; !layout().old; ++i) put(i);
    while (layout().current->buckets.size() == layout().current->all) put(100);
    port.begin(5, {.forced = true, .bucket = 3, .offset = 5});
    for (int i = 0; i < 20; ++i) port.next(5);
  }
  Layout layout() { return read(words()); }
  Words words() {
    Words words;
    port_.observed->layout(&words);
    return words;
  }
  go::ObservedPort& port() { return port_; }

 private:
  void put(std::uint32_t index) { port_.port->put(key_of(index), ++stamp_); }

  go::ObservedPort port_;
  std::uint32_t stamp_ = 0;
};

TEST(GoWords, TellEverythingOfAMapInTheMidstOfEverything) {
  Midst midst;
  const Layout layout = midst.layout();
  EXPECT_FALSE(layout.nil);
  EXPECT_EQ(layout.count, midst.port().port->len());
  EXPECT_EQ(layout.B, 5);
  EXPECT_EQ(layout.hash0, 9U);
  EXPECT_EQ(layout.flags, map_flag::kIterator | map_flag::kOldIterator);
  EXPECT_GE(layout.nevacuate, 4U);
  EXPECT_GT(layout.calls, 105U);
  ASSERT_TRUE(layout.current && layout.old);
  EXPECT_EQ(layout.current->base, 32U);
  EXPECT_EQ(layout.old->base, 16U);
  EXPECT_GT(layout.current->all, 32U);                             // spare ones
  EXPECT_GT(layout.old->all, 16U);                                 //
  EXPECT_GT(layout.current->buckets.size(), layout.current->all);  // and those of the heap
  EXPECT_GT(layout.old->buckets.size(), layout.old->all);
  ASSERT_TRUE(layout.overflow && layout.oldoverflow);
  EXPECT_EQ(layout.overflow->size(), layout.noverflow);
  EXPECT_EQ(layout.oldoverflow->size(), 8U);
  EXPECT_EQ(layout.oldoverflow->back().place, go::kLinkHeap);
  EXPECT_EQ(layout.oldoverflow->front().place, 17U);  // 1 + index
  // The chain of bucket 3: the spare ones one after the other, then the heap.
  EXPECT_EQ(layout.current->buckets[3].link, 33U);
  EXPECT_EQ(layout.current->buckets[layout.current->all - 1].link, go::kLinkHeap);
  EXPECT_EQ(layout.current->buckets[3].keys[1], 3U + 64U);
  EXPECT_EQ(layout.current->buckets[3].elems[1], 2U);
  ASSERT_TRUE(layout.walks[0] && layout.walks[5] && !layout.walks[1]);
  EXPECT_EQ(layout.walks[0]->start_bucket, 3U);
  EXPECT_EQ(layout.walks[0]->offset, 2);
  EXPECT_EQ(layout.walks[0]->B, 4);
  EXPECT_EQ(layout.walks[0]->array, go::kWhichOld);
  EXPECT_EQ(layout.walks[5]->B, 5);
  EXPECT_EQ(layout.walks[5]->offset, 5);
  EXPECT_EQ(layout.walks[5]->array, go::kWhichCurrent);
  EXPECT_TRUE(layout.walks[5]->place);
}

// ---- what is no layout ----

std::vector<Words> some_layouts() {
  std::vector<Words> some;
  Midst midst;
  some.push_back(midst.words());
  midst.port().port->make({});
  some.push_back(midst.words());
  for (std::uint32_t i = 0; i < 30; ++i) midst.port().port->put(key_of(i), i);
  midst.port().port->begin(0, {});
  some.push_back(midst.words());
  midst.port().port->release();
  some.push_back(midst.words());
  return some;
}

TEST(GoWords, ThatEndTooEarlyAreRefused) {
  for (const Words& words : some_layouts()) {
    for (std::size_t n = 0; n < words.size(); ++n) {
      const std::string why = refusal({words.begin(), words.begin() + static_cast<long>(n)});
      // Where a number of parts precedes them, the number itself may be unbelievable.
      EXPECT_TRUE(why == "a layout of a map that ends too early" ||
                  (why.starts_with("a layout of a map that claims ") && why.ends_with(" parts")))
          << n << ": " << why;
    }
    EXPECT_EQ(refusal(words), "");
  }
}

TEST(GoWords, ThatGoOnBehindTheirEndAreRefused) {
  for (Words words : some_layouts()) {
    words.push_back(0);
    EXPECT_EQ(refusal(words), "a layout of a map that goes on behind its end");
  }
}

TEST(GoWords, OfAnArrayThatCannotBeAreRefused) {
  const Layout good = Midst().layout();
  const auto why = [&](const std::function<void(go::Array&)>& change) {
    Layout bad = good;
    change(*bad.current);
    return refusal(words_of(bad));
  };
  EXPECT_EQ(why([](go::Array&) {}), "");
  EXPECT_EQ(why([](go::Array& a) { a.base = a.all + 1; }),
            fmt::format("a layout of a map with {} of {} buckets", good.current->all + 1,
                        good.current->all));
  EXPECT_EQ(why([](go::Array& a) { a.base = 0; }),
            fmt::format("a layout of a map with 0 of {} buckets", good.current->all));
  // Links lead to spare buckets, or are marks of their own.
  for (const std::uint64_t link : {go::kLinkNone, go::kLinkHeap, go::kLinkForeign,
                                   good.current->base + 1, good.current->all}) {
    EXPECT_EQ(why([&](go::Array& a) { a.buckets[0].link = link; }), "") << link;
  }
  for (const std::uint64_t link : {std::uint64_t{1}, good.current->base, good.current->all + 1,
                                   go::kLinkForeign - 1, std::uint64_t{1} << 32}) {
    EXPECT_EQ(why([&](go::Array& a) { a.buckets.back().link = link; }),
              fmt::format("a layout of a map with a link to {}", link));
  }
}

TEST(GoWords, OfMoreBucketsThanCanBeCountedAreRefused) {
  Layout layout = Midst().layout();
  layout.B = 63;  // wrong, but a matter for the audit
  EXPECT_EQ(refusal(words_of(layout)), "");
  layout.B = 64;
  EXPECT_EQ(refusal(words_of(layout)), "a layout of a map with 2^64 buckets");
}

TEST(GoWords, ThatPromiseMoreThanTheyAreAreNotReadToTheirEnd) {
  Layout layout = Midst().layout();
  layout.current->all = std::uint64_t{1} << 60;
  EXPECT_EQ(refusal(words_of(layout)), "a layout of a map that claims 1152921504606846976 parts");
}

// Reads words that may be anything, and looks at what comes of it from all sides.
void survive(const Words& words, const Layout& good) {
  try {
    const Layout layout = read(words);
    const MapSpec spec = Midst::kSpec();
    const Snapshot snapshot = go::as_snapshot(layout, spec, hashing_of(spec));
    (void)audit(snapshot, spec.key);
    (void)go::first_difference(good, layout, spec.key);
    (void)go::first_difference(layout, good, spec.key);
  } catch (const std::runtime_error&) {
    // Refused: as good.
  }
}

TEST(GoWords, WithAnyWordChangedAreRefusedOrRead) {
  for (const Words& words : some_layouts()) {
    const Layout good = read(words);
    for (std::size_t i = 0; i < words.size(); ++i) {
      // Cells are most of all words, and all alike.
      const bool header = i < 40 || i + 100 > words.size();
      if (kSlow && !header && i % 5 != 0) continue;
      for (unsigned bit = 0; bit < 64; bit += header ? 1 : 21) {
        Words changed = words;
        changed[i] ^= std::uint64_t{1} << bit;
        survive(changed, good);
      }
      for (const std::uint64_t value :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{words.size()}, go::kTorn, go::kNil,
            std::uint64_t{1} << 63, std::uint64_t{1} << 39, words[i] + 1, words[i] - 1}) {
        Words changed = words;
        changed[i] = value;
        survive(changed, good);
      }
    }
  }
}

TEST(GoWords, ThatAreNoiseAreRefusedOrRead) {
  std::mt19937_64 random(1);
  const auto layouts = some_layouts();
  for (int i = 0; i < 3000; ++i) {
    Words words = layouts[static_cast<std::size_t>(i) % layouts.size()];
    const Layout good = read(words);
    for (int changes = 0; changes < 1 + i % 8; ++changes) {
      std::uint64_t& word = words[random() % words.size()];
      word = random() % 2 == 0 ? random() % 64 : random() >> random() % 64;
    }
    survive(words, good);
    for (std::uint64_t& word : words) word = random() >> random() % 64;
    survive(words, good);
  }
}

// A picture counts in 32 bits.
TEST(GoWords, OfASpareBucketFarAwayMakeAPictureThatTheAuditRefuses) {
  Layout layout = Midst().layout();
  for (const std::uint64_t next : {std::uint64_t{1} << 31, std::uint64_t{1} << 32,
                                   (std::uint64_t{1} << 32) + 40, (std::uint64_t{1} << 56) - 1}) {
    layout.next_overflow = next;
    const Snapshot snapshot =
        go::as_snapshot(read(words_of(layout)), Midst::kSpec(), hashing_of(Midst::kSpec()));
    EXPECT_EQ(snapshot.next_overflow, std::numeric_limits<std::int32_t>::max());
    EXPECT_TRUE(audit(snapshot, KeyKind::u64));
  }
}

TEST(GoWords, OfAKeyOutsideItsDomainMakeAPictureWithoutThatKey) {
  Layout layout = Midst().layout();
  for (const std::uint64_t word : {std::uint64_t{65536}, std::uint64_t{0xffffffff}, go::kTorn}) {
    layout.current->buckets[3].keys[1] = word;
    const Snapshot snapshot = go::as_snapshot(layout, Midst::kSpec(), hashing_of(Midst::kSpec()));
    EXPECT_FALSE(snapshot.current->buckets[3].cells[1].key) << word;
    EXPECT_FALSE(snapshot.current->buckets[3].cells[1].hash) << word;
  }
}

// ---- differences ----

TEST(GoDifference, OfALayoutFromItselfIsNone) {
  for (const Words& words : some_layouts()) {
    EXPECT_EQ(go::first_difference(read(words), read(words), KeyKind::u64), "");
  }
}

// What is said when `change` is made to Go's layout.
std::string said(const Layout& ours, const std::function<void(Layout&)>& change) {
  Layout theirs = ours;
  change(theirs);
  return go::first_difference(ours, theirs, KeyKind::u64);
}

TEST(GoDifference, NamesEachFieldOfTheHeader) {
  const Layout l = Midst().layout();
  const auto expect = [&](const std::string& what, auto Layout::*field) {
    auto value = l.*field;
    ++value;
    EXPECT_EQ(said(l, [&](Layout& t) { t.*field = value; }),
              fmt::format("{} is {}, Go has {}", what, l.*field, value));
  };
  expect("count", &Layout::count);
  expect("B", &Layout::B);
  expect("flags", &Layout::flags);
  expect("noverflow", &Layout::noverflow);
  expect("nevacuate", &Layout::nevacuate);
  expect("hash0", &Layout::hash0);
  expect("the number of hasher calls", &Layout::calls);
  expect("the order of hasher calls (its digest)", &Layout::log);
  expect("1 + the index of nextOverflow", &Layout::next_overflow);
  EXPECT_EQ(said(l, [](Layout& t) { t.nil = true; }), "the map's being nil is 0, Go has 1");
  EXPECT_EQ(said(l, [](Layout& t) { t.has_extra = false; }), "having extra is 1, Go has 0");
  EXPECT_EQ(said(l, [](Layout& t) { t.current.reset(); }), "having buckets is 1, Go has 0");
  EXPECT_EQ(said(l, [](Layout& t) { t.old.reset(); }), "being in a growth is 1, Go has 0");
}

TEST(GoDifference, NamesEachFieldOfABucket) {
  const Layout l = Midst().layout();
  for (const bool old : {false, true}) {
    const auto array_of = [old](auto& layout) -> auto& {
      return old ? *layout.old : *layout.current;
    };
    const go::Array& ours = array_of(l);
    for (std::size_t b = 0; b < ours.buckets.size(); ++b) {
      const std::string bucket = fmt::format("{} array, bucket {}{}", old ? "old" : "current", b,
                                             b < ours.all ? "" : " (heap)");
      const auto said_of = [&](const std::function<void(go::Bucket&)>& change) {
        return said(l, [&](Layout& t) { change(array_of(t).buckets[b]); });
      };
      for (unsigned i = 0; i < 8; ++i) {
        const std::string cell = fmt::format("{}, cell {}: ", bucket, i);
        const auto state = static_cast<std::uint8_t>(ours.buckets[b].tophash >> 8 * i);
        static constexpr const char* kStates[] = {"emptyRest", "emptyOne", "evacuatedX",
                                                  "evacuatedY", "evacuatedEmpty"};
        EXPECT_EQ(
            said_of([&](go::Bucket& t) { t.tophash ^= std::uint64_t{0x80} << 8 * i; }),
            fmt::format("{}tophash is {}, Go has {:#04x}", cell,
                        state < 5 ? kStates[state] : fmt::format("{:#04x}", state), state ^ 0x80));
        EXPECT_EQ(said_of([&](go::Bucket& t) { t.keys[i] = 40000; }),
                  fmt::format("{}the key is {}, Go has 40000", cell, ours.buckets[b].keys[i]));
        EXPECT_EQ(said_of([&](go::Bucket& t) { t.elems[i] = 40000; }),
                  fmt::format("{}the elem is stamp {}, Go has stamp 40000", cell,
                              ours.buckets[b].elems[i]));
      }
      const std::uint64_t link = ours.buckets[b].link;
      const std::string name = link == go::kLinkNone   ? "nil"
                               : link == go::kLinkHeap ? "a bucket of the heap"
                               : link == go::kLinkForeign
                                   ? "a mark"
                                   : fmt::format("spare bucket {}", link - 1);
      if (link != ours.base + 1) {
        EXPECT_EQ(said_of([&](go::Bucket& t) { t.link = ours.base + 1; }),
                  fmt::format("{}: the overflow link is {}, Go has spare bucket {}", bucket, name,
                              ours.base));
      }
    }
  }
}

TEST(GoDifference, NamesWhatAKeyOrAnElemMayBeBesides) {
  const Layout l = Midst().layout();
  const auto with_key = [&](std::uint64_t word) {
    return said(l, [&](Layout& t) { t.current->buckets[3].keys[0] = word; });
  };
  const std::string start = "current array, bucket 3, cell 0: the ";
  EXPECT_EQ(with_key(go::kTorn), start + "key is 3, Go has torn");
  EXPECT_EQ(with_key(go::kNil), start + "key is 3, Go has none");
  EXPECT_EQ(with_key(70000), start + "key is 3, Go has #70000");
  EXPECT_EQ(with_key(4 | std::uint64_t{17} << 32), start + "key is 3, Go has 4 (of stamp 17)");
  EXPECT_EQ(said(l, [](Layout& t) { t.current->buckets[3].elems[0] = go::kNil; }),
            start + "elem is stamp 1, Go has none");
  EXPECT_EQ(said(l, [](Layout& t) { t.current->buckets[3].elems[0] = go::kTorn; }),
            start + "elem is stamp 1, Go has torn");
  Layout nan = l;
  nan.current->buckets[3].keys[0] = kNaN;
  EXPECT_EQ(go::first_difference(l, nan, KeyKind::f64), start + "key is 3, Go has nan");
}

TEST(GoDifference, NamesTheSizesOfArraysAndLists) {
  const Layout l = Midst().layout();
  const go::Array &now = *l.current, &old = *l.old;
  const auto expect = [&](const std::string& what, std::uint64_t ours, std::uint64_t theirs,
                          const std::function<void(Layout&)>& change) {
    EXPECT_EQ(said(l, change), fmt::format("{} is {}, Go has {}", what, ours, theirs));
  };
  expect("the number of buckets of the current array", 32, 16,
         [](Layout& t) { t.current->base = 16; });
  expect("the number of buckets of the old array", 16, 8, [](Layout& t) { t.old->base = 8; });
  expect("that number with spare ones of the current array", now.all, now.all - 1,
         [](Layout& t) { --t.current->all; });
  expect("that number with spare ones of the old array", old.all, old.all - 1,
         [](Layout& t) { --t.old->all; });
  expect("the number of buckets that chains of the current array lead to", now.buckets.size(),
         now.buckets.size() + 1, [](Layout& t) { t.current->buckets.emplace_back(); });
  expect("the number of buckets that chains of the old array lead to", old.buckets.size(),
         old.buckets.size() - 1, [](Layout& t) { t.old->buckets.pop_back(); });
  expect("there being a list extra.overflow", 1, 0, [](Layout& t) { t.overflow.reset(); });
  expect("there being a list extra.oldoverflow", 1, 0, [](Layout& t) { t.oldoverflow.reset(); });
  expect("the length of extra.overflow", l.overflow->size(), l.overflow->size() - 1,
         [](Layout& t) { t.overflow->pop_back(); });
  expect("the length of extra.oldoverflow", 8, 9, [](Layout& t) { t.oldoverflow->emplace_back(); });
  for (std::size_t i = 0; i < 8; ++i) {
    const go::ListEntry& entry = l.oldoverflow->at(i);
    expect(fmt::format("extra.oldoverflow[{}]", i), entry.place, 77,
           [i](Layout& t) { t.oldoverflow->at(i).place = 77; });
    expect(fmt::format("extra.oldoverflow[{}].tophash", i), entry.tophash, entry.tophash + 1,
           [i](Layout& t) { ++t.oldoverflow->at(i).tophash; });
  }
  expect("extra.overflow[0]", l.overflow->at(0).place, 77,
         [](Layout& t) { t.overflow->at(0).place = 77; });
}

TEST(GoDifference, NamesEachFieldOfAnIterator) {
  const Layout l = Midst().layout();
  for (const unsigned slot : {0U, 5U}) {
    const go::Walk& walk = *l.walks[slot];
    const auto expect = [&](const std::string& what, auto go::Walk::*field) {
      auto value = walk.*field;
      if constexpr (std::is_same_v<decltype(value), bool>) {
        value = !value;
      } else {
        ++value;
      }
      EXPECT_EQ(said(l, [&](Layout& t) { (*t.walks[slot]).*field = value; }),
                fmt::format("{} of iterator {} is {}, Go has {}", what, slot == 0 ? 'a' : 'f',
                            std::to_string(walk.*field), std::to_string(value)));
    };
    expect("startBucket", &go::Walk::start_bucket);
    expect("offset", &go::Walk::offset);
    expect("B", &go::Walk::B);
    expect("wrapped", &go::Walk::wrapped);
    expect("bucket", &go::Walk::bucket);
    expect("i", &go::Walk::i);
    expect("checkBucket", &go::Walk::check_bucket);
    expect("the array (1 current, 2 old, 3 an earlier one)", &go::Walk::array);
    expect("the list overflow (0 none, 1 current, 2 old, 3 an earlier one)", &go::Walk::overflow);
    expect("the list oldoverflow", &go::Walk::oldoverflow);
    expect("the tophash bytes at bptr", &go::Walk::tophash);
    const std::string name(1, static_cast<char>('a' + slot));
    EXPECT_EQ(
        said(l, [&](Layout& t) { t.walks[slot]->place.reset(); }),
        fmt::format("the place of bptr of iterator {} is {}, Go has 0", name, walk.place.value()));
    EXPECT_EQ(said(l, [&](Layout& t) { t.walks[slot].reset(); }),
              fmt::format("being under way of iterator {} is 1, Go has 0", name));
  }
  EXPECT_EQ(said(l, [](Layout& t) { t.walks[7].emplace(); }),
            "being under way of iterator h is 0, Go has 1");
}

TEST(GoDifference, IsTheFirstOfSeveral) {
  const Layout l = Midst().layout();
  const auto count = [](Layout& t) { ++t.count; };
  const auto bucket = [](Layout& t) { t.current->buckets[9].tophash ^= 1; };
  const auto later = [](Layout& t) {
    t.old->buckets[0].link = go::kLinkForeign;
    t.walks[0].reset();
  };
  EXPECT_TRUE(said(l, [&](Layout& t) { bucket(t), later(t), count(t); }).starts_with("count is"));
  EXPECT_TRUE(said(l, [&](Layout& t) {
                later(t), bucket(t);
              }).starts_with("current array, bucket 9, cell 0: tophash is"));
  EXPECT_TRUE(said(l, later).starts_with("old array, bucket 0: the overflow link is"));
}

// ---- nothing gets lost ----

struct Seen {
  std::uint64_t states = 0, growing = 0, same_size = 0, heap = 0, spare = 0, all_spares_gone = 0,
                mark = 0, lists = 0, walks = 0, earlier_arrays = 0, nil = 0, no_bucket = 0,
                apart = 0;
};

void count(const Layout& layout, Seen* seen) {
  ++seen->states;
  seen->nil += layout.nil;
  seen->no_bucket += !layout.nil && !layout.current;
  seen->growing += layout.old.has_value();
  seen->same_size += (layout.flags & map_flag::kSameSizeGrow) != 0;
  seen->lists += layout.overflow && !layout.overflow->empty();
  for (const auto& walk : layout.walks) {
    seen->walks += walk.has_value();
    seen->earlier_arrays += walk && walk->array == go::kWhichOther;
  }
  if (!layout.current) return;
  const go::Array& now = *layout.current;
  seen->heap += now.buckets.size() > now.all;
  seen->spare += layout.next_overflow != 0;
  seen->all_spares_gone += now.all > now.base && layout.next_overflow == 0;
  for (const go::Bucket& bucket : now.buckets) {
    seen->mark += bucket.link == go::kLinkForeign;
    seen->apart += std::count(std::begin(bucket.keys), std::end(bucket.keys), go::kNil) != 0;
  }
}

// After each write and step, the layout as words and the port's own picture are compared.
class Comparing final : public PortWrapper {
 public:
  Comparing(go::ObservedPort port, Seen* seen)
      : PortWrapper(std::move(port.port)), observed_(*port.observed), seen_(*seen) {}

  void make(const MapSpec& spec) override {
    spec_ = spec;
    PortWrapper::make(spec);
    compare();
  }
  void release() override {
    PortWrapper::release();
    compare();
  }
  PutResult put(KeyId id, std::uint32_t stamp) override {
    const PutResult result = PortWrapper::put(id, stamp);
    compare();
    return result;
  }
  void del(KeyId id) override {
    PortWrapper::del(id);
    compare();
  }
  void clear() override {
    PortWrapper::clear();
    compare();
  }
  Step begin(unsigned slot, const IterStart& start) override {
    const Step step = PortWrapper::begin(slot, start);
    compare();
    return step;
  }
  Step next(unsigned slot) override {
    const Step step = PortWrapper::next(slot);
    compare();
    return step;
  }

 private:
  void compare() {
    if (++calls_ % 3 != 0 || testing::Test::HasFailure()) return;
    Words words;
    observed_.layout(&words);
    const Layout layout = read(words);
    count(layout, &seen_);
    EXPECT_TRUE(words_of(layout) == words) << "a word got lost";
    Snapshot own;
    ASSERT_TRUE(port().snapshot(&own));
    const Snapshot told = go::as_snapshot(layout, spec_, hashing_of(spec_));
    EXPECT_TRUE(told == own) << "of B " << int{own.B} << ", " << own.count << " entries";
  }

  go::Observed& observed_;
  Seen& seen_;
  MapSpec spec_;
  std::uint64_t calls_ = 0;
};

TEST(GoWords, GiveTheVeryPictureThatThePortGivesOfItself) {
  Seen seen;
  Comparing port(make_observed_gomap_port(), &seen);
  for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) {
    const Program program = generate(generate_spec(seed), seed, {});
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RunOptions options;
    options.max_steps = 400;
    run(program, port, nullptr, options);
  }
  for (const auto& file : corpus_files("findings")) {
    SCOPED_TRACE(file.string());
    run(read_program(file), port, nullptr);
  }
  for (const auto& file : corpus_files("seeds")) {
    SCOPED_TRACE(file.string());
    RunOptions options;
    options.max_steps = 400;
    run(read_program(file), port, nullptr, options);
  }
  // The states must be worth something.
  EXPECT_GT(seen.states, 2000U);
  EXPECT_GT(seen.growing, 100U);
  EXPECT_GT(seen.same_size, 10U);
  EXPECT_GT(seen.heap, 100U);
  EXPECT_GT(seen.spare, 100U);
  EXPECT_GT(seen.all_spares_gone, 10U);
  EXPECT_GT(seen.mark, 100U);
  EXPECT_GT(seen.lists, 100U);
  EXPECT_GT(seen.walks, 100U);
  EXPECT_GT(seen.earlier_arrays, 10U);
  EXPECT_GT(seen.nil, 0U);
  EXPECT_GT(seen.no_bucket, 10U);
  EXPECT_GT(seen.apart, 10U);
}

// ---- the same of a real Go ----

using GoWordsOf = WithGo;
MAPPROOF_FOR_EACH_GO(GoWordsOf);

TEST_P(GoWordsOf, ARealGoAreReadAndNoneGetsLost) {
  const auto machine = go::runtime(GetParam()).new_machine();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    MapSpec spec = generate_spec(seed);
    machine->run(go::make_records(spec));
    for (std::uint32_t i = 0; i < 120; ++i) {
      const KeyId id{i % std::min(domain_size(spec.key), 250U), i};
      std::vector<go::Record> records = {
          go::key_record(go::RecordOp::put, id, i + 1),
          go::begin_record(i % 8, i, static_cast<std::uint8_t>(i % 8))};
      records.back().flags = go::kWantLayout;
      const auto told = machine->run(records);
      const Words words(told.begin() + 1, told.end());
      ASSERT_EQ(words.size(), told[0]);
      const Layout layout = read(words);
      ASSERT_EQ(words_of(layout), words);
      ASSERT_TRUE(layout.walks[i % 8]);
      const auto verdict = audit(go::as_snapshot(layout, spec, hashing_of(spec)), spec.key);
      ASSERT_FALSE(verdict) << verdict->sentence();
    }
  }
}

}  // namespace
}  // namespace mapproof
