// Maps in other processes: honest ones hold, and whatever a broken one does is the right verdict.
#include "oracle/doors/process_port.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/effort.h"
#include "conformance/test_program.h"
#include "oracle/generate.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

using doors::make_process_port;
using doors::ProcessOptions;
using std::chrono::milliseconds;

const std::string kPorts = MAPPROOF_CONFORMANCE_DIR "/ports/";

// A machine that is busy with other things must not make an honest port look hung.
const ProcessOptions kPatient{.time_limit = milliseconds(60000),
                              .start_limit = milliseconds(120000)};
// For those that hang for certain, whatever the machine does.
const ProcessOptions kImpatient{.time_limit = milliseconds(300),
                                .start_limit = milliseconds(120000)};

bool runs(const char* command) {
  return std::system(fmt::format("{} >/dev/null 2>&1", command).c_str()) == 0;
}

#define NEEDS(command, package) \
  if (!runs(command)) GTEST_SKIP() << "not installed (" command "); apt-get install " package

std::unique_ptr<Port> broken_port(const std::string& mode,
                                  const ProcessOptions& options = kPatient) {
  return make_process_port({"node", kPorts + "broken/process_port.mjs", mode}, options);
}

std::string verdict_of(Port& port, std::string_view text) {
  Judge judge;
  const RunResult result = run(program_of(text), port, &judge);
  return result.verdict ? result.verdict->sentence() : "";
}

std::string start_error(const std::vector<std::string>& argv,
                        const ProcessOptions& options = kPatient) {
  try {
    make_process_port(argv, options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::string start_error(const std::string& mode, const ProcessOptions& options = kPatient) {
  return start_error({"node", kPorts + "broken/process_port.mjs", mode}, options);
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// ---- honest ports ----

// Generated programs; without walks in the middle where the map does not bear a delete meanwhile.
void expect_to_hold(Port& port) {
  constexpr std::uint64_t kEnough = kSlow ? 60 : 300;
  Judge judge;
  std::uint64_t steps = 0;
  std::uint64_t ran = 0;
  for (std::uint64_t seed = 0; ran < kEnough; ++seed) {
    MapSpec spec = generate_spec(seed);
    spec.hint = static_cast<std::int64_t>(seed % 100);
    if (!port.supports(spec)) continue;
    // JavaScript's Map stores -0 as +0, which only its own profile knows.
    const bool floats = spec.key == KeyKind::f32 || spec.key == KeyKind::f64;
    if (floats && port.info().profile == Profile::js) continue;
    GenerateOptions options;
    options.profile = Profile::std_like;
    options.iterators = port.info().erases_in_walk;
    Program program = generate(spec, seed, options);
    if (!options.iterators) {
      program.ops.push_back({.code = OpCode::iter_any});
      program.ops.push_back({.code = OpCode::drain});
    }
    if (!asks_only_promised(program, port.info(), nullptr)) continue;
    const RunResult result = run(program, port, &judge);
    ASSERT_TRUE(result.ok()) << "seed " << seed << ": " << result.verdict->sentence() << "\n"
                             << print(program);
    ++ran;
    steps += result.steps;
  }
  EXPECT_GT(steps, kEnough);
}

TEST(AProcessPort, HoldsWithJavaScriptsMap) {
  NEEDS("node --version", "nodejs");
  const auto port = make_process_port({"node", kPorts + "node_map.mjs"}, kPatient);
  EXPECT_EQ(port->info().name, "JavaScript Map");
  EXPECT_EQ(port->info().profile, Profile::js);
  EXPECT_TRUE(port->info().nan_keys);
  EXPECT_FALSE(port->info().nil_maps);
  EXPECT_FALSE(port->info().forces_hashes);
  EXPECT_FALSE(port->supports({.key = KeyKind::interface}));
  expect_to_hold(*port);
}

TEST(AProcessPort, HoldsWithPythonsDict) {
  NEEDS("python3 --version", "python3");
  const auto port = make_process_port({"python3", kPorts + "python_dict.py"}, kPatient);
  EXPECT_EQ(port->info().profile, Profile::python);
  EXPECT_FALSE(port->info().erases_in_walk);
  expect_to_hold(*port);
}

TEST(AProcessPort, HoldsWithTheKitForCxx) {
  const auto port = make_process_port({MAPPROOF_UNORDERED_MAP}, kPatient);
  EXPECT_EQ(port->info().profile, Profile::std_like);
  EXPECT_TRUE(port->info().forces_hashes);
  EXPECT_FALSE(port->info().nan_keys);
  expect_to_hold(*port);
}

TEST(AProcessPort, HoldsWithTheKitForGo) {
  const char* const go = runs("go version") ? "go" : "/usr/lib/go-1.19/bin/go";
  if (!runs(fmt::format("{} version", go).c_str())) {
    GTEST_SKIP() << "not installed (go); apt-get install golang-1.19-go";
  }
  const auto port =
      make_process_port({go, "run", kPorts + "go_map.go", kPorts + "mapproof_kit.go"}, kPatient);
  EXPECT_EQ(port->info().profile, Profile::go);
  EXPECT_TRUE(port->info().nil_maps);
  expect_to_hold(*port);
  EXPECT_EQ(verdict_of(*port,
                       "map iface u64\nput unhashable\nget unhashable\ndel unhashable\n"
                       "put nil\nput 3\nput 4\nput 5\nput -0\nput 0\nput -0\nlen\n"
                       "iter a\ndrain a\nnil\nput 1\nlen\n"),
            "");
}

TEST(AProcessPort, SaysWhatPythonsDictRefuses) {
  NEEDS("python3 --version", "python3");
  const auto port = make_process_port({"python3", kPorts + "python_dict.py"}, kPatient);
  EXPECT_EQ(verdict_of(*port,
                       "map iface u64\nput unhashable\nget unhashable\ndel unhashable\n"
                       "put nil\nput 3\nput 4\nput 5\nput nan\nput nan\nlen\n"
                       "iter a\ndrain a\nnil\nput 1\nhas unhashable\nlen\n"),
            "");
  const Program program =
      program_of("map u64 u64\nput 1\nput 2\niter a\nnext a\nput 3\nnext a\nnext a\n");
  port->prepare(program);
  port->make(program.spec);
  port->put({.index = 1}, 1);
  port->put({.index = 2}, 2);
  EXPECT_EQ(port->begin(0, {}).key.index, 1U);
  port->put({.index = 3}, 3);
  try {
    port->next(0);
    ADD_FAILURE() << "the dict has another size";
  } catch (const MapPanic& panic) {
    EXPECT_EQ(panic.kind(), MapPanic::Kind::changed);
    EXPECT_STREQ(panic.what(), "dictionary changed size during iteration");
  }
  port->release();  // nothing is asked of a walk that has panicked
}

// A NaN comes back as the one that was put, in Python by its payload.
TEST(AProcessPort, TellsNaNsApart) {
  NEEDS("python3 --version", "python3");
  const auto port = make_process_port({"python3", kPorts + "python_dict.py"}, kPatient);
  EXPECT_EQ(verdict_of(*port,
                       "map f64 u64\ntouch nan 5\nput 0\nput inf\nput 7\nlen\nhas nan\n"
                       "del nan\nlen\niter a\ndrain a\nclear\nlen\n"),
            "");
  const Program program = program_of("map f64 u32\nput 9\nput nan\niter a\nnext a 2\n");
  port->prepare(program);
  port->make(program.spec);
  port->put({.index = 9}, 1);
  port->put({.index = kNaN, .payload = 2}, 2);
  EXPECT_EQ(port->begin(0, {}).key, (KeyId{.index = 9}));
  EXPECT_EQ(port->next(0).key, (KeyId{.index = kNaN, .payload = 2}));
}

TEST(AProcessPort, WalksByTheRulesOfExecution) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("honest");
  for (const char* text : {
           "map u64 u64\nnext a 3\ndrain a\ndrop a\nlen\n",
           "map u64 u64\nputrange 0 4\niter a\nnext a\niter a\nnext a 4\nnext a\ndrain a\n",
           "map u64 u64\nputrange 0 4\niter a\ndel 0\nnext a 2\ndrop a\nnext a\nlen\n",
           "map u64 u64\nputrange 0 4\niter a bucket=3 offset=2\niter b\ndrain b\ndrain a\n",
           "map u64 u64\nputrange 0 3\niter a\nnext a\nnil\nput 1\nget 1\nlen\nclear\ndrain a\n"
           "iter b\nnext b\ndel 1\n",
           "map u64 u64\nfill 3 100\nempty 3 99\ntouch 5 9\nlen\niter a\ndrain a\nclear\nlen\n",
           "map u64 u64\naudit\nput 1\naudit\nlen\n",
           "map bool u64\nputrange 0 9\nlen\niter a\ndrain a\n",
           "map u64 u64\n",
       }) {
    EXPECT_EQ(verdict_of(*port, text), "") << text;
  }
}

// The stream of NaNs' hashes and those of other keys, as the kit gives them to a map.
TEST(AProcessPort, HashesAsTheOracleDoes) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("hash");
  ASSERT_TRUE(port->info().forces_hashes);
  for (const HashMode mode : {HashMode::strong, HashMode::identity, HashMode::constant,
                              HashMode::low, HashMode::top, HashMode::table}) {
    Program program;
    program.spec = {.key = KeyKind::f64, .hash = mode, .hash0 = 200, .seed = 9};
    if (mode == HashMode::table) program.spec.hashes = {{.key = 7, .top = 3, .low = 2}};
    for (const std::uint16_t key :
         std::initializer_list<std::uint16_t>{5, 255, 7, 254, 255, 253, 0, 255}) {
      program.ops.push_back({.code = OpCode::get, .key = key});
    }
    Hashing hashing = hashing_of(program.spec);
    port->prepare(program);
    port->make(program.spec);
    for (const Op& op : program.ops) {
      // The port hashes twice: its elems have room for half a hash only.
      const std::uint64_t low = hashing(op.key, program.spec.hash0);
      const std::uint64_t high = hashing(op.key, program.spec.hash0);
      EXPECT_EQ(port->get({.index = op.key}).stamp, static_cast<std::uint32_t>(low ^ (high >> 32U)))
          << name(mode) << ", key " << op.key;
    }
    port->release();
  }
}

// ---- ports that break a property ----

TEST(ABrokenProcessPort, IsJudgedLikeAnyOther) {
  NEEDS("node --version", "nodejs");
  const std::pair<const char*, std::pair<const char*, const char*>> kCases[] = {
      {"skips_after_delete",
       {"map u64 u64\nputrange 0 5\niter a\nnext a\ndel 0\ndrain a\n", "iter/complete"}},
      {"lies_about_nan", {"map f64 u64\nput nan\nput nan\nlen\n", "len/exact"}},
      {"stale", {"map u64 u64\nput 1\nput 1\nget 1\n", "access/current-elem"}},
      {"foreign_key",
       {"map u64 u64\nput 1\niter a\nnext a\n",
        "iter/known at op 2: expected an entry that was put into this map, got a torn entry"}},
      {"foreign_elem",
       {"map u64 u64\nput 1\nget 1\n",
        "access/current-elem at op 1: expected key 1 with stamp 1, got a torn elem"}},
      {"panic", {"map u64 u64\nput 1\nput 13\n", "panic/unexpected at op 1"}},
      {"nil_panic", {"map u64 u64\nput 1\nput 13\n", "panic/unexpected at op 1"}},
  };
  for (const auto& [mode, expected] : kCases) {
    const auto port = broken_port(mode);
    const std::string sentence = verdict_of(*port, expected.first);
    EXPECT_TRUE(sentence.starts_with(expected.second)) << mode << ": " << sentence;
  }
}

// ---- ports that die, hang or talk nonsense ----

TEST(ABrokenProcessPort, CrashesAtAnOperation) {
  NEEDS("node --version", "nodejs");
  constexpr const char* kText = "map u64 u64\nput 1\nputrange 10 8\nlen\nputrange 100 200\n";
  const auto exiting = broken_port("exit");
  const std::string status = verdict_of(*exiting, kText);
  EXPECT_TRUE(has(status, "port/crash at op 1, step 3")) << status;
  EXPECT_TRUE(has(status, "ended with status 3; stderr: no memory left")) << status;

  const auto silent = broken_port("exit_silently");
  EXPECT_TRUE(has(verdict_of(*silent, kText), "got ended with status 0"));

  const auto killed = broken_port("signal");
  const std::string signal = verdict_of(*killed, kText);
  EXPECT_TRUE(has(signal, "port/crash at op 1, step 3")) << signal;
  EXPECT_TRUE(has(signal, "ended by signal 9 (Killed)")) << signal;
}

// Found in two rounds, the first of which is too coarse.
TEST(ABrokenProcessPort, CrashesAtAnOperationOfALongProgram) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("exit");
  const std::string sentence =
      verdict_of(*port, "map u64 u64\nputrange 100 700\nput 1\nput 13\nputrange 100 400\n");
  EXPECT_TRUE(has(sentence, "port/crash at op 2:")) << sentence;
}

TEST(ABrokenProcessPort, IsJudgedByItsAnswersBeforeTheCrash) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("exit");
  EXPECT_TRUE(verdict_of(*port, "map f64 u64\nput -0\niter a\nnext a\n").starts_with("iter/"));
  const Program program = program_of("map u64 u64\nput 1\nget 1\nput 13\n");
  port->prepare(program);
  port->make(program.spec);
  port->put({.index = 1}, 1);
  EXPECT_EQ(port->get({.index = 1}).stamp, 1U);
  EXPECT_THROW(port->put({.index = 13}, 2), PortFailure);
}

TEST(ABrokenProcessPort, IsStartedAgainForTheNextProgram) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("exit");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(has(verdict_of(*port, "map u64 u64\nput 13\n"), "port/crash at op 0"));
    EXPECT_EQ(verdict_of(*port, "map u64 u64\nput 1\nget 1\nlen\n"), "");
  }
}

TEST(ABrokenProcessPort, HangsAtAnOperation) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("hang", kImpatient);
  const std::string sentence = verdict_of(*port, "map u64 u64\nput 1\nlen\nput 13\nlen\n");
  EXPECT_TRUE(has(sentence, "port/hang")) << sentence;
  EXPECT_TRUE(has(sentence, "expected an answer within 300 ms, got nothing")) << sentence;
}

TEST(ABrokenProcessPort, MayNotHaveAllMemory) {
  NEEDS("node --version", "nodejs");
  ProcessOptions options = kPatient;
  options.memory_limit = 500;
  const std::string node = fmt::format("node {}broken/process_port.mjs greedy", kPorts);
  // By itself, and as what another one has started.
  for (const std::string& command : {"exec " + node, node + "; true"}) {
    const auto port = make_process_port({"sh", "-c", command}, options);
    EXPECT_EQ(verdict_of(*port, "map u64 u64\nput 1\nlen\n"), "");
    const std::string sentence = verdict_of(*port, "map u64 u64\nput 1\nlen\nput 13\nlen\n");
    EXPECT_TRUE(
        sentence.starts_with("port/crash at op 2: expected an answer, got ran out of "
                             "memory (limit 500 MB)"))
        << sentence;
  }
}

TEST(ABrokenProcessPort, LeavesNothingBehindForTheNextProgramIfEachRunsAlone) {
  NEEDS("node --version", "nodejs");
  for (const bool alone : {false, true}) {
    ProcessOptions options = kPatient;
    options.alone = alone;
    const auto port = broken_port("forgets_later", options);
    std::string told;
    for (int i = 0; i < 3; ++i) told = verdict_of(*port, "map u64 u64\nput 1\nget 1\n");
    EXPECT_EQ(told.substr(0, told.find(' ')), alone ? "" : "access/present");
  }
}

TEST(ABrokenProcessPort, AnswersTooLate) {
  NEEDS("node --version", "nodejs");
  for (const char* mode : {"late", "half_a_line"}) {
    const auto port = broken_port(mode, kImpatient);
    const std::string sentence = verdict_of(*port, "map u64 u64\nput 1\nlen\n");
    EXPECT_TRUE(sentence.starts_with("port/hang at op 0")) << mode << ": " << sentence;
  }
}

TEST(ABrokenProcessPort, TalksNonsense) {
  NEEDS("node --version", "nodejs");
  struct Case {
    const char* mode;
    const char* text;
    const char* part;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"text", "put 1\n", "a line of JSON, got `hello`; stdout belongs to the protocol"},
           {"wrong_id", "put 1\n", "at /id 1, got 2"},
           {"no_answers", "put 1\n", "at /answers a list, an item for each operation, got nothing"},
           {"another_type", "put 1\n", "at /type \"answers\", got \"replies\""},
           {"too_few", "put 1\n", "at /answers a list of 1 answers"},
           {"a_string", "put 1\nput 2\nget 1\n", "op 2: expected at /answers/2 null, true, a "},
           {"a_panic", "put 1\nget 1\n", "/answers/1/panic one of nil_map, unhashable, changed"},
           {"no_end", "put 1\niter a\nnext a\n", "op 2: expected at /answers/2 1 steps, or null"},
           {"bad_entry", "put 1\niter a\nnext a 2\n", "at /answers/2/1/1 a number"},
           {"error", "put 1\n", "expected answers, got an error: \"no such map\""},
       }) {
    for (const bool validate : {true, false}) {
      ProcessOptions options = kPatient;
      options.validate = validate;
      const auto port = broken_port(one.mode, options);
      const std::string sentence = verdict_of(*port, fmt::format("map u64 u64\n{}", one.text));
      EXPECT_TRUE(sentence.starts_with("port/answer at op ")) << one.mode << ": " << sentence;
      // Without the schema it is the decoder that speaks, in other words.
      if (validate) {
        EXPECT_TRUE(has(sentence, one.part)) << one.mode << ": " << sentence;
      }
    }
  }
}

TEST(ABrokenProcessPort, SpeaksUnasked) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("twice");
  EXPECT_EQ(verdict_of(*port, "map u64 u64\nput 1\n"), "");
  EXPECT_TRUE(has(verdict_of(*port, "map u64 u64\nput 1\n"), "at /id 2, got 1"));
  EXPECT_EQ(verdict_of(*port, "map u64 u64\nput 1\n"), "") << "it was started again";
}

TEST(ABrokenProcessPort, LeavesBehindItsAnswer) {
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("leaves");
  EXPECT_EQ(verdict_of(*port, "map u64 u64\nput 1\n"), "");
  const std::string sentence = verdict_of(*port, "map u64 u64\nput 1\n");
  EXPECT_TRUE(has(sentence, "port/crash")) << sentence;
  EXPECT_TRUE(has(sentence, "ended with status 5 (not in a new process)")) << sentence;
}

// ---- ports that do not start ----

TEST(AProcessPort, ThatDoesNotStartSaysWhatToDo) {
  NEEDS("node --version", "nodejs");
  EXPECT_EQ(start_error(std::vector<std::string>{"/nosuch/program", "x"}),
            "/nosuch/program x: cannot be run (No such file or directory); is it installed, and in "
            "$PATH?");
  EXPECT_EQ(start_error(std::vector<std::string>{}), "a port needs a command: node my_port.mjs");
  const std::string status = start_error("start_with_exit");
  EXPECT_TRUE(has(status, "ended with status 3; stderr: Error: no map.so here, before")) << status;
  const std::string text = start_error("start_with_text");
  EXPECT_TRUE(has(text, "expected a line of JSON of type \"started\", got `Welcome to my map`"))
      << text;
  const std::string refused = start_error("start_refused");
  EXPECT_TRUE(has(refused, "refuses to start: \"only version 7\"")) << refused;
  ProcessOptions options = kPatient;
  options.start_limit = milliseconds(300);
  const std::string silent = start_error("start_silently", options);
  EXPECT_TRUE(has(silent, "said nothing for 300 ms; a port reads lines")) << silent;
}

TEST(AProcessPort, IsQuotedInWholeCharacters) {
  std::string umlauts = "x";
  while (umlauts.size() < 299) umlauts += "\u00fc";
  const std::string error =
      start_error({"sh", "-c", fmt::format("echo '{}\u00fc\u00fc' >&2; exit 3", umlauts)});
  EXPECT_TRUE(has(error, fmt::format("stderr: {}, before it said what it is", umlauts))) << error;
}

TEST(AProcessPort, IsToldWhichFieldIsWrong) {
  NEEDS("node --version", "nodejs");
  const std::pair<const char*, const char*> kCases[] = {
      {"start_with_feature",
       "/features/2: expected one of hashes, starts, nan_keys, nil_maps, erase_in_walk, "
       "key_update, got \"fast\""},
      {"start_without_profile", "/profile: expected one of go, std, js, python, got nothing"},
      {"start_with_kind", "/keys/1: expected a kind of key, such as u64"},
      {"start_with_version", "/version: expected 1, the version that the host speaks, got 2"},
  };
  for (const auto& [mode, expected] : kCases) {
    const std::string error = start_error(mode);
    EXPECT_TRUE(has(error, expected)) << mode << ": " << error;
    EXPECT_FALSE(has(error, "\n"));
  }
}

// ---- the process itself ----

bool has_children() {
  siginfo_t info = {};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

std::size_t open_files() {
  DIR* const folder = ::opendir("/proc/self/fd");
  std::size_t n = 0;
  while (folder != nullptr && ::readdir(folder) != nullptr) ++n;
  if (folder != nullptr) ::closedir(folder);
  return n;
}

TEST(AProcessPort, LeavesNothingBehind) {
  NEEDS("node --version", "nodejs");
  const std::size_t files = open_files();
  for (const char* mode : {"honest", "exit", "hang", "text", "late"}) {
    const auto port = broken_port(mode, kImpatient);
    verdict_of(*port, "map u64 u64\nput 1\nput 13\n");
  }
  start_error("start_with_exit");
  start_error("start_with_text");
  EXPECT_FALSE(has_children());
  EXPECT_EQ(open_files(), files);
}

// Says what it is and, when it is asked to run, its number at descriptor 9. Then it hears nothing
// any more, and nor does what it has started; both keep the descriptor.
constexpr const char* kDeaf = R"sh(trap '' HUP INT TERM PIPE
read start
printf '%s%s\n' '{"type":"started","version":1,"name":"deaf","profile":"std",' \
  '"features":[],"keys":["u64"],"elems":["u64"]}'
read run
while :; do :; done &
echo $$ >&9
while :; do :; done)sh";

TEST(AProcessPort, EndsWithWhoeverStartedItHoweverThatEnds) {
  constexpr int kAgreed = 9;
  constexpr int kNever = 120'000;  // ms; a test that waits for ever would leave it behind, too
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t starter = ::fork();
    if (starter == 0) {
      ::dup2(ends[1], kAgreed);
      const auto port =
          make_process_port({"sh", "-c", kDeaf}, {.time_limit = std::chrono::hours(1)});
      verdict_of(*port, "map u64 u64\nput 1\n");
      ::_exit(1);
    }
    ::close(ends[1]);
    std::array<char, 32> said{};
    ASSERT_GT(::read(ends[0], said.data(), said.size() - 1), 0);
    ::kill(starter, signal);
    ::waitpid(starter, nullptr, 0);
    pollfd closed{ends[0], POLLIN, 0};
    const bool gone = ::poll(&closed, 1, kNever) == 1;
    EXPECT_TRUE(gone) << "after signal " << signal;
    if (!gone) ::kill(-std::atoi(said.data()), SIGKILL);
    ::close(ends[0]);
  }
}

TEST(AProcessPort, DoesNotWaitForAReaderThatWrites) {
  // What it is asked repeats itself, so that neither the question nor the answer fits into a pipe.
  NEEDS("node --version", "nodejs");
  const auto port = broken_port("honest");
  std::string text = "map u64 u64\n";
  for (int i = 0; i < 60; ++i) text += "putrange 0 1023\niter a\ndrain a\n";
  EXPECT_EQ(verdict_of(*port, text), "");
}

// ---- the messages ----

TEST(TheProcessProtocol, AsksByItsOwnSchema) {
  for (std::uint64_t seed = 0; seed < (kSlow ? 50 : 200); ++seed) {
    const Program program = generate(generate_spec(seed), seed, {});
    EXPECT_EQ(doors::schema_error("run", doors::run_message(program, seed + 1, seed % 2 == 0)), "")
        << print(program);
  }
}

TEST(TheProcessProtocol, FlattensPrograms) {
  const Program program = program_of(
      "map f64 u8 hash=constant hint=20\ntouch nan 2\nfill 3 2\niter a bucket=1 "
      "offset=2\niter b\nnext a 2\ndrain b\nget nan\ndelrange 4 1\nclear\nnil\nlen\n");
  EXPECT_EQ(doors::run_message(program, 7, true),
            R"({"type":"run","id":7,"map":{"key":"f64","elem":"u8","hint":"20","hash0":0,"seed":0,)"
            R"("hash":"constant","hashes":{"0":"3026418949592973312","3":"3026418949592973312",)"
            R"("4":"3026418949592973312","67":"3026418949592973312",)"
            R"("255":"3026418949592973312"}},"ops":[)"
            R"(["put",[255,1],1],["put",[255,2],2],["put",3,3],["put",67,4],["iter",0,1,2],)"
            R"(["iter",1],["next",0,2],["next",1,5],["get",[255,2]],["del",4],["clear"],["nil"],)"
            R"(["len"]]})");
}

// A stamp that does not fit the elem is sent as what fits.
TEST(TheProcessProtocol, MasksStamps) {
  const Program program = program_of("map u64 u8\ntouch 1 257\n");
  const auto message = nlohmann::json::parse(doors::run_message(program, 1, false));
  EXPECT_EQ(message.at("ops").at(254).at(2), 255);
  EXPECT_EQ(message.at("ops").at(255).at(2), 0);
  EXPECT_EQ(message.at("ops").at(256).at(2), 1);
}

TEST(TheProcessProtocol, PointsAtTheFieldThatIsWrong) {
  EXPECT_EQ(doors::schema_error("answers", R"({"type":"answers","id":1,"answers":[null,7,[]]})"),
            "");
  EXPECT_EQ(doors::schema_error("answers", R"({"type":"answers","id":1,"answers":[null,-7]})"),
            "/answers/1: expected null, true, a number, a list of entries or {\"panic\": ...}, got "
            "-7");
  EXPECT_EQ(
      doors::schema_error("answers", R"({"type":"answers","id":1,"answers":[[[[1,2,3],1]]]})"),
      "/answers/0/0/0: expected a number, or [index, payload] for a NaN, got [1,2,3]");
  EXPECT_EQ(doors::schema_error("answers", R"({"type":"answers","id":"1","answers":[]})"),
            "/id: expected the id of the run, a number, got \"1\"");
  EXPECT_EQ(doors::schema_error("answers", "[]"),
            "/: expected port: what the program's operations answered, one item each, got []");
  EXPECT_EQ(doors::schema_error("answers", "hello"), "no JSON: `hello`");
}

}  // namespace
}  // namespace mapproof
