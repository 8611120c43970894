// The text form: programs come back from their text, and wrong text is refused where it is wrong.
#include "oracle/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "conformance/random_program.h"

namespace mapproof {
namespace {

constexpr std::uint32_t kSeed = 20240608;

Program parsed(const std::string& text) {
  auto result = parse(text);
  if (const auto* error = std::get_if<TextError>(&result)) {
    ADD_FAILURE() << error->message() << "\n" << text;
    return {};
  }
  return std::get<Program>(std::move(result));
}

std::string refusal(const std::string& text) {
  const auto result = parse(text);
  const auto* error = std::get_if<TextError>(&result);
  if (error == nullptr) {
    ADD_FAILURE() << "accepted: " << text;
    return "";
  }
  return error->message();
}

void expect_same_annotations(const Program& x, const Program& y) {
  EXPECT_EQ(x.port, y.port);
  EXPECT_EQ(x.comments, y.comments);
  EXPECT_EQ(x.expect, y.expect);
  EXPECT_EQ(x.notes, y.notes);
}

TEST(TextForm, RandomProgramsComeBackFromTheirText) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomProgram random(kSeed);
  for (int i = 0; i < 1000; ++i) {
    const Program program = random(random.below(60));
    const std::string text = print(program);
    ASSERT_EQ(parsed(text), program) << text;
    ASSERT_EQ(print(parsed(text)), text);
  }
}

constexpr const char* kAnnotated =
    "mapproof 1\n"
    "# What this is about,\n"
    "#\n"
    "#   in three lines.\n"
    "port go1.14\n"
    "map f64 u64 hash=table hash0=7 seed=3 hint=20\n"
    "hash 5 top=0x12 low=52\n"
    "hash nan top=0x05 low=0\n"
    "# first come two NaNs\n"
    "put nan         # stamp 1\n"
    "put nan\n"
    "iter a bucket=0 offset=0\n"
    "next a          -> nan, stamp 1  # or the other\n"
    "# now it ends\n"
    "#\n"
    "clear\n"
    "drain a         -> end\n"
    "iter b bucket=200 offset=7  -> nothing yet\n"
    "len             -> 0\n"
    "# the end\n";

TEST(TextForm, CommentsAndAnnotationsSurvive) {
  const Program program = parsed(kAnnotated);
  EXPECT_EQ(print(program), kAnnotated);
  EXPECT_EQ(program.comments,
            (std::vector<std::string>{"What this is about,", "", "  in three lines."}));
  EXPECT_EQ(program.port, "go1.14");
  EXPECT_EQ(program.expect,
            (std::vector<std::string>{"", "", "", "nan, stamp 1", "", "end", "nothing yet", "0"}));
  EXPECT_EQ(program.notes, (std::vector<Note>{{0, false, "first come two NaNs"},
                                              {0, true, "stamp 1"},
                                              {3, true, "or the other"},
                                              {4, false, "now it ends"},
                                              {4, false, ""},
                                              {8, false, "the end"}}));
}

TEST(TextForm, AnnotationsAreNoPartOfTheMeaning) {
  EXPECT_EQ(parsed("map u64 u64\nlen -> 3 # why\n"), parsed("# other\nmap u64 u64\nlen\n"));
}

TEST(TextForm, CommentsInOddPlacesSurviveInANormalForm) {
  const std::string odd =
      "\n  #one\r\nmapproof 1 # two\n\n map u8 u8 # three\n#\tfour\n\tlen->#five\n#six";
  const Program program = parsed(odd);
  EXPECT_EQ(
      print(program),
      "mapproof 1\n# one\n# two\n# three\nmap u8 u8\n# \tfour\nlen             # five\n# six\n");
  const Program again = parsed(print(program));
  EXPECT_EQ(again, program);
  expect_same_annotations(again, program);
}

TEST(TextForm, AnnotationsMadeByHandCannotBreakTheText) {
  Program program;
  program.ops = {{.code = OpCode::len}};
  program.comments = {"two\nlines"};
  program.expect = {"0\nclear"};
  program.notes = {{0, true, "x\nclear"}};
  EXPECT_EQ(parsed(print(program)), program);
}

TEST(TextForm, TheVersionLineMayBeAbsentButIsAlwaysPrinted) {
  EXPECT_EQ(print(parsed("map u64 u64\n")), "mapproof 1\nmap u64 u64\n");
}

TEST(TextForm, NumbersOfTheHeaderMayBeHexadecimal) {
  const MapSpec spec =
      parsed("map u64 u64 hash0=0xff seed=0x10 hash=table\nhash 1 top=9 low=0xa\n").spec;
  EXPECT_EQ(spec.hash0, 255);
  EXPECT_EQ(spec.seed, 16);
  EXPECT_EQ(spec.hashes, (std::vector<KeyHash>{{1, 9, 10}}));
}

TEST(TextForm, BogusHintsHaveNamesAndNumbers) {
  for (const char* hint : {"-1", "2^62", "2^63-1"}) {
    const std::string text = std::string("mapproof 1\nmap u64 u64 hint=") + hint + "\n";
    EXPECT_EQ(print(parsed(text)), text);
  }
  EXPECT_EQ(parsed("map u64 u64 hint=4611686018427387904\n").spec.hint, std::int64_t{1} << 62);
}

TEST(TextForm, ThePortMayBeNamedBehindTheMap) {
  EXPECT_EQ(print(parsed("map u64 u64\nport x\nlen\n")), "mapproof 1\nport x\nmap u64 u64\nlen\n");
}

TEST(TextForm, HashLinesMayComeInAnyOrder) {
  EXPECT_EQ(parsed("map f64 u64 hash=table\nhash -0 top=1 low=1\nhash 3 top=1 low=1\n").spec.hashes,
            (std::vector<KeyHash>{{3, 1, 1}, {kNegativeZero, 1, 1}}));
}

// Stored text of version 1 and what it means. These lines may be added to, never changed.
TEST(TextForm, StoredTextOfVersionOneKeepsItsMeaning) {
  const Program program = parsed(
      "mapproof 1\n"
      "map iface str hash=strong hash0=7 seed=3 hint=2^62\n"
      "put nan\nput -0\nget unhashable\nhas nil\ndel 65535\nclear\nlen\n"
      "iter a bucket=3 offset=7\niter b\nnext c\nnext c 5\ndrain d\ndrop h\n"
      "fill 3 20\nempty 63 1023\ntouch nan 4\nputrange 0 26\ndelrange 2 256\nnil\naudit\n");
  const MapSpec spec = {.key = KeyKind::interface,
                        .elem = ElemKind::string,
                        .hash = HashMode::strong,
                        .hash0 = 7,
                        .seed = 3,
                        .hint = std::int64_t{1} << 62,
                        .hashes = {}};
  EXPECT_EQ(program.spec, spec);
  EXPECT_EQ(program.ops, (std::vector<Op>{{.code = OpCode::put, .key = 255},
                                          {.code = OpCode::put, .key = 254},
                                          {.code = OpCode::get, .key = 253},
                                          {.code = OpCode::has, .key = 252},
                                          {.code = OpCode::del, .key = 65535},
                                          {.code = OpCode::clear},
                                          {.code = OpCode::len},
                                          {.code = OpCode::iter, .bucket = 3, .offset = 7},
                                          {.code = OpCode::iter_any, .slot = 1},
                                          {.code = OpCode::next, .slot = 2, .n = 1},
                                          {.code = OpCode::next, .slot = 2, .n = 5},
                                          {.code = OpCode::drain, .slot = 3},
                                          {.code = OpCode::drop, .slot = 7},
                                          {.code = OpCode::fill, .key = 3, .n = 20},
                                          {.code = OpCode::empty, .key = 63, .n = 1023},
                                          {.code = OpCode::touch, .key = 255, .n = 4},
                                          {.code = OpCode::putrange, .key = 0, .n = 26},
                                          {.code = OpCode::delrange, .key = 2, .n = 256},
                                          {.code = OpCode::nil},
                                          {.code = OpCode::audit}}));
}

struct Malformed {
  const char* text;
  const char* message;  // or its beginning
};

const Malformed kMalformed[] = {
    {"", "line 1, column 1: expected a map line, such as `map u64 u64`, found the end of the text"},
    {"mapproof 1\n# no map\n", "line 3, column 1: expected a map line"},
    {"mapproof 2\nmap u64 u64\n", "line 1, column 10: expected version 1, found \"2\""},
    {"mapproof\n", "line 1, column 9: expected version 1, found nothing"},
    {"mapproof 1 1\n", "line 1, column 12: expected the end of the line, found \"1\""},
    {"mapproof 1\nmapproof 1\n", "line 2, column 1: expected a map line"},
    {"put 5\n", "line 1, column 1: expected `mapproof 1` or a map line"},
    {"-> 5\n", "line 1, column 1: expected `mapproof 1` or a map line"},
    {"map\n", "line 1, column 4: expected a key kind: u8, u16,"},
    {"map u65 u64\n", "line 1, column 5: expected a key kind: u8, u16,"},
    {"map f64 i64\n", "line 1, column 9: expected an elem kind: u8, u32,"},
    {"map u64 u64 fast\n", "line 1, column 13: expected hash=, hash0=, seed= or hint=, found"},
    {"map u64 u64 hash=weak\n", "line 1, column 18: expected a hash mode: strong,"},
    {"map u64 u64 hash0=256\n", "line 1, column 19: expected hash0: 0 to 255, found \"256\""},
    {"map u64 u64 seed=\n", "line 1, column 18: expected a seed: 0 to 255, found nothing"},
    {"map u64 u64 seed=1 seed=1\n", "line 1, column 20: expected each attribute once"},
    {"map u64 u64 hint=200\n", "line 1, column 18: expected a hint: 0 to 199, -1, 2^62 or 2^63-1"},
    {"map u64 u64\nhash 5 top=1 low=1\n", "line 2, column 6: expected hash=table in the map line"},
    {"map u64 u64 hash=table\nhash 256 top=1 low=1\n",
     "line 2, column 6: expected a key up to 255, found \"256\""},
    {"map f64 u64 hash=table\nhash 0 top=1 low=1\nhash -0 top=1 low=1\n",
     "line 3, column 6: expected a key that equals none before, found \"-0\""},
    {"map u64 u64 hash=table\nhash 5 low=1 top=1\n", "line 2, column 8: expected top="},
    {"map u64 u64 hash=table\nhash 5 top=1 low=256\n",
     "line 2, column 18: expected the low byte of a hash: 0 to 255, found \"256\""},
    {"map u64 u64\nport\n", "line 2, column 5: expected the name of a port, found nothing"},
    {"map u64 u64\nport a\nport b\n", "line 3, column 6: expected only one port, found \"b\""},
    {"port a\n\nport b\nmap u64 u64\n", "line 3, column 6: expected only one port"},
    {"map u64 u64\nlen\nport a\n", "line 3, column 1: expected an operation: put, get,"},
    {"map u64 u64\n\n  insert 5\n", "line 3, column 3: expected an operation: put, get,"},
    {"map u64 u64\niter_any a\n", "line 2, column 1: expected an operation: put, get,"},
    {"map u64 u64\n-> 5\n", "line 2, column 1: expected an operation: put, get,"},
    {"map f64 u64\nput 255\n",
     "line 2, column 5: expected a key of kind f64: 0 to 65535, nan (for 255), -0 (for 254), "
     "inf (for 253), found \"255\""},
    {"map bool u64\nput nan\n",
     "line 2, column 5: expected a key of kind bool: 0 to 1, found \"nan\""},
    {"map u64 u64\nput # 5\n", "line 2, column 5: expected a key of kind u64: 0 to 65535, found"},
    {"map u64 u64\nput 5 6\n", "line 2, column 7: expected the end of the line, found \"6\""},
    {"map u64 u64\nclear all\n", "line 2, column 7: expected the end of the line, found \"all\""},
    {"map u64 u64\niter i\n", "line 2, column 6: expected an iterator, a to h, found \"i\""},
    {"map u64 u64\nnext a 0\n", "line 2, column 8: expected a number of steps: 1 to 255"},
    {"map u64 u64\niter a bucket=256\n", "line 2, column 15: expected a start bucket: 0 to 255"},
    {"map u64 u64\niter a offset=8\n", "line 2, column 15: expected a start offset: 0 to 7"},
    {"map u64 u64\niter a at=8\n", "line 2, column 8: expected bucket= or offset="},
    {"map u64 u64\nfill 64 1\n", "line 2, column 6: expected a residue class: 0 to 63"},
    {"map u64 u64\nfill 6\n", "line 2, column 7: expected a count: 1 to 1023, found nothing"},
    {"map u64 u64\ntouch 256 2\n", "line 2, column 7: expected a key up to 255, found \"256\""},
    {"map u64 u64\nputrange 0 1024\n", "line 2, column 12: expected a count: 1 to 1023"},
    {"map u64 u64\n\x01\xff!\n", "line 2, column 1: expected an operation"},
};

TEST(MalformedText, IsRefusedWithLineColumnAndWhatWasExpected) {
  for (const Malformed& malformed : kMalformed) {
    EXPECT_EQ(refusal(malformed.text).substr(0, std::string(malformed.message).size()),
              malformed.message)
        << malformed.text;
  }
}

TEST(MalformedText, ShowsWhatWasFoundWithoutControlCharactersAndCutShort) {
  EXPECT_TRUE(refusal("map u64 u64\n\x01\xff!\n").ends_with("found \"\\x01\\xff!\""));
  const std::string found = refusal("map u64 u64\n" + std::string(100, 'x'));
  EXPECT_TRUE(found.ends_with("xxx...\"")) << found;
  EXPECT_LT(found.size(), 220U);
}

TEST(ByteForm, IsToldFromTextByItsFirstBytes) {
  EXPECT_TRUE(looks_like_bytes(std::string("\x4d\x01\x03\x02", 4)));
  EXPECT_TRUE(looks_like_bytes(std::string("\x4d\x02", 2))) << "a version to come";
  EXPECT_FALSE(looks_like_bytes("mapproof 1\n"));
  EXPECT_FALSE(looks_like_bytes("M\nap"));
  EXPECT_FALSE(looks_like_bytes("Map"));
  EXPECT_FALSE(looks_like_bytes("M"));
  EXPECT_FALSE(looks_like_bytes(""));
}

}  // namespace
}  // namespace mapproof
