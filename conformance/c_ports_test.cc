// The shared libraries of ports/c: real maps hold behind the C door, the naive one is caught, and
// of each broken one the host tells what is wrong with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/effort.h"
#include "conformance/ports/registry.h"
#include "conformance/test_program.h"
#include "oracle/doors/c_port.h"
#include "oracle/doors/include/mapproof_port.h"
#include "oracle/doors/library_port.h"
#include "oracle/generate.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

// What CMake found everything for.
bool is_built(std::string_view library) {
  static const std::string built = "," MAPPROOF_C_PORTS ",";
  return built.find("," + std::string(library) + ",") != std::string::npos;
}
std::string path_of(std::string_view library) {
  return std::string(MAPPROOF_PORTS_DIR "/lib").append(library).append(".so");
}
// Stays loaded: sanitizers want to know the code behind an address at the end.
const mapproof_port_api* load(std::string_view library) {
  return doors::load_port(path_of(library));
}

struct Library {
  const char* name;
  const char* package;  // of Debian, which it needs
  std::uint32_t features;
};
constexpr std::uint32_t kGoFeatures =
    MAPPROOF_HASHES | MAPPROOF_NAN_KEYS | MAPPROOF_NIL_MAPS | MAPPROOF_ERASE_IN_WALK;
constexpr std::array kRealMaps = {
    Library{"template_port", "gcc", MAPPROOF_ERASE_IN_WALK},
    Library{"template_port_rs", "rustc", MAPPROOF_ERASE_IN_WALK},
    Library{"uthash_port", "uthash-dev", MAPPROOF_HASHES | MAPPROOF_ERASE_IN_WALK},
    Library{"glib_port", "libglib2.0-dev",
            MAPPROOF_HASHES | MAPPROOF_ERASE_IN_WALK | MAPPROOF_KEY_UPDATE},
    Library{"rust_port", "rustc", MAPPROOF_HASHES},
    Library{"gomap_port", "g++", kGoFeatures | MAPPROOF_STARTS | MAPPROOF_KEY_UPDATE}};
constexpr Library kNaive = {"naive_chained_map", "gcc", kGoFeatures};

std::vector<Library> all_maps() {
  std::vector<Library> all(kRealMaps.begin(), kRealMaps.end());
  all.push_back(kNaive);
  return all;
}
std::string name_of(const testing::TestParamInfo<Library>& test) { return test.param.name; }

class CMap : public testing::TestWithParam<Library> {
 protected:
  void SetUp() override {
    if (!is_built(GetParam().name)) {
      GTEST_SKIP() << GetParam().name << ": not built; install " << GetParam().package
                   << " and build again";
    }
  }
};
class RealCMap : public CMap {};

INSTANTIATE_TEST_SUITE_P(Ports, CMap, testing::ValuesIn(all_maps()), name_of);
INSTANTIATE_TEST_SUITE_P(Ports, RealCMap, testing::ValuesIn(kRealMaps), name_of);

// ---- by hand, without the host ----

std::uint64_t number(mapproof_bytes bytes) {
  std::uint64_t n = 0;
  EXPECT_EQ(bytes.size, sizeof n);
  std::memcpy(&n, bytes.data, sizeof n);
  return n;
}
mapproof_bytes span(const std::uint64_t& n) { return {&n, sizeof n}; }

// A host of nothing but numbers.
mapproof_host plain_host() {
  return {
      .struct_size = sizeof(mapproof_host),
      .reserved = 0,
      .context = nullptr,
      .key = {"u64", sizeof(std::uint64_t)},
      .elem = {"u64", sizeof(std::uint64_t)},
      .hash = [](void*, mapproof_bytes key,
                 std::uint64_t seed) { return (number(key) ^ seed) * 0x9e3779b97f4a7c15U; },
      .equal = [](void*, mapproof_bytes a,
                  mapproof_bytes b) { return number(a) == number(b) ? 1 : 0; },
      .hashable = [](void*, mapproof_bytes) { return 1; },
      .random = [](void*) { return std::uint32_t{4}; },
      .allocate = [](void*, std::size_t size, std::size_t) { return ::operator new(size); },
      .release = [](void*, void* memory, std::size_t, std::size_t) { ::operator delete(memory); },
      .seed = 7,
      .hint = 0};
}

TEST_P(CMap, StoresFindsErasesAndWalks) {
  const mapproof_port_api& api = *load(GetParam().name);
  ASSERT_EQ(doors::objection(&api), "");
  EXPECT_EQ(api.features, GetParam().features);
  constexpr std::uint64_t kEntries = 1000;
  const mapproof_host host = plain_host();
  void* map = api.create(&host);
  ASSERT_NE(map, nullptr);
  for (std::uint64_t round = 1; round <= 2; ++round) {  // new ones, then overwrites
    for (std::uint64_t n = 0; n < kEntries; ++n) {
      const std::uint64_t elem = n * round;
      EXPECT_EQ(api.assign(map, span(n), span(elem)), MAPPROOF_YES);
    }
    EXPECT_EQ(api.size(map), kEntries);
  }
  mapproof_bytes key{};
  mapproof_bytes elem{};
  for (std::uint64_t n = 0; n < 2 * kEntries; ++n) {
    ASSERT_EQ(api.find(map, span(n), &elem), n < kEntries ? MAPPROOF_YES : MAPPROOF_NO);
    if (n < kEntries) {
      EXPECT_EQ(number(elem), 2 * n);
    }
  }
  for (std::uint64_t n = 0; n < kEntries; n += 2) {
    EXPECT_EQ(api.erase(map, span(n)), MAPPROOF_YES);
    EXPECT_EQ(api.erase(map, span(n)), MAPPROOF_NO);
  }
  std::set<std::uint64_t> seen;
  void* walk = api.iterate(map, nullptr);
  while (api.next(walk, &key, &elem) == MAPPROOF_YES) {
    EXPECT_EQ(number(elem), 2 * number(key));
    EXPECT_EQ(number(key) % 2, 1U);
    EXPECT_TRUE(seen.insert(number(key)).second);
  }
  EXPECT_EQ(seen.size(), kEntries / 2);
  api.close(walk);
  void* unfinished = api.iterate(map, nullptr);
  EXPECT_EQ(api.next(unfinished, &key, &elem), MAPPROOF_YES);
  api.close(unfinished);
  EXPECT_EQ(api.clear(map), MAPPROOF_YES);
  EXPECT_EQ(api.size(map), 0U);
  EXPECT_EQ(api.assign(map, span(kEntries), span(kEntries)), MAPPROOF_YES);
  api.destroy(map);  // with an entry in it: a leak sanitizer tells what stays
}

TEST_P(CMap, LetsTheCurrentEntryOfAWalkBeErasedIfItSaysSo) {
  const auto port = doors::make_c_port(load(GetParam().name));
  if (!port->info().erases_in_walk || GetParam().name == std::string_view(kNaive.name)) return;
  port->make(MapSpec{});
  for (std::uint32_t key = 0; key < 100; ++key) port->put({key, 0}, key + 1);
  std::set<std::uint32_t> seen;
  for (Step step = port->begin(0, {}); !step.end; step = port->next(0)) {
    EXPECT_TRUE(seen.insert(step.key.index).second);
    port->del(step.key);
  }
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(port->len(), 0U);
}

TEST_P(CMap, UpdatesKeysIfItSaysSo) {
  const auto port = doors::make_c_port(load(GetParam().name));
  port->make(program_of("map f64 u64\n").spec);
  port->put({0, 0}, 1);
  port->put({kNegativeZero, 0}, 2);
  const Step step = port->begin(0, {});
  EXPECT_EQ(step.key.index, port->info().updates_keys ? kNegativeZero : 0U);
  EXPECT_EQ(step.stamp, 2U);
  EXPECT_TRUE(port->next(0).end);
}

// ---- under the judge ----

// The n-th generated program that such a port can run.
Program program_for(const Port& port, std::uint64_t n, bool iterators = true) {
  MapSpec spec = generate_spec(n);
  for (std::uint64_t seed = n; !port.supports(spec); seed += 100'003) spec = generate_spec(seed);
  if (spec.hint < 0 || spec.hint >= 200) spec.hint = 0;
  GenerateOptions options = options_for(port.info());
  options.iterators = iterators;
  return generate(spec, n, options);
}

std::string property_of(const RunResult& result) {
  return result.ok() ? "" : result.verdict->property;
}

TEST_P(RealCMap, HoldsInAChild) {
  const auto port = doors::make_library_port(path_of(GetParam().name));
  const bool is_gomap = port->info().name.rfind("gomap", 0) == 0;
  const auto faithful = is_gomap ? find_port("gomap")->make() : nullptr;
  Judge judge;
  std::set<KeyKind> kinds;
  for (std::uint64_t n = 0; n < 300; ++n) {
    const Program program = program_for(*port, n);
    const RunResult result = run(program, *port, &judge);
    // Go's map has defects, on record; the built-in port of it shows the same ones.
    const std::string known = faithful ? property_of(run(program, *faithful, &judge)) : "";
    ASSERT_EQ(property_of(result), known) << (result.ok() ? "" : result.verdict->sentence()) << "\n"
                                          << print(program);
    kinds.insert(program.spec.key);
  }
  EXPECT_GE(kinds.size(), kKeyKinds - 1);
}

TEST_P(CMap, SaysTheSameOfItselfFromAChild) {
  const auto near = doors::make_c_port(load(GetParam().name));
  const auto behind = doors::make_library_port(path_of(GetParam().name));
  const PortInfo& x = near->info();
  const PortInfo& y = behind->info();
  EXPECT_EQ(x.name, y.name);
  EXPECT_EQ(x.profile, y.profile);
  EXPECT_EQ(x.forces_hashes, y.forces_hashes);
  EXPECT_EQ(x.forces_starts, y.forces_starts);
  EXPECT_EQ(x.nan_keys, y.nan_keys);
  EXPECT_EQ(x.nil_maps, y.nil_maps);
  EXPECT_EQ(x.erases_in_walk, y.erases_in_walk);
  EXPECT_EQ(x.updates_keys, y.updates_keys);
  for (std::size_t key = 0; key < kKeyKinds; ++key) {
    for (std::size_t elem = 0; elem < kElemKinds; ++elem) {
      MapSpec spec;
      spec.key = static_cast<KeyKind>(key);
      spec.elem = static_cast<ElemKind>(elem);
      EXPECT_EQ(near->supports(spec), behind->supports(spec)) << key << " " << elem;
    }
  }
}

// In this process, where a sanitizer sees what the library does with its memory.
TEST_P(CMap, DamagesNoMemory) {
  const auto port = doors::make_c_port(load(GetParam().name));
  for (std::uint64_t n = 1000; n < 1150; ++n) {
    const Program program = program_for(*port, n);
    const RunResult result = run(program, *port, nullptr);
    ASSERT_TRUE(result.ok()) << result.verdict->sentence() << "\n" << print(program);
  }
}

std::string answers(const Program& program, Port& port) {
  std::string all;
  RunOptions options;
  options.audit_ops = false;
  options.trace = [&all](std::size_t op, std::size_t step, const std::string& answer) {
    all += std::to_string(op) + "." + std::to_string(step) + ": " + answer + "\n";
  };
  const RunResult result = run(program, port, nullptr, options);
  return result.ok() ? all : all + result.verdict->sentence();
}

TEST(GomapBehindTheCDoor, AnswersAsTheBuiltInPort) {
  const auto near = find_port("gomap")->make();
  const auto behind = doors::make_c_port(load("gomap_port"));
  for (std::uint64_t n = 0; n < (kSlow ? 150 : 600); ++n) {
    const Program program = program_for(*behind, n);
    // An owning object is larger than its image. Arrays of buckets of another size have another
    // number of spare ones, and walks over a map that was cleared show that.
    if (program.spec.key == KeyKind::owning || program.spec.elem == ElemKind::owning) continue;
    ASSERT_EQ(answers(program, *near), answers(program, *behind)) << print(program);
  }
}

TEST(NaiveChainedMap, IsCaughtForItsWalksAndForNothingElse) {
  if (!is_built(kNaive.name)) GTEST_SKIP() << "no C compiler";
  const auto port = doors::make_library_port(path_of(kNaive.name));
  Judge judge;
  std::set<std::string> broken;
  for (std::uint64_t n = 0; n < 300; ++n) {
    const RunResult result = run(program_for(*port, n), *port, &judge);
    if (!result.ok()) broken.insert(result.verdict->property);
  }
  EXPECT_EQ(broken, (std::set<std::string>{"iter/once", "iter/complete", "iter/current-key"}));
}

TEST(NaiveChainedMap, IsSoundWithoutWalks) {
  if (!is_built(kNaive.name)) GTEST_SKIP() << "no C compiler";
  const auto port = doors::make_library_port(path_of(kNaive.name));
  Judge judge;
  for (std::uint64_t n = 0; n < 300; ++n) {
    const RunResult result = run(program_for(*port, n, false), *port, &judge);
    ASSERT_TRUE(result.ok()) << result.verdict->sentence();
  }
}

// ---- broken libraries ----

struct Broken {
  const char* library;
  std::vector<std::string> properties;  // one of them is told
};
void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.library; }

class BrokenLibrary : public testing::TestWithParam<Broken> {};

const std::vector<Broken> kBroken = {
    {"features", {"port/features"}},
    {"crash", {"port/crash"}},
    {"hang", {"port/hang"}},
    {"late", {"port/hang"}},
    {"nonsense", {"port/answer"}},
    {"nonsense_size", {"port/answer"}},
    {"nonsense_null", {"port/answer"}},
    {"property", {"len/exact", "access/present", "iter/complete", "access/current-elem"}},
    {"leak", {"port/leak"}},
    {"leak_host", {"port/leak"}},
    {"overrun", {"port/corruption"}},
    {"overrun_malloc", {"port/corruption"}},
};
INSTANTIATE_TEST_SUITE_P(Ports, BrokenLibrary, testing::ValuesIn(kBroken),
                         [](const auto& test) { return std::string(test.param.library); });

// Long enough for each of them.
const char* const kProgram =
    "map u64 u64\nputrange 0 70\nget 3\nhas 59\niter a bucket=0 offset=0\nnext a 60\n"
    "iter b bucket=1 offset=1\nnext b\niter c bucket=2 offset=2\nnext c\n"
    "iter d bucket=3 offset=3\nnext d\niter e bucket=4 offset=4\nnext e\n"
    "iter f bucket=5 offset=5\nnext f\ndrain b\ndrop a\ndrop c\ndrop d\ndrop e\ndrop f\n"
    "del 3\ndel 3\nlen\niter a\nnext a 70\n";

TEST_P(BrokenLibrary, IsToldForWhatItIs) {
  const std::string library = std::string("broken_") + GetParam().library;
  if (!is_built(library)) GTEST_SKIP() << "no C compiler";
  doors::LibraryOptions options;
  options.time_limit = std::chrono::milliseconds(1500);
  const auto port = doors::make_library_port(path_of(library), options);
  Judge judge;
  for (int again = 0; again < 2; ++again) {  // and it can be run once more
    std::string told;
    for (std::uint64_t n = 0; n < 60 && told.empty(); ++n) {
      const Program program = n == 0 ? program_of(kProgram) : program_for(*port, n);
      const RunResult result = run(program, *port, &judge);
      if (!result.ok()) told = result.verdict->property;
    }
    const auto& expected = GetParam().properties;
    EXPECT_NE(std::find(expected.begin(), expected.end(), told), expected.end()) << told;
  }
}

TEST(BrokenLibraries, ASingleLostBlockIsALeak) {
  if (!is_built("broken_leak")) GTEST_SKIP() << "no C compiler";
  const auto port = doors::make_library_port(path_of("broken_leak"));
  Judge judge;
  EXPECT_EQ(property_of(run(program_of("map u64 u64\nput 1\niter a\nnext a\n"), *port, &judge)),
            "port/leak");
  EXPECT_EQ(property_of(run(program_of("map u64 u64\nput 1\n"), *port, &judge)), "");
}

std::string sentence_of(Port& port, const std::string& program) {
  Judge judge;
  const RunResult result = run(program_of(program), port, &judge);
  return result.ok() ? "" : result.verdict->sentence();
}
void expect_in(const std::string& text, const char* part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(BrokenLibraries, MayPrintAsMuchAsTheyLike) {
  if (!is_built("broken_chatty")) GTEST_SKIP() << "no C compiler";
  const auto port = doors::make_library_port(path_of("broken_chatty"));
  EXPECT_EQ(sentence_of(*port, "map u64 u64\nputrange 0 90\n"), "");
  EXPECT_EQ(sentence_of(*port, "map u64 u64\nputrange 0 90\n"), "");
  expect_in(sentence_of(*port, "map u64 u64\nputrange 0 101\n"),
            "ended by signal 6 (Aborted); stderr: these are the last words");
}

TEST(BrokenLibraries, MayNotHaveAllMemory) {
  if (!is_built("broken_greedy")) GTEST_SKIP() << "no C compiler";
  doors::LibraryOptions options;
  options.memory_limit = 200;
  options.time_limit = std::chrono::minutes(10);
  const auto port = doors::make_library_port(path_of("broken_greedy"), options);
  EXPECT_EQ(sentence_of(*port, "map u64 u64\nputrange 0 20\n"), "");
  expect_in(sentence_of(*port, "map u64 u64\nputrange 0 21\n"),
            "port/crash at op 0, step 20: expected an answer, got the process ran out of memory "
            "(limit 200 MB)");
}

TEST(BrokenLibraries, AreToldWhatASanitizerReports) {
  if (!is_built("broken_undefined")) GTEST_SKIP() << "not built with GCC";
  const auto port = doors::make_library_port(path_of("broken_undefined"));
  EXPECT_EQ(sentence_of(*port, "map u64 u64\nputrange 0 20\n"), "");
  const std::string sentence = sentence_of(*port, "map u64 u64\nputrange 0 21\n");
  expect_in(sentence, "port/crash at op 0, step 20");
  expect_in(sentence, "runtime error: signed integer overflow");
}

TEST(BrokenLibraries, AreTreatedByASanitizerAsTheUserHasSet) {
  if (!is_built("broken_undefined")) GTEST_SKIP() << "not built with GCC";
  ASSERT_EQ(::setenv("UBSAN_OPTIONS", "halt_on_error=0", 1), 0);
  const auto port = doors::make_library_port(path_of("broken_undefined"));
  ::unsetenv("UBSAN_OPTIONS");
  EXPECT_EQ(sentence_of(*port, "map u64 u64\nputrange 0 21\n"), "");
}

TEST(BrokenLibraries, CrashOnlyOnceIfItIsNotTheProgram) {
  if (!is_built("broken_crashes_later")) GTEST_SKIP() << "no C compiler";
  const auto port = doors::make_library_port(path_of("broken_crashes_later"));
  std::string told;
  for (int i = 0; i < 200 && told.empty(); ++i) {
    told = sentence_of(*port, "map u64 u64\nputrange 0 60\n");
  }
  expect_in(told, "port/crash");
  expect_in(told, "(not in a new process)");
  // In a process that has run others, so that it would have come earlier there.
  std::string crashing = "map u64 u64\n";
  for (int i = 0; i < 10; ++i) crashing += "touch 1 1000\n";
  told = sentence_of(*port, crashing);
  expect_in(told, "port/crash at op 9, step 999");
  EXPECT_EQ(told.find("(not in a new process)"), std::string::npos) << told;
}

TEST(BrokenLibraries, LeaveNothingBehindForTheNextProgramIfEachRunsAlone) {
  if (!is_built("broken_forgets_later")) GTEST_SKIP() << "no C compiler";
  const std::string harmless = "map u64 u64\nput 1\ntouch 1 40\nget 1\nget 1\nget 1\n";
  for (const bool alone : {false, true}) {
    doors::LibraryOptions options;
    options.alone = alone;
    const auto port = doors::make_library_port(path_of("broken_forgets_later"), options);
    std::string told;
    for (int i = 0; i < 34 && told.empty(); ++i) told = sentence_of(*port, harmless);
    EXPECT_EQ(told.substr(0, told.find(' ')), alone ? "" : "access/present");
  }
}

std::string objection_to(const std::string& library) {
  try {
    doors::make_library_port(path_of(library));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(BrokenLibraries, AreRefusedInWordsIfTheyCannotBeUsed) {
  if (!is_built("broken_symbol")) GTEST_SKIP() << "no C compiler";
  const auto tells = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  tells(objection_to("broken_symbol"), "mapproof_port");
  tells(objection_to("broken_version"), "version 99");
  tells(objection_to("broken_load"), "loading it ended the process");
  tells(objection_to("not_there"), "no such file");
}

}  // namespace
}  // namespace mapproof
