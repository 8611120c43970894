// Loading a Go runtime: what is none is refused, in one line that says what was expected.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/temporary_folder.h"
#include "oracle/goruntime/go_port.h"
#include "oracle/goruntime/go_runtime.h"
#include "oracle/goruntime/installed.h"
#include "oracle/goruntime/records.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;
using go::Machine;
using go::Record;
using go::RecordOp;
using go::Runtime;
using go::Unavailable;

// What Go 1.19 says of itself. Written out, since the code that is tested makes it up from the
// kinds: a kind whose size changes does not take its twin along by itself.
constexpr std::string_view kGo119 = R"(protocol 1
compiler gc
version go1.19.8
hmap 48
hiter 96
maptype 88
type 48
key u8 size 1 align 1 pointers false flags 4
key u16 size 2 align 2 pointers false flags 4
key u32 size 4 align 4 pointers false flags 4
key u64 size 8 align 8 pointers false flags 4
key i64 size 8 align 8 pointers false flags 4
key f32 size 4 align 4 pointers false flags 8
key f64 size 8 align 8 pointers false flags 8
key c64 size 8 align 4 pointers false flags 8
key c128 size 16 align 8 pointers false flags 8
key bool size 1 align 1 pointers false flags 4
key str size 32 align 8 pointers true flags 12
key iface size 40 align 8 pointers true flags 24
key array size 16 align 4 pointers false flags 4
key padded size 24 align 8 pointers false flags 4
key owning size 16 align 8 pointers true flags 4
key big size 136 align 8 pointers false flags 5
key bigfloat size 136 align 8 pointers false flags 9
key empty size 0 align 1 pointers false flags 4
key ptr size 8 align 8 pointers true flags 4
elem u8 size 1 align 1 pointers false
elem u32 size 4 align 4 pointers false
elem u64 size 8 align 8 pointers false
elem str size 32 align 8 pointers true
elem owning size 16 align 8 pointers true
elem big size 136 align 8 pointers false
elem empty size 0 align 1 pointers false
elem ptr size 8 align 8 pointers true
)";
const std::string kDescription{kGo119};

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

std::string gccgo_description() {
  std::string text = with(kDescription, "compiler gc\n", "compiler gccgo\n");
  text = with(text, "version go1.19.8\n", "version unknown\n");
  text = with(text, "maptype 88\n", "maptype 104\n");
  return with(text, "\ntype 48\n", "\ntype 64\n");
}

// Why `load` refuses, or "" if it does not.
std::string refusal(const std::function<void()>& load) {
  try {
    load();
    return "";
  } catch (const Unavailable& why) {
    EXPECT_EQ(std::string_view(why.what()).find('\n'), std::string_view::npos) << why.what();
    return why.what();
  }
}

// A folder of its own for each test.
class GoRuntime : public testing::Test {
 protected:
  GoRuntime() { ::unsetenv("MAPPROOF_FAKE_DESCRIPTION"); }
  void remove_folder() const { folder_.remove(); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& contents) const {
    std::ofstream(path(name), std::ios::binary) << contents;
    return path(name);
  }
  // A program: a shell script.
  std::string script(const std::string& commands) const {
    const std::string file = write("program", "#!/bin/sh\nexec 2>/dev/null\n" + commands);
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }

 private:
  TemporaryFolder folder_;
};

// ---- descriptions ----

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// `line` with one of its words changed, for each word.
std::vector<std::string> changes_of(const std::string& line) {
  std::vector<std::string> words, changes;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string change;
    for (std::size_t j = 0; j < words.size(); ++j) {
      change += (j == 0 ? "" : " ") + words[j] + (i == j ? "0" : "");
    }
    changes.push_back(change);
  }
  return changes;
}

TEST(GoDescription, OfEitherCompilerIsAsExpected) {
  EXPECT_EQ(go::mismatch(kDescription, "gc", "go1.19"), "");
  EXPECT_EQ(go::mismatch(gccgo_description(), "gccgo", ""), "");
  EXPECT_EQ(go::description_field(kDescription, "version"), "go1.19.8");
  EXPECT_EQ(go::description_field(kDescription, "type"), "48");
  EXPECT_EQ(go::description_field(kDescription, "typ"), "");
}

TEST(GoDescription, IsRefusedForEachWordThatDiffers) {
  const auto lines = lines_of(kDescription);
  ASSERT_EQ(lines.size(), 7 + kKeyKinds + kElemKinds);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string& change : changes_of(lines[i])) {
      if (change == "version go1.19.80") continue;  // another patch of that version will do
      auto changed = lines;
      changed[i] = change;
      const std::string line = i == 2 ? "version go1.19\".x" : lines[i] + "\"";
      EXPECT_EQ(go::mismatch(joined(changed), "gc", "go1.19"),
                fmt::format("expected \"{}, found \"{}\"", line, change));
    }
  }
}

TEST(GoDescription, IsRefusedForEachLineThatIsNotThere) {
  auto lines = lines_of(kDescription);
  for (std::size_t i = lines.size(); i-- > 0;) {
    const std::string last = lines[i];
    lines.pop_back();
    const std::string line = i == 2 ? "version go1.19" : last;
    EXPECT_EQ(go::mismatch(joined(lines), "gc", "go1.19"),
              fmt::format("expected \"{}\", found the end", line));
  }
}

TEST(GoDescription, IsRefusedForALineTooMuch) {
  EXPECT_EQ(go::mismatch(kDescription + "elem u128\n", "gc", "go1.19"),
            "expected the end, found \"elem u128\"");
}

TEST(GoDescription, IsOfTheVersionAndNotOfOneThatBeginsLikeIt) {
  const auto of_version = [](const std::string& version) {
    return go::mismatch(with(kDescription, "go1.19.8", version), "gc", "go1.19");
  };
  EXPECT_EQ(of_version("go1.19.13"), "");
  for (const char* other : {"go1.20.1", "go1.190", "go1.1", "go1.18.9", "go1.2", "devel"}) {
    EXPECT_EQ(of_version(other),
              fmt::format("expected \"version go1.19\".x, found \"version {}\"", other));
  }
}

TEST(GoDescription, IsThatOfTheRuntimesHere) {
  bool any = false;
  for (const go::Known& known : go::known_runtimes()) {
    if (!go::why_not(known.name).empty()) continue;
    any = true;
    EXPECT_TRUE(go::runtime(known.name)
                    .version()
                    .starts_with(known.name == "go1.19" ? "go1.19." : "gccgo 12."))
        << go::runtime(known.name).version();
  }
  if (!any) GTEST_SKIP() << go::why_not("go1.19");
}

// ---- libraries ----

class GoLibrary : public GoRuntime {
 protected:
  static std::string refusal_of(const std::string& path) {
    return refusal([&] { go::load_library(path); });
  }
  static std::string refusal_of_description(const std::string& description) {
    ::setenv("MAPPROOF_FAKE_DESCRIPTION", description.c_str(), 1);
    return refusal_of(MAPPROOF_FAKE_LIBRARY);
  }
};

TEST_F(GoLibrary, ThatIsMissingIsRefused) {
  EXPECT_EQ(refusal_of(path("go.so")),
            path("go.so") + ": expected the library of a Go runtime, found no file");
}

TEST_F(GoLibrary, ThatIsNoLibraryIsRefused) {
  for (const std::string& file : {write("empty.so", ""), write("text.so", kDescription),
                                  write("torn.so",
                                        "\x7f"
                                        "ELF\x02\x01\x01")}) {
    EXPECT_TRUE(refusal_of(file).starts_with(
        fmt::format("{}: expected the library of a Go runtime; {}: ", file, file)))
        << refusal_of(file);
  }
  EXPECT_NE(refusal_of(path("")), "");  // a folder
}

TEST_F(GoLibrary, WithoutOurFunctionsIsRefused) {
  EXPECT_EQ(refusal_of(MAPPROOF_FAKE_LIBRARY_WITHOUT_RUN), MAPPROOF_FAKE_LIBRARY_WITHOUT_RUN
            ": expected a library with the function mapproof_go_run");
}

// The loader of libraries would look for a name without a folder elsewhere.
TEST_F(GoLibrary, InTheWorkingFolderNeedsNoMoreThanItsName) {
  const fs::path before = fs::current_path();
  fs::current_path(path(""));
  fs::copy_file(MAPPROOF_FAKE_LIBRARY, "fake.so");
  ::setenv("MAPPROOF_FAKE_DESCRIPTION", kDescription.c_str(), 1);
  EXPECT_EQ(refusal_of("fake.so"), "");
  fs::current_path(before);
}

TEST_F(GoLibrary, WithADescriptionAsExpectedIsLoaded) {
  const std::string description = with(kDescription, "1.19.8", "1.19.99");
  ::setenv("MAPPROOF_FAKE_DESCRIPTION", description.c_str(), 1);
  EXPECT_EQ(go::load_library(MAPPROOF_FAKE_LIBRARY)->version(), "go1.19.99");
}

TEST_F(GoLibrary, OfAnotherMakeIsRefused) {
  const std::string start = MAPPROOF_FAKE_LIBRARY ": not the Go runtime of this build: expected ";
  EXPECT_EQ(refusal_of(MAPPROOF_FAKE_LIBRARY), start + "\"protocol 1\", found the end");
  const auto expect = [&](const std::string& line, const std::string& other) {
    const std::string expected =
        line.starts_with("version") ? "\"version go1.19\".x" : '"' + line + '"';
    EXPECT_EQ(refusal_of_description(with(kDescription, line + "\n", other + "\n")),
              fmt::format("{}{}, found \"{}\"", start, expected, other));
  };
  expect("protocol 1", "protocol 2");
  expect("compiler gc", "compiler gccgo");
  expect("version go1.19.8", "version go1.24.1");
  expect("hmap 48", "hmap 56");
  expect("hiter 96", "hiter 104");
  expect("maptype 88", "maptype 96");
  expect("type 48", "type 80");
  expect("key iface size 40 align 8 pointers true flags 24",
         "key iface size 40 align 8 pointers true flags 8");
  expect("key c64 size 8 align 4 pointers false flags 8",
         "key c64 size 8 align 8 pointers false flags 8");
  expect("elem big size 136 align 8 pointers false", "elem big size 128 align 8 pointers false");
  expect("elem owning size 16 align 8 pointers true", "elem owning size 16 align 8 pointers false");
  EXPECT_EQ(refusal_of_description(""), start + "\"protocol 1\", found the end");
}

TEST_F(GoLibrary, ThatAnswersTooMuchOrTooLittleIsNotBelieved) {
  ::setenv("MAPPROOF_FAKE_DESCRIPTION", kDescription.c_str(), 1);
  const auto runtime = go::load_library(MAPPROOF_FAKE_LIBRARY);
  const auto port = go::make_go_port(*runtime, "fake");
  ::setenv("MAPPROOF_FAKE_WORDS", "0", 1);
  port->make({});
  for (const char* word : {"0", "1", "18446744073709551615"}) {
    ::setenv("MAPPROOF_FAKE_WORD", word, 1);
    for (const char* n : {"0", "1", "4", "5", "6", "7"}) {
      ::setenv("MAPPROOF_FAKE_WORDS", n, 1);
      SCOPED_TRACE(fmt::format("{} words {}", n, word));
      // Five words 0 are an answer, six words 1 are a panic of one letter; one word 0 and two
      // words 1 are what frames a layout, but no layout.
      const bool answer = (*word == '0' && *n == '5') || (*word == '1' && *n == '6' && !word[1]);
      if (answer && *word == '1') {
        EXPECT_THROW(port->len(), MapPanic);
      } else if (answer) {
        EXPECT_EQ(port->len(), 0U);
      } else {
        EXPECT_EQ(refusal([&] { port->len(); }),
                  fmt::format("fake: expected an answer, found {} words", n));
      }
      Snapshot snapshot;
      EXPECT_THROW(port->snapshot(&snapshot), std::runtime_error);
    }
  }
}

// ---- programs ----

// A word, and a text that its length precedes, as a program says them.
std::string word(std::uint64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}
std::string said(std::string text) {
  const std::uint64_t length = text.size();
  text.resize((length + 7) / 8 * 8);
  return word(length) + text;
}

const Record kLen{.op = RecordOp::len, .flags = go::kWantAnswer};

class GoProgram : public GoRuntime {
 protected:
  static constexpr std::chrono::milliseconds kMoment{50};

  static std::string refusal_of(const std::string& path,
                                std::chrono::milliseconds patience = std::chrono::minutes(1)) {
    return refusal([&] { go::start_process(path, "gccgo 12", patience); });
  }
  // A program that says these bytes when it is started, and does `then`; `head -c 32` hears a
  // request of one record.
  std::string saying(const std::string& bytes, const std::string& then) const {
    return script(
        fmt::format("head -c 16 >{}/heard\ncat {}\n{}\n", path(""), write("said", bytes), then));
  }
  std::string described(const std::string& then) const {
    return saying(said(gccgo_description()), then);
  }
  static std::string refusal_of_len(Machine& machine) {
    return refusal([&] { machine.run({&kLen, 1}); });
  }
  static constexpr const char* kHear = "head -c 32 >/dev/null\n";
};

TEST_F(GoProgram, ThatIsMissingOrCannotBeStartedIsRefused) {
  EXPECT_EQ(refusal_of(path("go")),
            path("go") + ": expected the program of a Go runtime, found no file");
  EXPECT_EQ(refusal_of(write("text", "text")),
            path("text") +
                ": expected the program of a Go runtime; it cannot be started: Permission denied");
  EXPECT_NE(refusal_of(path("")), "");  // a folder
}

TEST_F(GoProgram, ThatEndsAtOnceIsRefused) {
  EXPECT_EQ(refusal_of("/bin/true"),
            "/bin/true: expected the description of a Go runtime; it has ended with status 0");
  const std::string dying = script("kill -9 $$");
  EXPECT_EQ(refusal_of(dying),
            dying + ": expected the description of a Go runtime; it has ended by signal 9");
}

// cat waits for what to say: were nothing said to it, both would wait for each other.
TEST_F(GoProgram, ThatOnlyRepeatsWhatItHearsIsRefused) {
  EXPECT_EQ(refusal_of("/bin/cat"),
            "/bin/cat: expected the description of a Go runtime; found one of "
            "18446744073709551615 bytes");
}

TEST_F(GoProgram, ThatSaysNothingIsRefusedWhenPatienceEnds) {
  const std::string silent = script("exec cat >/dev/null");
  EXPECT_EQ(refusal_of(silent, kMoment),
            silent + ": expected the description of a Go runtime; nothing came for 50 ms");
}

TEST_F(GoProgram, ThatSaysSomethingElseIsRefused) {
  const std::string program = script("echo Hello, I am no Go runtime.\nexec cat >/dev/null");
  EXPECT_TRUE(refusal_of(program).starts_with(
      program + ": expected the description of a Go runtime; found one of "))
      << refusal_of(program);
}

TEST_F(GoProgram, WithATornDescriptionIsRefused) {
  const std::string whole = said(gccgo_description());
  for (const std::size_t length : {0UL, 7UL, 8UL, 9UL, 500UL, whole.size() - 1}) {
    const std::string program = saying(whole.substr(0, length), "exit 5");
    EXPECT_EQ(refusal_of(program),
              program + ": expected the description of a Go runtime; it has ended with status 5");
  }
}

TEST_F(GoProgram, OfAnotherMakeIsRefused) {
  const auto expect = [&](const std::string& description, const std::string& why) {
    const std::string program = saying(said(description), "cat >/dev/null");
    EXPECT_EQ(refusal_of(program), program + ": not the Go runtime of this build: " + why);
  };
  expect("", "expected \"protocol 1\", found the end");
  expect(kDescription, "expected \"compiler gccgo\", found \"compiler gc\"");
  expect(with(gccgo_description(), "protocol 1", "protocol 10"),
         "expected \"protocol 1\", found \"protocol 10\"");
  expect(with(gccgo_description(), "\ntype 64", "\ntype 48"),
         "expected \"type 64\", found \"type 48\"");
}

TEST_F(GoProgram, ThatDoesNothingElseIsTakenForWhatItSays) {
  const auto runtime = go::start_process(described("cat >/dev/null"), "gccgo 12");
  EXPECT_EQ(runtime->version(), "gccgo 12");
  runtime->new_machine();
}

TEST_F(GoProgram, ThatEndsInTheMiddleOfARunEndsTheRun) {
  // It hears a part of the request, all of it, or answers a part.
  for (const std::string& then :
       {std::string("head -c 20 >/dev/null\n"), std::string(kHear),
        kHear + fmt::format("cat {}\n", write("part", word(5) + word(0) + "abc"))}) {
    const std::string program = described(then + "exit 3");
    const auto runtime = go::start_process(program, "gccgo 12");
    const auto machine = runtime->new_machine(), other = runtime->new_machine();
    const std::string why =
        fmt::format("gccgo 12 ({}): expected an answer; it has ended with status 3", program);
    EXPECT_EQ(refusal_of_len(*machine), why);
    // Nor do its other machines come back, and the reason is no other than before.
    EXPECT_EQ(refusal_of_len(*machine), why);
    EXPECT_EQ(refusal_of_len(*other), why);
  }
}

TEST_F(GoProgram, ThatGetsStuckEndsTheRunWhenPatienceEnds) {
  const std::string program = described("exec cat >/dev/null");
  const auto runtime = go::start_process(program, "gccgo 12", std::chrono::seconds(1));
  const auto machine = runtime->new_machine();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(refusal_of_len(*machine),
              fmt::format("gccgo 12 ({}): expected an answer; nothing came for 1000 ms", program));
  }
}

TEST_F(GoProgram, ThatNoLongerListensEndsTheRunWhenPatienceEnds) {
  const std::string program = described("kill -STOP $$");
  const auto runtime = go::start_process(program, "gccgo 12", std::chrono::seconds(1));
  const auto machine = runtime->new_machine();
  const std::vector<Record> more_than_a_socket_holds(1U << 20, kLen);
  EXPECT_EQ(refusal([&] { machine->run(more_than_a_socket_holds); }),
            fmt::format("gccgo 12 ({}): expected an answer; nothing came for 1000 ms", program));
}

TEST_F(GoProgram, ThatPromisesMoreThanThereCanBeIsNotBelieved) {
  const std::string answer = write("answer", word(~std::uint64_t{0}));
  const std::string program = described(kHear + fmt::format("cat {} -", answer));
  const auto runtime = go::start_process(program, "gccgo 12");
  EXPECT_EQ(
      refusal_of_len(*runtime->new_machine()),
      fmt::format("gccgo 12 ({}): expected an answer; found one of 18446744073709551615 words",
                  program));
}

TEST_F(GoProgram, ThatPromisesMuchCostsNoMemoryBeforeItComes) {
  const auto memory_used = [] {  // at most so far, in KiB
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const std::string answer = write("answer", word(std::uint64_t{1} << 27) + word(0));
  const std::string program = described(kHear + fmt::format("cat {}", answer));
  const auto runtime = go::start_process(program, "gccgo 12");
  const auto machine = runtime->new_machine();
  const long before = memory_used();
  EXPECT_EQ(refusal_of_len(*machine),
            fmt::format("gccgo 12 ({}): expected an answer; it has ended with status 0", program));
  EXPECT_LT(memory_used() - before, 512L << 10);  // a GiB was promised
}

// What comes unasked would be taken for the next answer.
TEST_F(GoProgram, ThatSpeaksUnaskedIsNotHeard) {
  const std::string program =
      saying(said(gccgo_description()) + word(1) + word(7), "exec cat >/dev/null");
  const auto runtime = go::start_process(program, "gccgo 12");
  const auto machine = runtime->new_machine();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(refusal_of_len(*machine),
              fmt::format("gccgo 12 ({}): expected an answer; it speaks unasked", program));
  }
}

TEST_F(GoProgram, AnswersAsItIsAsked) {
  const std::string answer = write("answer", word(2) + word(11) + word(12));
  const auto runtime = go::start_process(
      described(kHear + fmt::format("cat {}\ncat >/dev/null", answer)), "gccgo 12");
  const auto machine = runtime->new_machine();
  const auto words = machine->run({&kLen, 1});
  EXPECT_EQ(std::vector(words.begin(), words.end()), (std::vector<std::uint64_t>{11, 12}));
}

// The greeting lets go of a machine that never was; libgo's side takes it for just that.
TEST_F(GoProgram, IsGreetedWithARequestThatAsksNothing) {
  const auto runtime = go::start_process(described("cat >/dev/null"), "gccgo 12");
  std::ifstream heard(path("heard"), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(heard), {}),
            word(~std::uint64_t{0}) + word(~std::uint64_t{0}));
}

// ---- the real program, killed ----

class GoProgramKilled : public GoProgram {
 protected:
  void SetUp() override {
    if (const std::string why = go::why_not("gccgo-12"); !why.empty()) GTEST_SKIP() << why;
    const char* const chosen = std::getenv("MAPPROOF_GCCGO12");
    const std::string real =
        fs::absolute(chosen != nullptr && *chosen != '\0' ? chosen : MAPPROOF_GCCGO12_BUILT);
    program_ = script(fmt::format("echo $$ >{}\nexec {}\n", path("pid"), real));
    runtime_ = go::start_process(program_, "gccgo 12");
  }
  Runtime& runtime() { return *runtime_; }
  std::string why_killed() const {
    return fmt::format("gccgo 12 ({}): expected an answer; it has ended by signal 9", program_);
  }
  // Ends the child, and comes back when it has ended, though nobody has heard of it yet.
  void kill_child() const {
    pid_t pid = 0;
    std::ifstream(path("pid")) >> pid;
    ASSERT_GT(pid, 0);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    siginfo_t ignored;
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ignored, WEXITED | WNOWAIT), 0);
  }

 private:
  std::string program_;
  std::unique_ptr<Runtime> runtime_;
};

std::uint64_t entries(Port& port) {
  port.make({});
  for (std::uint32_t i = 0; i < 20; ++i) port.put({i, 0}, i + 1);
  return port.len();
}

TEST_F(GoProgramKilled, EndsTheRunsOfAllItsMachinesButNotThoseOfLaterOnes) {
  const auto one = go::make_go_port(runtime(), "one"), other = go::make_go_port(runtime(), "other");
  EXPECT_EQ(entries(*one), 20U);
  EXPECT_EQ(entries(*other), 20U);
  kill_child();
  EXPECT_EQ(refusal([&] { one->len(); }), why_killed());
  EXPECT_EQ(refusal([&] { one->len(); }), why_killed());
  EXPECT_EQ(refusal([&] { other->len(); }), why_killed());
  const auto later = go::make_go_port(runtime(), "later");
  EXPECT_EQ(entries(*later), 20U);
  // The machine of the dead child is not taken for one of the new child.
  EXPECT_EQ(refusal([&] { one->len(); }), why_killed());
  EXPECT_EQ(later->len(), 20U);
}

TEST_F(GoProgramKilled, IsStartedAnewThoughNobodyHasMissedIt) {
  kill_child();
  EXPECT_EQ(entries(*go::make_go_port(runtime(), "later")), 20U);
}

TEST_F(GoProgramKilled, MayBeKilledAgain) {
  for (int i = 0; i < 3; ++i) {
    const auto port = go::make_go_port(runtime(), "port");
    EXPECT_EQ(entries(*port), 20U);
    kill_child();
    EXPECT_EQ(refusal([&] { port->clear(); }), why_killed());
  }
}

TEST_F(GoProgramKilled, ThatCannotBeStartedAnewIsSaidToBeGone) {
  kill_child();
  fs::remove(path("program"));
  EXPECT_EQ(refusal([&] { runtime().new_machine(); }),
            path("program") + ": expected the program of a Go runtime, found no file");
}

// ---- which runtime ----

class GoRuntimeChosen : public GoProgram {
 protected:
  GoRuntimeChosen() {
    ::unsetenv("MAPPROOF_GO119");
    ::unsetenv("MAPPROOF_GCCGO12");
  }
  ~GoRuntimeChosen() override {
    for (const auto& [variable, value] : before_) {
      if (value.empty()) {
        ::unsetenv(variable.c_str());
      } else {
        ::setenv(variable.c_str(), value.c_str(), 1);
      }
    }
  }
  static const go::Known& known(std::string_view name) {
    for (const go::Known& one : go::known_runtimes()) {
      if (one.name == name) return one;
    }
    throw std::logic_error("no such runtime");
  }
  static std::string refusal_of(const std::string& name, const std::string& built) {
    return refusal([&] { go::load(known(name), built); });
  }

 private:
  static std::pair<std::string, std::string> variable(const char* name) {
    const char* const value = std::getenv(name);
    return {name, value == nullptr ? "" : value};
  }
  std::vector<std::pair<std::string, std::string>> before_ = {variable("MAPPROOF_GO119"),
                                                              variable("MAPPROOF_GCCGO12")};
};

TEST_F(GoRuntimeChosen, WithoutAToolchainSaysWhatToInstall) {
  EXPECT_EQ(refusal_of("go1.19", ""),
            "real Go: not installed (go1.19); apt-get install golang-1.19-go, and build again");
  EXPECT_EQ(refusal_of("gccgo-12", ""),
            "real Go: not installed (gccgo-12); apt-get install gccgo-12, and build again");
  ::setenv("MAPPROOF_GO119", "", 1);
  EXPECT_TRUE(refusal_of("go1.19", "").starts_with("real Go: not installed"));
}

TEST_F(GoRuntimeChosen, IsTheOneThatWasBuilt) {
  EXPECT_EQ(refusal_of("go1.19", path("built")),
            path("built") + ": expected the library of a Go runtime, found no file");
  EXPECT_EQ(refusal_of("gccgo-12", path("built")),
            path("built") + ": expected the program of a Go runtime, found no file");
}

TEST_F(GoRuntimeChosen, IsTheOneThatTheEnvironmentNamesRatherThanTheOneThatWasBuilt) {
  ::setenv("MAPPROOF_FAKE_DESCRIPTION", with(kDescription, "1.19.8", "1.19.99").c_str(), 1);
  ::setenv("MAPPROOF_GO119", MAPPROOF_FAKE_LIBRARY, 1);
  ::setenv("MAPPROOF_GCCGO12", path("none").c_str(), 1);
  for (const std::string& built : {std::string(), path("built")}) {
    EXPECT_EQ(go::load(known("go1.19"), built)->version(), "go1.19.99");
    EXPECT_EQ(refusal_of("gccgo-12", built),
              path("none") + ": expected the program of a Go runtime, found no file");
  }
  ::setenv("MAPPROOF_GO119", path("none").c_str(), 1);
  ::setenv("MAPPROOF_GCCGO12", described("cat >/dev/null").c_str(), 1);
  EXPECT_EQ(refusal_of("go1.19", path("built")),
            path("none") + ": expected the library of a Go runtime, found no file");
  EXPECT_TRUE(go::load(known("gccgo-12"), "")->version().starts_with("gccgo"));
}

// Each in a process of its own, since a runtime stays once it is loaded.
TEST_F(GoRuntimeChosen, IsWhatPortsGetAndAFailureIsNoAnswerForEver) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string none = path("none");
  for (const go::Known& one : go::known_runtimes()) {
    const auto ask_twice = [&] {
      ::setenv(one.variable, none.c_str(), 1);
      const std::string first = go::why_not(one.name);
      ::setenv("MAPPROOF_FAKE_DESCRIPTION", kDescription.c_str(), 1);
      ::setenv(one.variable,
               one.name == "go1.19" ? MAPPROOF_FAKE_LIBRARY : described("cat >/dev/null").c_str(),
               1);
      std::fputs(fmt::format("first: {}; then: <{}>\n", first, go::why_not(one.name)).c_str(),
                 stderr);
      remove_folder();  // nobody destroys this fixture
      std::exit(0);
    };
    EXPECT_EXIT(ask_twice(), testing::ExitedWithCode(0),
                "first: .*/none: expected the (library|program) of a Go runtime, found no file; "
                "then: <>");
  }
}

}  // namespace
}  // namespace mapproof
