// The parts of the program behind fuzz/run, one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "conformance/cli/io.h"
#include "conformance/schema_errors.h"
#include "conformance/temporary_folder.h"
#include "conformance/test_program.h"
#include "fuzz/driver/adapter_line.h"
#include "fuzz/driver/artifacts.h"
#include "fuzz/driver/children.h"
#include "fuzz/driver/context.h"
#include "fuzz/driver/corpus.h"
#include "fuzz/driver/diagnosis.h"
#include "fuzz/driver/numbers.h"
#include "fuzz/driver/options.h"
#include "fuzz/driver/place.h"
#include "fuzz/driver/space.h"
#include "fuzz/driver/summary.h"
#include "fuzz/driver/targets.h"
#include "fuzz/driver/tools.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

void write(const fs::path& file, const std::string& contents) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << contents;
}

std::string contents(const fs::path& file) { return cli::read_file(file.string()); }

// ---- options ----

Options parsed(const Names& arguments) { return parse_options(arguments, "/b"); }

TEST(FuzzDriverOptions, HasDefaultsBelowTheBuildFolder) {
  const Options options = parsed({});
  EXPECT_EQ(options.mode, Mode::fuzz);
  EXPECT_EQ(options.targets, Names{"differential"});
  EXPECT_EQ(options.seconds, 60U);
  EXPECT_GE(options.jobs, 1U);
  EXPECT_GE(options.seed, 1U);
  EXPECT_EQ(options.corpus_of("nan", false), "/b/fuzz-corpus/nan");
  EXPECT_EQ(options.artifacts, "/b/fuzz-artifacts");
  EXPECT_EQ(options.json, "/b/fuzz-artifacts/summary.json");
  EXPECT_EQ(options.sarif, "/b/fuzz-artifacts/summary.sarif");
  EXPECT_EQ(options.markdown, "/b/fuzz-artifacts/summary.md");
  EXPECT_EQ(options.fuzzers, "/b/fuzz");
  EXPECT_EQ(options.target_list, "/b/fuzz_targets.json");
}

TEST(FuzzDriverOptions, EachSanitizerHasItsBuildFolder) {
  EXPECT_EQ(parsed({"--sanitizer", "address,undefined"}).fuzzers, "/b/fuzz");
  EXPECT_EQ(parsed({"--sanitizer", "thread"}).fuzzers, "/b/fuzz-thread");
  EXPECT_EQ(parsed({"--sanitizer=none"}).fuzzers, "/b/fuzz-none");
}

TEST(FuzzDriverOptions, AGivenCorpusIsSharedByFoldersWhenThereAreSeveralTargets) {
  const Options options = parsed({"--corpus", "/c", "--target", "nan,layout"});
  EXPECT_EQ(options.targets, (Names{"nan", "layout"}));
  EXPECT_EQ(options.corpus_of("nan", false), "/c");
  EXPECT_EQ(options.corpus_of("nan", true), "/c/nan");
}

TEST(FuzzDriverOptions, APortAloneMeansTheTargetPort) {
  const TemporaryFolder folder;
  write(folder / "lib.so", "");
  EXPECT_EQ(parsed({"--port", (folder / "lib.so").string()}).targets, Names{"port"});
}

TEST(FuzzDriverOptions, AMergeThatMinimizesIsAMinimization) {
  const TemporaryFolder folder;
  write(folder / "a" / "x", "");
  write(folder / "b" / "x", "");
  const Names merge = {"--merge", (folder / "a").string(), (folder / "b").string()};
  EXPECT_EQ(parsed(merge).mode, Mode::merge);
  EXPECT_EQ(parsed(merge).merge.size(), 2U);
  Names both = merge;
  both.push_back("--minimize");
  EXPECT_EQ(parsed(both).mode, Mode::minimize);
  EXPECT_EQ(parsed(both).merge.size(), 2U);
}

// ---- targets ----

TEST(FuzzDriverTargets, AreChosenInTheOrderOfTheListAndOnce) {
  const std::vector<FuzzTarget> all = {
      {"a", "", "programs", ""}, {"b", "", "programs", ""}, {"c", "", "text", ""}};
  const auto chosen = choose_targets(all, {"c", "a", "c"});
  ASSERT_EQ(chosen.size(), 2U);
  EXPECT_EQ(chosen[0].name, "a");
  EXPECT_EQ(chosen[1].name, "c");
  EXPECT_EQ(choose_targets(all, {"all"}).size(), 3U);
  EXPECT_THROW(choose_targets(all, {"a", "d"}), cli::CannotRun);
}

TEST(FuzzDriverTargets, AreLeftOutWithTheReasonOfThePortTheyNeed) {
  const FuzzTarget target = {"goruntime", "", "programs", "go1.19"};
  EXPECT_EQ(why_not(target, "go1.19               go   Go's own map; layout audited\n", ""), "");
  EXPECT_EQ(why_not(target, "go1.19               -    Go's own map; real Go: not installed\n", ""),
            "real Go: not installed");
  EXPECT_NE(why_not(target, "std                  std  a map\n", ""), "");
  EXPECT_NE(why_not({"port", "", "programs", "MAPPROOF_PORT"}, "", ""), "");
  EXPECT_EQ(why_not({"port", "", "programs", "MAPPROOF_PORT"}, "", "/a/lib.so"), "");
}

TEST(FuzzDriverTargets, AListThatIsNoneIsRefused) {
  const TemporaryFolder folder;
  write(folder / "list", "[{\"name\": 1}]");
  EXPECT_THROW(read_targets(folder / "list"), cli::CannotRun);
}

// ---- numbers ----

TEST(FuzzDriverNumbers, ComeFromTheStatisticsAndTheLog) {
  const TemporaryFolder folder;
  write(folder / "log",
        "INFO: Seed: 1\n#2\tINITED cov: 5 ft: 6 corp: 1/1b\n"
        "#4096\tpulse  cov: 70 ft: 800 corp: 9/1b exec/s: 9 rss: 57Mb\nan odd line #9 cov: 1\n");
  Numbers numbers = read_numbers(folder / "none", folder / "log");
  EXPECT_EQ(numbers.executions, 4096U);
  EXPECT_EQ(numbers.cov, 70U);
  EXPECT_EQ(numbers.ft, 800U);
  EXPECT_EQ(numbers.peak_rss_mb, 57U);
  write(folder / "stats", R"({"executions": 5, "operations": 60, "findings": {"x": 2},
                             "seen": {"s": 1, "t": 1, "u": 0}, "seen_at_start": ["s"]})");
  numbers = read_numbers(folder / "stats", folder / "log");
  EXPECT_EQ(numbers.executions, 5U);
  EXPECT_EQ(numbers.operations, 60U);
  EXPECT_EQ(numbers.known(), 2U);
  EXPECT_EQ(numbers.newly_seen(), std::set<std::string>{"t"});
}

TEST(FuzzDriverNumbers, OfSeveralWorkersHaveThePeakOfTheLargest) {
  const TemporaryFolder folder;
  write(folder / "log", "#8\tDONE   cov: 5 ft: 6 rss: 40Mb\nstat::peak_rss_mb:              83\n");
  Numbers numbers = read_numbers(folder / "none", folder / "log");
  EXPECT_EQ(numbers.peak_rss_mb, 83U);
  EXPECT_EQ(numbers.executions, 8U);
  Numbers other;
  other.peak_rss_mb = 12;
  numbers.add(other);
  EXPECT_EQ(numbers.peak_rss_mb, 83U);
  other.add(numbers);
  EXPECT_EQ(other.peak_rss_mb, 83U);
}

TEST(FuzzDriverNumbers, OfAStatisticsFileThatIsTornAreNone) {
  const TemporaryFolder folder;
  write(folder / "stats", R"({"executions": 5, "oper)");
  EXPECT_EQ(read_numbers(folder / "stats", folder / "none").executions, 0U);
}

TEST(FuzzDriverNumbers, WhatALateWorkerBeganWithIsNotOldIfOthersHaveFoundIt) {
  Numbers early;
  early.seen = {{"old", 1}, {"fresh", 1}};
  early.seen_at_start = std::set<std::string>{"old"};
  Numbers late;
  late.seen = early.seen;
  late.seen_at_start = std::set<std::string>{"fresh", "old"};
  Numbers both;
  both.add(early);
  both.add(late);
  EXPECT_EQ(both.newly_seen(), std::set<std::string>{"fresh"});
  Numbers unknown;
  unknown.seen = {{"x", 1}};
  EXPECT_TRUE(unknown.newly_seen().empty());
}

TEST(FuzzDriverContext, TheEnginesFiguresAreNoLastWords) {
  const TemporaryFolder folder;
  write(folder / "log",
        "one\ntwo\nthree\nfour\nfive\nthe moon is full\nstat::a: 1\nstat::b: 2\n\n");
  EXPECT_EQ(last_words(folder / "log"), "three\nfour\nfive\nthe moon is full");
  write(folder / "log", "stat::a: 1\n");
  EXPECT_EQ(last_words(folder / "log"), "(none)");
}

TEST(FuzzDriverTools, AFuzzerHasLessThanAGibibyte) {
  const Names flags = common_flags("/a");
  EXPECT_NE(std::find(flags.begin(), flags.end(), "-rss_limit_mb=1024"), flags.end());
}

// ---- room on the disk ----

TEST(FuzzDriverSpace, AFullDiskIsNamed) {
  const auto room = [](std::uint64_t bytes, std::optional<std::uint64_t> files) {
    return [=](const fs::path& folder) -> std::optional<Room> {
      if (folder == "/ample") return Room{.bytes = 1U << 30, .files = 1000};
      return Room{.bytes = bytes, .files = files};
    };
  };
  EXPECT_EQ(disk_trouble({"/ample", "/small"}, room(1U << 20, 1000)), "");
  EXPECT_NE(disk_trouble({"/ample", "/small"}, room(1000, 1000)).find("/small"), std::string::npos);
  EXPECT_NE(disk_trouble({"/small"}, room(1U << 20, 3)), "");
  EXPECT_EQ(disk_trouble({"/small"}, room(1U << 20, std::nullopt)), "");
  EXPECT_EQ(disk_trouble({"/unknown"}, [](const fs::path&) { return std::nullopt; }), "");
}

TEST(FuzzDriverSpace, AsksTheFileSystem) {
  const TemporaryFolder folder;
  EXPECT_TRUE(room_of(folder / ".").has_value());
  EXPECT_FALSE(room_of(folder / "none").has_value());
}

// ---- the corpus ----

TEST(FuzzDriverCorpus, NamesInputsAsTheEngineDoes) {
  EXPECT_EQ(sha1(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(sha1("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(FuzzDriverCorpus, SweepsWhatIsTornAndNothingElse) {
  const TemporaryFolder folder;
  write(folder / "c" / sha1("whole"), "whole");
  write(folder / "c" / sha1("the whole"), "the");
  write(folder / "c" / "a-name-of-ones-own", "x");
  write(folder / "c" / ".new.0123", "an unfinished copy");
  write(folder / "c" / ".gitignore", "*");
  EXPECT_EQ(sweep(folder / "c"), 2U);
  EXPECT_TRUE(fs::exists(folder / "c" / ".gitignore"));
  EXPECT_EQ(inputs_of(folder / "c"), (std::set<std::string>{sha1("whole"), "a-name-of-ones-own"}));
}

TEST(FuzzDriverCorpus, InputsAreFilesThatMayBeOnes) {
  const TemporaryFolder folder;
  for (const char* name : {"0123", "a.bin", "b.mapproof", ".hidden", "page.md", "inner/c"}) {
    write(folder / "c" / name, "");
  }
  EXPECT_EQ(inputs_of(folder / "c"), (std::set<std::string>{"0123", "a.bin", "b.mapproof"}));
  EXPECT_TRUE(inputs_of(folder / "none").empty());
}

TEST(FuzzDriverCorpus, AddsWhatIsMissingAndWritesNothingTwice) {
  const TemporaryFolder folder;
  write(folder / "old" / "a", "1");
  write(folder / "old" / "b", "2");
  write(folder / "new" / "b", "as if the disk had become full while it was copied");
  write(folder / "new" / "c", "3");
  write(folder / "new" / "page.md", "");
  add_missing(folder / "old", folder / "new");
  EXPECT_EQ(inputs_of(folder / "old"), (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(contents(folder / "old" / "b"), "2");
  EXPECT_EQ(contents(folder / "old" / "c"), "3");
  EXPECT_FALSE(fs::exists(folder / "old" / "page.md"));
}

TEST(FuzzDriverCorpus, RemovesInputsAndNothingElse) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "page.md", "inner/c"}) write(folder / "c" / name, "");
  remove_inputs(folder / "c", {"a", "page.md", "inner", "none"});
  EXPECT_EQ(inputs_of(folder / "c"), std::set<std::string>{"b"});
  EXPECT_TRUE(fs::exists(folder / "c" / "page.md"));
  EXPECT_TRUE(fs::exists(folder / "c" / "inner" / "c"));
}

// ---- artifacts ----

TEST(FuzzDriverArtifacts, AreWholeIfTheirNamesSayWhatTheyHold) {
  const TemporaryFolder folder;
  const fs::path verdict = folder / "w" / "verdict-iter-once-af63dc4c8601ec8c.bin";  // of "a"
  const fs::path crash = folder / "w" / ("crash-" + sha1("abc"));
  write(verdict, "a");
  write(folder / "w" / "verdict-iter-once-af63dc4c8601ec8c.mapproof", "text");
  write(crash, "abc");
  write(folder / "w" / ("crash-" + sha1("a")), "a");  // the engine's copy of the first
  write(folder / "w" / ("slow-unit-" + sha1("x")), "x");
  EXPECT_EQ(artifacts_in(folder / "w"), (std::vector<fs::path>{verdict, crash}));
  EXPECT_TRUE(torn_in(folder / "w").empty());
  write(verdict, "");
  write(crash, "ab");
  EXPECT_TRUE(artifacts_in(folder / "w").empty());
  EXPECT_EQ(torn_in(folder / "w"), (std::vector<fs::path>{verdict, crash}));
}

TEST(FuzzDriverCorpus, ALockIsForOne) {
  const TemporaryFolder folder;
  write(folder / "c" / "a", "");
  {
    const Lock lock(folder / "c");
    EXPECT_THROW(Lock(folder / "c"), cli::CannotRun);
  }
  EXPECT_NO_THROW(Lock(folder / "c"));
}

TEST(FuzzDriverCorpus, LoadsTextAsBytesAndTellsWhatIsNoProgram) {
  const TemporaryFolder folder;
  write(folder / "c" / "a.mapproof", "map u64 u64\nput 1\n");
  write(folder / "c" / "b.mapproof", "no program\n");
  write(folder / "c" / "d", "bytes");
  write(folder / "c" / "page.md", "");
  write(folder / "c" / ".hidden", "");
  write(folder / "c" / ".git" / "0123", "");
  Names skipped;
  const auto inputs = load_inputs(folder / "c", true,
                                  [&skipped](const std::string& why) { skipped.push_back(why); });
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_TRUE(looks_like_bytes(inputs[0].bytes));
  EXPECT_EQ(inputs[1].bytes, "bytes");
  ASSERT_EQ(skipped.size(), 1U);
  EXPECT_NE(skipped[0].find("b.mapproof"), std::string::npos);
}

// ---- what a log says ----

TEST(FuzzDriverDiagnosis, OfAVerdict) {
  const Diagnosis found = diagnose(
      "#2 INITED cov: 1 ft: 1\n\n==== iter/no-deleted at op 17: expected x, got y\n"
      "==== on port gomap: no set of corrections\nmap u64 u64\n\n"
      "==== kept as /a/v.bin and .mapproof; see it again with\n"
      "build/mapproof replay --port gomap /a/v.mapproof\n"
      "==9== ERROR: libFuzzer: deadly signal\n    #0 0x1 in f /a/b.cc:1:1\n"
      "SUMMARY: libFuzzer: deadly signal\n",
      "verdict-iter-no-deleted-0123456789abcdef.bin");
  EXPECT_EQ(found.property, "iter/no-deleted");
  EXPECT_EQ(found.verdict, "iter/no-deleted at op 17: expected x, got y");
  EXPECT_EQ(found.op, 17U);
  EXPECT_EQ(found.replay, "build/mapproof replay --port gomap");
  EXPECT_TRUE(found.is_verdict());
}

TEST(FuzzDriverDiagnosis, OfAVerdictThatDoesNotNameItsProperty) {
  const std::string log =
      "==== first differs at op 3: B is 1, Go has 0\n==== kept as v; see it again with\n"
      "build/mapproof lockstep /a/v.mapproof\n";
  EXPECT_EQ(diagnose(log, "verdict-lockstep-differs-0123.bin").property, "lockstep/differs");
  EXPECT_EQ(diagnose(log, "").op, 3U);
}

TEST(FuzzDriverDiagnosis, OfSanitizers) {
  const Diagnosis address = diagnose(
      "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6\n"
      "READ of size 1\n    #0 0x1 in f /a/b.cc:1:2\n    #1 0x2 in g /a/c.cc:3:4\n\n"
      "allocated here:\n    #0 0x9 in malloc\n"
      "SUMMARY: AddressSanitizer: heap-buffer-overflow /a/b.cc:1:2 in f\n",
      "crash-01");
  EXPECT_EQ(address.property, "crash/heap-buffer-overflow");
  EXPECT_EQ(address.verdict, "AddressSanitizer: heap-buffer-overflow");
  EXPECT_EQ(address.frames.size(), 2U);
  EXPECT_FALSE(address.is_verdict());
  const Diagnosis undefined = diagnose(
      "/a/b.cc:3:5: runtime error: shift exponent 64 is too large\n    #0 0x1 in f /a/b.cc:3:5\n"
      "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior /a/b.cc:3:5 in\n",
      "crash-02");
  EXPECT_EQ(undefined.property, "crash/undefined-behavior");
  EXPECT_EQ(undefined.verdict, "shift exponent 64 is too large");
  EXPECT_EQ(diagnose("WARNING: ThreadSanitizer: data race (pid=1)\n    #0 f /a/b.cc:1\n"
                     "SUMMARY: ThreadSanitizer: data race /a/b.cc:1 in f\n",
                     "crash-03")
                .property,
            "crash/data-race");
}

TEST(FuzzDriverDiagnosis, OfTheEngine) {
  EXPECT_EQ(diagnose("ERROR: libFuzzer: timeout after 20 seconds\nSUMMARY: libFuzzer: timeout\n",
                     "timeout-01")
                .property,
            "timeout");
  EXPECT_EQ(diagnose("SUMMARY: libFuzzer: out-of-memory\n", "oom-01").property, "oom");
  const Diagnosis aborted = diagnose(
      "#4 NEW cov: 1\nprogram_fuzzer: printed text is refused\n\n"
      "==1== ERROR: libFuzzer: deadly signal\nSUMMARY: libFuzzer: deadly signal\n",
      "crash-01");
  EXPECT_EQ(aborted.property, "crash/deadly-signal");
  EXPECT_EQ(aborted.verdict, "program_fuzzer: printed text is refused");
  EXPECT_EQ(diagnose("", "crash-01").property, "crash");
}

TEST(FuzzDriverDiagnosis, OfARunThatWentWell) {
  const std::string well = "Running: /a/crash-01\nExecuted /a/crash-01 in 0 ms\n";
  const Diagnosis found = diagnose(well, "oom-01");
  EXPECT_EQ(found.property, "oom");
  EXPECT_NE(found.verdict.find("not when it ran by itself"), std::string::npos);
  EXPECT_EQ(diagnose(well + "Running: /a/crash-02\n", "").verdict, "died without a word");
}

// ---- where it is ----

const Suspect kOurs{
    .kind = Suspect::Kind::port_of_this_project, .source = MAPPROOF_TOP, .library = {}};

TEST(FuzzDriverPlace, OfACallIsTheFunctionOfThePort) {
  const Program program = program_of(
      "map u64 u64\nget 1\nhas 1\nput 1\ndel 1\nclear\niter a\nnext a\nfill 1 2\nempty 1 2\n");
  const Names functions = {"mapaccess1",  "mapaccess2",  "mapassign", "mapdelete", "mapclear",
                           "mapiterinit", "mapiternext", "mapassign", "mapdelete"};
  for (std::size_t op = 0; op < functions.size(); ++op) {
    const Place place = place_of_call(program, op, kOurs);
    EXPECT_EQ(place.function, functions[op]);
    std::ifstream source(fs::path(MAPPROOF_TOP) / place.file);
    std::string line;
    for (unsigned i = 0; i < place.line; ++i) std::getline(source, line);
    EXPECT_NE(line.find(" " + functions[op] + "("), std::string::npos)
        << place.file << ":" << place.line << ": " << line;
  }
}

TEST(FuzzDriverPlace, OfALookIsWhatWasDoneBefore) {
  const Program program = program_of("map u64 u64\nlen\ndel 1\nlen\naudit\n");
  EXPECT_EQ(place_of_call(program, 3, kOurs).function, "mapdelete");
  EXPECT_EQ(place_of_call(program, 2, kOurs).function, "mapdelete");
  EXPECT_EQ(place_of_call(program, 0, kOurs).function, "makemap");
  EXPECT_EQ(place_of_call(program, 99, kOurs).function, "mapdelete");
}

TEST(FuzzDriverPlace, OfALibraryIsTheFunctionOfTheCDoor) {
  const Suspect suspect{
      .kind = Suspect::Kind::library, .source = MAPPROOF_TOP, .library = "/a/lib.so"};
  EXPECT_EQ(place_of_call(program_of("map u64 u64\nput 1\n"), 0, suspect),
            (Place{"/a/lib.so", 0, "assign"}));
}

TEST(FuzzDriverPlace, OfAnAdapterIsToldByTheDebugInformationOfItsLibrary) {
  const TemporaryFolder folder;
  write(folder / "adapter.c",
        "int helper(void) { return 1; }\nint mapproof_port(void) {\n  return 2;\n}\n");
  Children children;
  const auto compiled = [&](const std::string& flag) {
    const fs::path library = folder / ("lib" + flag + ".so");
    const auto ending = children.run({.words = {MAPPROOF_CC, "-xc", flag, "-shared", "-fPIC", "-o",
                                                library.string(), (folder / "adapter.c").string()},
                                      .environment = {},
                                      .output = folder / "log"},
                                     std::chrono::seconds(60));
    EXPECT_TRUE(ending && ending->well()) << contents(folder / "log");
    return library;
  };
  const auto place = line_of_adapter(compiled("-g"), folder / ".", &children);
  ASSERT_TRUE(place);
  EXPECT_EQ(*place, (Place{folder / "adapter.c", 2, "mapproof_port"}));
  EXPECT_FALSE(line_of_adapter(compiled("-g0"), folder / ".", &children));
  EXPECT_FALSE(line_of_adapter(folder / "nothing.so", folder / ".", &children));
  EXPECT_FALSE(fs::exists(folder / ".said"));
}

TEST(FuzzDriverPlace, OfAStackIsTheInnermostFrameInTheMap) {
  const std::string top = MAPPROOF_TOP;
  const Names frames = {"    #0 0x1 in __asan_memcpy (/tmp/fuzzer+0x12)",
                        "    #1 0x2 in copy(void*, int) " + top + "/oracle/kinds.cc:5:3",
                        "    #2 0x3 in void gomap::mapassign<T>(T const&) " + top +
                            "/fuzz/../impl/gomap/assign.h:88:7",
                        "    #3 0x4 in main " + top + "/impl/gomap/grow.h:1:1"};
  EXPECT_EQ(place_of_frames(frames, kOurs),
            (Place{"impl/gomap/assign.h", 88, "void gomap::mapassign<T>(T const&)"}));
  EXPECT_EQ(place_of_frames({frames[0], frames[1]}, kOurs).file, "oracle/kinds.cc");
  EXPECT_EQ(place_of_frames({frames[0]}, kOurs).file, "");
}

TEST(FuzzDriverPlace, OfAStackInALibraryHasALineIfItIsKnown) {
  const Suspect suspect{
      .kind = Suspect::Kind::library, .source = MAPPROOF_TOP, .library = "/a/lib.so"};
  const std::string door = "    #1 0x2 in call " MAPPROOF_TOP "/oracle/doors/c_port.cc:5:3";
  EXPECT_EQ(place_of_frames({"    #0 0x1 in free (/usr/lib/libc.so.6+0x1)", door,
                             "    #2 0x3 in put /home/me/map.c:12:3"},
                            suspect),
            (Place{"/home/me/map.c", 12, "put"}));
  EXPECT_EQ(place_of_frames({door, "    #2 0x3 in put (/a/lib.so+0x77)"}, suspect),
            (Place{"/a/lib.so", 0, "put"}));
  EXPECT_EQ(place_of_frames({door, "    #2 0x3  (/a/lib.so+0x77)"}, suspect).file, "/a/lib.so");
}

// ---- the forms of the summary ----

Summary sample() {
  Summary summary;
  summary.version = "1.2.3";
  summary.target = "nan,port";
  summary.mode = "fuzz";
  summary.sanitizer = "none";
  summary.jobs = 2;
  summary.seed = 5;
  summary.seconds = 10;
  TargetResult target;
  target.name = "nan";
  target.proves = "that";
  target.seconds = 5;
  target.numbers.executions = 1000;
  target.numbers.peak_rss_mb = 64;
  target.replayed = 16;
  target.numbers.operations = 50000;
  target.numbers.seen = {{"a/b", 3}};
  target.numbers.seen_at_start.emplace();
  target.numbers.findings = {{"old", 4}};
  target.corpus = "/c/nan";
  target.inputs = 9;
  target.new_inputs = 2;
  TargetResult left_out;
  left_out.name = "port";
  left_out.left_out = "--port names no library";
  summary.targets = {target, left_out};
  Failure failure;
  failure.property = "iter/once";
  failure.target = "nan";
  failure.verdict = "iter/once at op 1: expected <a|b>, got `c`";
  failure.place = {.file = "/a dir/lib.so", .line = 0, .function = "next"};
  failure.folder = "/art/iter-once";
  failure.artifact = "/art/iter-once/input.bin";
  failure.shrunk_text = "map u64 u64\nput 1\n";
  failure.operations = 1;
  failure.replay = "build/mapproof replay X";
  failure.times = 3;
  summary.failures = {failure};
  return summary;
}

TEST(FuzzSummary, TheStatusSaysTheWorstThatHappened) {
  Summary summary = sample();
  EXPECT_EQ(summary.status(), 1);
  summary.interrupted = true;
  EXPECT_EQ(summary.status(), 130);
  summary.interrupted = false;
  summary.failures.clear();
  EXPECT_EQ(summary.status(), 0);
  summary.troubles = {"x"};
  EXPECT_EQ(summary.status(), 2);
}

TEST(FuzzSummary, JsonIsAsTheSchemaSays) {
  const nlohmann::json json = summary_json(sample());
  const auto errors = schema_errors(MAPPROOF_TOP "/fuzz/driver/summary.schema.json", json);
  EXPECT_TRUE(errors.empty()) << errors.front();
  EXPECT_EQ(json["ops_per_s"], 5000);
  EXPECT_EQ(json["targets"][0]["situations"]["new"], Names{"a/b"});
  EXPECT_EQ(json["failures"][0]["times"], 3);
  EXPECT_EQ(json["executions"], 1000);
  EXPECT_EQ(json["targets"][0]["executions"], 1000);
  EXPECT_EQ(json["peak_rss_mb"], 64);
  EXPECT_EQ(json["targets"][0]["peak_rss_mb"], 64);
}

TEST(FuzzSummary, TheSchemaRefusesWhatItDoesNotKnowAndMissesWhatIsGone) {
  nlohmann::json json = summary_json(sample());
  json["extra"] = 1;
  EXPECT_FALSE(schema_errors(MAPPROOF_TOP "/fuzz/driver/summary.schema.json", json).empty());
  json.erase("extra");
  json["failures"][0].erase("place");
  EXPECT_FALSE(schema_errors(MAPPROOF_TOP "/fuzz/driver/summary.schema.json", json).empty());
}

TEST(FuzzSummary, SarifHasARuleAPlaceAndAFingerprintForEachResult) {
  const nlohmann::json run = summary_sarif(sample())["runs"][0];
  const nlohmann::json& result = run["results"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
  const nlohmann::json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "file:///a%20dir/lib.so");
  EXPECT_FALSE(place["artifactLocation"].contains("uriBaseId"));
  EXPECT_EQ(place["region"]["startLine"], 1);
  EXPECT_EQ(result["locations"][0]["logicalLocations"][0]["name"], "next");
  EXPECT_EQ(result["occurrenceCount"], 3);
  Summary other = sample();
  other.failures[0].shrunk_text = "map u64 u64\nput 2\n";
  EXPECT_NE(summary_sarif(other)["runs"][0]["results"][0]["partialFingerprints"],
            result["partialFingerprints"]);
  EXPECT_EQ(run["invocations"][0]["exitCode"], 1);
}

// GitHub refuses a file in which one has none.
TEST(FuzzSummary, SarifHasALocationAlsoWhereNobodyKnowsThePlace) {
  Summary summary = sample();
  Failure lost = summary.failures[0];
  lost.place = {};
  summary.failures.push_back(lost);
  const nlohmann::json run = summary_sarif(summary)["runs"][0];
  ASSERT_EQ(run["results"].size(), 2U);
  for (const nlohmann::json& result : run["results"]) {
    ASSERT_EQ(result.value("locations", nlohmann::json::array()).size(), 1U) << result;
    EXPECT_GE(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
  }
  const nlohmann::json& place = run["results"][1]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "fuzz/nan_fuzzer.cc");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
  EXPECT_TRUE(fs::exists(fs::path(MAPPROOF_TOP) / place["artifactLocation"]["uri"]));
}

TEST(FuzzSummary, MarkdownTakesNoAnswerOfAMapForMarkup) {
  const std::string text = summary_markdown(sample());
  EXPECT_NE(text.find("1 failure found"), std::string::npos);
  EXPECT_NE(text.find("expected \\<a\\|b\\>, got \\`c\\`"), std::string::npos);
  EXPECT_NE(text.find("```\nmap u64 u64\nput 1\n```"), std::string::npos);
  EXPECT_NE(text.find("| nan | 1,000 | 50,000 | 10,000 | 9 | 2 | a/b | 4 |"), std::string::npos)
      << text;
}

TEST(FuzzSummary, TextNamesWhatIsNewAndWhatToDo) {
  const std::string text = summary_text(sample());
  for (const char* part :
       {"fuzzed nan,port for 10 s with 2 workers", "50,000 (10,000/s)", "9 inputs in /c/nan, 2 of",
        "newly reached: a/b", "old: 4 times, stepped over", "FAILURE", "iter/once (nan)",
        "met: 3 times", "see it: build/mapproof replay X", "port: --port names no library",
        "replayed     16 inputs", "executions   1,000",
        "all targets:\n  memory       at most 64 MiB in a worker"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in:\n" << text;
  }
  Summary well = sample();
  well.failures.clear();
  EXPECT_NE(summary_text(well).find("no new failure"), std::string::npos);
}

TEST(FuzzSummary, NumbersAreGrouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

}  // namespace
}  // namespace mapproof::driver
