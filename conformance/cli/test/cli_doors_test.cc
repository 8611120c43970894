// The command on maps from outside: libraries, and programs of other languages.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/cli/test/cli_fixture.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

TEST_F(Cli, AProgramBehindDashesIsAPortOfEachCommand) {
  const std::string file = write("p.mapproof", "map u64 u64\nput 1\nlen\n");
  const Outcome replayed = run({"replay", file, "--", "python3", kPythonDict});
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_TRUE(contains(replayed.out, "len    -> 1\n")) << replayed.out;
  expect_refusal(run({"shrink", file, "--", "python3", kPythonDict}), "nothing to shrink");
  EXPECT_TRUE(contains(run({"arbitrate", file, "--", "python3", kPythonDict}).out, "python3 "));
  const Outcome checked =
      run({"check", "--programs", "5", "--corpus", kData + "corpus", "--", "python3", kPythonDict});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  expect_refusal(run({"check", "--", path("nothing")}), "cannot be run");
}

TEST_F(Cli, WhatADoorHidesIsNotCalledHeld) {
  run({"check", library("gomap_cxx_port"), "--programs", "0", "--corpus", kData + "corpus",
       "--json", path("report"), "--out", path("failures")});
  std::map<std::string, std::string> states;
  const auto report = nlohmann::json::parse(contents_of(path("report")));
  for (const auto& line : report.at("properties")) states[line.at("id")] = line.at("state");
  EXPECT_EQ(states["assign/new-elem-zero"], "unpromised");
  EXPECT_EQ(states["layout/count"], "unpromised");
  EXPECT_EQ(states["port/leak"], "holds");
}

TEST_F(Cli, ALibraryIsAPortOfEachCommand) {
  const std::string map = library("std_unordered_map_port");
  const std::string file = write("p.mapproof", "map u64 u64\nput 1\nlen\n");
  const Outcome replayed = run({"replay", "--port", map, file});
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_TRUE(contains(replayed.out, "port " + map + "\n")) << replayed.out;
  const std::string program = replayed.out.substr(0, replayed.out.find("holds\n"));
  EXPECT_EQ(run({"replay", "-"}, program).code, 0) << "the port line opens it again";
  EXPECT_TRUE(contains(run({"arbitrate", "--port", map, file}).out, " holds.\n"));
  const Outcome checked = run({"check", map, "--programs", "20", "--corpus", kData + "corpus"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

TEST_F(Cli, WhatCrashesOrHangsIsToldWithAProgramThatRepeatsIt) {
  for (const std::string way : {"crash", "hang"}) {
    const std::string map = library("broken_" + way);
    if (map.empty()) GTEST_SKIP() << "no C compiler";
    const Outcome outcome =
        run({"check", map, "--time-limit", "1", "--out", path(""), "--json", path("report")});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    const auto failure = nlohmann::json::parse(contents_of(path("report"))).at("failures").at(0);
    EXPECT_EQ(failure.at("verdict").at("property"), "port/" + way);
    const Outcome again = paste(kCommand, failure.at("command"));
    EXPECT_EQ(again.code, 1) << again.err;
    EXPECT_TRUE(contains(again.out, "port/" + way)) << again.out;
    const std::string program = failure.at("program");
    EXPECT_LT(std::count(program.begin(), program.end(), '\n'), 10) << program;
  }
}

TEST_F(Cli, CheckStopsAtTheThirdBreakdownSinceEachCostsTime) {
  const Outcome outcome = canary({"check", "breaks-down", "--programs", "200", "--corpus",
                                  kData + "corpus", "--out", "", "--json", path("report")});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const auto report = nlohmann::json::parse(contents_of(path("report")));
  EXPECT_EQ(report.at("failing_runs"), 3) << report;
  EXPECT_EQ(report.at("failures").size(), 1U);
}

// ---- Go's own map ----

// What Go itself breaks is known of each port that runs programs as Go's map does.
TEST_F(Cli, AFaithfulGoPortBehindADoorHoldsButForTheFindingsOnRecord) {
  const std::string map = library("gomap_port");
  const Outcome checked =
      run({"check", map, "--programs", "150", "--out", path("failures"), "--corpus",
           MAPPROOF_TOP "/corpus", "--emit-known-failures", path("known.json")});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_TRUE(contains(checked.out, "known finding sibling-check-lost: ")) << checked.out;
  EXPECT_TRUE(contains(checked.out, "known: port/answer: finding on record: ")) << checked.out;
  EXPECT_FALSE(fs::exists(path("failures")));
  const auto known = nlohmann::json::parse(contents_of(path("known.json")));
  EXPECT_TRUE(known.at("failures").empty()) << known;
}

TEST_F(Cli, ReplayAndArbitrateKnowWhatAFaithfulGoPortBreaks) {
  const std::string map = library("gomap_port");
  const std::string finding = MAPPROOF_TOP "/corpus/findings/sibling-check-lost.mapproof";
  const Outcome replayed = run({"replay", "--port", map, finding});
  EXPECT_EQ(replayed.code, 1) << replayed.err;
  EXPECT_TRUE(contains(replayed.out, "\nknown finding sibling-check-lost")) << replayed.out;
  const Outcome asked = run({"arbitrate", "--port", map, finding});
  EXPECT_TRUE(contains(asked.out, ", as the faithful port does.\n")) << asked.out;
}

TEST_F(Cli, AGoPortWithABugOfItsOwnFails) {
  const std::string map = library("gomap_port_that_forgets");
  const Outcome checked = run({"check", map, "--programs", "0", "--out", path(""), "--json",
                               path("report"), "--corpus", MAPPROOF_TOP "/corpus/findings"});
  EXPECT_EQ(checked.code, 1) << checked.out << checked.err;
  const auto failure = nlohmann::json::parse(contents_of(path("report"))).at("failures").at(0);
  EXPECT_EQ(failure.at("verdict").at("property"), "access/present");
  const std::string file = failure.at("file");
  const Outcome replayed = run({"replay", file});
  EXPECT_EQ(replayed.code, 1) << replayed.err;
  EXPECT_TRUE(contains(replayed.out, "the faithful port does not fail in this way"));
  const Outcome asked = run({"arbitrate", "--port", map, file});
  EXPECT_TRUE(contains(asked.out, ".so breaks access/present at op ")) << asked.out;
  EXPECT_TRUE(contains(asked.out, ". Leaving it out: ")) << asked.out;
}

}  // namespace
}  // namespace mapproof::cli
