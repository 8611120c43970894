#include "conformance/fuzz_driver/bench.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "fuzz/driver/corpus.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTargets = R"([
  {"name": "differential", "proves": "one thing", "inputs": "programs", "needs": ""},
  {"name": "nan", "proves": "another", "inputs": "programs", "needs": ""},
  {"name": "port", "proves": "a third", "inputs": "programs", "needs": "MAPPROOF_PORT"},
  {"name": "program", "proves": "a fourth", "inputs": "text", "needs": ""}
])";

}  // namespace

Bench::Bench() {
  for (const char* name : {"fuzzers", "programs", "state"}) fs::create_directory(folder_ / name);
  write("fuzzers/fuzz_targets.json", kTargets);
  for (const char* name : {"differential", "nan", "port", "program"}) {
    fs::create_symlink(MAPPROOF_FAKE_FUZZER, folder_ / "fuzzers" / (name + std::string("_fuzzer")));
  }
  write("programs/one.mapproof", "map u64 u64\nput 1\n");
  write("programs/two.mapproof", "map u64 u64\nput 1\nclear\nput 2\n");
  ::mkfifo((folder_ / "ready").c_str(), 0600);
  environment_ = {{"FAKE_STATE", (folder_ / "state").string()},
                  {"FAKE_READY", (folder_ / "ready").string()},
                  {"FAKE_SOURCE", MAPPROOF_TOP},
                  {"FAKE_PROGRAM", MAPPROOF_TOP "/corpus/findings/clear-in-mid-growth.mapproof"},
                  {"FAKE_VERDICT",
                   "iter/clear-stops at op 4: expected no entry that was cleared, got key 11, "
                   "stamp 12"}};
}

pid_t Bench::start(std::vector<std::string> arguments) {
  const std::map<std::string, std::string> usual = {{"--fuzzers", (folder_ / "fuzzers").string()},
                                                    {"--programs", (folder_ / "programs").string()},
                                                    {"--mapproof", MAPPROOF_COMMAND},
                                                    {"--corpus", corpus().string()},
                                                    {"--artifacts", artifacts().string()},
                                                    {"--jobs", "1"},
                                                    {"--seed", "7"},
                                                    {"--seconds", "20"}};
  arguments.insert(arguments.begin(), MAPPROOF_FUZZ_DRIVER);
  for (const auto& [option, value] : usual) {
    if (std::find(arguments.begin(), arguments.end(), option) != arguments.end()) continue;
    arguments.insert(arguments.end(), {option, value});
  }
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int out = ::open((folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err = ::open((folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  for (const auto& [name, value] : environment_) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> words;
  for (std::string& word : arguments) words.push_back(word.data());
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

Ended Bench::finish(pid_t driver) {
  int status = 0;
  ::waitpid(driver, &status, 0);
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          .out = contents("out"),
          .err = contents("err")};
}

Ended Bench::drive(std::vector<std::string> arguments) {
  return finish(start(std::move(arguments)));
}

std::vector<pid_t> Bench::wait_for_workers(unsigned workers) {
  std::vector<pid_t> pids;
  while (pids.size() < workers) {
    std::ifstream ready(folder_ / "ready");  // opens when somebody writes
    for (pid_t pid = 0; ready >> pid;) pids.push_back(pid);
  }
  return pids;
}

nlohmann::json Bench::summary() const {
  return nlohmann::json::parse(contents(artifacts() / "summary.json"));
}

std::vector<std::string> Bench::names_in(const fs::path& folder) const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_ / folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Bench::contents(const fs::path& file) const {
  std::ifstream in(folder_ / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Bench::write(const fs::path& file, const std::string& contents) const {
  fs::create_directories((folder_ / file).parent_path());
  std::ofstream(folder_ / file, std::ios::binary) << contents;
}

std::string unit_name(const std::string& contents) { return driver::sha1(contents); }

}  // namespace mapproof
