// The command run without a shell, in a folder of its own for each test.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "conformance/temporary_folder.h"

extern char** environ;

namespace mapproof::cli {

inline constexpr const char* kCommand = MAPPROOF_COMMAND;
inline constexpr const char* kCanary = MAPPROOF_CANARY;
inline const std::string kData = std::string(MAPPROOF_TESTDATA) + "/";

inline std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A map in another process, by the kit for Python.
inline const std::string kPythonDict = MAPPROOF_TOP "/conformance/ports/python_dict.py";

// The same with a word of it replaced, fit to lie anywhere.
inline std::string python_dict_with(const std::string& word, const std::string& other) {
  std::string text = contents_of(kPythonDict);
  const auto replace = [&text](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    text.replace(at, from.size(), to);
  };
  replace(word, other);
  replace("os.path.dirname(__file__), \"../..", "\"" MAPPROOF_TOP "\", \".");
  return text;
}

// A library that the project builds, or "" where it could not.
inline std::string library(const std::string& name) {
  const std::string file = std::string(MAPPROOF_PORTS_DIR) + "/lib" + name + ".so";
  return std::filesystem::exists(file) ? file : "";
}

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

// A folder of its own for each test, and the command run without a shell.
class Cli : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string write(const std::string& name, const std::string& contents) const {
    std::ofstream(folder_ / name, std::ios::binary) << contents;
    return path(name);
  }

  Outcome run(std::vector<std::string> arguments, const std::string& input = "") const {
    return run_binary(kCommand, std::move(arguments), input);
  }
  Outcome canary(std::vector<std::string> arguments) const {
    return run_binary(kCanary, std::move(arguments), "");
  }
  // A command line as the report gives it, run by a shell.
  Outcome paste(const char* binary, const std::string& line) const {
    const std::string script = "mapproof() { " + std::string(binary) + " \"$@\"; }; " + line;
    return run_binary("/bin/sh", {"-c", script}, "");
  }

 private:
  Outcome run_binary(const char* binary, std::vector<std::string> arguments,
                     const std::string& input) const {
    const std::string in = write("stdin", input);
    const std::string out = path("stdout");
    const std::string err = path("stderr");
    arguments.insert(arguments.begin(), "mapproof");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    constexpr int kNew = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, 0, in.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out.c_str(), kNew, 0644);
    posix_spawn_file_actions_addopen(&files, 2, err.c_str(), kNew, 0644);
    pid_t pid = 0;
    const int failed = posix_spawn(&pid, binary, &files, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) {
      ADD_FAILURE() << "cannot start " << binary;
      return {};
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents_of(out), contents_of(err)};
  }

  TemporaryFolder folder_;
};

// Bad input: exit code 2, one line on stderr, nothing on stdout.
inline void expect_refusal(const Outcome& outcome, const std::string& words) {
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(contains(outcome.err, words)) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("mapproof: ")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

}  // namespace mapproof::cli
