// The C programs that `replay --emit c` writes compile as they are, and say of a library what the
// oracle says of it.
#include "conformance/emit_c.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>

#include "conformance/corpus_files.h"
#include "conformance/ports/registry.h"
#include "conformance/test_program.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string out;
};

Outcome run_command(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.out.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

#ifdef MAPPROOF_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
constexpr const char* kWhySkipped = "a plain program cannot load a library with sanitizers";

class EmitC : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) /
              (std::string("mapproof_emit_c_") + test->name() + "_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string cc() {
    return "cc -std=c99 -O0 -Wall -Wextra -Wpedantic -Werror -I" MAPPROOF_CONFORMANCE_DIR
           "/../oracle/doors/include ";
  }
  static std::string list_port() { return MAPPROOF_CONFORMANCE_DIR "/cxx_door/list_port.c"; }

  // Compiles what is emitted; the program's path.
  std::string compiled(const Program& program, const std::string& with = "") {
    const CProgram emitted = emit_c(program);
    EXPECT_EQ(emitted.refusal, "");
    std::ofstream(path("shown.c")) << emitted.text;
    const Outcome outcome =
        run_command(cc() + path("shown.c") + " " + with + " -o " + path("shown") + " -ldl");
    EXPECT_EQ(outcome.status, 0) << outcome.out;
    return path("shown");
  }
  std::string library(const std::string& fault) {
    const std::string to = path("liblist.so");
    const Outcome outcome = run_command(cc() + "-fPIC -shared " + list_port() + " -o " + to +
                                        (fault.empty() ? "" : " -D" + fault));
    EXPECT_EQ(outcome.status, 0) << outcome.out;
    return to;
  }

 private:
  fs::path folder_;
};

constexpr const char* kPrograms[] = {
    "map u64 u64\nputrange 0 9\nput 3\nget 3\nhas 77\ndel 4\nhas 4\nlen\niter a\nnext a 3\ndel 5\n"
    "drain a\nclear\nlen\niter b\ndrain b\n",
    "map str str hash=strong\nfill 3 40\nput \"\"\nhas \"\"\nempty 3 10\nhas 67\nlen\niter a\n"
    "drain a\n",
    "map f64 u64 hash=constant\nput 0\nput -0\nlen\nput inf\nhas 0\niter a\ndrain a\n",
    "map i64 u32\nputrange 0 30\niter a bucket=2 offset=3\nnext a\nnil\nput 1\nget 1\nlen\ndrain "
    "a\niter b\n"
    "next b\ndrop b\n",
    "map u32 u32 hint=9223372036854775807\ntouch 4 8\niter a\nnext a\nclear\nput 9\ndrain a\n"};

TEST_F(EmitC, HoldsForAMapThatIsRight) {
  if (kSanitized) GTEST_SKIP() << kWhySkipped;
  const std::string list = library("");
  for (const char* text : kPrograms) {
    const std::string shown = compiled(program_of(text));
    for (const std::string& port : {list, std::string(MAPPROOF_GOMAP_CXX_PORT)}) {
      const Outcome outcome = run_command(shown + " " + port);
      // The port of Go's map is there for some kinds only.
      if (outcome.out.find("stores no keys of") != std::string::npos) continue;
      EXPECT_EQ(outcome.status, 0) << outcome.out;
      EXPECT_NE(outcome.out.find("holds: "), std::string::npos) << outcome.out;
    }
  }
}

TEST_F(EmitC, ShowsWhatABrokenMapBreaks) {
  for (const auto& [fault, text, words] :
       {std::tuple{"KEEPS_OLD_ELEM", "map u64 u64\nput 1\nput 1\nget 1\n",
                   "SHOWN at op 2 (get 1): stamp 1, but stamp 2 was put last "
                   "[access/current-elem]"},
        std::tuple{"KEEPS_ERASED", "map str str\nput 7\ndel 7\nhas 7\n",
                   "SHOWN at op 2 (has 7): found, but it is not there [access/absent]"},
        std::tuple{"SKIPS_FIRST", "map u64 str\nput 7\niter a\ndrain a\n", "[iter/complete]"},
        std::tuple{"WALKS_OVER_GONE", "map f64 u64\nput -0\nput 1\niter a\ndel 0\ndrain a\n",
                   "[iter/no-deleted]"},
        std::tuple{"WALKS_OVER_GONE", "map u64 u64\nput 1\nput 2\niter a\nnext a\nclear\ndrain a\n",
                   "[iter/clear-stops]"},
        std::tuple{"STANDS_STILL", "map i64 u64\nput 1\niter a\nnext a 2\n", "[iter/once]"},
        std::tuple{"NAN_KEYS", "map f64 u64\nput nan\nput nan\nhas nan\nlen\niter a\ndrain a\n",
                   "holds: "}}) {
    const std::string shown = compiled(program_of(text));
    const Outcome outcome = run_command(shown + " " + library(fault));
    EXPECT_EQ(outcome.status, std::string(words) == "holds: " ? 0 : 1) << outcome.out;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << fault << "\n" << outcome.out;
  }
}

TEST_F(EmitC, MayBeLinkedWithTheMap) {
  const Program program = program_of("map u64 u64\nput 1\nput 1\nget 1\n");
  EXPECT_EQ(run_command(compiled(program, "-DMAPPROOF_LINKED " + list_port())).status, 0);
  EXPECT_EQ(
      run_command(compiled(program, "-DMAPPROOF_LINKED -DKEEPS_OLD_ELEM " + list_port())).status,
      1);
}

// The defects on record are shown by the C programs, too, under the names that the judge gives
// them.
TEST_F(EmitC, ShowsTheFindingsOnThePortOfGosMap) {
  if (kSanitized) GTEST_SKIP() << kWhySkipped;
  const auto port = find_port("gomap")->make();
  unsigned compared = 0;
  for (const fs::path& file : corpus_files("findings")) {
    const Program program = read_program(file);
    if (!emit_c(program).refusal.empty() || program.spec.key == KeyKind::u32 ||
        program.spec.key == KeyKind::i64 || program.spec.elem == ElemKind::u32) {
      continue;  // not among the kinds of the library
    }
    Judge judge;
    const RunResult result = run(program, *port, &judge);
    const Outcome outcome = run_command(compiled(program) + " " + MAPPROOF_GOMAP_CXX_PORT);
    if (result.ok() || result.verdict->property.starts_with("layout/")) {
      EXPECT_EQ(outcome.status, 0) << file << outcome.out;
      continue;
    }
    EXPECT_EQ(outcome.status, 1) << file << outcome.out;
    EXPECT_NE(outcome.out.find("[" + result.verdict->property + "]"), std::string::npos)
        << file << " " << result.verdict->sentence() << "\n"
        << outcome.out;
    EXPECT_NE(outcome.out.find("SHOWN at op " + std::to_string(result.verdict->op) + " "),
              std::string::npos)
        << file << outcome.out;
    ++compared;
  }
  EXPECT_GT(compared, 2U);
}

TEST_F(EmitC, SaysWhatItCannotRun) {
  if (kSanitized) GTEST_SKIP() << kWhySkipped;
  const std::string list = library("");
  const std::string nan = compiled(program_of("map f64 u64\nput nan\n"));
  Outcome outcome = run_command(nan + " " + list);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.out.find("cannot run: this map stores no NaN keys"), std::string::npos);
  EXPECT_EQ(run_command(nan).status, 2);
  outcome = run_command(nan + " ./no_such_library.so");
  EXPECT_EQ(outcome.status, 2) << outcome.out;
  const std::string nil = compiled(program_of("map u64 u64\nnil\n"));
  outcome = run_command(nil + " " + MAPPROOF_STD_CXX_PORT);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.out.find("this map has no nil map"), std::string::npos) << outcome.out;
}

TEST_F(EmitC, RefusesKindsThatItHasNoCFor) {
  EXPECT_EQ(emit_c(program_of("map iface u64\nput nil\n")).refusal,
            "keys of iface and elems of u64: there is C for keys of u32, u64, i64, f64, str and "
            "elems of u32, u64, str");
  EXPECT_NE(emit_c(program_of("map u64 big\nput 1\n")).refusal, "");
}

TEST_F(EmitC, TakesAProgramWithoutOperations) {
  EXPECT_EQ(run_command(compiled(program_of("map u64 u64\n")) + " " + library("")).status, 0);
}

TEST_F(EmitC, IsACommand) {
  std::ofstream(path("a.mapproof")) << "# */ is no end of a comment\nmap u64 u64\nput 1\nget 1\n";
  std::ofstream(path("b.mapproof")) << "map iface u64\nput nil\n";
  const std::string command = std::string(MAPPROOF_COMMAND) + " replay --emit c ";
  const Outcome good = run_command(command + path("a.mapproof") + " -o " + path("cli.c"));
  EXPECT_EQ(good.status, 0) << good.out;
  EXPECT_EQ(run_command(cc() + path("cli.c") + " -o " + path("cli") + " -ldl && " + path("cli") +
                        " " + library(""))
                .status,
            0);
  const Outcome bad = run_command(command + path("b.mapproof"));
  EXPECT_EQ(bad.status, 2);
  EXPECT_NE(bad.out.find("no C program: keys of iface"), std::string::npos) << bad.out;
}

}  // namespace
}  // namespace mapproof
