// Programs as Go programs: the text, and what a real Go makes of it.
#include "conformance/emit_go.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/temporary_folder.h"
#include "conformance/test_program.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::string emitted(const Program& program) {
  const GoProgram go = emit_go(program);
  EXPECT_EQ(go.refusal, "");
  return go.text;
}
std::string emitted(std::string_view text) { return emitted(program_of(text)); }

// Comments without their line ends.
std::string unwrapped(std::string text) {
  for (std::size_t at = 0; (at = text.find("\n// ", at)) != text.npos;) text.replace(at, 4, " ");
  return text;
}

Program finding(const std::string& name) {
  return read_program(fs::path(MAPPROOF_CORPUS_DIR) / "findings" / (name + ".mapproof"));
}

// Breaks iter/clear-stops at the second `next a`.
constexpr std::string_view kCleared =
    "map u64 u64\nputrange 0 27\niter a bucket=3 offset=0\nnext a\nclear\nnext a\n";

// A program that breaks something, with keys of this kind; then operations that nobody gets to, but
// that are translated all the same. Without a clear where Go 1.19 has none for such keys.
Program breaking(KeyKind key, ElemKind elem) {
  Program program = program_of(kCleared);
  if (!facts(key).reflexive) program = finding("sibling-check-lost");
  program.spec.key = key;
  program.spec.elem = elem;
  const Program more = program_of(
      "map u64 u64\nput 1\nget 2\nhas 3\ndel 4\nlen\niter b\nnext b 2\ndrain b\ndrop b\nfill 1 3\n"
      "empty 1 3\ntouch 5 2\nputrange 6 2\ndelrange 6 2\naudit\nput 252\nput 253\nput 254\nput "
      "255\n"
      "get 253\nhas 253\ndel 253\nnil\nput 1\n");
  program.ops.insert(program.ops.end(), more.ops.begin(), more.ops.end());
  return program;
}

// Kinds of so few keys break nothing.
bool too_few(KeyKind kind) { return kind == KeyKind::boolean || kind == KeyKind::empty; }

// ---- the text ----

TEST(EmitGo, RefusesAProgramThatBreaksNothingOnTheFaithfulPort) {
  const GoProgram go = emit_go(program_of("map u64 u64\nput 1\nget 1\n"));
  EXPECT_EQ(go.text, "");
  EXPECT_TRUE(contains(go.refusal, "breaks no property on the faithful port")) << go.refusal;
}

TEST(EmitGo, NamesThePropertyItsSentenceAndWhereThePortBreaksIt) {
  const std::string text = emitted(kCleared);
  EXPECT_TRUE(text.starts_with("// Does the map of this Go break iter/clear-stops?\n")) << text;
  EXPECT_TRUE(contains(text, "\n// iter/clear-stops: after a clear no cleared entry is produced"));
  EXPECT_TRUE(contains(text, "this program breaks it, at \"next a\":\n"));
  EXPECT_TRUE(contains(text, "\tproperty = \"iter/clear-stops\"\n"));
}

TEST(EmitGo, HoldsTheProgramAsText) {
  EXPECT_TRUE(contains(emitted(kCleared),
                       "//\n//\tmapproof 1\n//\tmap u64 u64\n//\tputrange 0 27\n"
                       "//\titer a bucket=3 offset=0\n//\tnext a\n//\tclear\n//\tnext a\n//\n"));
}

TEST(EmitGo, CopiesNothingFromCommentsThatGoWouldNotTake) {
  Program program = program_of(kCleared);
  program.comments = {"caf\xe9 \x01   ", ""};
  EXPECT_TRUE(contains(emitted(program), "//\t# caf? ?\n//\t#\n//\tmap"));
}

TEST(EmitGo, SaysWhetherTheProgramDependsOnItsHashes) {
  const std::string by_chance =
      "runs of the program as it stands, with hashes and starts of chance";
  const std::string depends = "The program depends on its hashes or starts";
  const std::string easy = unwrapped(emitted(kCleared));
  EXPECT_TRUE(contains(easy, by_chance)) << easy;
  EXPECT_FALSE(contains(easy, depends)) << easy;
  const std::string hard = unwrapped(emitted(finding("sibling-check-lost")));
  EXPECT_TRUE(contains(hard, depends)) << hard;
  EXPECT_FALSE(contains(hard, by_chance)) << hard;
}

TEST(EmitGo, AsksForTheGoThatCanClearMapsOfKeysThatNeedNotEqualThemselves) {
  const std::string plain = emitted(kCleared);
  EXPECT_TRUE(contains(plain, "// Needs Go 1.12 or later"));
  EXPECT_TRUE(contains(plain, "//go:noinline\nfunc clearMap(m map[K]V) {\n\tfor k := range m {"));
  const std::string floats = emitted(finding("clear-after-growth-with-nan"));
  EXPECT_TRUE(contains(floats, "// Needs Go 1.21 or later"));
  EXPECT_TRUE(contains(floats, "func clearMap(m map[K]V) { clear(m) }"));
  // The loop would do, were it not compiled into something else.
  EXPECT_FALSE(contains(floats, "for k := range m"));
}

TEST(EmitGo, TranslatesEachOperation) {
  Program program = program_of(kCleared);
  const Program more = program_of(
      "map u64 u64\nput 1\nget 2\nhas 3\ndel 4\nclear\nlen\niter b\nnext b 7\ndrain b\ndrop b\n"
      "fill 1 3\nempty 2 4\ntouch 5 6\nputrange 6 2\ndelrange 7 3\naudit\nnil\n");
  program.ops.insert(program.ops.end(), more.ops.begin(), more.ops.end());
  EXPECT_TRUE(contains(emitted(program),
                       "func play(t *test) {\n\tt.putRange(0, 27)\n\tt.iter(a)\n\tt.next(a, 1)\n"
                       "\tt.clear()\n\tt.next(a, 1)\n\tt.put(1)\n\tt.get(2)\n\tt.has(3)\n"
                       "\tt.del(4)\n\tt.clear()\n\tt.len()\n\tt.iter(b)\n\tt.next(b, 7)\n"
                       "\tt.drain(b)\n\tt.drop(b)\n\tt.fill(1, 3)\n\tt.empty(2, 4)\n"
                       "\tt.touch(5, 6)\n\tt.putRange(6, 2)\n\tt.delRange(7, 3)\n"
                       "\t// audit: Go does not show its layout\n\tt.letGo()\n}\n"))
      << emitted(program);
}

TEST(EmitGo, CallsTheSpecialKeysOfAKindByTheirNames) {
  const std::string text = emitted(breaking(KeyKind::interface, ElemKind::u64));
  EXPECT_TRUE(contains(text, "const nilKey, unhashable, negZero, nan = 252, 253, 254, 255\n"));
  EXPECT_TRUE(contains(text, "\tt.put(negZero)\n\tt.put(nan)\n\tt.get(unhashable)\n")) << text;
  EXPECT_TRUE(contains(text, "\tcase unhashable:\n\t\treturn []int{}\n"));
}

TEST(EmitGo, GivesEachKindOfKeyAGoType) {
  const std::array<std::pair<KeyKind, std::string_view>, kKeyKinds - 2> kinds{{
      {KeyKind::u8, "uint8"},
      {KeyKind::u16, "uint16"},
      {KeyKind::u32, "uint32"},
      {KeyKind::u64, "uint64"},
      {KeyKind::i64, "int64"},
      {KeyKind::f32, "float32"},
      {KeyKind::f64, "float64"},
      {KeyKind::c64, "complex64"},
      {KeyKind::c128, "complex128"},
      {KeyKind::string, "string"},
      {KeyKind::interface, "interface{}"},
      {KeyKind::array, "[4]uint32"},
      {KeyKind::padded, "struct {\n\ta uint8\n\tb uint64\n\tc uint8\n}"},
      {KeyKind::owning, "struct{ name string }"},
      {KeyKind::big, "[17]uint64"},
      {KeyKind::bigfloat, "struct {\n\tvalue float64\n\t_     [16]uint64\n}"},
      {KeyKind::pointer, "*byte"},
  }};
  for (const auto& [kind, type] : kinds) {
    const std::string text = emitted(breaking(kind, ElemKind::u64));
    EXPECT_TRUE(contains(text, "\ntype K " + std::string(type) + "\n")) << name(kind);
    EXPECT_TRUE(contains(text, "\nfunc keyAt(i int) K {\n")) << name(kind);
  }
}

TEST(EmitGo, GivesEachKindOfElemAGoType) {
  const std::array<std::pair<ElemKind, std::string_view>, kElemKinds> kinds{{
      {ElemKind::u8, "uint8"},
      {ElemKind::u32, "uint32"},
      {ElemKind::u64, "uint64"},
      {ElemKind::string, "string"},
      {ElemKind::owning, "struct{ name string }"},
      {ElemKind::big, "[17]uint64"},
      {ElemKind::empty, "struct{}"},
      {ElemKind::pointer, "*int"},
  }};
  for (const auto& [kind, type] : kinds) {
    const std::string text = emitted(breaking(KeyKind::u64, kind));
    EXPECT_TRUE(contains(text, "\ntype V " + std::string(type) + "\n")) << name(kind);
  }
}

TEST(EmitGo, MakesTheMapWithTheHintUnlessGoWouldIgnoreIt) {
  EXPECT_TRUE(contains(emitted(finding("nan-check-misplaced")), "make(map[K]V, 14)"));
  for (const std::int64_t hint : {std::int64_t{-1}, std::int64_t{1} << 62}) {
    Program program = program_of(kCleared);
    program.spec.hint = hint;
    EXPECT_TRUE(contains(emitted(program), "m: map[K]V{}")) << hint;
  }
}

TEST(EmitGo, LeavesOutWhatTheProgramDoesNotNeed) {
  const std::string text = emitted(finding("sibling-check-lost"));
  for (const char* part :
       {"clearMap", "clears", "isNaN", "isNegZero", "isUnhashable", "strings", "mustPanic",
        "func (t *test) get", "func (t *test) has", "func (t *test) len", "func (t *test) touch",
        "func (t *test) letGo", "\"math\""}) {
    EXPECT_FALSE(contains(text, part)) << part;
  }
}

TEST(EmitGo, LeavesNoMarkOfItsPiecesBehind) {
  for (const auto& file : corpus_files("findings")) {
    const std::string text = emitted(read_program(file));
    EXPECT_FALSE(contains(text, "\n?")) << file;
    EXPECT_FALSE(contains(text, "$")) << file;
    EXPECT_FALSE(contains(text, "unsafe")) << file;
    EXPECT_FALSE(contains(text, "linkname")) << file;
    EXPECT_EQ(text, emitted(read_program(file))) << file;
  }
}

// ---- a real Go ----

struct Outcome {
  int code = -1;
  std::string out;
};

Outcome shell(const std::string& command) {
  Outcome outcome;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.out.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

// The command, or "".
std::string find_go() {
  for (const char* go : {"go", "/usr/lib/go-1.19/bin/go"}) {
    if (shell(std::string(go) + " version").code == 0) return go;
  }
  return "";
}

// 19 of "go version go1.19.8 linux/amd64".
int minor_version(const std::string& go) {
  const std::string words = shell(go + " version").out;
  const std::size_t at = words.find("go1.");
  return at == words.npos ? 0 : std::atoi(words.c_str() + at + 4);
}

// A Go module of one program a folder.
class RealGo : public testing::Test {
 protected:
  void SetUp() override {
    go_ = find_go();
    if (go_.empty()) GTEST_SKIP() << "real Go: not installed (Debian: golang-1.19-go)";
    std::ofstream(folder_ / "go.mod") << "module emitted\n\ngo 1.18\n";
  }

  void add(const std::string& name, const std::string& text) {
    fs::create_directory(folder_ / name);
    std::ofstream(folder_ / name / "main.go") << text;
  }
  Outcome go(const std::string& arguments) const { return in_folder(go_ + " " + arguments); }
  Outcome in_folder(const std::string& command) const {
    return shell("cd '" + folder_.path().string() + "' && " + command);
  }

  void expect_tidy_and_build() const {
    const Outcome unformatted = in_folder("$(" + go_ + " env GOROOT)/bin/gofmt -d .");
    EXPECT_EQ(unformatted.code, 0);
    EXPECT_EQ(unformatted.out, "");
    const Outcome vetted = go("vet ./...");
    EXPECT_EQ(vetted.code, 0) << vetted.out;
    fs::create_directory(folder_ / "bin");
    const Outcome built = go("build -o bin/ ./...");
    ASSERT_EQ(built.code, 0) << built.out;
  }

  std::string go_;
  TemporaryFolder folder_;
};

TEST_F(RealGo, TakesProgramsOfAllKinds) {
  for (std::size_t k = 0; k < kKeyKinds; ++k) {
    const auto kind = static_cast<KeyKind>(k);
    const auto elem = static_cast<ElemKind>(k % kElemKinds);
    if (!too_few(kind)) add(std::string(name(kind)), emitted(breaking(kind, elem)));
  }
  expect_tidy_and_build();
}

TEST_F(RealGo, ShowsFindings) {
  if (minor_version(go_) >= 21) GTEST_SKIP() << "real Go: 1.21 and later have repaired some";
  const std::vector<std::string> names = {"clear-in-mid-growth", "clear-reuses-spare-bucket",
                                          "second-growth-wipes-bucket", "sibling-check-lost"};
  for (const std::string& name : names) add(name, emitted(finding(name)));
  expect_tidy_and_build();
  for (const std::string& name : names) {
    const Outcome outcome = in_folder("bin/" + name);
    EXPECT_EQ(outcome.code, 0) << name << "\n" << outcome.out;
    EXPECT_TRUE(outcome.out.ends_with("\nshown\n")) << outcome.out;
  }
}

// Buckets without pointers are not wiped, and no defect on record makes such a walk miss anything.
TEST_F(RealGo, DoesNotShowWhatIsNotThere) {
  Program program = finding("second-growth-wipes-bucket");
  std::string text = emitted(program);
  const auto replace = [&text](std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    text.replace(at, from.size(), to);
  };
  replace("type K string", "type K uint64");
  replace("return K(strconv.Itoa(i))", "return K(i)");
  add("control", text);
  expect_tidy_and_build();
  const Outcome outcome = in_folder("bin/control 3000");
  EXPECT_EQ(outcome.code, 1) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "not shown in 3000 rounds")) << outcome.out;
}

struct Fault {
  std::string_view name;
  std::string_view from;  // in the Go program
  std::string_view to;
  std::string_view property;
};

// The judge in the Go program is worth something only if it sees that a map is broken.
TEST_F(RealGo, JudgesAsTheOracleDoes) {
  const std::string text = emitted(
      "map u64 u64\nputrange 0 5\niter b\ndrain b\nget 1\nhas 2\nhas 9\nlen\nput 1\ndel 3\niter b\n"
      "drain b\nputrange 0 27\niter a bucket=3 offset=0\nnext a\nclear\nnext a\n");
  constexpr std::string_view kKey = "k = w.it.Key().Interface().(K)";
  const std::vector<Fault> faults = {
      {"forgets", "ask(func() { t.m[k] = v })", "if t.stamp != 1 {\n\t\tt.m[k] = v\n\t}",
       "iter/complete"},
      {"garbles", "ask(func() { t.m[k] = v })", "t.m[k] = v + 1", "iter/current-elem"},
      {"panics", "ask(func() { t.m[k] = v })", "ask(func() { panic(\"no\") })", "panic/unexpected"},
      {"keeps", "ask(func() { delete(t.m, k) })", "", "iter/no-deleted"},
      {"repeats", "v = w.it.Value().Interface().(V)", "k, v = 1, t.m[1]", "iter/once"},
      {"invents", kKey, "k = 999", "iter/known"},
      {"confuses", "{ v = t.m[k] }", "{ v = t.m[k+1] }", "access/current-elem"},
      {"loses", "{ v, ok = t.m[k] }", "{ v, ok = t.m[k-9] }", "access/present"},
      {"dreams", "{ v, ok = t.m[k] }", "{ v, ok = t.m[k%7] }", "access/absent"},
      {"miscounts", "n := len(t.m)", "n := len(t.m) + 1", "len/exact"},
  };
  for (const Fault& fault : faults) {
    const std::size_t at = text.find(fault.from);
    ASSERT_NE(at, text.npos) << fault.from;
    std::string faulty = text;
    add(std::string(fault.name), faulty.replace(at, fault.from.size(), fault.to));
  }
  fs::create_directory(folder_ / "bin");
  const Outcome built = go("build -o bin/ ./...");
  ASSERT_EQ(built.code, 0) << built.out;
  for (const Fault& fault : faults) {
    const Outcome outcome = in_folder("bin/" + std::string(fault.name) + " 50");
    EXPECT_TRUE(contains(outcome.out, "map[" + std::string(fault.property) + ":50]"))
        << fault.name << "\n"
        << outcome.out;
  }
}

}  // namespace
}  // namespace mapproof
