// The hashes of a program: equal keys hash equal, and each mode has the shape it promises.
#include "oracle/hashing.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <vector>

namespace mapproof {
namespace {

constexpr HashMode kAllModes[] = {HashMode::strong, HashMode::identity, HashMode::constant,
                                  HashMode::low,    HashMode::top,      HashMode::table};

std::vector<std::uint64_t> nan_stream(HashMode mode, std::uint32_t seed, int n) {
  Hashing hashing(KeyKind::f64, mode, seed);
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < n; ++i) hashes.push_back(hashing(kNaN, 7));
  return hashes;
}

TEST(Hashing, EachModeNameLeadsBackToItsMode) {
  for (const HashMode mode : kAllModes) EXPECT_EQ(hash_mode_named(name(mode)), mode);
  EXPECT_EQ(hash_mode_named("weak"), std::nullopt);
}

TEST(Hashing, EqualKeysHashEqualInEveryMode) {
  for (const HashMode mode : kAllModes) {
    for (const KeyKind kind : {KeyKind::f32, KeyKind::f64, KeyKind::c64, KeyKind::c128,
                               KeyKind::interface, KeyKind::bigfloat}) {
      Hashing hashing(kind, mode, 3);
      EXPECT_EQ(hashing(0, 7), hashing(kNegativeZero, 7)) << name(mode) << " " << name(kind);
      EXPECT_EQ(hashing(200, 7), hashing(200, 7)) << name(mode) << " " << name(kind);
    }
  }
}

TEST(Hashing, IdentityIsTheNumberOfTheKey) {
  Hashing hashing(KeyKind::u64, HashMode::identity, 3);
  for (const std::uint32_t index : {0U, 1U, 63U, 255U, 65535U}) EXPECT_EQ(hashing(index, 7), index);
}

TEST(Hashing, ConstantMakesAllKeysCollide) {
  Hashing hashing(KeyKind::f64, HashMode::constant, 3);
  std::set<std::uint64_t> hashes;
  for (std::uint32_t index = 0; index < 1000; ++index) hashes.insert(hashing(index, index));
  EXPECT_EQ(hashes.size(), 1U);
}

TEST(Hashing, LowDiffersInTheLowThreeBitsOnlyAndTopInTheTopByteOnly) {
  Hashing low(KeyKind::f64, HashMode::low, 3);
  Hashing top(KeyKind::f64, HashMode::top, 3);
  std::set<std::uint64_t> low_hashes, top_hashes;
  for (std::uint32_t index = 0; index < 2000; ++index) {
    low_hashes.insert(low(index, 7));
    top_hashes.insert(top(index, 7));
  }
  EXPECT_EQ(low_hashes.size(), 8U);
  EXPECT_EQ(*low_hashes.rbegin(), 7U);
  EXPECT_EQ(top_hashes.size(), 256U);
  for (const std::uint64_t hash : top_hashes) EXPECT_EQ(hash << 8, 0U);
}

TEST(Hashing, TableSaysTheHashOfSingleKeysAndTheOthersAreIdentity) {
  Hashing hashing(KeyKind::f64, HashMode::table, 3);
  hashing.set(kNegativeZero, 0x1200000000000034);
  hashing.set(5, 0x77);
  EXPECT_EQ(hashing(0, 7), 0x1200000000000034U) << "0 equals -0";
  EXPECT_EQ(hashing(5, 7), 0x77U);
  EXPECT_EQ(hashing(6, 7), 6U);
  hashing.set(kNaN, 0x99);
  EXPECT_EQ(hashing(kNaN, 7), 0x99U);
  EXPECT_EQ(hashing(kNaN, 7), 0x99U);
}

TEST(Hashing, NaNsDrawFromAStreamThatTheSeedDecides) {
  for (const HashMode mode : kAllModes) {
    EXPECT_EQ(nan_stream(mode, 3, 50), nan_stream(mode, 3, 50)) << name(mode);
    if (mode == HashMode::constant) continue;
    EXPECT_NE(nan_stream(mode, 3, 50), nan_stream(mode, 4, 50)) << name(mode);
    const auto stream = nan_stream(mode, 3, 50);
    EXPECT_GE(std::set(stream.begin(), stream.end()).size(), 8U) << name(mode);
  }
}

TEST(Hashing, NaNsKeepTheShapeOfTheMode) {
  for (const std::uint64_t hash : nan_stream(HashMode::identity, 3, 50)) EXPECT_LT(hash, 65536U);
  for (const std::uint64_t hash : nan_stream(HashMode::low, 3, 50)) EXPECT_LT(hash, 8U);
  for (const std::uint64_t hash : nan_stream(HashMode::top, 3, 50)) EXPECT_EQ(hash << 8, 0U);
  EXPECT_EQ(nan_stream(HashMode::constant, 3, 1)[0],
            Hashing(KeyKind::f64, HashMode::constant, 9)(5, 0));
}

TEST(Hashing, OtherKeysDoNotAdvanceTheStreamOfTheNaNs) {
  Hashing hashing(KeyKind::f64, HashMode::strong, 3);
  const auto stream = nan_stream(HashMode::strong, 3, 2);
  EXPECT_EQ(hashing(kNaN, 7), stream[0]);
  hashing(1, 7);
  EXPECT_EQ(hashing(kNaN, 7), stream[1]);
  EXPECT_EQ(hashing.calls(), 3U);
}

TEST(Hashing, StrongSpreadsKeysAndDependsOnHash0) {
  Hashing hashing(KeyKind::u64, HashMode::strong, 3);
  int changed_bits = 0;
  std::set<std::uint64_t> low_bytes;
  for (std::uint32_t index = 0; index < 256; ++index) {
    low_bytes.insert(hashing(index, 7) & 0xff);
    changed_bits += std::popcount(hashing(index, 7) ^ hashing(index, 8));
  }
  EXPECT_GT(low_bytes.size(), 130U) << "a random function has about 162 values";
  EXPECT_NEAR(changed_bits / 256.0, 32.0, 2.0);
}

}  // namespace
}  // namespace mapproof
