// What the port knows of a type: size, pointers and flags as Go's compiler sets them, and hashers
// that give equal keys equal hashes.
#include <algorithm>
#include <array>
#include <complex>
#include <initializer_list>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "conformance/gomap_traits.h"
#include "conformance/port_by_hand.h"
#include "conformance/properties/checks.h"

namespace mapproof {
namespace {

constexpr std::uint32_t kReflexive = gomap::flag_reflexivekey;
constexpr std::uint32_t kUpdate = gomap::flag_needkeyupdate;
constexpr std::uint32_t kMightPanic = gomap::flag_hashMightPanic;

// ---- flags ----

TEST(KeyFlags, OfNumbersPointersAndPlainStructs) {
  CHECKS("layout/type-facts");
  EXPECT_EQ(gomap::key_flags<std::uint8_t>(), kReflexive);
  EXPECT_EQ(gomap::key_flags<std::int64_t>(), kReflexive);
  EXPECT_EQ(gomap::key_flags<bool>(), kReflexive);
  EXPECT_EQ(gomap::key_flags<int*>(), kReflexive);
  EXPECT_EQ(gomap::key_flags<Padded>(), kReflexive);
  EXPECT_EQ(gomap::key_flags<Empty>(), kReflexive);
}

TEST(KeyFlags, OfFloatsAndComplexNumbers) {
  CHECKS("layout/type-facts");
  EXPECT_EQ(gomap::key_flags<float>(), kUpdate);
  EXPECT_EQ(gomap::key_flags<double>(), kUpdate);
  EXPECT_EQ(gomap::key_flags<std::complex<float>>(), kUpdate);
  EXPECT_EQ(gomap::key_flags<std::complex<double>>(), kUpdate);
}

TEST(KeyFlags, OfStrings) {
  CHECKS("layout/type-facts");
  EXPECT_EQ(gomap::key_flags<std::string>(), kReflexive | kUpdate);
  EXPECT_EQ(gomap::key_flags<std::string_view>(), kReflexive | kUpdate);
}

TEST(KeyFlags, OfInterfaces) {
  CHECKS("layout/type-facts");
  EXPECT_EQ(gomap::key_flags<Interface>(), kUpdate | kMightPanic);
  EXPECT_EQ((gomap::key_flags<std::variant<int>>()), kUpdate | kMightPanic);
}

TEST(KeyFlags, AnArrayOrAStructHasThoseOfItsParts) {
  CHECKS("layout/type-facts");
  EXPECT_EQ((gomap::key_flags<std::array<int, 3>>()), kReflexive);
  EXPECT_EQ((gomap::key_flags<std::array<double, 3>>()), kUpdate);
  EXPECT_EQ((gomap::key_flags<std::array<std::string, 3>>()), kReflexive | kUpdate);
  EXPECT_EQ((gomap::key_flags<std::array<Interface, 1>>()), kUpdate | kMightPanic);
  EXPECT_EQ((gomap::key_flags<std::pair<int, int>>()), kReflexive);
  EXPECT_EQ((gomap::key_flags<std::pair<int, float>>()), kUpdate);
  EXPECT_EQ((gomap::key_flags<std::pair<std::string, int>>()), kReflexive | kUpdate);
  EXPECT_EQ((gomap::key_flags<std::tuple<int, std::string, double>>()), kUpdate);
  EXPECT_EQ((gomap::key_flags<std::tuple<int, Interface>>()), kUpdate | kMightPanic);
  EXPECT_EQ((gomap::key_flags<std::tuple<>>()), kReflexive);
  EXPECT_EQ((gomap::key_flags<std::tuple<std::array<std::pair<int, double>, 2>>>()), kUpdate)
      << "however deep";
}

TEST(PointerFree, SaysWhatTheCollectorWouldSkip) {
  CHECKS("layout/type-facts");
  EXPECT_TRUE(gomap::pointer_free<u64>::value);
  EXPECT_TRUE(gomap::pointer_free<Big>::value);
  EXPECT_TRUE((gomap::pointer_free<std::array<double, 2>>::value));
  EXPECT_TRUE((gomap::pointer_free<std::pair<int, double>>::value));
  EXPECT_FALSE(gomap::pointer_free<int*>::value);
  EXPECT_FALSE(gomap::pointer_free<std::string>::value);
  EXPECT_FALSE(gomap::pointer_free<Owning>::value);
  EXPECT_FALSE((gomap::pointer_free<std::array<int*, 2>>::value));
  EXPECT_FALSE((gomap::pointer_free<std::tuple<int, std::string>>::value));
  EXPECT_FALSE((gomap::pointer_free<std::variant<int, double>>::value)) << "an interface is two";
}

// ---- the oracle's kinds ----

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

TEST(Describe, AgreesWithTheFactsOfTheOracleForEveryKeyKind) {
  CHECKS("layout/type-facts");
  unsigned kinds = 0;
  for_each_key_kind([&]<KeyKind kind>() {
    using K = KeyType<kind>;
    const KindFacts expected = facts(kind);
    const gomap::_type type = gomap::describe<K, std::equal_to<K>>();
    const std::uint32_t flags = gomap::key_flags<K>();
    EXPECT_EQ(type.size(), expected.size) << name(kind);
    EXPECT_EQ(type.align(), expected.align) << name(kind);
    EXPECT_EQ(type.ptrdata(), expected.pointers) << name(kind);
    EXPECT_EQ((flags & kReflexive) != 0, expected.reflexive) << name(kind);
    EXPECT_EQ((flags & kUpdate) != 0, expected.need_key_update) << name(kind);
    EXPECT_EQ((flags & kMightPanic) != 0, expected.hash_might_panic) << name(kind);
    EXPECT_NE(type.equal, nullptr);
    kinds++;
  });
  EXPECT_EQ(kinds, kKeyKinds);
}

TEST(Describe, AgreesWithTheFactsOfTheOracleForEveryElemKind) {
  CHECKS("layout/type-facts");
  for_each_elem_kind([]<ElemKind kind>() {
    const KindFacts expected = facts(kind);
    const gomap::_type type = gomap::describe<ElemType<kind>>();
    EXPECT_EQ(type.size(), expected.size) << name(kind);
    EXPECT_EQ(type.align(), expected.align) << name(kind);
    EXPECT_EQ(type.ptrdata(), expected.pointers) << name(kind);
    EXPECT_EQ(type.equal, nullptr) << "no key";
  });
}

TEST(Describe, BothKindsOfMapTypeSayTheSame) {
  CHECKS("layout/type-facts");
  for_each_key_kind([]<KeyKind kind>() {
    using K = KeyType<kind>;
    struct Zero {
      gomap::uintptr operator()(const K&, gomap::uintptr) const { return 0; }
    };
    using Static = gomap::static_maptype<K, std::string, Zero, std::equal_to<K>, gomap::go1_14>;
    const gomap::maptype dynamic = gomap::maptype_of<K, std::string, Zero>();
    EXPECT_EQ(Static::keysize(), dynamic.keysize()) << name(kind);
    EXPECT_EQ(Static::elemsize(), dynamic.elemsize()) << name(kind);
    EXPECT_EQ(Static::bucketsize(), dynamic.bucketsize()) << name(kind);
    EXPECT_EQ(Static::indirectkey(), dynamic.indirectkey()) << name(kind);
    EXPECT_EQ(Static::indirectelem(), dynamic.indirectelem()) << name(kind);
    EXPECT_EQ(Static::bucket_ptrdata(), dynamic.bucket_ptrdata()) << name(kind);
    EXPECT_EQ(Static::reflexivekey(), dynamic.reflexivekey()) << name(kind);
    EXPECT_EQ(Static::needkeyupdate(), dynamic.needkeyupdate()) << name(kind);
    EXPECT_EQ(Static::hashMightPanic(), dynamic.hashMightPanic()) << name(kind);
  });
}

TEST(Describe, ObjectsAreMadeCopiedMovedAndDestroyedThroughTheDescriptor) {
  CHECKS("cxx/lifetime");
  const auto before = Owning::live();
  const gomap::_type type = gomap::describe<Owning>();
  EXPECT_FALSE(type.trivial());
  EXPECT_TRUE(type.movable());
  alignas(Owning) unsigned char room[sizeof(Owning)], other[sizeof(Owning)];
  type.construct(room);
  type.construct(other);
  const Owning seven(7);
  type.assign(room, &seven);
  EXPECT_EQ(reinterpret_cast<Owning*>(room)->value(), 7U);
  type.move(other, room);
  EXPECT_EQ(reinterpret_cast<Owning*>(other)->value(), 7U);
  type.destroy(room);
  type.destroy(other);
  EXPECT_EQ(Owning::live(), before + 1);
}

// ---- hashers ----

template <class K>
gomap::uintptr hash_of(const K& key, gomap::uintptr seed = 1) {
  return gomap::hash<K>{}(key, seed);
}

TEST(Hash, PlusAndMinusZeroHashAlikeWhereverTheyLie) {
  CHECKS("hash/eq-consistent");
  EXPECT_EQ(hash_of(0.0), hash_of(-0.0));
  EXPECT_EQ(hash_of(0.0F), hash_of(-0.0F));
  EXPECT_EQ(hash_of(std::complex<double>(0.0, -0.0)), hash_of(std::complex<double>(-0.0, 0.0)));
  EXPECT_EQ(hash_of(std::array<double, 2>{0.0, 1.0}), hash_of(std::array<double, 2>{-0.0, 1.0}));
  EXPECT_EQ(hash_of(std::pair(1, 0.0)), hash_of(std::pair(1, -0.0)));
  EXPECT_EQ(hash_of(Interface(0.0)), hash_of(Interface(-0.0)));
}

template <class K>
void expect_random_hashes(const K& key) {
  std::set<gomap::uintptr> hashes;
  for (int i = 0; i < 20; i++) hashes.insert(hash_of(key));
  EXPECT_GE(hashes.size(), 19U);
}
TEST(Hash, ANaNHashesAtRandomEachTimeWhereverItLies) {
  CHECKS("nan/spread");
  expect_random_hashes(kAnyNaN);
  expect_random_hashes(std::numeric_limits<float>::quiet_NaN());
  expect_random_hashes(std::complex<double>(0, kAnyNaN));
  expect_random_hashes(std::array<double, 2>{1, kAnyNaN});
  expect_random_hashes(std::tuple<int, double>(1, kAnyNaN));
  expect_random_hashes(Interface(kAnyNaN));
}

TEST(Hash, OtherKeysHashTheSameEachTime) {
  CHECKS("hash/eq-consistent");
  EXPECT_EQ(hash_of(1.5), hash_of(1.5));
  EXPECT_EQ(hash_of(std::string("abc")), hash_of(std::string("abc")));
  EXPECT_EQ(hash_of(std::string("abc")), hash_of(std::string_view("abc")));
  EXPECT_EQ(hash_of(big(5)), hash_of(big(5)));
  EXPECT_EQ(hash_of(Interface(std::int64_t{5})), hash_of(Interface(std::int64_t{5})));
  EXPECT_EQ(hash_of(Empty{}), hash_of(Empty{}));
}

TEST(Hash, AnInterfaceHashesAsWhatIsInItAndNilToTheSeed) {
  CHECKS("hash/eq-consistent");
  EXPECT_EQ(hash_of(Interface(std::int64_t{5})), hash_of(std::int64_t{5}));
  EXPECT_EQ(hash_of(Interface(std::string("x"))), hash_of(std::string("x")));
  EXPECT_EQ(hash_of(Interface(), 77), 77U);
}

TEST(Hash, AnInterfaceThatHoldsAnUnhashableValuePanicsInGosWords) {
  CHECKS("panic/unhashable");
  const std::string words = "runtime error: hash of unhashable type func()";
  expect_panic(words, [] { hash_of(Interface(Unhashable{})); });
  expect_panic(words, [] { hash_of(std::array<Interface, 2>{Interface(), Unhashable{}}); });
  expect_panic(words, [] { hash_of(std::pair<int, Interface>(1, Unhashable{})); });
}

// Around each bound between the ways in which lengths are compared, at odd addresses too.
TEST(Equality, OfStringsLooksAtEveryByteAndAtNoOther) {
  CHECKS("access/present");
  for (std::size_t n = 0; n <= 140; n++) {
    std::string one(n + 2, 'x'), other(n + 2, 'x');
    one.front() = one.back() = '<';
    other.front() = other.back() = '>';
    const std::string_view a(one.data() + 1, n), b(other.data() + 1, n);
    const auto equal = [](std::string_view x, std::string_view y) {
      return gomap::equal_keys<std::string_view, std::equal_to<std::string_view>>(x, y);
    };
    ASSERT_TRUE(equal(a, b)) << n;
    ASSERT_TRUE(equal(a, a)) << n;
    ASSERT_FALSE(equal(a, std::string(n + 1, 'x'))) << n;
    for (std::size_t i = 0; i < n; i++) {
      other[i + 1] = static_cast<char>('x' ^ 1 << i % 8);
      ASSERT_FALSE(equal(a, b)) << n << ", byte " << i;
      other[i + 1] = 'x';
    }
  }
}

TEST(Hash, StringsOfAllLengthsDiffer) {
  CHECKS("hash/spread");
  for (const gomap::uintptr seed : {0U, 1U, 2U, 0x9d5f2c31U}) {
    for (const char byte : {'\0', 'a', '\xff'}) {
      std::set<gomap::uintptr> hashes;
      for (std::size_t n = 0; n <= 200; n++) hashes.insert(hash_of(std::string(n, byte), seed));
      EXPECT_EQ(hashes.size(), 201U) << "seed " << seed << ", byte " << int{byte};
    }
  }
}

// Across each bound between the ways in which lengths are hashed, at odd addresses too.
TEST(Hash, EveryByteCountsAndNoOther) {
  CHECKS("hash/spread", "hash/eq-consistent");
  for (std::size_t n = 0; n <= 200; n++) {
    std::string one(n + 2, 'a'), other(n + 2, 'a');
    one.front() = one.back() = '<';
    other.front() = other.back() = '>';
    const std::string_view a(one.data() + 1, n), b(other.data() + 1, n);
    ASSERT_EQ(hash_of(a), hash_of(b)) << n;
    for (std::size_t i = 0; i < n; i++) {
      other[i + 1] = 'b';
      ASSERT_NE(hash_of(a), hash_of(b)) << n << ", byte " << i;
      other[i + 1] = 'a';
    }
  }
}

// Words are multiplied in pairs, and pairs come together: it must count which is where, of words
// as of pairs.
TEST(Hash, TheOrderOfTheWordsCounts) {
  CHECKS("hash/spread");
  for (const std::size_t size : std::initializer_list<std::size_t>{8, 16}) {
    for (const std::size_t n :
         std::initializer_list<std::size_t>{16, 24, 32, 40, 48, 56, 64, 72, 96, 136}) {
      std::string text;
      for (std::size_t i = 0; i < n; i += 8) text += std::string(8, static_cast<char>('a' + i));
      const auto plain = hash_of(text);
      for (std::size_t i = 0; i + size <= n; i += size) {
        for (std::size_t j = 0; j < i; j += size) {
          std::string swapped = text;
          std::swap_ranges(&swapped[i], &swapped[i] + size, &swapped[j]);
          EXPECT_NE(hash_of(swapped), plain) << n << ": " << i << " and " << j;
        }
      }
    }
  }
}

// How often bit `out` of the hash flips with one bit of a text of n bytes, over all bits and some
// texts: a half, of a good hash.
TEST(Hash, EachBitOfATextFlipsEachBitOfTheHashHalfOfTheTime) {
  CHECKS("hash/spread");
  std::mt19937_64 random(20201);
  for (const std::size_t n : std::initializer_list<std::size_t>{4, 8, 15, 16, 17, 31, 32, 33, 48,
                                                                63, 64, 65, 96, 97, 136}) {
    std::array<int, 64> flips{};
    int changes = 0;
    while (changes < 8192) {
      std::string text(n, '\0');
      for (char& c : text) c = static_cast<char>(random());
      const auto plain = hash_of(text);
      for (std::size_t bit = 0; bit < 8 * n; bit++, changes++) {
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
        const std::uint64_t flipped = hash_of(text) ^ plain;
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
        for (std::size_t out = 0; out < 64; out++) {
          flips[out] += static_cast<int>(flipped >> out & 1);
        }
      }
    }
    for (std::size_t out = 0; out < 64; out++) {
      EXPECT_NEAR(flips[out] / static_cast<double>(changes), 0.5, 0.05) << n << ", bit " << out;
    }
  }
}

template <std::size_t n>
void expect_array_as_text() {
  std::array<char, n> array;
  for (std::size_t i = 0; i < n; i++) array[i] = static_cast<char>(i * 7);
  EXPECT_EQ(hash_of(array), hash_of(std::string_view(array.data(), n))) << n;
}
// The compiler knows how long an array is, and hashes it in place.
TEST(Hash, AnArrayHashesAsTheTextOfItsBytes) {
  CHECKS("hash/eq-consistent");
  expect_array_as_text<7>();
  expect_array_as_text<16>();
  expect_array_as_text<64>();
  expect_array_as_text<65>();
  expect_array_as_text<136>();
}

TEST(Hash, TheSeedCounts) {
  CHECKS("hash/seed");
  EXPECT_NE(hash_of(u64{5}, 1), hash_of(u64{5}, 2));
  EXPECT_NE(hash_of(std::string("abc"), 1), hash_of(std::string("abc"), 2));
  EXPECT_NE(hash_of(1.0, 1), hash_of(1.0, 2));
  EXPECT_NE(hash_of(0.0, 1), hash_of(0.0, 2));
}

TEST(Hash, TheOrderOfTheFieldsCounts) {
  CHECKS("hash/spread");
  EXPECT_NE(hash_of(std::pair(1, 2)), hash_of(std::pair(2, 1)));
  EXPECT_NE(hash_of(std::array<int, 2>{1, 2}), hash_of(std::array<int, 2>{2, 1}));
  EXPECT_NE(hash_of(std::complex<double>(1, 2)), hash_of(std::complex<double>(2, 1)));
}

TEST(Hash, NeighboursSpreadOverLowBitsAndTopByte) {
  CHECKS("hash/spread");
  std::set<gomap::uintptr> low, top;
  for (u64 i = 0; i < 4096; i++) {
    low.insert(hash_of(i) & 255);
    top.insert(hash_of(i) >> 56);
  }
  EXPECT_EQ(low.size(), 256U);
  EXPECT_EQ(top.size(), 256U);
}

}  // namespace
}  // namespace mapproof
