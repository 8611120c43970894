// Key and elem kinds: the C++ types that programs put into maps, and the domain of each kind.
//
// A program names keys by *index*. Each key kind turns an index into a key object and back. The
// last indices below 256 are kept for the awkward members of a kind (NaN, -0, nil, unhashable,
// ...).
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace mapproof {

enum class KeyKind : std::uint8_t {
  u8,
  u16,
  u32,
  u64,
  i64,
  f32,
  f64,
  c64,
  c128,
  boolean,
  string,
  interface,
  array,
  padded,
  owning,
  big,
  bigfloat,
  empty,
  pointer,
};
inline constexpr std::size_t kKeyKinds = 19;

enum class ElemKind : std::uint8_t { u8, u32, u64, string, owning, big, empty, pointer };
inline constexpr std::size_t kElemKinds = 8;

std::string_view name(KeyKind kind);  // "u8", "f64", "str", "iface", ... as written in programs
std::string_view name(ElemKind kind);
std::optional<KeyKind> key_kind_named(std::string_view text);
std::optional<ElemKind> elem_kind_named(std::string_view text);

// Which key of the domain, and, for a key that is not equal to itself, which of the many: `payload`
// is the stamp of the put that made it, modulo 2^21 (it travels in the NaN's own bits).
struct KeyId {
  std::uint32_t index = 0;
  std::uint32_t payload = 0;
  friend bool operator==(const KeyId&, const KeyId&) = default;
};
inline constexpr std::uint32_t kPayloadMask = (1U << 21) - 1;

// Indices with a meaning of their own, in the kinds that have such a member (see key_class()).
inline constexpr std::uint32_t kNaN = 255;           // f32 f64 c64 c128 interface bigfloat
inline constexpr std::uint32_t kNegativeZero = 254;  // same kinds: equal to index 0
inline constexpr std::uint32_t kInfinity = 253;      // f32 f64 c64 c128
inline constexpr std::uint32_t kNaNImaginary = 252;  // c64 c128: real part 0, imaginary part NaN
inline constexpr std::uint32_t kUnhashable = 253;    // interface
inline constexpr std::uint32_t kNil = 252;           // interface, pointer
inline constexpr std::uint32_t kEmptyString = 255;   // string

// What is true of a key at `index` of `kind`, told without making the key.
struct KeyClass {
  std::uint32_t equality = 0;  // equal keys have equal numbers; meaningless if `nan`
  bool nan = false;            // not equal to itself
  bool unhashable = false;
};
std::uint32_t domain_size(KeyKind kind);  // 65536, or fewer (u8 256, boolean 2, empty 1)
KeyClass key_class(KeyKind kind, std::uint32_t index);    // index < domain_size(kind)
std::string key_text(KeyKind kind, std::uint32_t index);  // "17", "nan", "-0", "unhashable", ...
std::optional<std::uint32_t> key_from_text(KeyKind kind, std::string_view text);

// What Go's compiler says of a type (cmd/compile/internal/gc/reflect.go) and a few facts of C++.
struct KindFacts {
  std::size_t size;  // as Go counts: sizeof, but 0 for Empty
  std::size_t align;
  bool pointers;         // the Go twin holds pointers (ptrdata != 0)
  bool reflexive;        // k == k for each k
  bool need_key_update;  // an overwrite must store the key again
  bool hash_might_panic;
};
KindFacts facts(KeyKind kind);
KindFacts facts(ElemKind kind);

// ---- the types ----

struct Unhashable {
  int tag = 0;
  friend bool operator==(const Unhashable&, const Unhashable&) = default;
};
// A Go interface value: nil, an int, a float64, a string, or something that cannot be hashed.
using Interface = std::variant<std::monostate, std::int64_t, double, std::string, Unhashable>;

using Array = std::array<std::uint32_t, 4>;

// Two gaps of seven bytes, which the domain fills with rubbish on purpose. Above 16 bytes, so that
// a function returns it in memory: in registers the gaps would get lost.
struct Padded {
  std::uint8_t a = 0;
  std::uint64_t b = 0;
  std::uint8_t c = 0;
  friend bool operator==(const Padded& x, const Padded& y) {
    return x.a == y.a && x.b == y.b && x.c == y.c;
  }
};

struct Big {  // above the 128 bytes that Go stores inline
  std::uint64_t words[17] = {};
  friend bool operator==(const Big&, const Big&) = default;
};

struct BigFloat {  // above 128 bytes and not equal to itself when it holds a NaN
  double value = 0;
  std::uint64_t rest[16] = {};
  friend bool operator==(const BigFloat& x, const BigFloat& y) { return x.value == y.value; }
};

struct Empty {
  friend bool operator==(const Empty&, const Empty&) { return true; }
};

// Owns heap memory and watches its own life: using a destroyed object aborts, and live() lets a
// test see a leak. Moved-from and default-made objects hold nothing and read as value 0.
class Owning {
 public:
  Owning() noexcept;
  explicit Owning(std::uint32_t value);
  Owning(const Owning& other);
  Owning(Owning&& other) noexcept;
  Owning& operator=(const Owning& other);
  Owning& operator=(Owning&& other) noexcept;
  ~Owning();
  std::uint32_t value() const;
  static std::int64_t live();  // objects alive now, in all threads
  friend bool operator==(const Owning& x, const Owning& y) { return x.value() == y.value(); }

 private:
  void check() const;
  std::unique_ptr<std::uint32_t> value_;
  std::uint32_t canary_;
};

using Pointer = const void*;

template <KeyKind>
struct KeyTypeOf;
template <>
struct KeyTypeOf<KeyKind::u8> {
  using type = std::uint8_t;
};
template <>
struct KeyTypeOf<KeyKind::u16> {
  using type = std::uint16_t;
};
template <>
struct KeyTypeOf<KeyKind::u32> {
  using type = std::uint32_t;
};
template <>
struct KeyTypeOf<KeyKind::u64> {
  using type = std::uint64_t;
};
template <>
struct KeyTypeOf<KeyKind::i64> {
  using type = std::int64_t;
};
template <>
struct KeyTypeOf<KeyKind::f32> {
  using type = float;
};
template <>
struct KeyTypeOf<KeyKind::f64> {
  using type = double;
};
template <>
struct KeyTypeOf<KeyKind::c64> {
  using type = std::complex<float>;
};
template <>
struct KeyTypeOf<KeyKind::c128> {
  using type = std::complex<double>;
};
template <>
struct KeyTypeOf<KeyKind::boolean> {
  using type = bool;
};
template <>
struct KeyTypeOf<KeyKind::string> {
  using type = std::string;
};
template <>
struct KeyTypeOf<KeyKind::interface> {
  using type = Interface;
};
template <>
struct KeyTypeOf<KeyKind::array> {
  using type = Array;
};
template <>
struct KeyTypeOf<KeyKind::padded> {
  using type = Padded;
};
template <>
struct KeyTypeOf<KeyKind::owning> {
  using type = Owning;
};
template <>
struct KeyTypeOf<KeyKind::big> {
  using type = Big;
};
template <>
struct KeyTypeOf<KeyKind::bigfloat> {
  using type = BigFloat;
};
template <>
struct KeyTypeOf<KeyKind::empty> {
  using type = Empty;
};
template <>
struct KeyTypeOf<KeyKind::pointer> {
  using type = Pointer;
};
template <KeyKind K>
using KeyType = typename KeyTypeOf<K>::type;

template <ElemKind>
struct ElemTypeOf;
template <>
struct ElemTypeOf<ElemKind::u8> {
  using type = std::uint8_t;
};
template <>
struct ElemTypeOf<ElemKind::u32> {
  using type = std::uint32_t;
};
template <>
struct ElemTypeOf<ElemKind::u64> {
  using type = std::uint64_t;
};
template <>
struct ElemTypeOf<ElemKind::string> {
  using type = std::string;
};
template <>
struct ElemTypeOf<ElemKind::owning> {
  using type = Owning;
};
template <>
struct ElemTypeOf<ElemKind::big> {
  using type = Big;
};
template <>
struct ElemTypeOf<ElemKind::empty> {
  using type = Empty;
};
template <>
struct ElemTypeOf<ElemKind::pointer> {
  using type = Pointer;
};
template <ElemKind E>
using ElemType = typename ElemTypeOf<E>::type;

// Makes the key `id` of kind K. Precondition: id.index < domain_size(K).
template <KeyKind K>
KeyType<K> make_key(KeyId id);
// Which key that is. nullopt: no member of the domain (a torn or foreign key).
template <KeyKind K>
std::optional<KeyId> key_id(const KeyType<K>& key);

// Stamps travel in elems. `stamp_mask(E)` says how much of one fits (u8: 0xff, empty: 0).
// The zero value of an elem reads as stamp 0; stamps of puts start at 1.
std::uint32_t stamp_mask(ElemKind kind);
template <ElemKind E>
ElemType<E> make_elem(std::uint32_t stamp);
// nullopt: not the image of any stamp (a torn elem).
template <ElemKind E>
std::optional<std::uint32_t> elem_stamp(const ElemType<E>& elem);

// All of these templates are defined for every kind in kinds.cc.

}  // namespace mapproof
