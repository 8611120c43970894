// The doors for maps from outside: bytes, answers of elsewhere, memory, and what a map does instead
// of answering. c_ports_test.cc has real libraries.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/test_program.h"
#include "oracle/doors/c_port.h"
#include "oracle/doors/host_memory.h"
#include "oracle/doors/images.h"
#include "oracle/doors/library_port.h"
#include "oracle/doors/transcript.h"
#include "oracle/doors/words.h"
#include "oracle/generate.h"
#include "oracle/judge.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

using doors::Answer;
using doors::Call;

// ---- a map behind the C door that can misbehave ----

enum class Mischief : std::uint8_t {
  none,
  never_hashes,
  same_start,
  odd_status,
  short_elem,
  null_elem,
  short_key,
  no_map,
  no_walk,
  asks_nonsense,
  overruns,
  underruns,
  releases_wrong_size,
  leaks,
  fails_with_words,
  raises_changed,
  loses_first_key,
};
Mischief g_mischief = Mischief::none;

struct Entry {
  std::string key;
  std::string elem;
};
struct Map {
  const mapproof_host* host;
  std::list<Entry> entries;
  void* memory = nullptr;
};
struct Walk {
  Map* map;
  std::size_t given = 0;
  std::size_t first = 0;
};

std::string text(mapproof_bytes bytes) {
  return bytes.size == 0 ? "" : std::string(static_cast<const char*>(bytes.data), bytes.size);
}
mapproof_bytes bytes(const std::string& text) { return {text.data(), text.size()}; }
bool is(Mischief mischief) { return g_mischief == mischief; }

auto find(Map* map, mapproof_bytes key) {
  if (!is(Mischief::never_hashes)) map->host->hash(map->host->context, key, map->host->seed);
  auto at = map->entries.begin();
  while (at != map->entries.end() &&
         map->host->equal(map->host->context, bytes(at->key), key) == 0) {
    ++at;
  }
  return at;
}

void* create(const mapproof_host* host) {
  if (is(Mischief::no_map)) return nullptr;
  return new Map{.host = host, .entries = {}, .memory = host->allocate(host->context, 24, 8)};
}
void destroy(void* map) {
  Map* m = static_cast<Map*>(map);
  char* memory = static_cast<char*>(m->memory);
  const std::size_t size = is(Mischief::releases_wrong_size) ? 23 : 24;
  if (!is(Mischief::leaks)) m->host->release(m->host->context, memory, size, 8);
  delete m;
}
std::size_t size(void* map) { return static_cast<Map*>(map)->entries.size(); }
int find_key(void* map, mapproof_bytes key, mapproof_bytes* elem) {
  Map* m = static_cast<Map*>(map);
  if (is(Mischief::asks_nonsense)) m->host->hash(m->host->context, {"abc", 3}, 0);
  const auto at = find(m, key);
  if (at == m->entries.end()) return MAPPROOF_NO;
  *elem = bytes(at->elem);
  if (is(Mischief::short_elem)) elem->size -= 1;
  if (is(Mischief::null_elem)) elem->data = nullptr;
  return MAPPROOF_YES;
}
int assign(void* map, mapproof_bytes key, mapproof_bytes elem) {
  Map* m = static_cast<Map*>(map);
  if (is(Mischief::odd_status)) return 77;
  if (is(Mischief::fails_with_words)) return MAPPROOF_FAILED;
  if (is(Mischief::overruns)) static_cast<char*>(m->memory)[24] = 1;
  if (is(Mischief::underruns)) static_cast<char*>(m->memory)[-1] = 1;
  const auto at = find(m, key);
  if (at != m->entries.end()) {
    at->key = text(key);
    at->elem = text(elem);
  } else {
    m->entries.push_back({text(key), text(elem)});
    if (is(Mischief::loses_first_key) && m->entries.size() == 9) m->entries.pop_front();
  }
  return MAPPROOF_YES;
}
int erase(void* map, mapproof_bytes key) {
  Map* m = static_cast<Map*>(map);
  const auto at = find(m, key);
  if (at == m->entries.end()) return MAPPROOF_NO;
  m->entries.erase(at);
  return MAPPROOF_YES;
}
int clear(void* map) {
  static_cast<Map*>(map)->entries.clear();
  return MAPPROOF_YES;
}
void* iterate(void* map, const mapproof_start* start) {
  if (is(Mischief::no_walk)) return nullptr;
  const bool obeys = start != nullptr && !is(Mischief::same_start);
  return new Walk{.map = static_cast<Map*>(map), .given = 0, .first = obeys ? start->bucket : 0};
}
int next(void* walk, mapproof_bytes* key, mapproof_bytes* elem) {
  Walk* w = static_cast<Walk*>(walk);
  if (is(Mischief::raises_changed)) return MAPPROOF_CHANGED;
  const std::size_t n = w->map->entries.size();
  if (w->given >= n) return MAPPROOF_NO;
  auto at = w->map->entries.begin();
  std::advance(at, static_cast<std::ptrdiff_t>((w->first + w->given++) % n));
  *key = bytes(at->key);
  *elem = bytes(at->elem);
  if (is(Mischief::short_key)) key->size -= 1;
  return MAPPROOF_YES;
}
void close_walk(void* walk) { delete static_cast<Walk*>(walk); }
const char* last_error() { return "the disk is on fire"; }

mapproof_port_api table() {
  return {.version = MAPPROOF_PORT_VERSION,
          .struct_size = sizeof(mapproof_port_api),
          .name = "list",
          .profile = "std",
          .features = MAPPROOF_HASHES | MAPPROOF_STARTS,
          .reserved = 0,
          .supports = nullptr,
          .create = create,
          .destroy = destroy,
          .size = size,
          .find = find_key,
          .assign = assign,
          .erase = erase,
          .clear = clear,
          .iterate = iterate,
          .next = next,
          .close = close_walk,
          .last_error = last_error};
}

// What a program shows of a map that misbehaves so.
std::string verdict_of(Mischief mischief, std::string_view program) {
  g_mischief = mischief;
  const mapproof_port_api api = table();
  const auto port = doors::make_c_port(&api);
  Judge judge;
  const RunResult result = run(program_of(std::string(program)), *port, &judge);
  g_mischief = Mischief::none;
  return result.ok() ? "holds" : result.verdict->property;
}

constexpr std::string_view kSmall = R"(map u64 u64
put 1
put 2
get 1
len
iter a
next a 2
del 1
drain a
)";
constexpr std::string_view kManyPuts = "map u64 u64\nputrange 0 64\n";
constexpr std::string_view kManyStarts = R"(map u64 u64 hash=identity
putrange 0 64
iter a bucket=0 offset=0
next a
iter b bucket=1 offset=1
next b
iter c bucket=2 offset=2
next c
iter d bucket=3 offset=3
next d
iter e bucket=4 offset=4
next e
iter f bucket=5 offset=5
next f
)";

TEST(CDoor, AMapThatBehavesHolds) {
  for (const std::string_view program : {kSmall, kManyPuts, kManyStarts}) {
    EXPECT_EQ(verdict_of(Mischief::none, program), "holds") << program;
  }
}

TEST(CDoor, AMapWithoutClearIsEmptiedKeyByKey) {
  mapproof_port_api api = table();
  api.clear = nullptr;
  const auto port = doors::make_c_port(&api);
  Judge judge;
  const Program program = program_of("map u64 u64\nputrange 0 5\nclear\nlen\nhas 3\nput 3\nlen\n");
  EXPECT_TRUE(run(program, *port, &judge).ok());
}

TEST(CDoor, AnAnswerThatMeansNothingIsToldAsSuch) {
  for (const Mischief mischief :
       {Mischief::odd_status, Mischief::short_elem, Mischief::null_elem, Mischief::short_key,
        Mischief::no_map, Mischief::no_walk, Mischief::asks_nonsense}) {
    EXPECT_EQ(verdict_of(mischief, kSmall), "port/answer") << static_cast<int>(mischief);
  }
}

TEST(CDoor, DamageToTheHostsMemoryIsTold) {
  for (const Mischief mischief :
       {Mischief::overruns, Mischief::underruns, Mischief::releases_wrong_size}) {
    EXPECT_EQ(verdict_of(mischief, kSmall), "port/corruption") << static_cast<int>(mischief);
  }
}

TEST(CDoor, MemoryThatIsNotGivenBackIsALeak) {
  EXPECT_EQ(verdict_of(Mischief::leaks, kSmall), "port/leak");
}

TEST(CDoor, AFeatureThatIsClaimedButNotThereIsTold) {
  EXPECT_EQ(verdict_of(Mischief::never_hashes, kManyPuts), "port/features");
  EXPECT_EQ(verdict_of(Mischief::same_start, kManyStarts), "port/features");
  // Of a few entries nothing can be said.
  EXPECT_EQ(verdict_of(Mischief::never_hashes, kSmall), "holds");
}

TEST(CDoor, PanicsAreTheJudgesBusiness) {
  EXPECT_EQ(verdict_of(Mischief::fails_with_words, kSmall), "panic/unexpected");
  EXPECT_EQ(verdict_of(Mischief::raises_changed, kSmall), "panic/unexpected");
  EXPECT_EQ(verdict_of(Mischief::loses_first_key, kManyPuts), "holds");
  EXPECT_EQ(verdict_of(Mischief::loses_first_key, "map u64 u64\nputrange 0 9\nlen\n"), "len/exact");
}

TEST(CDoor, ATableThatCannotBeUsedIsRefusedWithAdvice) {
  const auto refusal = [](auto change) {
    mapproof_port_api api = table();
    change(api);
    return doors::objection(&api);
  };
  using Api = mapproof_port_api;
  EXPECT_EQ(refusal([](Api&) {}), "");
  EXPECT_NE(doors::objection(nullptr).find("null"), std::string::npos);
  EXPECT_NE(refusal([](Api& api) { api.version = 99; }).find("version 99"), std::string::npos);
  EXPECT_NE(refusal([](Api& api) { api.struct_size = 8; }).find("struct_size 8"),
            std::string::npos);
  EXPECT_NE(refusal([](Api& api) { api.name = ""; }).find(".name"), std::string::npos);
  EXPECT_NE(refusal([](Api& api) { api.profile = "best"; }).find("profile best"),
            std::string::npos);
  EXPECT_NE(refusal([](Api& api) { api.erase = nullptr; }).find(".erase"), std::string::npos);
  EXPECT_EQ(refusal([](Api& api) { api.clear = nullptr; }), "");
}

// ---- bytes ----

TEST(Images, OfEachKeyLeadBackToIt) {
  doors::Bytes bytes;
  for (std::size_t k = 0; k < kKeyKinds; ++k) {
    const auto kind = static_cast<KeyKind>(k);
    const doors::KeyImages& images = doors::images(kind);
    for (std::uint32_t index = 0; index < std::min(domain_size(kind), 600U); ++index) {
      const KeyId id{.index = index, .payload = key_class(kind, index).nan ? std::uint32_t{77} : 0};
      images.make(id, &bytes);
      EXPECT_TRUE(images.size == doors::kVariableSize || images.size == bytes.size());
      const auto back = images.id({bytes.data(), bytes.size()});
      ASSERT_TRUE(back) << name(kind) << " " << index;
      EXPECT_EQ(back->index, index) << name(kind);
      EXPECT_EQ(back->payload, id.payload) << name(kind) << " " << index;
    }
  }
}

TEST(Images, OfEachStampLeadBackToIt) {
  doors::Bytes bytes;
  for (std::size_t e = 0; e < kElemKinds; ++e) {
    const auto kind = static_cast<ElemKind>(e);
    for (const std::uint32_t stamp : {1U, 200U, 70000U}) {
      doors::images(kind).make(stamp, &bytes);
      EXPECT_EQ(doors::images(kind).stamp({bytes.data(), bytes.size()}), stamp & stamp_mask(kind))
          << name(kind);
    }
  }
}

TEST(Images, OfNoKeyAreRefused) {
  for (const KeyKind kind : {KeyKind::u64, KeyKind::f64, KeyKind::interface, KeyKind::owning,
                             KeyKind::array, KeyKind::boolean}) {
    EXPECT_FALSE(doors::images(kind).id("xyz")) << name(kind);
  }
  EXPECT_FALSE(doors::images(KeyKind::string).id("no word of the domain"));
  EXPECT_FALSE(doors::images(ElemKind::u64).stamp("short"));
}

// ---- memory ----

TEST(HostMemory, KnowsItsBlocksAndTheirGuards) {
  doors::HostMemory memory;
  char* a = static_cast<char*>(memory.allocate(10, 1));
  char* b = static_cast<char*>(memory.allocate(100, 64));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b) % 64, 0U);
  EXPECT_EQ(memory.blocks(), 2U);
  EXPECT_EQ(memory.bytes(), 110U);
  std::memset(a, 0, 10);
  std::memset(b, 0, 100);
  EXPECT_EQ(memory.check(), nullptr);
  b[100] = 0;
  EXPECT_STREQ(memory.check(), "bytes written behind a block of memory");
  EXPECT_NE(memory.release(b, 100), nullptr);
  EXPECT_NE(memory.release(b, 100), nullptr) << "twice";
  EXPECT_EQ(memory.release(a, 10), nullptr);
  EXPECT_EQ(memory.blocks(), 0U);
}

// ---- answers of elsewhere ----

// Gives the transcript that a test has written.
class Scripted final : public doors::TranscriptPort {
 public:
  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec&) const override { return true; }
  doors::Transcript script;

 protected:
  void fetch(const Program&, doors::Transcript* transcript) override { *transcript = script; }

 private:
  PortInfo info_;
};

Answer answer(Call call, std::uint32_t stamp = 0) {
  Answer made;
  made.call = call;
  made.present = stamp != 0;
  made.stamp = stamp;
  return made;
}

RunResult run_on(Scripted& port, const std::string& program) {
  Judge judge;
  return run(program_of(program), port, &judge);
}

TEST(Transcript, IsJudgedLikeAMapThatIsHere) {
  Scripted port;
  port.script.answers = {answer(Call::make), answer(Call::put), answer(Call::has, 1)};
  EXPECT_TRUE(run_on(port, "map u64 u64\nput 5\nhas 5\n").ok());
  port.script.answers.back().stamp = 2;
  const RunResult wrong = run_on(port, "map u64 u64\nput 5\nhas 5\n");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.verdict->property, "access/current-elem");
  EXPECT_EQ(wrong.verdict->op, 1U);
}

TEST(Transcript, ThatIsTooShortOrOfOtherCallsIsNoAnswer) {
  Scripted port;
  port.script.answers = {answer(Call::make)};
  EXPECT_EQ(run_on(port, "map u64 u64\nput 5\n").verdict->property, "port/answer");
  port.script.answers = {answer(Call::make), answer(Call::has)};
  EXPECT_EQ(run_on(port, "map u64 u64\nput 5\n").verdict->property, "port/answer");
}

TEST(Transcript, TellsItsEndingAtTheOperationThatHasNoAnswer) {
  Scripted port;
  port.script.answers = {answer(Call::make), answer(Call::put)};
  port.script.ending = PortFailure("port/crash", "an answer", "signal 11");
  const RunResult result = run_on(port, "map u64 u64\nput 5\nput 6\nput 7\n");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "port/crash");
  EXPECT_EQ(result.verdict->op, 1U);
  EXPECT_EQ(result.verdict->got, "signal 11");
}

TEST(Transcript, TellsWhatShowsAtTheVeryEnd) {
  Scripted port;
  port.script.answers = {answer(Call::make), answer(Call::put)};
  port.script.ending = PortFailure("port/leak", "nothing left", "8 bytes");
  const RunResult result = run_on(port, "map u64 u64\nput 5\n");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "port/leak");
}

TEST(Transcript, OfARecordedRunGivesTheSameVerdicts) {
  const mapproof_port_api api = table();
  const auto port = doors::make_c_port(&api);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    GenerateOptions how;
    how.profile = Profile::std_like;
    how.nan_keys = false;
    const Program program = generate(generate_spec(seed), seed, how);
    g_mischief = seed % 2 == 0 ? Mischief::loses_first_key : Mischief::none;
    Judge judge;
    const RunResult direct = run(program, *port, &judge);
    Scripted script;
    const auto failure =
        doors::record(program, *port, [&script](const Answer& one, const char* words) {
          script.script.answers.push_back(one);
          if (!one.panicked) return;
          script.script.answers.back().number = script.script.words.size();
          script.script.words.emplace_back(words);
        });
    if (failure) script.script.ending.emplace(*failure);
    const RunResult replayed = run(program, script, &judge);
    g_mischief = Mischief::none;
    EXPECT_EQ(direct.steps, replayed.steps) << "seed " << seed;
    ASSERT_EQ(direct.ok(), replayed.ok()) << "seed " << seed;
    if (!direct.ok()) {
      EXPECT_EQ(direct.verdict->sentence(), replayed.verdict->sentence());
    }
  }
}

// ---- words of elsewhere ----

TEST(Words, AreCutBetweenTwoCharacters) {
  const std::string umlauts = "x\u00fc\u00fc\u00fc";  // of two bytes each
  EXPECT_EQ(doors::readable(umlauts, 7), umlauts);
  EXPECT_EQ(doors::readable(umlauts, 6), "x\u00fc\u00fc");
  EXPECT_EQ(doors::readable(umlauts, 5), "x\u00fc\u00fc");
  EXPECT_EQ(doors::readable("\U0001f5fa\u2026", 6), "\U0001f5fa");
  EXPECT_EQ(doors::readable("", 5), "");
}

TEST(Words, AreOneLineOfCharacters) {
  const std::string all = "\u0080\u07ff\u0800\uffff\U00010000\U0010ffff";
  EXPECT_EQ(doors::readable("two\nlines\x1b[31m\x7f", 99), "two lines [31m ");
  EXPECT_EQ(doors::readable(all, 99), " " + all.substr(2)) << "all but the control character";
  for (const char* wrong : {"\xff", "\x80", "\xc0\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                            "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xe2\x80", "\xc3("}) {
    const std::string told = doors::readable(wrong, 99);
    EXPECT_EQ(told.substr(0, 3), "\ufffd") << wrong;
    EXPECT_EQ(doors::readable(told, 99), told);
  }
  EXPECT_EQ(doors::readable("a\xff\xfe z", 99), "a\ufffd\ufffd z");
}

TEST(Words, ThatTellMostAreOfTheError) {
  EXPECT_EQ(doors::telling_line("starting\nout of luck\n\n"), "out of luck");
  EXPECT_EQ(doors::telling_line("TypeError: no map\n    at put (x.mjs:3)\nNode.js v20\r\n"),
            "TypeError: no map");
  EXPECT_EQ(doors::telling_line("m.c:3:9: runtime error: signed integer overflow\n    #0 0x12\n"
                                "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior m.c:3\n"),
            "m.c:3:9: runtime error: signed integer overflow");
  EXPECT_EQ(doors::telling_line("=====\n==17==ERROR: AddressSanitizer: heap-use-after-free on 0x1\n"
                                "    #0 0x12\nSUMMARY: AddressSanitizer: heap-use-after-free\n"
                                "==17==ABORTING\n"),
            "ERROR: AddressSanitizer: heap-use-after-free on 0x1");
  EXPECT_EQ(doors::telling_line("error: of long ago\ndouble free or corruption (fasttop)\n"),
            "double free or corruption (fasttop)");
  EXPECT_EQ(doors::telling_line(""), "");
}

// ---- libraries that are none ----

std::string refusal_of(const std::string& path) {
  try {
    doors::make_library_port(path);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(LibraryDoor, SaysWhyAFileIsNoMap) {
  EXPECT_NE(refusal_of("/no/such/library.so").find("no such file"), std::string::npos);
  EXPECT_NE(refusal_of("/tmp").find("a folder"), std::string::npos);
  EXPECT_NE(refusal_of(MAPPROOF_CONFORMANCE_DIR "/README.md").find("invalid ELF header"),
            std::string::npos);
}

}  // namespace
}  // namespace mapproof
