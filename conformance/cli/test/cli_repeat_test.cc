// What a failure is told with repeats it: on the same port, or not at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/cli/test/cli_fixture.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

class CliRepeat : public Cli {
 protected:
  // The first failure of a check.
  nlohmann::json failure_of(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--out", path("out"), "--json", path("report")});
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    if (dashes != arguments.end()) std::rotate(dashes, arguments.end() - 4, arguments.end());
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
    return nlohmann::json::parse(contents_of(path("report"))).at("failures").at(0);
  }
};

TEST_F(CliRepeat, TheCommandNamesTheProgramThatTheFailureHappenedIn) {
  const std::string map =
      write("broken map.py", python_dict_with("size=len", "size=lambda d: len(d) + 1"));
  const auto failure =
      failure_of({"check", "--profile", "std", "--corpus", path(""), "--", "python3", map});
  const std::string command = failure.at("command");
  EXPECT_TRUE(command.ends_with(" -- python3 '" + map + "'")) << command;
  EXPECT_TRUE(contains(command, " --profile std ")) << command;
  const Outcome again = paste(kCommand, command);
  EXPECT_EQ(again.code, 1) << again.err;
  EXPECT_TRUE(contains(again.out, "len/exact at op 0")) << again.out;
}

// gomap would hold, and say nothing of the map that is meant.
TEST_F(CliRepeat, AProgramOfAPortThatNoLineCanNameRunsOnNoOther) {
  const std::string map =
      write("broken map.py", python_dict_with("size=len", "size=lambda d: len(d) + 1"));
  const std::string file = failure_of({"check", "--", "python3", map}).at("file");
  EXPECT_TRUE(contains(contents_of(file), "\nport --\n")) << contents_of(file);
  EXPECT_TRUE(contains(contents_of(file), "on port python3 '" + map + "'\n"));
  for (const char* command : {"replay", "shrink"}) {
    expect_refusal(run({command, file}), file + ": its port line names no port: say --port");
  }
  EXPECT_EQ(run({"replay", "--port", "gomap", file}).code, 0);
  const Outcome replayed = run({"replay", file, "--", "python3", map});
  EXPECT_EQ(replayed.code, 1) << replayed.err;
  const Outcome shrunk = run({"shrink", file, "--", "python3", map});
  EXPECT_TRUE(contains(shrunk.out, "\nport --\n")) << shrunk.out;
}

TEST_F(CliRepeat, ALibraryMayHaveASpaceInItsPath) {
  const std::string broken = library("broken_property");
  if (broken.empty()) GTEST_SKIP() << "no C compiler";
  fs::create_directory(path("sp ace"));
  fs::copy_file(broken, path("sp ace/libmap.so"));
  const auto failure = failure_of({"check", path("sp ace/libmap.so")});
  expect_refusal(run({"replay", failure.at("file")}), "its port line names no port");
  EXPECT_EQ(paste(kCommand, failure.at("command")).code, 1) << failure.at("command");
}

// A map that counts the maps before it: what it breaks then no program breaks alone.
TEST_F(CliRepeat, WhatFailsAfterOtherProgramsOnlyIsToldAsSuch) {
  const std::string map =
      write("map.py", python_dict_with("size=len", "size=lambda d: len(d) + (len(made) > 100)"));
  std::string text = contents_of(map);
  const std::string make = "make=lambda spec: {}";
  text.replace(text.find(make), make.size(), "make=lambda spec: made.append(1) or {}");
  write("map.py", "made = []\n" + text);
  const std::vector<std::string> check = {"check",          "--programs", "200", "--corpus",
                                          kData + "corpus", "--seed",     "5",   "--",
                                          "python3",        map};
  const auto failure = failure_of(check);
  EXPECT_EQ(failure.at("verdict").at("property"), "len/exact");
  EXPECT_EQ(failure.at("alone"), false) << failure;
  EXPECT_TRUE(failure.at("file").is_null()) << failure;
  EXPECT_TRUE(failure.at("story").empty()) << failure;
  const std::string command = failure.at("command");
  EXPECT_TRUE(command.starts_with("mapproof check --seed 5 --programs 200 --corpus ")) << command;
  const Outcome again = paste(kCommand, command);
  EXPECT_EQ(again.code, 1) << again.err;
  EXPECT_TRUE(contains(again.out, "FAILS len/exact (seed ")) << again.out;
  EXPECT_TRUE(contains(again.out, "\n  only after other programs: ")) << again.out;
}

}  // namespace
}  // namespace mapproof::cli
