// Situations: the corpus reaches each of them, and none is counted where it is not.
#include "oracle/situations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/fake_port.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/test_program.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/situation_counter.h"

namespace mapproof {
namespace {

// ---- the list ----

TEST(SituationList, HasIdsThatAreDifferentAndSentences) {
  std::set<std::string_view> ids;
  for (const Situation& situation : kSituations) {
    EXPECT_TRUE(ids.insert(situation.id).second) << situation.id << " twice";
    EXPECT_NE(situation.id.find('/'), std::string_view::npos) << situation.id;
    EXPECT_GE(situation.sentence.size(), 10U) << situation.id;
  }
  EXPECT_GE(ids.size(), 80U);
}

TEST(SituationList, HasEachKindAndHashMode) {
  const auto is_there = [](const std::string& id) {
    return situation_index(id) < kSituations.size();
  };
  for (std::size_t i = 0; i < kKeyKinds; ++i) {
    EXPECT_TRUE(is_there("key/" + std::string(name(KeyKind{static_cast<std::uint8_t>(i)}))));
  }
  for (std::size_t i = 0; i < kElemKinds; ++i) {
    EXPECT_TRUE(is_there("elem/" + std::string(name(ElemKind{static_cast<std::uint8_t>(i)}))));
  }
  for (std::size_t i = 0; i < kHashModes; ++i) {
    EXPECT_TRUE(is_there("hash/" + std::string(name(HashMode{static_cast<std::uint8_t>(i)}))));
  }
}

// ---- the corpus ----

TEST(Situations, AreAllReachedByTheCorpus) {
  const auto port = make_gomap_port(0);
  std::set<std::size_t> missing;
  for (std::size_t i = 0; i < kSituations.size(); ++i) missing.insert(i);
  for (const auto& file : corpus_files("")) {
    const SituationLog log = situations_of(read_program(file), port.get());
    for (auto i = missing.begin(); i != missing.end();) {
      i = log.count(*i) != 0 ? missing.erase(i) : std::next(i);
    }
  }
  for (const std::size_t i : missing) {
    ADD_FAILURE() << kSituations[i].id << " (" << kSituations[i].sentence
                  << ") is reached by no program of the corpus";
  }
}

// ---- single situations ----

// `;` ends a line.
Program program_in_a_line(std::string_view text) {
  std::string lines = "mapproof 1\n" + std::string(text) + "\n";
  std::replace(lines.begin(), lines.end(), ';', '\n');
  return program_of(lines);
}

std::uint64_t times_reached(std::string_view id, std::string_view text) {
  const auto port = make_gomap_port(0);
  return situations_of(program_in_a_line(text), port.get()).count(id);
}

struct SituationCase {
  std::string id;
  std::string with;
  std::string without;  // as near as can be
};
void PrintTo(const SituationCase& one, std::ostream* out) { *out << one.id; }

// A map of four buckets. 26 keys are the most it holds; the 27th doubles it, and that put moves old
// buckets 0 and 1, since 100 belongs to bucket 0.
const std::string kFour = "map u64 u64 hint=20;";
const std::string kFull = kFour + "putrange 0 26;";
const std::string kDoubling = kFull + "put 100;";
// Four overflow buckets at four buckets: a new key packs the map. Key 4 moves old buckets 0 and 1.
const std::string kThreeOverflow =
    kFour + "fill 0 9;empty 0 9;fill 1 9;empty 1 9;fill 2 9;empty 2 9;";
const std::string kSparse = kThreeOverflow + "fill 3 9;";
const std::string kPacking = kSparse + "put 4;";
// One bucket; keys lie in the order of their numbers.
const std::string kSmall = "map u64 u64;";
const std::string kFloats = "map f64 u64;";
const std::string kWalk = "iter a bucket=0 offset=0;next a;";

// One old bucket of two or three buckets when the map doubles; it moves after those of 3 and 0.
const std::string kOldChainOfTwo = kFour + "fill 2 10;fill 0 8;fill 1 8;put 3;";
const std::string kOldChainOfThree = kFour + "fill 2 17;fill 1 8;put 0;put 3;";

const std::vector<SituationCase>& making() {
  static const std::vector<SituationCase> cases = {
      {"make/no-bucket", kSmall + "len", kFour + "len"},
      {"make/hint-with-buckets", kFour + "len", "map u64 u64 hint=8;len"},
      {"make/hint-with-spares", "map u64 u64 hint=60;len", "map u64 u64 hint=52;len"},
      {"make/hint-negative", "map u64 u64 hint=-1;len", kSmall + "len"},
      {"size/one-bucket", kSmall + "put 1", kFour + "put 1"},
      {"size/two-buckets", kSmall + "putrange 0 9", kSmall + "putrange 0 8"},
      {"nil/get", kSmall + "nil;get 1", kSmall + "get 1;nil"},
      {"nil/delete", kSmall + "nil;del 1", kSmall + "del 1;nil"},
      {"nil/clear", kSmall + "nil;clear", kSmall + "clear;nil"},
      {"nil/len", kSmall + "nil;len", kSmall + "len;nil"},
      {"nil/put", kSmall + "nil;put 1", kSmall + "put 1;nil"},
      {"nil/walk", kSmall + "nil;" + kWalk, kSmall + kWalk},
      {"empty/get", kSmall + "get 1", kSmall + "put 1;get 1"},
      {"empty/delete", kSmall + "del 1", kSmall + "put 1;del 1"},
      {"empty/clear", kSmall + "clear", kSmall + "put 1;clear"},
      {"empty/walk", kSmall + kWalk, kSmall + "put 1;" + kWalk},
      {"unhashable/nil", "map iface u64;nil;get unhashable", "map iface u64;get unhashable;nil"},
      {"unhashable/empty", "map iface u64;get unhashable", "map iface u64;put 1;get unhashable"},
      {"unhashable/filled", "map iface u64;put 1;get unhashable", "map iface u64;get unhashable"},
      {"unhashable/growing", "map iface u64 hint=20;putrange 0 27;del unhashable",
       "map iface u64 hint=20;putrange 0 26;del unhashable"},
      {"key/u8", "map u8 u64;put 1", "map u8 u64;get 1"},
      {"elem/str", "map u8 str;put 1", "map str u8;put 1"},
      {"hash/top", "map u8 u64 hash=top;put 1", "map u8 u64 hash=low;put 1"},
  };
  return cases;
}

const std::vector<SituationCase>& look_ups() {
  static const std::vector<SituationCase> cases = {
      {"get/old-bucket", kDoubling + "get 2", kDoubling + "get 0"},
      {"get/evacuated", kDoubling + "get 0", kDoubling + "get 2"},
      {"get/old-bucket-same-size", kPacking + "get 3", kSparse + "get 3"},
      {"get/evacuated-same-size", kPacking + "get 4", kPacking + "get 3"},
      {"get/old-overflow-bucket", kPacking + "get 515", kPacking + "get 3"},
      {"get/old-chain-of-three", kOldChainOfThree + "get 1026", kOldChainOfThree + "get 514"},
      {"get/miss-in-growth", kDoubling + "has 200", kDoubling + "has 2"},
      {"get/second-bucket", kFour + "fill 1 9;get 513", kFour + "fill 1 9;get 449"},
      {"get/third-bucket", kFour + "fill 1 17;get 1025", kFour + "fill 1 17;get 513"},
      {"get/behind-hole", kSmall + "putrange 0 3;del 1;get 2", kSmall + "putrange 0 3;del 1;get 0"},
      {"get/tophash-collision", kSmall + "putrange 0 2;get 1", kSmall + "putrange 0 2;get 0"},
      {"get/miss-full-chain", kSmall + "putrange 0 8;has 8", kSmall + "putrange 0 7;has 8"},
      {"get/nan", kFloats + "put nan;get nan", kFloats + "put 1;get nan"},
      {"grow/read-does-not-push", kDoubling + "has 3", kDoubling + "has 1"},
  };
  return cases;
}

const std::vector<SituationCase>& inserts() {
  static const std::vector<SituationCase> cases = {
      {"insert/hole", kSmall + "putrange 0 3;del 1;put 7", kSmall + "putrange 0 3;del 2;put 7"},
      {"insert/hole-in-overflow", kFour + "fill 1 16;del 641;put 1025",
       kFour + "fill 1 16;del 129;put 1025"},
      {"insert/again-same-cell", kSmall + "putrange 0 3;del 1;put 1",
       kSmall + "putrange 0 3;del 1;put 7;put 1"},
      {"insert/again-other-cell", kSmall + "putrange 0 4;del 0;del 2;put 2",
       kSmall + "putrange 0 4;del 2;put 2"},
      {"insert/again-other-bucket", kFour + "fill 1 10;del 1;del 513;put 513",
       kFour + "fill 1 10;del 513;put 513"},
      {"insert/again-after-growth", kFull + "del 1;put 100;put 101;put 1",
       kFull + "del 1;put 1;put 100;put 101"},
      {"insert/empty-overflow-bucket", kFour + "fill 1 9;del 513;put 577",
       kFour + "fill 1 10;del 577;put 641"},
      {"insert/hangs-heap-bucket", kFour + "fill 1 9", kFour + "fill 1 8"},
      {"insert/hangs-spare-bucket", "map u64 u64 hint=60;fill 1 9", kFour + "fill 1 9"},
      {"insert/last-spare", "map u64 u64 hint=60;fill 0 9;fill 1 9;fill 2 9;fill 3 9",
       "map u64 u64 hint=60;fill 0 9"},
      {"insert/heap-after-spares", "map u64 u64 hint=60;fill 0 9;fill 1 9;fill 2 9;fill 3 9",
       kFour + "fill 0 9"},
      {"insert/chain-of-three", kFour + "fill 1 17", kFour + "fill 1 16"},
      {"insert/chain-of-four", kFour + "fill 1 25", kFour + "fill 1 24"},
      {"insert/chain-of-eight", "map u64 u64 hint=60;fill 1 57", "map u64 u64 hint=60;fill 1 56"},
      {"insert/tophash-collision", kSmall + "putrange 0 2", kSmall + "put 0;touch 0 2"},
      {"insert/top-byte-below-five", kSmall + "put 1", "map u64 u64 hash=constant;put 1"},
      {"insert/in-growth", kDoubling + "put 101", kDoubling},
      {"insert/in-same-size-growth", kPacking + "put 5", kPacking + "put 3"},
      {"insert/moves-its-bucket", kDoubling + "put 102", kDoubling + "put 101"},
      {"insert/hangs-bucket-in-growth", kThreeOverflow + "fill 0 8;fill 3 9;put 5;put 4",
       kPacking + "put 579"},
      {"insert/refill", kSmall + "putrange 0 9;delrange 0 9;putrange 0 9",
       kSmall + "putrange 0 9;delrange 0 8;putrange 0 9"},
      {"insert/refill-after-clear", kSmall + "put 0;clear;putrange 0 9",
       kSmall + "put 0;clear;putrange 0 8"},
      {"insert/nan-beside-nan", kFloats + "touch nan 2", kFloats + "put 1;put nan"},
      {"insert/nan-in-overflow", "map f64 u64 hash=constant;touch nan 9",
       "map f64 u64 hash=constant;touch nan 8"},
      {"insert/nan-in-growth", "map f64 u64 hint=20;putrange 0 27;put nan",
       "map f64 u64 hint=20;putrange 0 26;put nan"},
      {"insert/big-key", "map big u64;put 1", "map u64 big;put 1"},
      {"insert/big-elem", "map u64 big;put 1", "map big u64;put 1"},
      {"insert/both-big", "map big big;put 1", "map big u64;put 1"},
      {"insert/sizeless-key", "map empty u64;put 0", "map u64 empty;put 0"},
  };
  return cases;
}

const std::vector<SituationCase>& updates() {
  static const std::vector<SituationCase> cases = {
      {"update/idle", kSmall + "put 1;put 1", kSmall + "put 1;put 2"},
      {"update/old-bucket", kDoubling + "put 2", kDoubling + "put 0"},
      {"update/evacuated", kDoubling + "put 0", kDoubling + "put 2"},
      {"update/same-size-growth", kPacking + "put 3", kSparse + "put 3"},
      {"update/overflow-bucket", kFour + "fill 1 9;put 513", kFour + "fill 1 9;put 449"},
      {"update/behind-hole", kSmall + "putrange 0 3;del 0;put 2",
       kSmall + "putrange 0 3;del 1;put 0"},
      {"update/at-load-bound", kSmall + "putrange 0 8;put 3", kSmall + "putrange 0 7;put 3"},
      {"update/at-overflow-bound", kSparse + "put 3", kFour + "fill 3 9;put 3"},
      {"update/negative-zero", kFloats + "put 0;put -0", kFloats + "put -0;put 0"},
      {"update/positive-zero", kFloats + "put -0;put 0", kFloats + "put 0;put 0"},
      {"update/zero-under-a-walk", kFloats + "put 0;" + kWalk + "put -0",
       kFloats + "put 0;" + kWalk + "drain a;put -0"},
  };
  return cases;
}

const std::vector<SituationCase>& deletes() {
  static const std::vector<SituationCase> cases = {
      {"delete/leaves-hole", kSmall + "putrange 0 3;del 1", kSmall + "putrange 0 3;del 2"},
      {"delete/marks-rest", kSmall + "putrange 0 3;del 2", kSmall + "putrange 0 3;del 1"},
      {"delete/hole-at-bucket-end", kFour + "fill 1 9;del 449", kFour + "fill 1 8;del 449"},
      {"delete/before-empty-overflow", kFour + "fill 1 9;del 513;del 449",
       kFour + "fill 1 9;del 449"},
      {"delete/rest-walks-back", kSmall + "putrange 0 4;del 2;del 3",
       kSmall + "putrange 0 4;del 1;del 3"},
      {"delete/rest-across-a-link", kFour + "fill 1 9;del 449;del 513",
       kFour + "fill 1 9;del 385;del 513"},
      {"delete/rest-across-two-links",
       kFour + "fill 1 17;del 449;del 513;del 577;del 641;del 705;del 769;del 833;del 897;del 961;"
               "del 1025",
       kFour + "fill 1 17;del 513;del 577;del 641;del 705;del 769;del 833;del 897;del 961;"
               "del 1025"},
      {"delete/rest-to-the-beginning", kFour + "fill 1 9;empty 1 9",
       kFour + "fill 1 9;del 449;del 513"},
      {"delete/second-bucket", kFour + "fill 1 9;del 513", kOldChainOfTwo + "del 514"},
      {"delete/third-bucket", kFour + "fill 1 17;del 1025", kFour + "fill 1 17;del 513"},
      {"delete/old-bucket", kDoubling + "del 2", kDoubling + "del 0"},
      {"delete/evacuated", kDoubling + "del 0", kDoubling + "del 2"},
      {"delete/old-chain-of-two", kOldChainOfTwo + "del 2", kOldChainOfThree + "del 2"},
      {"delete/old-chain-of-three", kOldChainOfThree + "del 2", kOldChainOfTwo + "del 2"},
      {"delete/old-bucket-same-size", kPacking + "del 3", kSparse + "del 3"},
      {"delete/old-chain-same-size", kPacking + "del 3", kPacking + "del 4"},
      {"delete/evacuated-same-size", kPacking + "del 4", kPacking + "del 3"},
      {"delete/absent", kSmall + "put 1;del 2", kSmall + "put 1;del 1"},
      {"delete/absent-in-growth", kDoubling + "del 200", kFull + "del 200"},
      {"delete/nan", kFloats + "put nan;del nan", kFloats + "put 1;del nan"},
      {"delete/other-zero", kFloats + "put 0;del -0", kFloats + "put 0;del 0"},
      {"delete/last-entry", kSmall + "put 1;del 1", kSmall + "putrange 1 2;del 1"},
      {"delete/big-elem", "map u64 big;put 1;del 1", "map u64 big;put 1;del 2"},
      {"delete/tophash-collision", kSmall + "putrange 0 2;del 1", kSmall + "putrange 0 2;del 0"},
  };
  return cases;
}

const std::vector<SituationCase>& clears() {
  static const std::vector<SituationCase> cases = {
      {"clear/idle", kSmall + "put 1;clear", kSmall + "clear"},
      {"clear/growing", kDoubling + "clear", kFull + "clear"},
      {"clear/growing-same-size", kPacking + "clear", kSparse + "clear"},
      {"clear/overflow-buckets", kFour + "fill 1 9;clear", kFour + "fill 1 8;clear"},
      {"clear/overflow-in-growth", kPacking + "clear", kDoubling + "clear"},
      {"clear/spares-come-back", "map u64 u64 hint=60;fill 1 9;clear",
       "map u64 u64 hint=60;fill 1 8;clear"},
      {"clear/nan", kFloats + "put nan;clear", kFloats + "put 1;clear"},
      {"clear/under-a-walk", kSmall + "put 1;" + kWalk + "clear",
       kSmall + "put 1;" + kWalk + "next a;clear"},
      {"clear/growing-under-a-walk", kFull + kWalk + "put 100;clear", kFull + kWalk + "clear"},
      {"clear/twice", kSmall + "put 1;clear;put 1;clear", kSmall + "put 1;clear;clear"},
      {"clear/then-grows", kSmall + "put 1;clear;putrange 0 9", kSmall + "putrange 0 9;clear"},
  };
  return cases;
}

const std::vector<SituationCase>& growths() {
  static const std::vector<SituationCase> cases = {
      {"grow/bigger-starts", kSmall + "putrange 0 9", kSmall + "putrange 0 8"},
      {"grow/bigger-starts-under-a-walk", kFull + kWalk + "put 100",
       kFull + kWalk + "drain a;put 100"},
      {"grow/flag-outlives-the-walk", kFull + kWalk + "drain a;put 100", kFull + kWalk + "put 100"},
      {"grow/without-a-walk-flag", kDoubling, kFull + kWalk + "put 100"},
      {"grow/iterator-becomes-old", kFull + kWalk + "put 100", kDoubling},
      {"grow/bigger-starts-with-holes", kFull + "del 1;put 100;put 104",
       kFull + "del 25;put 100;put 104"},
      {"grow/bigger-starts-with-overflow", kFour + "fill 1 9;fill 0 8;fill 2 8;put 3;put 7",
       kDoubling},
      {"grow/starts-and-ends-at-once", kSmall + "putrange 0 9", kDoubling},
      {"grow/same-size-starts", kPacking, kSparse + "put 3"},
      {"grow/same-size-starts-under-a-walk", kSparse + kWalk + "put 4", kSparse + kWalk + "put 3"},
      {"grow/bigger-after-bigger", kSmall + "putrange 0 14", kSmall + "putrange 0 13"},
      {"grow/over-the-overflow-bound", kSparse, kThreeOverflow},
      {"grow/ends-by-insert", kDoubling + "put 102", kDoubling + "put 2"},
      {"grow/ends-by-update", kDoubling + "put 2", kDoubling + "put 102"},
      {"grow/ends-by-delete", kDoubling + "del 2", kDoubling + "del 202"},
      {"grow/ends-by-missed-delete", kDoubling + "del 202", kDoubling + "del 2"},
      {"grow/ends-same-size", kPacking + "put 3;put 2", kPacking},
      {"grow/ends-under-a-walk", kDoubling + kWalk + "put 2", kDoubling + kWalk},
      {"grow/by-deletes-only", kDoubling + "del 2", kDoubling + "put 0;del 2;del 3"},
      {"grow/by-updates-only", kDoubling + "put 2", kDoubling + "del 0;put 2;put 3"},
      {"grow/mark-skips", kFull + "put 102;put 0", kDoubling + "put 2"},
      {"evacuate/empty-bucket", kFour + "fill 0 9;fill 1 9;fill 2 9;put 1", kDoubling + "put 2"},
      {"evacuate/chain-of-two", kOldChainOfTwo + "put 2", kDoubling + "put 2"},
      {"evacuate/chain-of-three", kOldChainOfThree + "put 2", kOldChainOfTwo + "put 2"},
      {"evacuate/holes", kFull + "del 0;put 101;put 104;put 105", kDoubling},
      {"evacuate/empty-overflow", kPacking, kDoubling + "put 2"},
      {"evacuate/all-to-x", kFour + "fill 0 8;fill 1 8;fill 2 8;putrange 3 3", kDoubling},
      {"evacuate/both", kDoubling, kFour + "fill 0 9;fill 1 9;fill 2 9"},
      {"evacuate/x-overflows", kFour + "fill 0 9;fill 1 9;fill 2 9",
       kFour + "fill 0 8;fill 1 8;fill 2 8;put 3;put 7;put 11"},
      {"evacuate/y-overflows", kFour + "fill 4 9;fill 5 9;fill 6 9",
       kFour + "fill 0 9;fill 1 9;fill 2 9"},
      {"evacuate/same-size-packs", kPacking,
       kFour + "fill 0 9;fill 1 9;empty 1 9;fill 2 9;empty 2 9;fill 3 9;put 579"},
      {"evacuate/same-size-overflows", kPacking + "put 3",
       kThreeOverflow + "fill 0 8;fill 3 9;put 5"},
      {"evacuate/out-of-turn", kFull + "put 102", kDoubling},
      {"evacuate/wiped", "map u64 str;putrange 0 9", kSmall + "putrange 0 9"},
      {"evacuate/kept-for-a-walk", "map u64 str;putrange 0 8;" + kWalk + "put 8",
       "map u64 str;putrange 0 9"},
      {"evacuate/pointer-free", kSmall + "putrange 0 9", "map u64 str;putrange 0 9"},
      {"evacuate/big-key", "map big u64;putrange 0 9", "map big u64;putrange 0 8"},
      {"evacuate/negative-zero", kFloats + "put -0;putrange 1 8", kFloats + "putrange 0 9"},
      {"evacuate/nan-for-a-walk", kFloats + "put nan;putrange 1 7;" + kWalk + "put 8",
       kFloats + "put nan;putrange 1 8"},
  };
  return cases;
}

const std::vector<SituationCase>& walks() {
  static const std::vector<SituationCase> cases = {
      {"walk/begins-idle", kFull + kWalk, kDoubling + kWalk},
      {"walk/begins-in-growth", kDoubling + kWalk, kFull + kWalk},
      {"walk/begins-in-same-size-growth", kPacking + kWalk, kSparse + kWalk},
      {"walk/begins-in-last-bucket", kFull + "iter a bucket=3 offset=0;next a",
       kFull + "iter a bucket=2 offset=0;next a"},
      {"walk/begins-at-offset", kFull + "iter a bucket=0 offset=1;next a", kFull + kWalk},
      {"walk/begins-by-chance", kFull + "iter a;next a", kFull + kWalk},
      {"walk/wraps-around", kFull + "iter a bucket=1 offset=0;drain a", kFull + kWalk + "drain a"},
      {"walk/overflow-bucket", kFour + "fill 0 9;" + kWalk + "next a 8",
       kFour + "fill 0 9;" + kWalk + "next a 7"},
      {"walk/old-bucket", kDoubling + "iter a bucket=2 offset=0;next a", kDoubling + kWalk},
      {"walk/old-bucket-same-size", kPacking + "iter a bucket=3 offset=0;next a", kPacking + kWalk},
      {"walk/sibling-check", kDoubling + "iter a bucket=2 offset=0;next a",
       kFour + "fill 2 8;fill 0 8;fill 1 8;put 3;put 11;put 4;iter a bucket=2 offset=0;next a"},
      {"walk/bucket-moves-away", kFull + kWalk + "put 100;next a",
       kFull + "iter a bucket=3 offset=0;next a 6;put 100;next a"},
      {"walk/moved-found", kFull + kWalk + "put 100;next a", kFull + kWalk + "next a;put 100"},
      {"walk/moved-updated", kFull + kWalk + "put 100;put 4;next a",
       kFull + kWalk + "put 100;put 0;next a"},
      {"walk/moved-deleted", kFull + kWalk + "put 100;del 5;put 2;put 3;drain a",
       kFull + kWalk + "del 5;put 100;put 101;put 2;put 3;drain a"},
      {"walk/moved-recreated", kFull + kWalk + "put 100;del 4;put 4;drain a",
       kFull + kWalk + "del 4;put 100;put 101;put 4;drain a"},
      {"walk/deleted-ahead", kSmall + "putrange 0 3;" + kWalk + "del 2",
       kSmall + "putrange 0 3;" + kWalk + "del 0"},
      {"walk/deleted-current", kSmall + "putrange 0 3;" + kWalk + "del 0",
       kSmall + "putrange 0 3;" + kWalk + "del 1"},
      {"walk/deleted-behind", kSmall + "putrange 0 3;" + kWalk + "next a;del 0",
       kSmall + "putrange 0 3;" + kWalk + "next a;del 1"},
      {"walk/updated-ahead", kSmall + "putrange 0 3;" + kWalk + "put 2;drain a",
       kSmall + "putrange 0 3;" + kWalk + "put 0;drain a"},
      {"walk/inserted-seen", kSmall + "putrange 0 3;" + kWalk + "put 7;drain a",
       kSmall + "putrange 0 3;put 7;" + kWalk + "drain a"},
      {"walk/inserted-unseen", kSmall + "putrange 0 3;" + kWalk + "del 0;put 7;drain a",
       kSmall + "putrange 0 3;" + kWalk + "put 7;drain a"},
      {"walk/recreated-seen", kSmall + "putrange 0 3;" + kWalk + "del 2;put 2;drain a",
       kSmall + "putrange 0 3;" + kWalk + "del 2;put 7;drain a"},
      {"walk/recreated-twice",
       kSmall + "putrange 0 6;iter a bucket=0 offset=4;next a;del 4;del 0;put 4;drain a",
       kSmall + "putrange 0 6;iter a bucket=0 offset=4;next a;del 4;put 4;drain a"},
      {"walk/zero-sign-changed", kFloats + "put 1;put 0;" + kWalk + "put -0;drain a",
       kFloats + "put 1;put 0;" + kWalk + "put 0;drain a"},
      {"walk/across-a-doubling", kFull + kWalk + "put 100;next a", kFull + kWalk + "put 100"},
      {"walk/across-two-doublings", kSmall + "putrange 0 8;" + kWalk + "put 8;putrange 9 5;next a",
       kSmall + "putrange 0 8;" + kWalk + "put 8;putrange 9 4;next a"},
      {"walk/across-same-size", kSparse + kWalk + "put 4;next a", kPacking + kWalk + "next a"},
      {"walk/outlives-its-growth", kDoubling + kWalk + "put 2;next a",
       kDoubling + kWalk + "put 0;next a"},
      {"walk/pointers-across-growth", "map str u64;putrange 0 8;" + kWalk + "put 8;next a",
       kSmall + "putrange 0 8;" + kWalk + "put 8;next a"},
      {"walk/no-pointers-across-growth", kSmall + "putrange 0 8;" + kWalk + "put 8;next a",
       "map str u64;putrange 0 8;" + kWalk + "put 8;next a"},
      {"walk/nan-across-growth", kFloats + "putrange 1 7;put nan;" + kWalk + "put 8;drain a",
       kFloats + "putrange 1 8;" + kWalk + "put 9;drain a"},
      {"walk/cleared", kSmall + "putrange 0 3;" + kWalk + "clear;next a",
       kSmall + "putrange 0 3;" + kWalk + "next a;clear"},
      {"walk/cleared-and-refilled", kSmall + "putrange 0 3;" + kWalk + "clear;put 1;next a",
       kSmall + "putrange 0 3;" + kWalk + "clear;next a;put 1"},
      {"walk/emptied", kSmall + "put 1;" + kWalk + "del 1;next a",
       kSmall + "putrange 1 2;" + kWalk + "del 1;drain a"},
      {"walk/two-at-once", kFull + "iter a;next a;iter b;next b",
       kFull + "iter a;drain a;iter b;next b"},
      {"walk/eight-at-once",
       kFull + "iter a;next a;iter b;next b;iter c;next c;iter d;next d;iter e;next e;iter f;"
               "next f;iter g;next g;iter h;next h",
       kFull + "iter a;next a;iter b;next b;iter c;next c;iter d;next d;iter e;next e;iter f;"
               "next f;iter g;next g;iter g;next g"},
      {"walk/two-of-different-ages", kFull + "iter a;next a;put 100;iter b;next b",
       kDoubling + "iter a;next a;iter b;next b"},
      {"walk/abandoned", kFull + kWalk + "drop a;put 0", kFull + kWalk + "drain a;drop a;put 0"},
      {"walk/abandoned-in-growth", kDoubling + kWalk + "drop a;put 0",
       kFull + kWalk + "drop a;put 100"},
      {"walk/outlives-release", kFull + kWalk + "nil;next a", kFull + kWalk + "next a;nil"},
      {"walk/pop-loop",
       kSmall + "putrange 0 4;" + kWalk + "del 0;" + kWalk + "del 1;" + kWalk + "del 2",
       kSmall + "putrange 0 4;" + kWalk + "del 0;" + kWalk + "del 1;put 3;" + kWalk + "del 2"},
      {"walk/ends-in-growth", kDoubling + kWalk + "drain a",
       kDoubling + "put 2;" + kWalk + "drain a"},
  };
  return cases;
}

class OneSituation : public testing::TestWithParam<SituationCase> {};

TEST_P(OneSituation, IsCountedWhereItIsReached) {
  EXPECT_GE(times_reached(GetParam().id, GetParam().with), 1U) << GetParam().with;
}

TEST_P(OneSituation, IsNotCountedWhereItIsNearlyReached) {
  EXPECT_EQ(times_reached(GetParam().id, GetParam().without), 0U) << GetParam().without;
}

std::string case_name(const testing::TestParamInfo<SituationCase>& info) {
  std::string name = info.param.id;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Making, OneSituation, testing::ValuesIn(making()), case_name);
INSTANTIATE_TEST_SUITE_P(LookUps, OneSituation, testing::ValuesIn(look_ups()), case_name);
INSTANTIATE_TEST_SUITE_P(Inserts, OneSituation, testing::ValuesIn(inserts()), case_name);
INSTANTIATE_TEST_SUITE_P(Updates, OneSituation, testing::ValuesIn(updates()), case_name);
INSTANTIATE_TEST_SUITE_P(Deletes, OneSituation, testing::ValuesIn(deletes()), case_name);
INSTANTIATE_TEST_SUITE_P(Clears, OneSituation, testing::ValuesIn(clears()), case_name);
INSTANTIATE_TEST_SUITE_P(Growths, OneSituation, testing::ValuesIn(growths()), case_name);
INSTANTIATE_TEST_SUITE_P(Walks, OneSituation, testing::ValuesIn(walks()), case_name);

// ---- the counter ----

TEST(SituationCounter, CountsHowOften) {
  EXPECT_EQ(times_reached("nil/get", kSmall + "nil;get 1;has 1;get 2"), 3U);
  EXPECT_EQ(times_reached("grow/bigger-starts", kSmall + "putrange 0 27"), 3U);
}

TEST(SituationCounter, ForgetsTheLastMapWithTheNextOne) {
  const auto port = make_gomap_port(0);
  SituationLog log;
  SituationCounter counter(port.get(), &log);
  run(program_in_a_line(kSmall + "putrange 0 9;clear"), counter, nullptr);
  ASSERT_EQ(log.count("clear/idle"), 1U);
  run(program_in_a_line(kSmall + "put 1;clear"), counter, nullptr);
  EXPECT_EQ(log.count("clear/idle"), 2U);
  EXPECT_EQ(log.count("clear/twice"), 0U) << "each of the two maps was cleared once";
}

// What the port answers, operation by operation.
std::vector<std::string> answers(const Program& program, Port& port) {
  std::vector<std::string> all;
  Judge judge;
  RunOptions options;
  options.trace = [&all](std::size_t, std::size_t, const std::string& answer) {
    all.push_back(answer);
  };
  all.push_back(run(program, port, &judge, options).ok() ? "holds" : "fails");
  return all;
}

TEST(SituationCounter, ChangesNoAnswer) {
  const auto port = make_gomap_port(0);
  SituationLog log;
  SituationCounter counter(port.get(), &log);
  for (const auto& file : corpus_files("seeds")) {
    const Program program = read_program(file);
    EXPECT_EQ(answers(program, counter), answers(program, *port)) << file;
  }
}

// Of a port that shows nothing there is little to count, and nothing to stumble over.
TEST(SituationCounter, BearsAPortWithoutALayout) {
  FakePort port;
  const SituationLog log = situations_of(program_in_a_line(kDoubling + kWalk + "drain a"), &port);
  EXPECT_EQ(log.count("grow/bigger-starts"), 0U);
  EXPECT_EQ(log.count("walk/begins-idle"), 1U);
}

// Past the bound only headers are looked at: sizes and growths are still counted, cells are not.
TEST(SituationCounter, LooksAtTheHeaderOnlyOfALargeMap) {
  const std::string large = kSmall + "putrange 0 1000;";
  EXPECT_GE(times_reached("size/256-buckets", large), 1U);
  EXPECT_EQ(times_reached("get/tophash-collision", large + "get 256"), 0U);
  EXPECT_EQ(times_reached("update/idle", large + "put 3"), 1U);
}

}  // namespace
}  // namespace mapproof
