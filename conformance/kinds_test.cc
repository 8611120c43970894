// The domains: an index becomes a key and comes back, and no foreign value passes for a key.
#include "oracle/kinds.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace mapproof {
namespace {

// Calls f.template operator()<K>() for each key kind.
template <class F>
void for_each_key_kind(F f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f.template operator()<static_cast<KeyKind>(I)>(), ...);
  }
  (std::make_index_sequence<kKeyKinds>());
}

template <class F>
void for_each_elem_kind(F f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f.template operator()<static_cast<ElemKind>(I)>(), ...);
  }
  (std::make_index_sequence<kElemKinds>());
}

TEST(KeyDomains, EveryIndexComesBackFromItsKey) {
  for_each_key_kind([]<KeyKind K>() {
    for (std::uint32_t index = 0; index < domain_size(K); ++index) {
      const auto id = key_id<K>(make_key<K>({index, 0}));
      ASSERT_TRUE(id) << name(K) << " " << index;
      ASSERT_EQ(id->index, index) << name(K);
      ASSERT_EQ(id->payload, 0U) << name(K) << " " << index;
    }
  });
}

TEST(KeyDomains, KeysAreEqualExactlyWhenTheirClassesSaySo) {
  // All pairs of a window around the special indices and of a few others.
  std::set<std::uint32_t> window = {0, 1, 2, 3, 7, 63, 128, 256, 257, 508, 511, 512, 65535};
  for (std::uint32_t i = 248; i < 262; ++i) window.insert(i);
  for_each_key_kind([&]<KeyKind K>() {
    for (const std::uint32_t i : window) {
      for (const std::uint32_t j : window) {
        if (i >= domain_size(K) || j >= domain_size(K)) continue;
        const KeyClass x = key_class(K, i), y = key_class(K, j);
        const bool equal = !x.nan && !y.nan && x.equality == y.equality;
        ASSERT_EQ(make_key<K>({i, 0}) == make_key<K>({j, 0}), equal)
            << name(K) << " " << key_text(K, i) << " " << key_text(K, j);
      }
    }
  });
}

TEST(KeyDomains, MinusZeroIsAnotherIndexOfTheSameKey) {
  for (const KeyKind kind : {KeyKind::f32, KeyKind::f64, KeyKind::c64, KeyKind::c128,
                             KeyKind::interface, KeyKind::bigfloat}) {
    EXPECT_EQ(key_class(kind, kNegativeZero).equality, 0U) << name(kind);
  }
  EXPECT_TRUE(std::signbit(make_key<KeyKind::f64>({kNegativeZero, 0})));
  EXPECT_FALSE(std::signbit(make_key<KeyKind::f64>({0, 0})));
  EXPECT_EQ(key_class(KeyKind::u64, kNegativeZero).equality, kNegativeZero);
}

template <KeyKind K>
void expect_payloads_come_back(std::uint32_t index) {
  for (const std::uint32_t payload : {0U, 1U, 2U, 77U, 65536U, 0x155555U, kPayloadMask}) {
    const auto key = make_key<K>({index, payload});
    EXPECT_FALSE(key == key) << name(K);
    EXPECT_EQ(key_id<K>(key), (KeyId{index, payload})) << name(K) << " " << payload;
  }
  EXPECT_EQ(key_id<K>(make_key<K>({index, kPayloadMask + 6})), (KeyId{index, 5})) << name(K);
}

TEST(KeyDomains, NaNsWithDifferentPayloadsAreToldApart) {
  expect_payloads_come_back<KeyKind::f32>(kNaN);
  expect_payloads_come_back<KeyKind::f64>(kNaN);
  expect_payloads_come_back<KeyKind::c64>(kNaN);
  expect_payloads_come_back<KeyKind::c64>(kNaNImaginary);
  expect_payloads_come_back<KeyKind::c128>(kNaN);
  expect_payloads_come_back<KeyKind::c128>(kNaNImaginary);
  expect_payloads_come_back<KeyKind::interface>(kNaN);
  expect_payloads_come_back<KeyKind::bigfloat>(kNaN);
}

TEST(KeyDomains, OnlyNaNsCarryAPayload) {
  for_each_key_kind([]<KeyKind K>() {
    for (std::uint32_t index = 0; index < std::min(domain_size(K), 300U); ++index) {
      const auto id = key_id<K>(make_key<K>({index, 9}));
      ASSERT_TRUE(id) << name(K) << " " << index;
      EXPECT_EQ(id->payload, key_class(K, index).nan ? 9U : 0U) << name(K) << " " << index;
    }
  });
}

TEST(KeyDomains, ForeignNumbersAreNoKeys) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const double foreign : {-1.0, 0.5, 65536.0, 1e30, -kInf, 253.0, 254.0, 255.0,
                               -std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(key_id<KeyKind::f64>(foreign), std::nullopt) << foreign;
    EXPECT_EQ(key_id<KeyKind::f32>(static_cast<float>(foreign)), std::nullopt) << foreign;
    EXPECT_EQ(key_id<KeyKind::c128>({foreign, 0}), std::nullopt) << foreign;
    EXPECT_EQ(key_id<KeyKind::interface>(Interface(foreign)), std::nullopt) << foreign;
  }
  const double noise = std::bit_cast<double>(std::uint64_t{0x7ff8000000400000});  // payload bit 22
  EXPECT_EQ(key_id<KeyKind::f64>(noise), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::i64>(-1), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::u32>(65536), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::u64>(std::uint64_t{1} << 32), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::c64>({-0.0F, 0.0F}), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::c64>({256, 0}), std::nullopt);
}

TEST(KeyDomains, ForeignStringsAreNoKeys) {
  const std::string long_3 = make_key<KeyKind::string>({3, 0});
  ASSERT_GT(long_3.size(), std::string().capacity()) << "no key of the kind uses the heap";
  ASSERT_LE(make_key<KeyKind::string>({4, 0}).size(), std::string().capacity());
  for (const std::string& foreign :
       {std::string("x"), std::string("3"), std::string("04"), std::string("4 "), std::string("-4"),
        std::string("65536"), std::string("255"), std::string("4\0", 2), long_3 + "2", "4" + long_3,
        long_3.substr(0, long_3.size() - 1), std::string("99999999999999999999")}) {
    EXPECT_EQ(key_id<KeyKind::string>(foreign), std::nullopt) << foreign;
    EXPECT_EQ(key_id<KeyKind::interface>(Interface(foreign)), std::nullopt) << foreign;
  }
}

TEST(KeyDomains, ForeignInterfacesAreNoKeys) {
  EXPECT_EQ(key_id<KeyKind::interface>(Interface(std::int64_t{3})), std::nullopt)
      << "3 is a double in this domain";
  EXPECT_EQ(key_id<KeyKind::interface>(Interface(4.0)), std::nullopt) << "4 is an integer";
  EXPECT_EQ(key_id<KeyKind::interface>(Interface(Unhashable{1})), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::interface>(Interface(std::string())), std::nullopt);
}

TEST(KeyDomains, ATornStructIsNoKey) {
  auto array = make_key<KeyKind::array>({5, 0});
  array[3] ^= 1;
  EXPECT_EQ(key_id<KeyKind::array>(array), std::nullopt);
  auto padded = make_key<KeyKind::padded>({5, 0});
  padded.c ^= 1;
  EXPECT_EQ(key_id<KeyKind::padded>(padded), std::nullopt);
  padded = make_key<KeyKind::padded>({5, 0});
  padded.b |= std::uint64_t{1} << 56;
  EXPECT_EQ(key_id<KeyKind::padded>(padded), std::nullopt);
  auto big = make_key<KeyKind::big>({5, 0});
  big.words[16] ^= 1;
  EXPECT_EQ(key_id<KeyKind::big>(big), std::nullopt);
  auto bigfloat = make_key<KeyKind::bigfloat>({kNegativeZero, 0});
  bigfloat.value = 0;  // the key of index 0 in the body of another
  EXPECT_EQ(key_id<KeyKind::bigfloat>(bigfloat), std::nullopt);
}

TEST(KeyDomains, ForeignPointersAreNoKeys) {
  const int elsewhere = 0;
  EXPECT_EQ(key_id<KeyKind::pointer>(&elsewhere), std::nullopt);
  const auto* last = static_cast<const char*>(make_key<KeyKind::pointer>({65535, 0}));
  EXPECT_EQ(key_id<KeyKind::pointer>(last + 1), std::nullopt);
  EXPECT_EQ(key_id<KeyKind::pointer>(nullptr), (KeyId{kNil, 0}));
  const auto* first = static_cast<const char*>(make_key<KeyKind::pointer>({0, 0}));
  EXPECT_EQ(key_id<KeyKind::pointer>(first + kNil), std::nullopt) << "two keys for one index";
}

TEST(KeyDomains, ThePaddingOfAKeyDiffersFromCallToCall) {
  const Padded one = make_key<KeyKind::padded>({5, 0});
  const Padded two = make_key<KeyKind::padded>({5, 0});
  unsigned char x[sizeof one], y[sizeof two];
  std::memcpy(x, &one, sizeof one);
  std::memcpy(y, &two, sizeof two);
  EXPECT_TRUE(one == two);
  EXPECT_NE(std::memcmp(x + 1, y + 1, 7), 0) << "between a and b";
  EXPECT_NE(std::memcmp(x + 17, y + 17, 7), 0) << "behind c";
}

TEST(KeyDomains, TheTextOfEachKeyLeadsBackToIt) {
  for_each_key_kind([]<KeyKind K>() {
    std::set<std::string> texts;
    for (std::uint32_t index = 0; index < std::min(domain_size(K), 300U); ++index) {
      const std::string text = key_text(K, index);
      EXPECT_TRUE(texts.insert(text).second) << name(K) << " " << text;
      EXPECT_EQ(key_from_text(K, text), index) << name(K) << " " << text;
    }
  });
}

TEST(KeyDomains, SpecialKeysHaveOneSpellingOnly) {
  EXPECT_EQ(key_from_text(KeyKind::f64, "nan"), kNaN);
  EXPECT_EQ(key_from_text(KeyKind::f64, "255"), std::nullopt);
  EXPECT_EQ(key_from_text(KeyKind::u64, "nan"), std::nullopt);
  EXPECT_EQ(key_from_text(KeyKind::u64, "255"), 255U);
  EXPECT_EQ(key_from_text(KeyKind::string, "\"\""), kEmptyString);
  EXPECT_EQ(key_from_text(KeyKind::interface, "unhashable"), kUnhashable);
  EXPECT_EQ(key_from_text(KeyKind::pointer, "nil"), kNil);
  EXPECT_EQ(key_from_text(KeyKind::c64, "nan-imag"), kNaNImaginary);
  for (const char* wrong : {"", " 1", "1 ", "-1", "+1", "0x1", "65536", "4294967296"}) {
    EXPECT_EQ(key_from_text(KeyKind::u64, wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(key_from_text(KeyKind::u8, "256"), std::nullopt);
  EXPECT_EQ(key_from_text(KeyKind::boolean, "2"), std::nullopt);
}

TEST(Kinds, EachNameLeadsBackToItsKind) {
  for (std::size_t i = 0; i < kKeyKinds; ++i) {
    const auto kind = static_cast<KeyKind>(i);
    EXPECT_EQ(key_kind_named(name(kind)), kind);
  }
  for (std::size_t i = 0; i < kElemKinds; ++i) {
    const auto kind = static_cast<ElemKind>(i);
    EXPECT_EQ(elem_kind_named(name(kind)), kind);
  }
  EXPECT_EQ(key_kind_named("u128"), std::nullopt);
  EXPECT_EQ(elem_kind_named(""), std::nullopt);
}

TEST(Kinds, OnlyKindsThatHoldAKeyUnequalToItselfAreNotReflexive) {
  for_each_key_kind([]<KeyKind K>() {
    bool nan = false, unhashable = false, two_forms = false;
    for (std::uint32_t index = 0; index < domain_size(K); ++index) {
      const KeyClass of = key_class(K, index);
      nan = nan || of.nan;
      unhashable = unhashable || of.unhashable;
      two_forms = two_forms || (!of.nan && of.equality != index);
    }
    EXPECT_EQ(facts(K).reflexive, !nan) << name(K);
    EXPECT_EQ(facts(K).hash_might_panic, unhashable) << name(K);
    EXPECT_EQ(facts(K).need_key_update, two_forms || K == KeyKind::string) << name(K);
    EXPECT_EQ(facts(K).size, K == KeyKind::empty ? 0 : sizeof(KeyType<K>)) << name(K);
    EXPECT_EQ(facts(K).align, alignof(KeyType<K>)) << name(K);
  });
  EXPECT_EQ(facts(ElemKind::empty).size, 0U);
  EXPECT_EQ(facts(ElemKind::big).size, sizeof(Big));
}

TEST(Elems, EveryStampComesBackAsFarAsTheKindHoldsIt) {
  for_each_elem_kind([]<ElemKind E>() {
    for (const std::uint32_t stamp :
         {0U, 1U, 2U, 6U, 7U, 15U, 255U, 256U, 65535U, 65536U, 65543U, 1U << 31, 0xffffffffU}) {
      EXPECT_EQ(elem_stamp<E>(make_elem<E>(stamp)), stamp & stamp_mask(E)) << name(E);
    }
  });
}

TEST(Elems, TheZeroElemReadsAsStampZero) {
  for_each_elem_kind([]<ElemKind E>() {
    const ElemType<E> zero{};
    EXPECT_EQ(elem_stamp<E>(zero), 0U) << name(E);
    EXPECT_TRUE(make_elem<E>(0) == zero) << name(E);
  });
}

TEST(Elems, ATornElemIsTheImageOfNoStamp) {
  const std::uint64_t mixed = (make_elem<ElemKind::u64>(1) & 0xffffffff) |
                              (make_elem<ElemKind::u64>(2) & 0xffffffff00000000);
  EXPECT_EQ(elem_stamp<ElemKind::u64>(mixed), std::nullopt);
  EXPECT_EQ(elem_stamp<ElemKind::u64>(1), std::nullopt);
  Big big = make_elem<ElemKind::big>(3);
  big.words[16] = make_elem<ElemKind::big>(4).words[16];
  EXPECT_EQ(elem_stamp<ElemKind::big>(big), std::nullopt);
  for (const char* torn : {"0", "7", "x", "08", "4294967296"}) {
    EXPECT_EQ(elem_stamp<ElemKind::string>(torn), std::nullopt) << torn;
  }
  const int elsewhere = 0;
  EXPECT_EQ(elem_stamp<ElemKind::pointer>(&elsewhere), std::nullopt);
}

TEST(OwningObjects, AreCountedWhileTheyLive) {
  const std::int64_t before = Owning::live();
  {
    Owning one(5);
    Owning two = one;
    Owning three = std::move(one);
    EXPECT_EQ(Owning::live(), before + 3);
    EXPECT_EQ(two.value(), 5U);
    EXPECT_EQ(three.value(), 5U);
    EXPECT_EQ(one.value(), 0U) << "moved from";  // NOLINT(bugprone-use-after-move)
    one = two;
    two = std::move(three);
    EXPECT_EQ(one.value(), 5U);
    EXPECT_EQ(Owning::live(), before + 3);
  }
  EXPECT_EQ(Owning::live(), before);
}

TEST(OwningObjectsDeathTest, AbortWhenUsedAfterTheirDestruction) {
  alignas(Owning) unsigned char memory[sizeof(Owning)];
  auto* object = new (memory) Owning(5);
  object->~Owning();
  EXPECT_DEATH(static_cast<void>(object->value()), "destroyed");
  EXPECT_DEATH(object->~Owning(), "destroyed");
  std::memset(memory, 0, sizeof memory);
  EXPECT_DEATH(static_cast<void>(object->value()), "not constructed");
}

}  // namespace
}  // namespace mapproof
