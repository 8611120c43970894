// What the port knows of a type: size, pointers and flags as Go's compiler sets them, and hashers
// that give equal keys equal hashes.
#include <array>
#include <complex>
#include <limits>
#include <set>
#include <string>
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

TEST(Hash, StringsOfAllLengthsAroundTheBlockSizeDiffer) {
  CHECKS("hash/spread");
  std::set<gomap::uintptr> hashes;
  for (std::size_t n = 0; n <= 64; n++) hashes.insert(hash_of(std::string(n, '\0')));
  EXPECT_EQ(hashes.size(), 65U) << "length counts, zero bytes too";
}

TEST(Hash, EveryByteCounts) {
  CHECKS("hash/spread");
  for (std::size_t n = 1; n <= 40; n++) {
    const auto plain = hash_of(std::string(n, 'a'));
    for (std::size_t i = 0; i < n; i++) {
      std::string changed(n, 'a');
      changed[i] = 'b';
      EXPECT_NE(hash_of(changed), plain) << n << " " << i;
    }
  }
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
