// The program behind fuzz/run as a whole, with scripts in the place of fuzzers: what it keeps, what
// it tells, and what happens when things go wrong.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/fuzz_driver/bench.h"
#include "conformance/schema_errors.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

::testing::AssertionResult has(const std::string& text, const std::string& part) {
  if (text.find(part) != text.npos) return ::testing::AssertionSuccess() << "has " << part;
  return ::testing::AssertionFailure() << "no \"" << part << "\" in:\n" << text;
}

::testing::AssertionResult conforms(const nlohmann::json& summary) {
  const auto errors = schema_errors(MAPPROOF_TOP "/fuzz/driver/summary.schema.json", summary);
  if (errors.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << errors.front() << "\n" << summary.dump(2);
}

// A program with a `clear`, at which the fake fuzzers fail that are to fail at some inputs.
const std::string kClears("\x4d\x01\0\0\0\0\0\0\x04\0\0\0", 12);

// ---- a run in which all is well ----

TEST(FuzzDriver, SumsUpARunThatFindsNothing) {
  Bench bench;
  const Ended ended = bench.drive({"--jobs", "2"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(has(ended.out, "no new failure"));
  EXPECT_TRUE(has(ended.out, "newly reached: nil/put"));
  const nlohmann::json summary = bench.summary();
  EXPECT_TRUE(conforms(summary));
  EXPECT_EQ(summary["target"], "differential");
  EXPECT_EQ(summary["status"], 0);
  EXPECT_EQ(summary["executions"], 200);
  EXPECT_EQ(summary["operations"], 10000);
  EXPECT_EQ(summary["findings"]["clear-in-mid-growth"], 4);
  EXPECT_EQ(summary["cov"], 11);
  EXPECT_EQ(summary["ft"], 22);
  EXPECT_EQ(summary["peak_rss_mb"], 57);
  EXPECT_EQ(summary["targets"][0]["peak_rss_mb"], 57);
  EXPECT_TRUE(has(ended.out, "at most 57 MiB in a worker"));
  EXPECT_EQ(summary["corpus"], 2);
  EXPECT_EQ(summary["targets"][0]["corpus"]["new"], 2);
  EXPECT_EQ(summary["targets"][0]["situations"]["new"], Names{"nil/put"});
  EXPECT_TRUE(has(bench.contents("artifacts/summary.md"), "nothing new found"));
  EXPECT_TRUE(nlohmann::json::parse(bench.contents("artifacts/summary.sarif"))["runs"][0]["results"]
                  .empty());
}

TEST(FuzzDriver, GivesSeedsToTheFuzzerInTheFormItReads) {
  Bench bench;
  EXPECT_EQ(bench.drive({"--target", "differential,program"}).status, 0);
  EXPECT_TRUE(has(bench.contents("artifacts/workers/differential-0-0/log"), "seeds 2"));
  EXPECT_TRUE(has(bench.contents("artifacts/workers/program-0-0/log"), "seeds 4"));
}

TEST(FuzzDriver, GoesOnFromTheCorpusOfTheLastRun) {
  Bench bench;
  EXPECT_EQ(bench.drive({"--seed", "1"}).status, 0);
  EXPECT_EQ(bench.drive({"--seed", "2"}).status, 0);
  EXPECT_EQ(bench.summary()["targets"][0]["corpus"]["inputs"], 2);
  EXPECT_EQ(bench.summary()["targets"][0]["corpus"]["new"], 1);
}

TEST(FuzzDriver, GivesEachOfSeveralTargetsATurnAndACorpus) {
  Bench bench;
  const Ended ended = bench.drive({"--target", "all", "--seconds", "45"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(has(ended.out, "port: --port names no library"));
  EXPECT_EQ(bench.names_in("corpus"), (Names{"differential", "nan", "program"}));
  // Who ends early leaves its time to those that follow.
  EXPECT_TRUE(has(ended.err, "fuzzing differential with 1 workers for 15 s"));
  EXPECT_TRUE(has(ended.err, "fuzzing program with 1 workers for 4"));
  EXPECT_TRUE(conforms(bench.summary()));
}

TEST(FuzzDriver, WritesTheFormsWhereTheUserWantsThem) {
  Bench bench;
  const std::string page = (bench.folder() / "page.md").string();
  bench.write("page.md", "what came before\n");
  bench.set("GITHUB_STEP_SUMMARY", page);
  EXPECT_EQ(bench
                .drive({"--json", (bench.folder() / "s.json").string(), "--sarif",
                        (bench.folder() / "s.sarif").string(), "--markdown", page})
                .status,
            0);
  EXPECT_TRUE(conforms(nlohmann::json::parse(bench.contents("s.json"))));
  EXPECT_EQ(nlohmann::json::parse(bench.contents("s.sarif"))["version"], "2.1.0");
  EXPECT_TRUE(has(bench.contents("page.md"), "what came before\n### mapproof fuzz"));
}

// ---- failures ----

TEST(FuzzDriver, KeepsAVerdictWithAllThatExplainsIt) {
  Bench bench;
  bench.fuzzers("verdict");
  const Ended ended = bench.drive({});
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_EQ(bench.names_in("artifacts/iter-clear-stops"),
            (Names{"explain.log", "input.bin", "program.mapproof", "replay.txt", "shown.go",
                   "shrunk.mapproof", "test.cc", "verdict.txt", "worker.log"}));
  EXPECT_EQ(bench.contents("artifacts/iter-clear-stops/input.bin"), "\x4d\x01input of 7");
  EXPECT_TRUE(has(bench.contents("artifacts/iter-clear-stops/test.cc"), "TEST("));
  EXPECT_TRUE(has(bench.contents("artifacts/iter-clear-stops/shown.go"), "package main"));
  const nlohmann::json summary = bench.summary();
  EXPECT_TRUE(conforms(summary));
  ASSERT_EQ(summary["failures"].size(), 1U);
  const nlohmann::json& failure = summary["failures"][0];
  EXPECT_EQ(failure["property"], "iter/clear-stops");
  EXPECT_EQ(failure["times"], 1);
  EXPECT_EQ(failure["place"]["file"], "impl/gomap/iterate.h");
  EXPECT_EQ(failure["place"]["function"], "mapiternext");
  EXPECT_EQ(failure["artifact"], (bench.artifacts() / "iter-clear-stops/input.bin").string());
  // Whoever types the command sees the same.
  EXPECT_EQ(bench.contents("artifacts/iter-clear-stops/replay.txt"),
            "build/mapproof replay --port gomap " +
                (bench.artifacts() / "iter-clear-stops/shrunk.mapproof").string() + "\n");
}

TEST(FuzzDriver, TellsThePlaceAndTheVerdictAsSarif) {
  Bench bench;
  bench.fuzzers("verdict");
  bench.drive({});
  const auto sarif = nlohmann::json::parse(bench.contents("artifacts/summary.sarif"));
  const nlohmann::json& run = sarif["runs"][0];
  ASSERT_EQ(run["results"].size(), 1U);
  const nlohmann::json& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "iter/clear-stops");
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], "iter/clear-stops");
  EXPECT_TRUE(has(result["message"]["text"], "iter/clear-stops at op 4"));
  const nlohmann::json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "impl/gomap/iterate.h");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
  // The line is that of the function, wherever it is today.
  const int line = place["region"]["startLine"];
  std::ifstream source(MAPPROOF_TOP "/impl/gomap/iterate.h");
  std::string text;
  for (int i = 0; i < line; ++i) std::getline(source, text);
  EXPECT_TRUE(has(text, "void mapiternext("));
}

TEST(FuzzDriver, TellsTheSameProgramOfSeveralWorkersAndRunsOnce) {
  Bench bench;
  bench.fuzzers("verdict");
  EXPECT_EQ(bench.drive({"--jobs", "1", "--target", "differential,nan"}).status, 1);
  ASSERT_EQ(bench.summary()["failures"].size(), 1U);
  EXPECT_EQ(bench.summary()["failures"][0]["times"], 2);
  EXPECT_EQ(bench.summary()["failures"][0]["seen_before"], false);
  EXPECT_EQ(bench.drive({"--seed", "8"}).status, 1);
  ASSERT_EQ(bench.summary()["failures"].size(), 1U);
  EXPECT_EQ(bench.summary()["failures"][0]["seen_before"], true);
  EXPECT_FALSE(fs::exists(bench.artifacts() / "iter-clear-stops-2"));
}

TEST(FuzzDriver, KeepsAnotherProgramOfTheSamePropertyApart) {
  Bench bench;
  bench.fuzzers("verdict");
  EXPECT_EQ(bench.drive({}).status, 1);
  const std::string first = bench.contents("artifacts/iter-clear-stops/shrunk.mapproof");
  bench.set("FAKE_PROGRAM", MAPPROOF_TOP "/corpus/findings/clear-after-growth-with-nan.mapproof");
  EXPECT_EQ(bench.drive({}).status, 1);
  EXPECT_EQ(bench.contents("artifacts/iter-clear-stops/shrunk.mapproof"), first);
  EXPECT_TRUE(fs::exists(bench.artifacts() / "iter-clear-stops-2" / "input.bin"));
}

TEST(FuzzDriver, ShrinksACrashFromOutside) {
  Bench bench;
  bench.fuzzers("crash");
  EXPECT_EQ(bench.drive({}).status, 1);
  const nlohmann::json failure = bench.summary()["failures"][0];
  EXPECT_EQ(failure["property"], "crash/heap-use-after-free");
  EXPECT_TRUE(has(failure["verdict"], "heap-use-after-free in void gomap::mapclear<T>("));
  EXPECT_EQ(failure["operations"], 1);
  EXPECT_TRUE(has(bench.contents("artifacts/crash-heap-use-after-free/shrunk.mapproof"), "clear"));
  EXPECT_EQ(failure["place"]["file"], "impl/gomap/clear.h");
  EXPECT_EQ(failure["place"]["line"], 41);
  EXPECT_TRUE(has(failure["replay"], "differential_fuzzer"));
  EXPECT_TRUE(has(failure["replay"], "shrunk.bin"));
}

TEST(FuzzDriver, LetsTheEngineShrinkWhatIsNoProgram) {
  Bench bench;
  bench.fuzzers("crash");
  EXPECT_EQ(bench.drive({"--target", "program"}).status, 1);
  const std::string folder = "artifacts/crash-heap-use-after-free";
  EXPECT_EQ(bench.names_in(folder),
            (Names{"input.bin", "replay.txt", "shrunk.bin", "verdict.txt", "worker.log"}));
  EXPECT_EQ(bench.contents(folder + "/shrunk.bin"), kClears);
  EXPECT_TRUE(has(bench.summary()["failures"][0]["replay"], "shrunk.bin"));
  EXPECT_TRUE(has(bench.contents("state/minimize"), "-max_total_time="));
}

TEST(FuzzDriver, KeepsNoShrunkInputThatDoesNotFail) {
  Bench bench;
  bench.fuzzers("crash-slips");
  EXPECT_EQ(bench.drive({"--target", "program"}).status, 1);
  const fs::path folder = bench.artifacts() / "crash-heap-use-after-free";
  EXPECT_TRUE(fs::exists(bench.folder() / "state" / "minimize"));
  EXPECT_FALSE(fs::exists(folder / "shrunk.bin"));
  EXPECT_TRUE(has(bench.contents(folder / "replay.txt"), "input.bin"));
  EXPECT_TRUE(has(bench.contents(folder / "explain.log"), "not shrunk"));
}

TEST(FuzzDriver, WritesACProgramForAMapBehindTheCDoor) {
  Bench bench;
  bench.fuzzers("verdict");
  bench.write("libmy map.so", "");
  const std::string library = (bench.folder() / "libmy map.so").string();
  const Ended ended = bench.drive({"--port", library});
  EXPECT_EQ(ended.status, 1) << ended.err;
  const nlohmann::json failure = bench.summary()["failures"][0];
  EXPECT_EQ(failure["target"], "port");
  EXPECT_EQ(failure["place"]["file"], library);
  EXPECT_EQ(failure["place"]["function"], "next");
  EXPECT_TRUE(has(bench.contents("artifacts/iter-clear-stops/test.c"), "mapproof_port"));
  EXPECT_TRUE(has(failure["replay"], "--port '" + library + "'"));
}

TEST(FuzzDriver, ExplainsWhatARunThatWasCutOffHasLeft) {
  Bench bench;
  bench.write("artifacts/workers/nan-0-0/crash-" + unit_name(kClears), kClears);
  bench.write("artifacts/workers/nan-0-0/log", "SUMMARY: AddressSanitizer: SEGV /a/b.cc:1 in f\n");
  EXPECT_EQ(bench.drive({}).status, 1);
  EXPECT_EQ(bench.summary()["failures"][0]["property"], "crash/SEGV");
  EXPECT_EQ(bench.summary()["failures"][0]["target"], "nan");
  EXPECT_TRUE(fs::exists(bench.artifacts() / "crash-SEGV" / "input.bin"));
  EXPECT_FALSE(fs::exists(bench.artifacts() / "workers" / "nan-0-0"));
}

TEST(FuzzDriver, TakesNoTornArtifactForAFailureButTellsItOnce) {
  Bench bench;
  bench.fuzzers("torn-artifact");
  EXPECT_EQ(bench.drive({}).status, 2);
  const nlohmann::json troubles = bench.summary()["troubles"];
  EXPECT_TRUE(bench.summary()["failures"].empty());
  const fs::path torn = bench.artifacts() / "torn" / ("crash-" + unit_name("the whole of it"));
  EXPECT_TRUE(std::any_of(troubles.begin(), troubles.end(), [&torn](const std::string& trouble) {
    return trouble.starts_with(torn.string() + " is torn");
  })) << troubles;
  bench.fuzzers("well");
  EXPECT_EQ(bench.drive({"--seed", "8"}).status, 0);
  EXPECT_TRUE(fs::exists(torn));
}

TEST(FuzzDriver, SetsTornArtifactsOfARunThatWasCutOffAside) {
  Bench bench;
  bench.write("artifacts/workers/nan-0-0/crash-" + unit_name("the whole of it"), "the whole");
  bench.write("artifacts/workers/nan-0-0/verdict-iter-once-0123456789abcdef.bin", "");
  bench.write("artifacts/workers/nan-0-0/verdict-iter-once-0123456789abcdef.mapproof", "map");
  EXPECT_EQ(bench.drive({}).status, 2);
  EXPECT_TRUE(bench.summary()["failures"].empty());
  EXPECT_EQ(bench.summary()["troubles"].size(), 2U);
  EXPECT_EQ(bench.names_in("artifacts/torn").size(), 3U);  // a text beside it, too
}

// ---- what may go wrong ----

TEST(FuzzDriver, StartsAWorkerAgainThatWasKilled) {
  Bench bench;
  bench.fuzzers("killed-once");
  const Ended ended = bench.drive({});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "worker 0 was killed by signal 9 and is started again"));
  EXPECT_EQ(bench.summary()["targets"][0]["restarts"], 1);
  EXPECT_EQ(bench.summary()["executions"], 200);  // what it had done counts
  EXPECT_EQ(bench.names_in("corpus"),
            (Names{unit_name("found with 1007"), unit_name("found with 7")}));
}

TEST(FuzzDriver, GivesUpOnAWorkerThatIsKilledTimeAndAgain) {
  Bench bench;
  bench.fuzzers("killed-always");
  const Ended ended = bench.drive({});
  EXPECT_EQ(ended.status, 2) << ended.err;
  EXPECT_EQ(bench.summary()["targets"][0]["restarts"], 3);
  EXPECT_TRUE(has(bench.summary()["troubles"][0], "time and again"));
  EXPECT_EQ(bench.names_in("corpus").size(), 4U);
}

TEST(FuzzDriver, TellsTheLastWordsOfAFuzzerThatCannotRun) {
  Bench bench;
  bench.fuzzers("refuses");
  EXPECT_EQ(bench.drive({}).status, 2);
  EXPECT_TRUE(has(bench.summary()["troubles"][0], "cannot run: the moon is full"));
  EXPECT_TRUE(conforms(bench.summary()));
}

TEST(FuzzDriver, KeepsNoHalfAnInput) {
  Bench bench;
  bench.fuzzers("torn");
  EXPECT_EQ(bench.drive({}).status, 0);
  EXPECT_EQ(bench.names_in("corpus"), Names{unit_name("found with 7")});
}

TEST(FuzzDriver, EndsInGoodOrderWhenInterrupted) {
  Bench bench;
  bench.fuzzers("waits");
  for (const int signal : {SIGINT, SIGTERM}) {
    const pid_t driver = bench.start({"--jobs", "2", "--seconds", "600"});
    const std::vector<pid_t> workers = bench.wait_for_workers(2);
    ::kill(driver, signal);
    const Ended ended = bench.finish(driver);
    EXPECT_EQ(ended.status, 130) << ended.err;
    EXPECT_TRUE(has(ended.out, "interrupted"));
    for (const pid_t worker : workers) EXPECT_NE(::kill(worker, 0), 0);
    EXPECT_EQ(bench.summary()["interrupted"], true);
    EXPECT_EQ(bench.summary()["corpus"], 2);
  }
}

TEST(FuzzDriver, TakesItsWorkersAlongWhenItIsKilled) {
  Bench bench;
  bench.fuzzers("waits");
  const pid_t driver = bench.start({"--seconds", "600"});
  bench.wait_for_workers(1);
  ::kill(driver, SIGKILL);
  EXPECT_EQ(bench.finish(driver).status, -SIGKILL);
  // Nothing stands in the way of the next one, which has what was found.
  bench.fuzzers("well");
  EXPECT_EQ(bench.drive({"--seed", "8"}).status, 0);
  EXPECT_EQ(bench.summary()["corpus"], 2);
}

TEST(FuzzDriver, LetsOneRunAtATimeUseACorpus) {
  Bench bench;
  bench.fuzzers("waits");
  const pid_t driver = bench.start({"--seconds", "600"});
  bench.wait_for_workers(1);
  const std::string others = (bench.folder() / "other").string();
  bench.fuzzers("well");
  const Ended second = bench.drive({"--artifacts", others});
  EXPECT_EQ(second.status, 2);
  EXPECT_TRUE(has(second.err, "is in use by another fuzz/run"));
  ::kill(driver, SIGINT);
  EXPECT_EQ(bench.finish(driver).status, 130);
}

TEST(FuzzDriver, SaysSoWhenASummaryCannotBeWritten) {
  Bench bench;
  const Ended ended = bench.drive({"--markdown", "/dev/full"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(has(ended.out, "cannot write /dev/full"));
  EXPECT_EQ(bench.summary()["status"], 2);
  EXPECT_EQ(bench.names_in("corpus").size(), 1U);
}

TEST(FuzzDriver, RefusesFoldersThatCannotBeMade) {
  Bench bench;
  bench.write("file", "");
  const Ended ended = bench.drive({"--corpus", (bench.folder() / "file" / "corpus").string()});
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(has(ended.err, "cannot be made"));
}

// ---- replaying ----

TEST(FuzzDriver, ReplaysEverythingAlsoBehindAFailure) {
  Bench bench;
  bench.fuzzers("crash");
  bench.write("corpus/a", "\x4d\x01 harmless");
  bench.write("corpus/b", kClears);
  bench.write("corpus/c", "\x4d\x01 harmless, too");
  const Ended ended = bench.drive({"--regress"});
  EXPECT_EQ(ended.status, 1) << ended.err << ended.out;
  const nlohmann::json summary = bench.summary();
  EXPECT_EQ(summary["mode"], "regress");
  EXPECT_EQ(summary["targets"][0]["replayed"], 5);
  ASSERT_EQ(summary["failures"].size(), 1U);  // both shrink to the same program
  EXPECT_EQ(summary["failures"][0]["times"], 2);
  EXPECT_TRUE(has(summary["failures"][0]["source"], "two.mapproof"));
  for (const char* name : {"a", "b", "c", "one.mapproof.bin", "two.mapproof.bin"}) {
    EXPECT_TRUE(has(bench.contents("state/ran"), std::string(name) + "\n"));
  }
  EXPECT_EQ(bench.names_in("corpus"), (Names{"a", "b", "c"}));
}

TEST(FuzzDriver, ReplaysAgainWhatRanWhenTheWorkerWasKilled) {
  Bench bench;
  bench.fuzzers("killed-once");
  EXPECT_EQ(bench.drive({"--regress"}).status, 0);
  EXPECT_EQ(bench.summary()["targets"][0]["replayed"], 2);
  EXPECT_EQ(bench.contents("state/ran"), "one.mapproof.bin\none.mapproof.bin\ntwo.mapproof.bin\n");
}

TEST(FuzzDriver, TellsEqualExecutionsOfAReplayInAllForms) {
  for (const auto& [way, executions] : {std::pair{"well", 100}, std::pair{"counts-nothing", 2}}) {
    Bench bench;
    bench.fuzzers(way);
    const Ended ended = bench.drive({"--regress"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(bench.summary()["executions"], executions);
    EXPECT_EQ(bench.summary()["targets"][0]["replayed"], 2);
    EXPECT_EQ(bench.summary()["peak_rss_mb"], 57);
    const std::string count = std::to_string(executions);
    EXPECT_TRUE(has(ended.out, "executions   " + count + "\n"));
    EXPECT_TRUE(has(bench.contents("artifacts/summary.md"), "| differential | " + count + " |"));
  }
}

TEST(FuzzDriver, DoesNotTakeNothingToReplayForSuccess) {
  Bench bench;
  fs::remove_all(bench.folder() / "programs");
  fs::create_directory(bench.folder() / "programs");
  EXPECT_EQ(bench.drive({"--regress"}).status, 2);
  EXPECT_TRUE(has(bench.summary()["troubles"][0], "nothing to replay"));
}

TEST(FuzzDriver, ExplainsAVerdictOfAReplayOnce) {
  Bench bench;
  bench.fuzzers("verdict");
  EXPECT_EQ(bench.drive({"--regress"}).status, 1);
  EXPECT_EQ(bench.summary()["failures"][0]["property"], "iter/clear-stops");
  EXPECT_TRUE(has(bench.summary()["failures"][0]["source"], "two.mapproof"));
  bench.fuzzers("well");
  EXPECT_EQ(bench.drive({"--regress"}).status, 0);
}

// ---- merging ----

TEST(FuzzDriver, MergesOtherCorporaInBytesAndText) {
  Bench bench;
  bench.write("corpus/" + unit_name("mine"), "mine");
  bench.write("others/" + unit_name("theirs"), "theirs");
  bench.write("others/text.mapproof", "map u64 u64\nput 1\n");
  bench.write("others/page.md", "no input\n");
  EXPECT_EQ(bench.drive({"--merge", (bench.folder() / "others").string()}).status, 0);
  const nlohmann::json corpus = bench.summary()["targets"][0]["corpus"];
  EXPECT_EQ(corpus["inputs"], 3);
  EXPECT_EQ(corpus["new"], 2);
  EXPECT_EQ(corpus["gone"], 0);
  EXPECT_EQ(bench.contents("corpus/" + unit_name("theirs")), "theirs");
  EXPECT_TRUE(has(bench.contents("state/merge"), "-merge=1"));
}

TEST(FuzzDriver, MinimisesTheCorpus) {
  Bench bench;
  for (const char* input : {"a", "b", "c", "d"}) {
    bench.write(std::string("corpus/") + unit_name(input), input);
  }
  EXPECT_EQ(bench.drive({"--minimize"}).status, 0);
  EXPECT_EQ(bench.summary()["targets"][0]["corpus"]["inputs"], 2);
  EXPECT_EQ(bench.summary()["targets"][0]["corpus"]["gone"], 2);
  EXPECT_TRUE(has(bench.contents("state/merge"), "-set_cover_merge=1"));
  EXPECT_EQ(bench.names_in("corpus").size(), 2U);
}

TEST(FuzzDriver, LeavesTheCorpusAloneWhenAMergeFails) {
  for (const char* way : {"merge-dies", "merge-loses-all", "merge-tears", "merge-misses"}) {
    Bench bench;
    bench.fuzzers(way);
    for (const char* input : {"a", "b", "c"}) {
      bench.write(std::string("corpus/") + unit_name(input), input);
    }
    const Names before = bench.names_in("corpus");
    const Ended ended = bench.drive({"--minimize"});
    EXPECT_EQ(ended.status, 2);
    EXPECT_TRUE(has(ended.out, "the corpus is as it was")) << ended.err;
    EXPECT_EQ(bench.names_in("corpus"), before);
  }
}

TEST(FuzzDriver, LeavesTheCorpusAloneWhenAMergeIsInterrupted) {
  Bench bench;
  bench.fuzzers("merge-waits");
  for (const char* input : {"a", "b", "c"}) {
    bench.write(std::string("corpus/") + unit_name(input), input);
  }
  const Names before = bench.names_in("corpus");
  const pid_t driver = bench.start({"--minimize"});
  bench.wait_for_workers(1);
  ::kill(driver, SIGINT);
  EXPECT_EQ(bench.finish(driver).status, 130);
  EXPECT_EQ(bench.names_in("corpus"), before);
}

// A folder with inputs, and with what else people keep there, behind a link.
void fill_corpus(const Bench& bench) {
  for (const char* input : {"a", "b", "c", "d"}) bench.write("kept/" + unit_name(input), input);
  for (const char* other : {"README.md", "nan/0123", ".git/HEAD", ".git/objects/0123", ".hidden"}) {
    bench.write(std::string("kept/") + other, other);
  }
  fs::create_directory_symlink(bench.folder() / "kept", bench.corpus());
}

TEST(FuzzDriver, TouchesInputsAloneWhereItTendsACorpus) {
  for (const bool minimizes : {false, true}) {
    Bench bench;
    fill_corpus(bench);
    bench.write("others/e", "e");
    bench.write("others/.git/objects/ef", "no input");
    const std::string others = (bench.folder() / "others").string();
    const Ended ended = minimizes ? bench.drive({"--minimize"}) : bench.drive({"--merge", others});
    EXPECT_EQ(ended.status, 0) << ended.err;
    for (const char* other :
         {"README.md", "nan/0123", ".git/HEAD", ".git/objects/0123", ".hidden"}) {
      EXPECT_EQ(bench.contents(fs::path("kept") / other), other);
    }
    EXPECT_TRUE(fs::is_symlink(bench.corpus()));
    const nlohmann::json corpus = bench.summary()["targets"][0]["corpus"];
    EXPECT_EQ(corpus["inputs"], minimizes ? 2 : 5);
    EXPECT_EQ(corpus["new"], minimizes ? 0 : 1);
    EXPECT_EQ(corpus["gone"], minimizes ? 2 : 0);
    EXPECT_EQ(bench.names_in("kept").size(), (minimizes ? 2U : 5U) + 4);
  }
}

TEST(FuzzDriver, TakesNoOldInputAwayBeforeTheNewOnesAreThere) {
  Bench bench;
  for (const char* input : {"a", "b", "c"}) bench.write(std::string("corpus/") + input, input);
  fs::create_directory(bench.corpus() / unit_name("c"));  // in the way of a new one
  const Ended ended = bench.drive({"--minimize"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_TRUE(has(ended.out, "cannot be copied into"));
  for (const char* input : {"a", "b", "c"}) {
    EXPECT_TRUE(fs::exists(bench.corpus() / input));
  }
}

TEST(FuzzDriver, KeepsWhatFailsInAMergeWithALogOfItsOwn) {
  Bench bench;
  bench.fuzzers("merge-meets-crash");
  bench.write("corpus/" + unit_name("harmless"), "harmless");
  bench.write("others/clears", kClears);
  bench.write("others/clears-and-puts", kClears + std::string("\0\1\0\0", 4));
  const Ended ended = bench.drive({"--merge", (bench.folder() / "others").string()});
  EXPECT_EQ(ended.status, 1) << ended.err;
  ASSERT_EQ(bench.summary()["failures"].size(), 1U) << bench.summary();
  EXPECT_EQ(bench.summary()["failures"][0]["property"], "crash/heap-use-after-free");
  EXPECT_EQ(bench.summary()["failures"][0]["times"], 2);
  EXPECT_FALSE(
      has(bench.contents("artifacts/crash-heap-use-after-free/worker.log"), "MERGE-INNER"));
  EXPECT_EQ(bench.names_in("corpus"), Names{unit_name("harmless")});
  // Nothing is left for the next run.
  bench.fuzzers("well");
  EXPECT_EQ(bench.drive({}).status, 0);
}

TEST(FuzzDriver, KeepsWhatFailsInAMergeThatFailsItself) {
  Bench bench;
  bench.fuzzers("merge-meets-crash-and-dies");
  bench.write("corpus/" + unit_name(kClears), kClears);
  EXPECT_EQ(bench.drive({"--minimize"}).status, 1);
  EXPECT_EQ(bench.summary()["troubles"].size(), 1U);
  ASSERT_EQ(bench.summary()["failures"].size(), 1U);
  EXPECT_EQ(bench.names_in("corpus"), Names{unit_name(kClears)});
}

TEST(FuzzDriver, KeepsTheVerdictOnAnInputThatFailsInAMinimisation) {
  Bench bench;
  bench.fuzzers("merge-meets-verdict");
  bench.write("corpus/" + unit_name("harmless"), "harmless");
  bench.write("corpus/" + unit_name(kClears), kClears);
  EXPECT_EQ(bench.drive({"--minimize"}).status, 1);
  ASSERT_EQ(bench.summary()["failures"].size(), 1U);
  EXPECT_EQ(bench.summary()["failures"][0]["property"], "iter/clear-stops");
  EXPECT_EQ(bench.contents("artifacts/iter-clear-stops/input.bin"), kClears);
}

TEST(FuzzDriver, KeepsAlsoWhatFailsInAMergeOnly) {
  Bench bench;
  bench.fuzzers("merge-meets-a-ghost");
  bench.write("corpus/" + unit_name("harmless"), "harmless");
  bench.write("others/clears", kClears);
  EXPECT_EQ(bench.drive({"--merge", (bench.folder() / "others").string()}).status, 1);
  ASSERT_EQ(bench.summary()["failures"].size(), 1U);
  EXPECT_EQ(bench.summary()["failures"][0]["property"], "crash");
  EXPECT_TRUE(has(bench.summary()["failures"][0]["verdict"], "not when it ran by itself"));
  EXPECT_EQ(bench.contents("artifacts/crash/input.bin"), kClears);
}

TEST(FuzzDriver, ExplainsByItselfWhatAMergeThatWasCutOffHasLeft) {
  Bench bench;
  bench.fuzzers("merge-meets-crash");
  bench.write("artifacts/workers/nan-merge/crash-" + unit_name(kClears), kClears);
  bench.write("artifacts/workers/nan-merge/log", "SUMMARY: AddressSanitizer: SEGV /a.cc:1 in f\n");
  EXPECT_EQ(bench.drive({}).status, 1);
  ASSERT_EQ(bench.summary()["failures"].size(), 1U);
  EXPECT_EQ(bench.summary()["failures"][0]["property"], "crash/heap-use-after-free");
  EXPECT_EQ(bench.summary()["failures"][0]["target"], "nan");
}

// ---- arguments ----

TEST(FuzzDriver, RefusesWhatItCannotDoWithOneSentence) {
  struct Case {
    Names arguments;
    std::string words;
  };
  Bench bench;
  for (const Case& one : std::vector<Case>{
           {{"--target", "nonsense"}, "--target is one of differential, nan, port, program, all"},
           {{"--target", "port"}, "--target port needs a map: --port LIBRARY"},
           {{"--port", "/nonexistent.so"}, "no such library"},
           {{"--port", "/nonexistent.so", "--target", "nan"}, "--port is for --target port"},
           {{"--seconds", "0"}, "--seconds"},
           {{"--jobs", "many"}, "--jobs"},
           {{"--sanitizer", "memory"}, "--sanitizer"},
           {{"--artifacts", ""}, "--artifacts needs a value"},
           {{"--regress", "--minimize"}, "--regress goes with neither"},
           {{"--merge", "/nonexistent"}, "no such folder: /nonexistent"},
           {{"--frobnicate"}, "fuzz/run --help tells more"},
           {{"--fuzzers", "/nonexistent"}, "cannot read /nonexistent/fuzz_targets.json"}}) {
    const Ended ended = bench.drive(one.arguments);
    EXPECT_EQ(ended.status, 2) << one.words;
    EXPECT_TRUE(ended.err.starts_with("cannot run: ")) << ended.err;
    EXPECT_TRUE(has(ended.err, one.words));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_FALSE(fs::exists(bench.artifacts()));
  }
}

TEST(FuzzDriver, HelpNamesEveryTargetAndGivesExamples) {
  Bench bench;
  const Ended ended = bench.drive({"--help"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_TRUE(has(ended.out, "examples:"));
  EXPECT_TRUE(has(ended.out, "differential  the port and the model agree"));
  EXPECT_FALSE(has(ended.out, "{targets}"));
}

}  // namespace
}  // namespace mapproof
