// The byte form: every byte string is a program, and what encode() writes is for ever.
#include "oracle/program.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "conformance/random_program.h"

namespace mapproof {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kSeed = 20240607;

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

std::string refusal(const Bytes& bytes) {
  std::string error;
  EXPECT_EQ(decode_strict(bytes, &error), std::nullopt);
  return error;
}

void expect_folds_into_a_program(const Bytes& bytes) {
  const Program program = decode(bytes);
  ASSERT_EQ(invalid(program), "");
  const Bytes canonical = encode(program);
  ASSERT_EQ(decode(canonical), program);
  ASSERT_EQ(encode(decode(canonical)), canonical);
  std::string error;
  ASSERT_EQ(decode_strict(canonical, &error), program) << error;
}

TEST(ByteForm, RandomProgramsComeBackFromTheirBytes) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomProgram random(kSeed);
  std::set<OpCode> codes;
  for (int i = 0; i < 1000; ++i) {
    const Program program = random(random.below(60));
    ASSERT_EQ(invalid(program), "");
    const Bytes bytes = encode(program);
    ASSERT_EQ(bytes.size(), 8 + 4 * (program.spec.hashes.size() + program.ops.size()));
    ASSERT_EQ(decode(bytes), program);
    std::string error;
    ASSERT_EQ(decode_strict(bytes, &error), program) << error;
    for (const Op& op : program.ops) codes.insert(op.code);
  }
  EXPECT_EQ(codes.size(), kOpCodes) << "the generator left an operation out";
}

TEST(ByteForm, RandomBytesFoldIntoAValidCanonicalProgram) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomProgram random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes(random.below(200));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    ASSERT_NO_FATAL_FAILURE(expect_folds_into_a_program(bytes));
  }
}

TEST(ByteForm, EverySingleByteInEveryPlaceDecodes) {
  RandomProgram random(kSeed);
  Program program = random(0);
  while (program.spec.hash != HashMode::table || program.spec.hashes.empty()) program = random(12);
  const Bytes good = encode(program);
  for (std::size_t at = 0; at < std::min<std::size_t>(good.size(), 60); ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[at] = static_cast<std::uint8_t>(value);
      ASSERT_NO_FATAL_FAILURE(expect_folds_into_a_program(bytes)) << at << " " << value;
    }
  }
}

TEST(ByteForm, EveryTruncationDecodesToTheRecordsThatAreWhole) {
  const Program program = RandomProgram(kSeed)(20);
  const Bytes bytes = encode(program);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const Bytes head(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_NO_FATAL_FAILURE(expect_folds_into_a_program(head)) << size;
    const Program part = decode(head);
    ASSERT_EQ(part.spec.hashes.size() + part.ops.size(), size < 8 ? 0 : (size - 8) / 4);
    ASSERT_EQ(decode_strict(head, nullptr).has_value(), size >= 8 && size % 4 == 0) << size;
  }
}

TEST(ByteForm, NoBytesAreTheEmptyProgramOfTheFirstKinds) {
  const Program program = decode({});
  EXPECT_EQ(program.spec.key, KeyKind::u8);
  EXPECT_EQ(program.spec.elem, ElemKind::u8);
  EXPECT_EQ(program.spec.hash, HashMode::strong);
  EXPECT_TRUE(program.ops.empty());
}

TEST(ByteForm, EveryOperationTakesAFairShareOfTheByteValues) {
  std::vector<int> shares(kOpCodes);
  for (int value = 0; value < 256; ++value) {
    const Bytes bytes = {kMagic, kVersion, 3, 2, 1, 0, 0, 0, static_cast<std::uint8_t>(value),
                         1,      1,        1};
    for (const Op& op : decode(bytes).ops) ++shares[static_cast<std::size_t>(op.code)];
  }
  const auto share = [&](OpCode code) { return shares[static_cast<std::size_t>(code)]; };
  for (std::size_t code = 0; code < kOpCodes; ++code) EXPECT_GE(shares[code], 1);
  EXPECT_GE(share(OpCode::put), 40);
  EXPECT_GE(share(OpCode::next), 40);
  EXPECT_GE(share(OpCode::fill) + share(OpCode::empty), 40);
  EXPECT_LE(share(OpCode::clear), 8) << "a clear undoes what the program has built";
  EXPECT_LE(share(OpCode::nil), 1) << "nothing interesting comes after it";
}

TEST(ByteForm, MostByteValuesMeanASmallKeyAndASmallBurst) {
  const auto op = [](std::uint8_t code, std::uint8_t a, std::uint8_t b) {
    return decode(Bytes{kMagic, kVersion, 3, 2, 1, 0, 0, 0, code, 5, a, b}).ops.at(0);
  };
  EXPECT_EQ(op(0x00, 3, 0xff).key, 3 * 256 + 5);
  EXPECT_EQ(op(0x00, 3, 0xfe).key, 5);
  EXPECT_EQ(op(0x0b, 0x40, 3).n, 3 * 256 + 0x40);
  EXPECT_EQ(op(0x0b, 0xff, 4).n, 32);
  EXPECT_EQ(op(0x0b, 0, 0).n, 1);
}

// Stored files of version 1 and what they mean. These lines may be added to, never changed.
TEST(ByteForm, StoredFilesOfVersionOneKeepTheirMeaning) {
  const Bytes bytes = from_hex(
      "4d 01 06 02 05 07 c9 03  20 05 12 34  20 ff 05 00"
      "00 11 00 00  00 01 02 ff  01 ff 00 00  02 fe 00 00  03 05 00 00  04 00 00 00  05 00 00 00"
      "06 00 03 07  07 01 00 00  08 02 05 00  09 03 00 00  0a 07 00 00  0b 03 14 00  0c 3f ff 03"
      "0d 05 04 00  0e 00 1a 00  0f 02 00 01  10 00 00 00  11 00 00 00");
  Program expected;
  expected.spec = {.key = KeyKind::f64,
                   .elem = ElemKind::u64,
                   .hash = HashMode::table,
                   .hash0 = 7,
                   .seed = 3,
                   .hint = std::int64_t{1} << 62,
                   .hashes = {{5, 0x12, 0x34}, {kNaN, 5, 0}}};
  expected.ops = {{.code = OpCode::put, .key = 17},
                  {.code = OpCode::put, .key = 513},
                  {.code = OpCode::get, .key = kNaN},
                  {.code = OpCode::has, .key = kNegativeZero},
                  {.code = OpCode::del, .key = 5},
                  {.code = OpCode::clear},
                  {.code = OpCode::len},
                  {.code = OpCode::iter, .slot = 0, .bucket = 3, .offset = 7},
                  {.code = OpCode::iter_any, .slot = 1},
                  {.code = OpCode::next, .slot = 2, .n = 5},
                  {.code = OpCode::drain, .slot = 3},
                  {.code = OpCode::drop, .slot = 7},
                  {.code = OpCode::fill, .key = 3, .n = 20},
                  {.code = OpCode::empty, .key = 63, .n = 1023},
                  {.code = OpCode::touch, .key = 5, .n = 4},
                  {.code = OpCode::putrange, .key = 0, .n = 26},
                  {.code = OpCode::delrange, .key = 2, .n = 256},
                  {.code = OpCode::nil},
                  {.code = OpCode::audit}};
  EXPECT_EQ(invalid(expected), "");
  EXPECT_EQ(encode(expected), bytes);
  std::string error;
  EXPECT_EQ(decode_strict(bytes, &error), expected) << error;
}

TEST(ByteForm, TheNumbersOfKindsAndModesKeepTheirMeaning) {
  const char* const keys[] = {"u8",     "u16",  "u32",      "u64",   "i64",   "f32",   "f64",
                              "c64",    "c128", "bool",     "str",   "iface", "array", "padded",
                              "owning", "big",  "bigfloat", "empty", "ptr"};
  const char* const elems[] = {"u8", "u32", "u64", "str", "owning", "big", "empty", "ptr"};
  const char* const modes[] = {"strong", "identity", "constant", "low", "top", "table"};
  const auto spec = [](std::size_t at, std::size_t value) {
    Bytes bytes = {kMagic, kVersion, 0, 0, 0, 0, 0, 0};
    bytes[at] = static_cast<std::uint8_t>(value);
    return decode(bytes).spec;
  };
  for (std::size_t i = 0; i < std::size(keys); ++i) EXPECT_EQ(name(spec(2, i).key), keys[i]);
  for (std::size_t i = 0; i < std::size(elems); ++i) EXPECT_EQ(name(spec(3, i).elem), elems[i]);
  for (std::size_t i = 0; i < std::size(modes); ++i) EXPECT_EQ(name(spec(4, i).hash), modes[i]);
  EXPECT_EQ(spec(6, 199).hint, 199);
  EXPECT_EQ(spec(6, 200).hint, -1);
  EXPECT_EQ(spec(6, 201).hint, std::int64_t{1} << 62);
  EXPECT_EQ(spec(6, 202).hint, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(spec(6, 255).hint, 52);
}

TEST(ByteForm, HashRecordsAreSortedAndOfEqualKeysTheFirstCounts) {
  const Program program = decode(from_hex(
      "4d 01 06 02 05 00 00 00  20 09 01 01  00 05 00 00  20 fe 02 02  20 00 03 03  20 05 04 04"));
  EXPECT_EQ(program.spec.hashes,
            (std::vector<KeyHash>{{5, 4, 4}, {9, 1, 1}, {kNegativeZero, 2, 2}}));
  EXPECT_EQ(program.ops, (std::vector<Op>{{.code = OpCode::put, .key = 5}}));
  EXPECT_EQ(program.spec.hashes[0].value(), 0x0400000000000004U);
}

TEST(StrictBytes, SayWhatIsWrongAndWhere) {
  const std::string header = "4d 01 03 02 01 00 00 00 ";
  EXPECT_EQ(refusal({}), "byte 0: expected a header of 8 bytes, found the end");
  EXPECT_EQ(refusal(from_hex("4e 01 03 02 01 00 00 00")),
            "byte 0: expected magic 0x4d, found 0x4e");
  EXPECT_EQ(refusal(from_hex("4d 02 03 02 01 00 00 00")), "byte 1: expected version 1, found 2");
  EXPECT_EQ(refusal(from_hex("4d 01 13 02 01 00 00 00")),
            "byte 2: expected a key kind below 19, found 19");
  EXPECT_EQ(refusal(from_hex("4d 01 03 08 01 00 00 00")),
            "byte 3: expected an elem kind below 8, found 8");
  EXPECT_EQ(refusal(from_hex("4d 01 03 02 06 00 00 00")),
            "byte 4: expected a hash mode below 6, found 6");
  EXPECT_EQ(refusal(from_hex("4d 01 03 02 01 00 cb 00")),
            "byte 6: expected a hint below 203, found 203");
  EXPECT_EQ(refusal(from_hex(header + "00 05 00")),
            "byte 11: expected a record of 4 bytes, found the end");
  EXPECT_EQ(refusal(from_hex(header + "05 00 00 00 12 00 00 00")),
            "byte 12: expected an operation, found unknown 0x12");
  EXPECT_EQ(refusal(from_hex(header + "05 00 00 01")),
            "byte 11: expected 0x00, which is canonical, found 0x01");
  EXPECT_EQ(refusal(from_hex(header + "08 09 01 00")),
            "byte 9: expected 0x01, which is canonical, found 0x09");
  EXPECT_EQ(refusal(from_hex(header + "20 05 12 34")), "byte 8: expected the end");
}

TEST(Validity, IsSaidForEachFieldThatLeavesItsRange) {
  const auto fault = [](KeyKind kind, const Op& op) {
    Program program;
    program.spec.key = kind;
    program.ops = {{.code = OpCode::len}, op};
    return invalid(program);
  };
  using enum OpCode;
  EXPECT_EQ(fault(KeyKind::u8, {.code = put, .key = 256}),
            "op 1 (put): key 256, the largest is 255");
  EXPECT_EQ(fault(KeyKind::u64, {.code = fill, .key = 64, .n = 1}),
            "op 1 (fill): key 64, the largest is 63");
  EXPECT_EQ(fault(KeyKind::u64, {.code = touch, .key = 256, .n = 1}),
            "op 1 (touch): key 256, the largest is 255");
  EXPECT_EQ(fault(KeyKind::boolean, {.code = putrange, .key = 2, .n = 1}),
            "op 1 (putrange): key 2, the largest is 1");
  EXPECT_EQ(fault(KeyKind::u64, {.code = fill, .n = 1024}),
            "op 1 (fill): count 1024, the largest is 1023");
  EXPECT_EQ(fault(KeyKind::u64, {.code = fill}), "op 1 (fill): count 0");
  EXPECT_EQ(fault(KeyKind::u64, {.code = next, .n = 256}),
            "op 1 (next): count 256, the largest is 255");
  EXPECT_EQ(fault(KeyKind::u64, {.code = next}), "op 1 (next): count 0");
  EXPECT_EQ(fault(KeyKind::u64, {.code = drain, .slot = 8}), "op 1 (drain): iterator 8");
  EXPECT_EQ(fault(KeyKind::u64, {.code = len, .slot = 1}), "op 1 (len): iterator 1");
  EXPECT_EQ(fault(KeyKind::u64, {.code = iter_any, .bucket = 1}), "op 1 (iter_any): bucket 1");
  EXPECT_EQ(fault(KeyKind::u64, {.code = iter, .offset = 8}), "op 1 (iter): offset 8");
  EXPECT_EQ(fault(KeyKind::u64, {.code = static_cast<OpCode>(18)}), "op 1 (?): no such operation");
  EXPECT_EQ(fault(KeyKind::u64, {.code = iter, .slot = 7, .bucket = 255, .offset = 7}), "");
}

TEST(Validity, IsSaidForTheHeader) {
  const auto fault = [](const MapSpec& spec) { return invalid({.spec = spec}); };
  EXPECT_EQ(fault({.hint = 200}), "header: hint 200");
  EXPECT_EQ(fault({.key = static_cast<KeyKind>(19)}), "header: no such key kind");
  EXPECT_EQ(fault({.hashes = {{1, 2, 3}}}), "header: hashes of single keys in mode identity");
  EXPECT_EQ(fault({.hash = HashMode::table, .hashes = {{2, 0, 0}, {1, 0, 0}}}),
            "header: hash of key 1 out of order");
  EXPECT_EQ(fault({.key = KeyKind::f64,
                   .hash = HashMode::table,
                   .hashes = {{0, 0, 0}, {kNegativeZero, 0, 0}}}),
            "header: hash of key 254 given twice");
  EXPECT_EQ(fault({.key = KeyKind::boolean, .hash = HashMode::table, .hashes = {{2, 0, 0}}}),
            "header: hash of key 2 outside the domain of bool");
}

TEST(Hints, AreCappedToTheNearestThatAProgramMayHold) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(capped_hint(0), 0);
  EXPECT_EQ(capped_hint(199), 199);
  EXPECT_EQ(capped_hint(200), 199);
  EXPECT_EQ(capped_hint(1 << 20), 199);
  EXPECT_EQ(capped_hint(-1), -1);
  EXPECT_EQ(capped_hint(std::numeric_limits<std::int64_t>::min()), -1);
  EXPECT_EQ(capped_hint(kHuge - 5), kHuge);
  EXPECT_EQ(capped_hint(kHuge + 5), kHuge);
  EXPECT_EQ(capped_hint(kMax - 5), kMax);
  EXPECT_EQ(capped_hint(kMax), kMax);
}

TEST(Bursts, NameTheirKeysInSteps) {
  const Op fill = {.code = OpCode::fill, .key = 3, .n = 20};
  EXPECT_EQ(key_at(KeyKind::u64, fill, 0), 3U);
  EXPECT_EQ(key_at(KeyKind::u64, fill, 2), 131U);
  EXPECT_EQ(key_at(KeyKind::u8, fill, 4), 3U) << "past the end the domain starts anew";
  const Op range = {.code = OpCode::delrange, .key = 250, .n = 20};
  EXPECT_EQ(key_at(KeyKind::u64, range, 6), 256U);
  EXPECT_EQ(key_at(KeyKind::u8, range, 6), 0U);
  EXPECT_EQ(key_at(KeyKind::u64, {.code = OpCode::touch, .key = 9, .n = 4}, 3), 9U);
}

TEST(Bursts, CountAsTheirElementaryOperations) {
  Program program;
  program.ops = {{.code = OpCode::put, .key = 1},
                 {.code = OpCode::fill, .key = 3, .n = 20},
                 {.code = OpCode::next, .n = 5},
                 {.code = OpCode::drain}};
  EXPECT_EQ(elementary_ops(program), 27U);
}

TEST(Operations, EachNameLeadsBackToItsOperation) {
  for (std::size_t i = 0; i < kOpCodes; ++i) {
    const auto code = static_cast<OpCode>(i);
    EXPECT_EQ(op_named(name(code)), code);
  }
  EXPECT_EQ(op_named("insert"), std::nullopt);
}

}  // namespace
}  // namespace mapproof
