// The command as its users meet it: exit codes, what goes to which stream, files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cli/test/cli_fixture.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

// ---- the command as a whole ----

TEST_F(Cli, HelpOfEveryCommandHasExamples) {
  EXPECT_TRUE(contains(run({"--help"}).out, "Examples:"));
  for (const char* command : {"replay", "shrink", "convert", "check", "ports", "generate",
                              "properties", "situations", "lockstep", "arbitrate", "matrix"}) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_EQ(outcome.code, 0) << command;
    EXPECT_TRUE(contains(outcome.out, std::string("Examples:\n  mapproof "))) << outcome.out;
  }
}

TEST_F(Cli, WrongUseIsOneLineAndExitCode2) {
  expect_refusal(run({}), "subcommand");
  expect_refusal(run({"frobnicate"}), "unknown command frobnicate");
  expect_refusal(run({"replay"}), "FILE");
  expect_refusal(run({"replay", "--nonsense", kData + "holds.mapproof"}), "--nonsense");
  expect_refusal(run({"check", "std", "--programs", "many"}), "--programs");
}

TEST_F(Cli, OutputThatIsNoTerminalHasNoColours) {
  for (const char* file : {"holds.mapproof", "clear_mid_growth.mapproof"}) {
    EXPECT_FALSE(contains(run({"replay", kData + file}).out, "\x1b"));
  }
}

// ---- replay ----

TEST_F(Cli, ReplayTellsEachOperationAndThatAllHolds) {
  const Outcome outcome = run({"replay", kData + "holds.mapproof"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "port std\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "has 2  -> absent\n")) << outcome.out;
  EXPECT_TRUE(outcome.out.ends_with("\nholds\n")) << outcome.out;
}

TEST_F(Cli, ReplayOfAKnownFindingNamesThePropertyAndTheFinding) {
  const Outcome outcome = run({"replay", kData + "clear_mid_growth.mapproof"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "drain a")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "# breaks iter/")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, " at op 5: expected ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\nknown finding ")) << outcome.out;
}

TEST_F(Cli, ReplayOnTheCorrectedPortHoldsAndIsNotAttributed) {
  const Outcome outcome =
      run({"replay", "--port", "gomap-corrected", kData + "clear_mid_growth.mapproof"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "finding")) << outcome.out;
}

TEST_F(Cli, ReplayReportsAResultThatIsNotTheFilesOnTheFilesPortOnly) {
  const Outcome outcome = run({"replay", kData + "wrong_result.mapproof"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.out, "result of op 1 (len) differs: the file says 2, got 1"))
      << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "holds")) << outcome.out;
  EXPECT_EQ(run({"replay", "--port", "gomap", kData + "wrong_result.mapproof"}).code, 0);
}

TEST_F(Cli, WhatReplayPrintsIsAProgramAgain) {
  const Outcome first =
      run({"replay", "--buckets", "--verbose", kData + "clear_mid_growth.mapproof"});
  const std::string story = first.out.substr(0, first.out.find("iter/", first.out.rfind("drain")));
  const std::string program = story.substr(0, story.rfind("drain a"));
  const Outcome second = run({"replay", "-"}, program);
  EXPECT_EQ(second.code, 0) << second.out << second.err;
}

TEST_F(Cli, ReplayDrawsTheBucketsAndTellsStepsWhenAsked) {
  const std::string file = kData + "clear_mid_growth.mapproof";
  EXPECT_FALSE(contains(run({"replay", file}).out, "current array"));
  EXPECT_TRUE(contains(run({"replay", "--buckets", file}).out, "# current array: 8 buckets\n"));
  EXPECT_FALSE(contains(run({"replay", file}).out, "#   put 26"));
  EXPECT_TRUE(contains(run({"replay", "--verbose", file}).out, "#   put 26  -> stamp 27\n"));
}

TEST_F(Cli, ReplayGivesJsonForMachines) {
  const Outcome outcome =
      run({"replay", "--json", kData + "holds.mapproof", kData + "clear_mid_growth.mapproof"});
  EXPECT_EQ(outcome.code, 1);
  const std::size_t middle = outcome.out.find('\n') + 1;
  const auto holds = nlohmann::json::parse(outcome.out.substr(0, middle));
  const auto fails = nlohmann::json::parse(outcome.out.substr(middle));
  EXPECT_TRUE(holds.at("holds"));
  EXPECT_TRUE(holds.at("verdict").is_null());
  EXPECT_EQ(holds.at("ops").at(2).at("result"), "absent");
  EXPECT_FALSE(fails.at("holds"));
  EXPECT_EQ(fails.at("verdict").at("op"), 5);
  EXPECT_TRUE(fails.at("attribution").at("known"));
}

TEST_F(Cli, ReplayReadsTheStandardInputAndBytes) {
  ASSERT_EQ(run({"convert", kData + "holds.mapproof", "-o", path("p.bin")}).code, 0);
  const std::string bytes = contents_of(path("p.bin"));
  EXPECT_EQ(bytes[0], 'M');
  EXPECT_TRUE(contains(run({"replay", path("p.bin")}).out, "has 2  -> absent"));
  EXPECT_TRUE(contains(run({"replay", "-"}, bytes).out, "port gomap\n"));
}

// What a program of the corpus says after "->" is what the port that it names answers.
TEST_F(Cli, TheResultsThatTheCorpusPromisesAreKept) {
  int promises = 0;
  for (const auto& entry : fs::recursive_directory_iterator(MAPPROOF_TOP "/corpus")) {
    if (entry.path().extension() != ".mapproof") continue;
    if (!contains(contents_of(entry.path()), " -> ")) continue;
    promises++;
    const Outcome outcome = run({"replay", "--json", entry.path().string()});
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_TRUE(json.at("differences").empty()) << entry.path() << "\n" << outcome.out;
  }
  EXPECT_GE(promises, 20);
}

// The README shows this picture; it is what the command draws today. To renew it, from the top
// folder: build/mapproof replay --buckets --picture conformance/cli/replay.svg
// corpus/findings/NAME.mapproof
TEST_F(Cli, ThePictureInTheReadmeIsWhatReplayDraws) {
  const std::string top = MAPPROOF_TOP "/";
  const std::string file = "corpus/findings/clear-in-mid-growth-in-overflow-bucket.mapproof";
  const std::string picture = path("picture.svg");
  EXPECT_EQ(run({"replay", "--buckets", "--picture", picture, top + file}).code, 1);
  std::string drawn = contents_of(picture);
  const std::size_t at = drawn.find(top + file);
  ASSERT_NE(at, drawn.npos) << drawn;
  drawn.erase(at, top.size());
  // The width depends on where the project lies.
  const auto rows = [](const std::string& svg) { return svg.substr(svg.find("<text")); };
  EXPECT_EQ(rows(drawn), rows(contents_of(top + "conformance/cli/replay.svg")));
}

TEST_F(Cli, ReplayEmitsATestInsteadOfRunning) {
  const Outcome outcome = run({"replay", "--emit", "gtest", kData + "clear_mid_growth.mapproof"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.out, "#include <gtest/gtest.h>"));
  EXPECT_TRUE(contains(outcome.out, "ProgramHoldsOnGomap)"));
  EXPECT_TRUE(contains(outcome.out, "putrange 0 27\n"));
  expect_refusal(
      run({"replay", "--emit", "gtest", kData + "holds.mapproof", kData + "holds.mapproof"}),
      "take one file");
}

TEST_F(Cli, ReplayEmitsAGoProgramOfWhatTheFaithfulPortBreaks) {
  const std::string out = path("shown.go");
  const std::string file = kData + "clear_mid_growth.mapproof";
  const Outcome outcome = run({"replay", "--emit", "go", file, "-o", out});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(contains(contents_of(out), "\npackage main\n"));
  EXPECT_EQ(run({"replay", "--emit", "go", file}).out, contents_of(out));
  expect_refusal(run({"replay", "--emit", "go", kData + "holds.mapproof"}),
                 "holds.mapproof: no Go program: it breaks no property");
  expect_refusal(run({"replay", "--emit", "go", "--port", "std", file}), "leave out --port");
}

TEST_F(Cli, WhatCannotBeReplayedIsRefusedInOneLine) {
  expect_refusal(run({"replay", path("missing")}), "cannot read");
  expect_refusal(run({"replay", kData}), "is a folder");
  expect_refusal(run({"replay", kData + "bad_line.mapproof"}),
                 "bad_line.mapproof: line 3, column 1");
  expect_refusal(run({"replay", write("version", std::string("M\x02\0\0\0\0\0\0", 8))}),
                 "version 1");
  expect_refusal(run({"replay", write("magic", std::string("X\x01\0\0\0\0\0\0", 8))}), "4d 01");
  expect_refusal(run({"replay", "--port", "nix", kData + "holds.mapproof"}),
                 "unknown port nix; the known ones are gomap, ");
}

TEST_F(Cli, ReplayDoesNotAskAPortForWhatItDoesNotPromise) {
  const std::string file =
      write("walk.mapproof", "map u64 u64\nputrange 0 3\niter a\nnext a\nput 9\n");
  expect_refusal(run({"replay", "--port", "std", file}), "changes the map during a walk");
  EXPECT_EQ(run({"replay", "--port", "gomap", file}).code, 0);
}

TEST_F(Cli, ABadFileDoesNotHideTheOthers) {
  const Outcome outcome = run({"replay", path("missing"), kData + "holds.mapproof"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.out, "holds\n"));
}

TEST_F(Cli, BytesOfAFuzzingEngineAreReadAsTheFuzzTargetReadsThem) {
  const Outcome outcome =
      run({"replay", write("crash", std::string("M\x01\xff\xff\xff\0\0\0\x05", 9))});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "not in canonical form")) << outcome.err;
}

// ---- shrink ----

TEST_F(Cli, ShrinkFindsAProgramThatFailsInTheSameWay) {
  const std::string out = path("small.mapproof");
  const std::string big =
      write("big.mapproof",
            "map f64 str hint=3\nput 1\nlen\n" + std::string("putrange 0 27\nget 4\nhas 7\n") +
                "iter b bucket=3 offset=0\nnext b\nlen\nclear\n" + "drain b\nlen\n");
  const Outcome before = run({"replay", "--json", big});
  ASSERT_EQ(before.code, 1) << before.out << before.err;
  const Outcome outcome = run({"shrink", big, "-o", out});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  const auto was = nlohmann::json::parse(before.out);
  const auto is = nlohmann::json::parse(run({"replay", "--json", out}).out);
  EXPECT_EQ(is.at("verdict").at("property"), was.at("verdict").at("property"));
  EXPECT_EQ(is.at("attribution").at("findings").at(0), was.at("attribution").at("findings").at(0));
  EXPECT_LE(is.at("ops").size(), 5U);
  EXPECT_EQ(run({"shrink", out}).out, contents_of(out)) << "not small yet";
}

TEST_F(Cli, ShrinkRefusesAProgramThatHolds) {
  expect_refusal(run({"shrink", kData + "holds.mapproof"}), "nothing to shrink");
}

TEST_F(Cli, WhatCannotBeWrittenIsReportedAndLeavesNothingBehind) {
  expect_refusal(run({"shrink", kData + "clear_mid_growth.mapproof", "-o", path("no/such/folder")}),
                 "cannot write");
  expect_refusal(run({"convert", kData + "holds.mapproof", "-o", path("no/such/folder")}),
                 "cannot write");
  fs::create_directory(path("folder"));
  EXPECT_EQ(run({"convert", kData + "holds.mapproof", "-o", path("folder")}).code, 2);
  EXPECT_TRUE(fs::is_empty(path("folder")));
}

// ---- convert ----

TEST_F(Cli, ConvertGoesToTheOtherFormAndBack) {
  const std::string text = "mapproof 1\nmap u64 u64\nput 1\niter a bucket=2 offset=3\nnext a\n";
  const std::string bytes = run({"convert", "-"}, text).out;
  EXPECT_TRUE(bytes.starts_with("M\x01"));
  EXPECT_EQ(run({"convert", "-"}, bytes).out, text);
  EXPECT_EQ(run({"convert", "--to", "text", "-"}, text).out, text);
  EXPECT_EQ(run({"convert", "--to", "bytes", "-"}, bytes).out, bytes);
  expect_refusal(run({"convert", "--to", "xml", "-"}, text), "--to");
}

TEST_F(Cli, AnOutputFileIsReplacedAsAWhole) {
  const std::string out = write("out", std::string(10000, 'x'));
  ASSERT_EQ(run({"convert", kData + "holds.mapproof", "-o", out}).code, 0);
  EXPECT_EQ(contents_of(out), run({"convert", kData + "holds.mapproof"}).out);
}

TEST_F(Cli, BytesAreNotWrittenToATerminal) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(::grantpt(master), 0);
  ASSERT_EQ(::unlockpt(master), 0);
  const std::string terminal = ::ptsname(master);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, terminal.c_str(), O_RDWR | O_NOCTTY, 0);
  posix_spawn_file_actions_addopen(&files, 2, path("err").c_str(), O_WRONLY | O_CREAT, 0644);
  std::string name = "mapproof", command = "convert", file = kData + "holds.mapproof";
  char* argv[] = {name.data(), command.data(), file.data(), nullptr};
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, kCommand, &files, nullptr, argv, environ), 0);
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ::close(master);
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_TRUE(contains(contents_of(path("err")), "not written to a terminal"));
}

// ---- ports and generate ----

TEST_F(Cli, PortsListsWhatReplayAndCheckTake) {
  const Outcome outcome = run({"ports"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* name : {"gomap ", "gomap-corrected ", "std::unordered_map "}) {
    EXPECT_TRUE(contains("\n" + outcome.out, std::string("\n") + name)) << outcome.out;
  }
}

TEST_F(Cli, GenerateGivesTheSameProgramForTheSameSeed) {
  const Outcome outcome = run({"generate", "--seed", "7"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, run({"generate", "--seed", "7"}).out);
  EXPECT_NE(outcome.out, run({"generate", "--seed", "8"}).out);
  EXPECT_EQ(run({"convert", "-"}, outcome.out).code, 0);
}

TEST_F(Cli, GenerateObeysKindsModeAndLength) {
  const Outcome outcome = run({"generate", "--seed", "7", "--key", "f64", "--elem", "str", "--hash",
                               "constant", "--ops", "5"});
  EXPECT_TRUE(contains(outcome.out, "\nmap f64 str hash=constant")) << outcome.out;
  EXPECT_LE(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 3 + 5);
  expect_refusal(run({"generate", "--seed", "7", "--key", "f65"}), "unknown key kind f65");
}

// ---- the real Go ----

class CliWithGo : public Cli {
 protected:
  void SetUp() override {
    const std::string ports = run({"ports"}).out;
    const auto at = ports.find("real Go: not installed");
    if (at != ports.npos) GTEST_SKIP() << ports.substr(at, ports.find('\n', at) - at);
  }
};

// As on a machine without one.
class CliWithoutGo : public Cli {
 protected:
  CliWithoutGo() {
    ::setenv("MAPPROOF_GO119", "/nowhere/go.so", 1);
    ::setenv("MAPPROOF_GCCGO12", "/nowhere/gccgo", 1);
  }
  ~CliWithoutGo() override {
    ::unsetenv("MAPPROOF_GO119");
    ::unsetenv("MAPPROOF_GCCGO12");
  }
};

TEST_F(CliWithGo, LockstepSaysWhatItComparedAndThatNothingDiffers) {
  const Outcome outcome = run({"lockstep", "--ops", "30000", "--json", path("result")});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "port gomap in lock-step with go1.19")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\nno difference\n")) << outcome.out;
  EXPECT_EQ(outcome.err, "");
  const auto json = nlohmann::json::parse(contents_of(path("result")));
  EXPECT_GE(json.at("operations").get<std::uint64_t>(), 30000U);
  EXPECT_EQ(json.at("differences"), 0);
  EXPECT_GT(json.at("growths").get<std::uint64_t>(), 10U);
}

TEST_F(CliWithGo, LockstepShrinksWhatDiffersAndLeavesIt) {
  const Outcome outcome = run({"lockstep", "--port", "gomap-corrected", "--out", path(""), "--json",
                               path("result"), MAPPROOF_TOP "/corpus/findings"});
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "DIFFERS from go1.19")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "first differs at op ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\nthe port")) << "both layouts: " << outcome.out;
  const auto difference = nlohmann::json::parse(contents_of(path("result"))).at("difference");
  const std::string file = difference.at("file");
  EXPECT_EQ(contents_of(file), difference.at("program"));
  const Outcome again = run({"lockstep", "--port", "gomap-corrected", "--out", path(""), file});
  EXPECT_EQ(again.code, 1) << again.out;
  EXPECT_EQ(run({"lockstep", file}).code, 0) << "the faithful port is like Go here, too";
}

TEST_F(CliWithGo, ArbitrateSaysThatGoItselfIsWrong) {
  const Outcome outcome = run({"arbitrate", kData + "clear_mid_growth.mapproof"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.out, "gomap-corrected  holds\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\nGo itself breaks iter/")) << outcome.out;
  EXPECT_EQ(run({"arbitrate", kData + "holds.mapproof"}).code, 0);
}

TEST_F(CliWithGo, CheckOfTheRealGoStepsOverTheFindingsOnRecord) {
  const Outcome outcome =
      run({"check", "go1.19", "--programs", "0", "--corpus", MAPPROOF_TOP "/corpus/findings"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "known finding sibling-check-lost: 1 times")) << outcome.out;
}

TEST_F(CliWithoutGo, WhatNeedsOneIsRefusedInOneLine) {
  expect_refusal(run({"lockstep"}), "/nowhere/go.so: expected");
  expect_refusal(run({"lockstep", "--against", "gccgo-12"}), "/nowhere/gccgo: expected");
  expect_refusal(run({"check", "go1.19"}), "/nowhere/go.so: expected");
  EXPECT_TRUE(contains(run({"ports"}).out, "/nowhere/go.so: expected"));
}

TEST_F(CliWithoutGo, ArbitrateSaysWhoWasNotAsked) {
  const Outcome outcome = run({"arbitrate", "--json", kData + "clear_mid_growth.mapproof"});
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("rulings").at(2).at("asked"), false);
  EXPECT_TRUE(contains(json.at("sentence").get<std::string>(), "Nobody knows")) << outcome.out;
}

TEST_F(Cli, LockstepRefusesWhatItDoesNotKnow) {
  expect_refusal(run({"lockstep", "--against", "perl"}), "perl");
  expect_refusal(run({"arbitrate"}), "FILE");
}

// ---- situations ----

TEST_F(Cli, SituationsOfTheWholeCorpusAreAllReached) {
  const Outcome outcome = run({"situations", MAPPROOF_TOP "/corpus"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "walk/eight-at-once\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "first " MAPPROOF_TOP "/corpus/")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "never")) << outcome.out;
}

TEST_F(Cli, SituationsNamesWhatOneProgramDoesNotReach) {
  const Outcome all = run({"situations", kData + "holds.mapproof"});
  EXPECT_EQ(all.code, 1);
  EXPECT_TRUE(contains(all.out, "make/no-bucket\n")) << all.out;
  const Outcome missing = run({"situations", "--missing", kData + "holds.mapproof"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(contains(missing.out, "never  walk/eight-at-once\n")) << missing.out;
  EXPECT_FALSE(contains(missing.out, "make/no-bucket")) << missing.out;
  EXPECT_TRUE(contains(missing.out, " situations reached (programs: 1)\n")) << missing.out;
}

TEST_F(Cli, SituationsGivesJsonForMachines) {
  const auto json =
      nlohmann::json::parse(run({"situations", "--json", kData + "holds.mapproof"}).out);
  EXPECT_EQ(json.at("programs"), 1);
  EXPECT_EQ(json.at("known"), json.at("situations").size());
  std::size_t missing = 0;
  for (const auto& situation : json.at("situations")) {
    EXPECT_EQ(situation.at("times") == 0, situation.at("first").is_null()) << situation;
    missing += situation.at("times") == 0 ? 1 : 0;
  }
  EXPECT_EQ(json.at("missing"), missing);
}

TEST_F(Cli, SituationsRefusesWhatItCannotRead) {
  expect_refusal(run({"situations"}), "CORPUS");
  expect_refusal(run({"situations", path("nowhere")}), "cannot read");
  fs::create_directory(path("bare"));
  expect_refusal(run({"situations", path("bare")}), "no program there");
}

// ---- properties ----

TEST_F(Cli, PropertiesListsTheCatalogueInLinesThatFit) {
  const Outcome outcome = run({"properties"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.out, "iter\n  iter/once  std, must\n")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "left out\n")) << outcome.out;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST_F(Cli, PropertiesTellsAllAboutThoseThatAreNamed) {
  const Outcome one = run({"properties", "layout/spares"});
  EXPECT_TRUE(contains(one.out, "source  map.go, makeBucketArray\n")) << one.out;
  EXPECT_TRUE(contains(one.out, "checks  audit ")) << one.out;
  EXPECT_FALSE(contains(one.out, "layout/count")) << one.out;
  EXPECT_TRUE(contains(run({"properties", "layout"}).out, "layout/count")) << "an area";
  expect_refusal(run({"properties", "iter/twice"}), "unknown property iter/twice");
  expect_refusal(run({"properties", "--profile", "best"}), "--profile");
}

TEST_F(Cli, PropertiesGivesTheCatalogueToMachines) {
  const auto json = nlohmann::json::parse(run({"properties", "--profile", "std", "--json"}).out);
  bool found = false;
  for (const auto& property : json.at("properties")) {
    EXPECT_EQ(property.at("profile"), "std");
    if (property.at("id") != "iter/once") continue;
    found = true;
    EXPECT_EQ(property.at("checks").at(0), "judge");
    const std::string bug = property.at("bugs").at(0);
    EXPECT_FALSE(json.at("bugs").at(bug).at("where").get<std::string>().empty());
  }
  EXPECT_TRUE(found);
}

TEST_F(Cli, PropertiesOfAProfileAreAlsoThoseWrittenForAnother) {
  const std::string js = run({"properties", "--profile", "js"}).out;
  EXPECT_TRUE(contains(js, "iter/added-visited  js, must")) << js;
  EXPECT_TRUE(contains(js, "iter/no-deleted  go, must")) << js;
  EXPECT_FALSE(contains(js, "iter/size-change-raises")) << js;
  EXPECT_FALSE(contains(js, "iter/order-varies")) << js;
  const std::string python = run({"properties", "--profile", "python"}).out;
  EXPECT_TRUE(contains(python, "iter/size-change-raises  python, must")) << python;
  EXPECT_TRUE(
      contains(run({"properties", "iter/insertion-order"}).out, "binds   js, python, must"));
}

TEST_F(Cli, GenerateKnowsEachProfile) {
  std::set<std::string> programs;
  for (const std::string profile : {"go", "std", "js", "python"}) {
    const Outcome outcome = run({"generate", "--seed", "3", "--profile", profile});
    EXPECT_EQ(outcome.code, 0) << profile;
    programs.insert(outcome.out);
  }
  EXPECT_EQ(programs.size(), 4U);
}

TEST_F(Cli, AVerdictIsFollowedByTheSentenceOfItsProperty) {
  const Outcome outcome = run({"replay", kData + "clear_mid_growth.mapproof"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(
      contains(outcome.out, "\n  iter/clear-stops: after a clear no cleared entry is produced (Go"))
      << outcome.out;
  const Outcome check = canary({"check", "forgets-nothing", "--programs", "30", "--corpus",
                                kData + "corpus", "--out", path("")});
  EXPECT_TRUE(contains(check.out, "\n  len/exact: len is the number of live entries (Go spec"))
      << check.out;
}

// ---- check ----

TEST_F(Cli, CheckStepsOverKnownFindingsAndCountsThem) {
  const Outcome outcome = run({"check", "gomap", "--corpus", kData + "corpus", "--programs", "100",
                               "--out", path(""), "--json", path("report.json")});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "\nholds\n")) << outcome.out;
  EXPECT_TRUE(outcome.err.starts_with("mapproof: about ")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, " s: 1 corpus programs, 100 random programs\n")) << outcome.err;
  EXPECT_TRUE(outcome.err.ends_with(" million a second\n")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 2)
      << "progress is for terminals: " << outcome.err;
  const auto report = nlohmann::json::parse(contents_of(path("report.json")));
  EXPECT_TRUE(report.at("holds"));
  EXPECT_EQ(report.at("programs").at("generated"), 100);
  EXPECT_FALSE(report.at("known").empty());
}

TEST_F(Cli, CheckOfTheCorrectedPortAndOfAStdMapHold) {
  for (const char* port : {"gomap-corrected", "std"}) {
    const Outcome outcome =
        run({"check", port, "--corpus", kData + "corpus", "--programs", "60", "--out", path("")});
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  }
}

TEST_F(Cli, CheckSaysWhatItSkippedAndWhatItDidNotControl) {
  const Outcome outcome =
      run({"check", "std", "--corpus", kData + "corpus", "--programs", "10", "--out", path("")});
  EXPECT_TRUE(contains(outcome.out, "changes the map during a walk")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "not controlled: starts of walks")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "not tested: the layout")) << outcome.out;
}

TEST_F(Cli, CheckFindsTheCanaryAndItsSmallProgramsRepeatTheFailure) {
  const Outcome outcome = canary({"check", "forgets-nothing", "--programs", "300", "--corpus",
                                  kData + "corpus", "--out", path(""), "--json", path("report")});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const auto report = nlohmann::json::parse(contents_of(path("report")));
  EXPECT_FALSE(report.at("holds"));
  bool found_len = false;
  for (const auto& failure : report.at("failures")) {
    const std::string property = failure.at("verdict").at("property");
    found_len = found_len || property == "len/exact";
    const std::string file = failure.at("file");
    EXPECT_EQ(contents_of(file), failure.at("program"));
    EXPECT_TRUE(contains(outcome.out, "\nrepeat: " + failure.at("command").get<std::string>()))
        << outcome.out;
    const Outcome again = paste(kCanary, failure.at("command"));
    EXPECT_EQ(again.code, 1);
    EXPECT_TRUE(contains(again.out, property)) << again.out;
  }
  EXPECT_TRUE(found_len) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "put 0\nclear\nlen\n")) << outcome.out;
}

TEST_F(Cli, CheckFindsNoFaultWithAnHonestMap) {
  const Outcome outcome = canary(
      {"check", "honest", "--programs", "100", "--corpus", kData + "corpus", "--out", path("")});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
}

TEST_F(Cli, CheckLeavesOutWhatAPortCannotStoreAndRunsSeveralSeedsWithoutControl) {
  const Outcome outcome = canary({"check", "modest", "--programs", "200", "--corpus",
                                  kData + "corpus", "--json", path("report"), "--out", path("")});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  const auto report = nlohmann::json::parse(contents_of(path("report")));
  EXPECT_TRUE(contains(outcome.out, "stores 144 of 152 pairs")) << outcome.out;
  std::uint64_t skipped = 0;
  for (const auto& count : report.at("skipped")) skipped += count.get<std::uint64_t>();
  const std::uint64_t programs = 200 + report.at("programs").at("corpus").get<std::uint64_t>();
  const std::uint64_t smoke = report.at("runs").get<std::uint64_t>() - 3 * (programs - skipped);
  EXPECT_GE(smoke, 15U);
  EXPECT_LE(smoke, 30U);
}

TEST_F(Cli, CheckRefusesWhatItCannotDo) {
  expect_refusal(run({"check", "nix"}), "unknown port nix");
  expect_refusal(run({"check"}), "no port");
  expect_refusal(run({"check", "std", "--", "true"}), "two ports");
  expect_refusal(run({"check", "--"}), "no command behind --");
  expect_refusal(run({"check", "./no/such.so"}), "no such file");
  expect_refusal(run({"check", "std", "--profile", "best"}), "unknown profile best");
  expect_refusal(run({"check", "std", "--corpus", path("missing")}), "no such folder");
  EXPECT_EQ(run({"check", "std", "--programs", "2", "--corpus", kData + "corpus", "--json",
                 path("no/such/folder")})
                .code,
            2);
}

// Each port with the words that its owner needs.
TEST_F(Cli, SmokeGivesAdviceAndStops) {
  struct Mistake {
    const char* port;
    const char* advice;
  };
  for (const Mistake& mistake :
       {Mistake{"forgets-puts", "does put store anything"},
        Mistake{"keeps-old-elems", "insert() does not, insert_or_assign() does"},
        Mistake{"skips-first", "does begin give the first entry"}}) {
    const Outcome outcome = canary({"check", mistake.port, "--out", path("")});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, mistake.advice)) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "(smoke: ")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "\nstopped in stage smoke")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, ", 0 generated\n")) << outcome.out;
    EXPECT_EQ(outcome.err, "") << "nothing lies ahead";
  }
}

TEST_F(Cli, CheckGoesThroughItsStagesInOrder) {
  const auto stage_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--corpus", kData + "corpus", "--json", path("report")});
    EXPECT_EQ(canary(std::move(arguments)).code, 0);
    return nlohmann::json::parse(contents_of(path("report")));
  };
  const auto plain = stage_of({"check", "honest", "--programs", "5"});
  EXPECT_EQ(plain.at("stage"), "programs");
  EXPECT_EQ(plain.at("programs").at("corpus"), 1);
  EXPECT_EQ(plain.at("programs").at("generated"), 5);
  const auto fuzzed = stage_of({"check", "honest", "--programs", "5", "--seconds", "0.2"});
  EXPECT_EQ(fuzzed.at("stage"), "fuzzing");
  EXPECT_GT(fuzzed.at("programs").at("generated"), 5);
}

TEST_F(Cli, WhatTheProgramsFindIsToldWithTheirSeed) {
  const Outcome outcome = canary(
      {"check", "miscounts-many", "--corpus", kData + "corpus", "--out", path("new/folder")});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "FAILS len/exact (seed ")) << outcome.out;
  EXPECT_TRUE(contains(contents_of(path("new/folder/mapproof-miscounts-many-len-exact.mapproof")),
                       "\nput 0\nput 1\nput 2\nlen\n"))
      << outcome.out;
}

// Few programs look for more than a few entries of a large map of their own accord.
TEST_F(Cli, CheckLooksUpWhatLargeMapsHold) {
  const Outcome outcome = canary({"check", "finds-few-of-many", "--programs", "20", "--corpus",
                                  kData + "corpus", "--out", ""});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "FAILS access/present (seed ")) << outcome.out;
}

TEST_F(Cli, ACorpusFileThatIsNoProgramIsSkippedWithAWarning) {
  fs::create_directory(path("corpus"));
  write("corpus/bad.mapproof", "map u64 u64\njump 3\n");
  write("corpus/good.mapproof", "map u64 u64\nput 3\n");
  const Outcome outcome =
      canary({"check", "honest", "--programs", "1", "--corpus", path("corpus")});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "bad.mapproof: line 2")) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "     1  files that are no programs\n")) << outcome.out;
}

TEST_F(Cli, TheSameCheckPrintsTheSame) {
  const std::vector<std::string> check = {"check",    "miscounts-many", "--programs", "50",
                                          "--corpus", kData + "corpus", "--out",      path("")};
  EXPECT_EQ(canary(check).out, canary(check).out);
}

TEST_F(Cli, NothingIsWrittenUnlessSomethingFails) {
  canary({"check", "honest", "--programs", "3", "--corpus", kData + "corpus", "--out",
          path("unneeded")});
  EXPECT_FALSE(fs::exists(path("unneeded")));
}

TEST_F(Cli, ReportsOfAllForms) {
  const Outcome outcome =
      canary({"check", "miscounts-many", "--corpus", kData + "corpus", "--out", path(""), "--junit",
              path("x.xml"), "--html", path("x.html"), "--badge", path("x.svg")});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(contents_of(path("x.xml")), "<testsuite"));
  EXPECT_TRUE(contains(contents_of(path("x.html")), "len/exact"));
  EXPECT_TRUE(contains(contents_of(path("x.svg")), "<svg"));
}

// ---- check: properties and known failures ----

TEST_F(Cli, PropertiesSayWhatWasReachedAndWhatIsPromised) {
  const auto states_of = [&](const std::string& port, std::vector<std::string> more) {
    std::vector<std::string> arguments = {
        "check", port, "--programs", "0", "--corpus", kData + "corpus", "--json", path("report")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    run(arguments);
    std::map<std::string, std::string> states;
    const auto report = nlohmann::json::parse(contents_of(path("report")));
    for (const auto& line : report.at("properties")) {
      states[line.at("id")] = line.at("state");
    }
    return states;
  };
  auto states = states_of("gomap-corrected", {});
  EXPECT_EQ(states["iter/once"], "holds");
  EXPECT_EQ(states["layout/count"], "holds");
  EXPECT_EQ(states["panic/unhashable"], "unreached");
  EXPECT_EQ(states["port/crash"], "unpromised");
  states = states_of("std", {});
  EXPECT_EQ(states["iter/once"], "holds");
  EXPECT_EQ(states["iter/clear-stops"], "unpromised");
  states = states_of("gomap-corrected", {"--profile", "std"});
  EXPECT_EQ(states["iter/clear-stops"], "unpromised");
  EXPECT_FALSE(states.contains("cxx/lifetime")) << "only the tests of the port check this";
}

TEST_F(Cli, AnotherProfileIsForMapsThatStandIt) {
  expect_refusal(run({"check", "std", "--profile", "go"}), "cannot be held to profile go");
  EXPECT_EQ(run({"check", "gomap-corrected", "--profile", "std", "--programs", "20", "--corpus",
                 kData + "corpus"})
                .code,
            0);
}

// A list of known failures, and the check of the port that miscounts with it.
class CliKnown : public Cli {
 protected:
  Outcome check(const std::string& port, const std::string& list) const {
    return canary({"check", port, "--programs", "60", "--corpus", kData + "corpus", "--out",
                   path(""), "--known-failures", write("known.json", list)});
  }
  static std::string list(const std::string& port, const std::string& failures) {
    return R"({"port": ")" + port + R"(", "failures": [)" + failures + "]}";
  }
};

TEST_F(CliKnown, WhatIsListedDoesNotFailTheCheck) {
  const Outcome outcome =
      check("miscounts-many",
            list("miscounts-many", R"({"property": "len/exact", "reason": "off by one"})"));
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "known: len/exact: off by one\n")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "FAILS")) << outcome.out;
}

TEST_F(CliKnown, WhatIsListedAndDoesNotFailAnyMoreIsAnError) {
  const Outcome outcome =
      check("honest", list("honest", R"({"property": "len/exact", "reason": "off by one"})"));
  EXPECT_EQ(outcome.code, 1) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "fixed: len/exact: ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "take it off the list")) << outcome.out;
}

TEST_F(CliKnown, WhatIsListedAndWasNotReachedIsNoError) {
  EXPECT_EQ(
      check("modest", list("modest", R"({"property": "panic/unhashable", "reason": "x"})")).code,
      0);
}

TEST_F(CliKnown, OtherFailuresStillCount) {
  EXPECT_EQ(check("miscounts-many",
                  list("miscounts-many", R"({"property": "iter/once", "reason": "twice"})"))
                .code,
            1);
}

TEST_F(CliKnown, ListsAreReadStrictly) {
  const auto refused = [&](const std::string& text, const std::string& words) {
    const Outcome outcome = check("honest", text);
    expect_refusal(outcome, words);
    EXPECT_TRUE(contains(outcome.err, "known.json: ")) << outcome.err;
  };
  refused("{", "no JSON");
  refused("[]", "expected an object");
  refused(R"({"port": "honest"})", "failures");
  refused(list("modest", ""), "it lists failures of modest, this is honest");
  refused(list("honest", R"({"property": "iter/twice", "reason": "x"})"),
          "failures[0]: unknown property iter/twice");
  refused(list("honest", R"({"property": "iter/once"})"), "failures[0]: reason is missing");
  refused(list("honest", R"({"property": "iter/once", "reason": " "})"), "say why");
  refused(list("honest", R"({"property": "iter/once", "reason": "x", "url": "y"})"),
          "unknown member url");
  refused(list("honest", R"({"property": "iter/once", "reason": "x"},
                            {"property": "iter/once", "reason": "y"})"),
          "failures[1]: iter/once is listed twice");
}

TEST_F(CliKnown, WhatIsEmittedIsWhatIsRead) {
  const std::string file = path("emitted.json");
  EXPECT_EQ(canary({"check", "miscounts-many", "--corpus", kData + "corpus", "--out", path(""),
                    "--emit-known-failures", file})
                .code,
            1);
  EXPECT_TRUE(contains(contents_of(file), "len/exact at op ")) << contents_of(file);
  EXPECT_EQ(check("miscounts-many", contents_of(file)).code, 0);
}

// ---- matrix ----

TEST_F(Cli, MatrixPutsMapsSideBySideAndIsTheSameEachTime) {
  const std::vector<std::string> matrix = {
      "matrix",         "--ports",    "honest,forgets-nothing,absent",
      "--programs",     "20",         "--corpus",
      kData + "corpus", "--markdown", "-"};
  const Outcome outcome = canary(matrix);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "honest")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "apt install absent")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "len/exact")) << outcome.out;
  EXPECT_EQ(canary(matrix).out, outcome.out);
  expect_refusal(canary({"matrix", "--ports", "nix"}), "unknown port nix");
}

// Is the map of this column one that `mapproof ports` says is not installed?
bool is_missing(const std::string& ports, std::string column) {
  std::erase_if(column, [](char c) { return c == ' ' || c == '\\'; });
  std::istringstream lines(ports);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(column + " ")) return contains(line, " -    ");
  }
  return true;
}

// The table in the README, as far as this machine has the maps. To renew it, paste what
// `mapproof matrix --markdown -` prints between the two marks.
TEST_F(Cli, TheTableInTheReadmeIsTrue) {
#ifdef MAPPROOF_SANITIZED
  GTEST_SKIP() << "left to the plain build: it takes long";
#endif
  const auto rows_of = [](const std::string& table) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("|")) continue;
      std::istringstream cells(line.substr(1));
      rows.emplace_back();
      for (std::string cell; std::getline(cells, cell, '|');) rows.back().push_back(cell);
    }
    return rows;
  };
  const std::string readme = contents_of(MAPPROOF_TOP "/README.md");
  const std::size_t begin = readme.find("<!-- matrix -->");
  const std::size_t end = readme.find("<!-- /matrix -->");
  ASSERT_LT(begin, end);
  const auto told = rows_of(readme.substr(begin, end - begin));
  ASSERT_GT(told.size(), 10U) << "no table";
  const Outcome outcome =
      run({"matrix", "--markdown", "-", "--programs", "50", "--corpus", MAPPROOF_TOP "/corpus"});
  const auto is = rows_of(outcome.out);
  ASSERT_EQ(told.size(), is.size()) << outcome.out << outcome.err;
  ASSERT_EQ(told[0], is[0]);
  const std::string ports = run({"ports"}).out;
  for (std::size_t column = 0; column < is[0].size(); ++column) {
    // What is not installed here has no say.
    if (column > 0 && is_missing(ports, is[0][column])) continue;
    for (std::size_t row = 0; row < is.size(); ++row) {
      ASSERT_LT(column, told[row].size());
      EXPECT_EQ(told[row][column], is[row][column]) << is[row][0] << " of " << is[0][column];
    }
  }
}

TEST_F(Cli, ACheckThatRanNothingButSmokeHolds) {
  fs::create_directory(path("empty"));
  const Outcome outcome = run({"check", "std", "--programs", "0", "--corpus", path("empty")});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "programs: 0 of the corpus")) << outcome.out;
}

}  // namespace
}  // namespace mapproof::cli
