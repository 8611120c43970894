// What the command writes gets there, or it says so; and numbers that it takes for what they are.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/cli/test/cli_fixture.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

// ---- the standard output ----

TEST_F(Cli, OutputThatIsLostIsNoSuccess) {
  const std::string file = kData + "holds.mapproof";
  const std::vector<std::string> commands = {"replay " + file,
                                             "replay --json " + file,
                                             "check std --programs 2",
                                             "check std --programs 2 --json -",
                                             "ports",
                                             "matrix --ports std --programs 2",
                                             "--help",
                                             "check --help",
                                             "properties",
                                             "generate --seed 1",
                                             "convert " + file,
                                             "arbitrate " + file};
  for (const std::string& command : commands) {
    const Outcome outcome = paste(kCommand, "mapproof " + command + " > /dev/full");
    EXPECT_EQ(outcome.code, 2) << command << ": " << outcome.err;
    EXPECT_TRUE(outcome.err.ends_with(
        "mapproof: cannot write to the standard output: No space left on device\n"))
        << command << ": " << outcome.err;
    const Outcome closed = paste(kCommand, "mapproof " + command + " >&-");
    EXPECT_EQ(closed.code, 2) << command << ": " << closed.err;
  }
}

// ---- reports ----

TEST_F(Cli, WhatCouldNotBeWrittenIsToldBeforeTheCheck) {
  const std::vector<std::string> check = {"check", "std",      "--programs",
                                          "2",     "--corpus", kData + "corpus"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), check.begin(), check.end());
    return run(more);
  };
  const std::string kept = write("kept.xml", "as it was");
  expect_refusal(with({"--junit", kept, "--json", path("no/such/folder")}), "cannot write ");
  expect_refusal(with({"--badge", path("")}), "Is a directory");
  expect_refusal(with({"--out", kept + "/folder"}), "Not a directory");
  expect_refusal(with({"--json", "-", "--junit", "-"}), "--json, --junit: just one of them");
  expect_refusal(run({"matrix", "--json", "--html", "-"}), "--html, --json: just one of them");
  expect_refusal(run({"matrix", "--html", path("no/such/folder")}), "cannot write ");
  expect_refusal(run({"replay", "--picture", path("no/such/folder"), kData + "holds.mapproof"}),
                 "cannot write ");
  EXPECT_EQ(contents_of(kept), "as it was");
  for (const auto& entry : fs::directory_iterator(path(""))) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(name == "kept.xml" || name.starts_with("std")) << name << " is left behind";
  }
}

TEST_F(Cli, OneReportThatIsLostTakesNeitherTheOthersNorTheVerdictWithIt) {
  const Outcome outcome =
      canary({"check", "miscounts-many", "--corpus", kData + "corpus", "--out", "", "--json",
              "/dev/full", "--junit", path("x.xml"), "--badge", path("x.svg")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "mapproof: cannot write /dev/full")) << outcome.err;
  EXPECT_TRUE(contains(contents_of(path("x.xml")), "<testsuite"));
  EXPECT_TRUE(contains(contents_of(path("x.svg")), "<svg"));
  EXPECT_TRUE(contains(outcome.out, "\nfails: ")) << outcome.out;
}

TEST_F(Cli, AFailingProgramThatCannotBeKeptIsToldAllTheSame) {
  fs::create_directories(path("out/mapproof-miscounts-many-len-exact.mapproof"));
  const Outcome outcome = canary({"check", "miscounts-many", "--corpus", kData + "corpus", "--out",
                                  path("out"), "--json", path("report")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "mapproof: cannot write ")) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "FAILS len/exact (seed ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "repeat: mapproof check --port miscounts-many --seed 1 "))
      << outcome.out;
  EXPECT_FALSE(contents_of(path("report")).empty());
}

// A map's last words are whatever they are, and so is its name.
TEST_F(Cli, WhatIsNoUtf8DoesNotKeepTheRestFromBeingTold) {
  const std::string file = write("p.mapproof", "map u64 u64\nputrange 0 3\nlen\n");
  const std::string broken = "\xef\xbf\xbd";
  const Outcome replayed = canary({"replay", "--json", "--port", "mumbles", file});
  EXPECT_EQ(replayed.code, 1) << replayed.err;
  const auto verdict = nlohmann::json::parse(replayed.out).at("verdict");
  EXPECT_EQ(verdict.at("got"), broken + broken);
  const Outcome asked = canary({"arbitrate", "--json", "--port", "mumbles", file});
  EXPECT_EQ(asked.code, 1) << asked.err;
  EXPECT_TRUE(contains(asked.out, broken)) << asked.out;
  const std::vector<std::string> check = {"check", "mumbles",  "--out",
                                          "",      "--corpus", kData + "corpus"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), check.begin(), check.end());
    return canary(more);
  };
  const Outcome checked = with({"--emit-known-failures", path("known.json")});
  EXPECT_EQ(checked.code, 1) << checked.err;
  EXPECT_EQ(nlohmann::json::parse(contents_of(path("known.json"))).at("port"), "mumbles " + broken);
  EXPECT_EQ(with({"--known-failures", path("known.json"), "--programs", "9"}).code, 0);
}

TEST_F(Cli, AListOfKnownFailuresQuotesTheSmallestProgram) {
  canary({"check", "miscounts-many", "--corpus", kData + "corpus", "--out", "", "--json",
          path("report"), "--emit-known-failures", path("known.json")});
  const auto report = nlohmann::json::parse(contents_of(path("report")));
  const auto known = nlohmann::json::parse(contents_of(path("known.json")));
  EXPECT_EQ(known.at("failures").at(0).at("reason"),
            report.at("failures").at(0).at("verdict").at("sentence"));
}

// ---- pictures ----

TEST_F(Cli, APictureShowsTheCommandThatDrawsIt) {
  const std::string file = kData + "holds.mapproof";
  const auto shown = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"replay", "--picture", path("p.svg"), file});
    run(arguments);
    const std::string picture = contents_of(path("p.svg"));
    const std::size_t begin = picture.find("$ build/mapproof ");
    return picture.substr(begin, picture.find("</text>") - begin);
  };
  EXPECT_EQ(shown({}), "$ build/mapproof replay " + file);
  EXPECT_EQ(shown({"--verbose", "--port", "gomap"}),
            "$ build/mapproof replay --port gomap --verbose " + file);
  EXPECT_EQ(shown({"--profile", "std", "--time-limit", "7", "--", "python3", kPythonDict}),
            "$ build/mapproof replay --profile std --time-limit 7 " + file + " -- python3 " +
                kPythonDict);
}

// ---- numbers ----

TEST_F(Cli, NumbersThatMakeNoSenseAreRefused) {
  struct Mistake {
    std::vector<std::string> arguments;
    const char* words;
  };
  const std::vector<Mistake> mistakes = {
      {{"check", "std", "--programs", "-1"}, "--programs: expected 0 to 1000000000 ("},
      {{"check", "std", "--programs", "010"}, "--programs: expected 0 to "},
      {{"check", "std", "--programs", "7x"}, "--programs: expected 0 to "},
      {{"check", "std", "--seed", "18446744073709551616"}, "--seed: expected 0 to "},
      {{"check", "std", "--seed", "0x10"}, "--seed: expected 0 to "},
      {{"check", "std", "--seconds", "nan"}, "--seconds: expected 0 to 31536000 ("},
      {{"check", "std", "--seconds", "-1"}, "--seconds: expected "},
      {{"check", "std", "--time-limit", "0"}, "--time-limit: expected 0.01 to 86400 ("},
      {{"check", "std", "--time-limit", "1e-9"}, "--time-limit: expected "},
      {{"check", "std", "--time-limit", "1e300"}, "--time-limit: expected "},
      {{"check", "std", "--time-limit", "inf"}, "--time-limit: expected "},
      {{"replay", "--time-limit", "nan", "x"}, "--time-limit: expected "},
      {{"matrix", "--programs", "-1"}, "--programs: expected "},
      {{"generate", "--seed", "-1"}, "--seed: expected "},
      {{"generate", "--seed", "1", "--ops", "0"}, "--ops: expected 1 to 100000 ("},
      {{"lockstep", "--ops", "0"}, "--ops: expected 1 to "},
      {{"lockstep", "--fail-hash-every", "-1"}, "--fail-hash-every: expected 0 to "}};
  for (const Mistake& mistake : mistakes) expect_refusal(run(mistake.arguments), mistake.words);
}

}  // namespace
}  // namespace mapproof::cli
