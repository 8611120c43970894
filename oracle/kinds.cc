#include "oracle/kinds.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

namespace mapproof {
namespace {

constexpr std::array<std::string_view, kKeyKinds> kKeyNames = {
    "u8",  "u16",   "u32",   "u64",    "i64",    "f32", "f64",      "c64",   "c128", "bool",
    "str", "iface", "array", "padded", "owning", "big", "bigfloat", "empty", "ptr"};
constexpr std::array<std::string_view, kElemKinds> kElemNames = {"u8",     "u32", "u64",   "str",
                                                                 "owning", "big", "empty", "ptr"};

template <class Kind, std::size_t N>
std::optional<Kind> named(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Kind>(found - names.begin());
}

constexpr std::uint32_t kWholeDomain = 65536;

// Does `index` stand for something else than the number `index`?
constexpr bool is_special(KeyKind kind, std::uint32_t index) {
  if (index < kNil || index > kNaN) return false;
  switch (kind) {
    case KeyKind::f32:
    case KeyKind::f64:
      return index >= kInfinity;
    case KeyKind::c64:
    case KeyKind::c128:
    case KeyKind::interface:
      return true;
    case KeyKind::bigfloat:
      return index >= kNegativeZero;
    case KeyKind::string:
      return index == kEmptyString;
    case KeyKind::pointer:
      return index == kNil;
    default:
      return false;
  }
}

constexpr bool is_complex(KeyKind kind) { return kind == KeyKind::c64 || kind == KeyKind::c128; }

std::string_view special_text(KeyKind kind, std::uint32_t index) {
  switch (index) {
    case kNaN:
      return kind == KeyKind::string ? "\"\"" : "nan";
    case kNegativeZero:
      return "-0";
    case kInfinity:
      return kind == KeyKind::interface ? "unhashable" : "inf";
    default:
      return is_complex(kind) ? "nan-imag" : "nil";
  }
}

// ---- numbers ----

template <class F>
using BitsOf = std::conditional_t<sizeof(F) == 4, std::uint32_t, std::uint64_t>;

// The bits of a quiet NaN with payload 0. A quiet one, because loads and stores may quieten the
// other.
template <class F>
constexpr BitsOf<F> kQuietNaN = static_cast<BitsOf<F>>(sizeof(F) == 4 ? 0x7fc00000U
                                                                      : 0x7ff8000000000000U);

template <class F>
F make_nan(std::uint32_t payload) {
  return std::bit_cast<F>(static_cast<BitsOf<F>>(kQuietNaN<F> | (payload & kPayloadMask)));
}

// What a floating-point number stands for in a domain: an index or one of the special members.
struct Part {
  enum { number, nan, negative_zero, infinity, foreign } what = foreign;
  std::uint32_t n = 0;  // the number, or the NaN's payload
};

template <class F>
Part part_of(F value) {
  if (std::isnan(value)) {
    const auto bits = std::bit_cast<BitsOf<F>>(value);
    const auto payload = static_cast<std::uint32_t>(bits & kPayloadMask);
    if (bits != (kQuietNaN<F> | payload)) return {};
    return {Part::nan, payload};
  }
  if (value == 0) return {std::signbit(value) ? Part::negative_zero : Part::number, 0};
  if (value == std::numeric_limits<F>::infinity()) return {Part::infinity, 0};
  if (!(value > 0 && value < F{kWholeDomain})) return {};
  const auto n = static_cast<std::uint32_t>(value);
  if (static_cast<F>(n) != value) return {};
  return {Part::number, n};
}

// The index of a key of `kind` that holds just one number, or nothing if it can hold no such
// number.
std::optional<KeyId> id_of(KeyKind kind, Part part) {
  switch (part.what) {
    case Part::nan:
      return KeyId{kNaN, part.n};
    case Part::negative_zero:
      return KeyId{kNegativeZero, 0};
    case Part::infinity:
      if (kind != KeyKind::f32 && kind != KeyKind::f64) return std::nullopt;
      return KeyId{kInfinity, 0};
    case Part::number:
      if (is_special(kind, part.n)) return std::nullopt;
      return KeyId{part.n, 0};
    default:
      return std::nullopt;
  }
}

template <class F>
F make_float(KeyKind kind, KeyId id) {
  if (!is_special(kind, id.index)) return static_cast<F>(id.index);
  if (id.index == kNaN) return make_nan<F>(id.payload);
  if (id.index == kNegativeZero) return -F{0};
  return std::numeric_limits<F>::infinity();
}

// Both parts count: a port that forgets one of them confuses keys 256 apart.
template <class F>
std::complex<F> make_complex(KeyId id) {
  switch (id.index) {
    case kNaN:
      return {make_nan<F>(id.payload), 0};
    case kNaNImaginary:
      return {0, make_nan<F>(id.payload)};
    case kInfinity:
      return {std::numeric_limits<F>::infinity(), 0};
    case kNegativeZero:
      return {0, -F{0}};
    default:
      return {static_cast<F>(id.index & 0xff), static_cast<F>(id.index >> 8)};
  }
}

template <class F>
std::optional<KeyId> complex_id(const std::complex<F>& value) {
  const Part real = part_of(value.real());
  const Part imaginary = part_of(value.imag());
  const bool real_is_zero = real.what == Part::number && real.n == 0;
  const bool imaginary_is_zero = imaginary.what == Part::number && imaginary.n == 0;
  if (real.what == Part::number && imaginary.what == Part::number) {
    const KeyId id{imaginary.n << 8 | real.n, 0};
    if (real.n > 0xff || imaginary.n > 0xff || is_special(KeyKind::c128, id.index)) {
      return std::nullopt;
    }
    return id;
  }
  if (real.what == Part::nan && imaginary_is_zero) return KeyId{kNaN, real.n};
  if (imaginary.what == Part::nan && real_is_zero) return KeyId{kNaNImaginary, imaginary.n};
  if (real.what == Part::infinity && imaginary_is_zero) return KeyId{kInfinity, 0};
  if (imaginary.what == Part::negative_zero && real_is_zero) return KeyId{kNegativeZero, 0};
  return std::nullopt;
}

// ---- strings ----

// Longer than what a std::string holds without the heap.
constexpr std::string_view kLongPrefix = "too long to be stored inline: ";

std::string number_string(std::uint32_t n, bool long_one) {
  char digits[10];
  const char* const end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  const std::string_view number(digits, static_cast<std::size_t>(end - digits));
  if (!long_one) return std::string(number);
  std::string text;
  text.reserve(kLongPrefix.size() + number.size());
  return text.append(kLongPrefix).append(number);
}

struct StringNumber {
  std::uint32_t n;
  bool long_one;
};

std::optional<StringNumber> string_number(std::string_view text) {
  const bool long_one = text.starts_with(kLongPrefix);
  if (long_one) text.remove_prefix(kLongPrefix.size());
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  std::uint32_t n = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return StringNumber{n, long_one};
}

constexpr bool long_key(std::uint32_t index) { return index % 4 == 3; }
constexpr bool long_elem(std::uint32_t stamp) { return stamp % 8 == 7; }

std::optional<KeyId> string_id(std::string_view text) {
  if (text.empty()) return KeyId{kEmptyString, 0};
  const auto number = string_number(text);
  if (!number || number->n >= kWholeDomain || number->n == kEmptyString ||
      number->long_one != long_key(number->n)) {
    return std::nullopt;
  }
  return KeyId{number->n, 0};
}

// ---- pointers ----

// Somewhere to point to; nobody looks at it.
char arena[kWholeDomain];

std::optional<std::uint32_t> arena_index(Pointer pointer) {
  const auto distance =
      reinterpret_cast<std::uintptr_t>(pointer) - reinterpret_cast<std::uintptr_t>(&arena[0]);
  if (reinterpret_cast<std::uintptr_t>(pointer) < reinterpret_cast<std::uintptr_t>(&arena[0]) ||
      distance >= kWholeDomain) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(distance);
}

// ---- interfaces ----

// A third of the plain indices each are a double, an integer and a string. Index 0 is a double,
// because -0 must equal it.
Interface make_interface(KeyId id) {
  switch (id.index) {
    case kNaN:
    case kNegativeZero:
      return make_float<double>(KeyKind::interface, id);
    case kUnhashable:
      return Unhashable{};
    case kNil:
      return std::monostate{};
    default:
      break;
  }
  if (id.index % 3 == 0) return static_cast<double>(id.index);
  if (id.index % 3 == 1) return std::int64_t{id.index};
  return number_string(id.index, long_key(id.index));
}

std::optional<KeyId> interface_id(const Interface& value) {
  std::optional<KeyId> id;
  std::uint32_t remainder = 0;
  if (const auto* number = std::get_if<double>(&value)) {
    const Part part = part_of(*number);
    id = id_of(KeyKind::interface, part);
    if (part.what != Part::number) return id;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (*integer < 0 || *integer >= kWholeDomain) return std::nullopt;
    id = KeyId{static_cast<std::uint32_t>(*integer), 0};
    remainder = 1;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    id = string_id(*text);
    remainder = 2;
  } else if (const auto* unhashable = std::get_if<Unhashable>(&value)) {
    if (*unhashable != Unhashable{}) return std::nullopt;
    return KeyId{kUnhashable, 0};
  } else {
    return KeyId{kNil, 0};
  }
  if (!id || id->index % 3 != remainder || is_special(KeyKind::interface, id->index)) {
    return std::nullopt;
  }
  return id;
}

// ---- structs ----

Array make_array(std::uint32_t n) { return {n, ~n, n ^ 0xa5a5a5a5U, n << 16 | n >> 16}; }

Padded make_padded(std::uint32_t n) {
  thread_local std::uint8_t rubbish = 0;
  rubbish = static_cast<std::uint8_t>(rubbish * 5U + 0x35U);
  Padded key;
  std::memset(static_cast<void*>(&key), rubbish, sizeof key);
  key.a = static_cast<std::uint8_t>(n);
  key.b = n >> 8;
  key.c = static_cast<std::uint8_t>(~n);
  return key;
}

// The i-th word of a big object that stands for n. All words of n = 0 are zero.
constexpr std::uint64_t big_word(std::uint64_t n, std::size_t i) {
  return std::rotl(n, static_cast<int>(i));
}

Big make_big(std::uint64_t n) {
  Big big;
  for (std::size_t i = 0; i < std::size(big.words); ++i) big.words[i] = big_word(n, i);
  return big;
}

bool is_big(const Big& big, std::uint64_t n) {
  for (std::size_t i = 0; i < std::size(big.words); ++i) {
    if (big.words[i] != big_word(n, i)) return false;
  }
  return true;
}

// All words tell which key it is, so that a key that was stored again only in part shows.
BigFloat make_bigfloat(KeyId id) {
  BigFloat big;
  big.value = make_float<double>(KeyKind::bigfloat, id);
  const bool nan = id.index == kNaN;
  const std::uint64_t n = std::uint64_t{id.index} << 32 | (nan ? id.payload & kPayloadMask : 0);
  for (std::size_t i = 0; i < std::size(big.rest); ++i) big.rest[i] = big_word(n, i);
  return big;
}

std::optional<KeyId> bigfloat_id(const BigFloat& big) {
  const auto id = id_of(KeyKind::bigfloat, part_of(big.value));
  if (!id) return std::nullopt;
  const std::uint64_t n = std::uint64_t{id->index} << 32 | id->payload;
  for (std::size_t i = 0; i < std::size(big.rest); ++i) {
    if (big.rest[i] != big_word(n, i)) return std::nullopt;
  }
  return id;
}

// ---- stamps ----

// The upper half of a 64-bit elem: tells a torn elem from a whole one.
constexpr std::uint64_t stamp_image(std::uint32_t stamp) {
  return std::uint64_t{std::rotl(stamp, 13)} << 32 | stamp;
}

}  // namespace

// ---- names and domains ----

std::string_view name(KeyKind kind) { return kKeyNames[static_cast<std::size_t>(kind)]; }
std::string_view name(ElemKind kind) { return kElemNames[static_cast<std::size_t>(kind)]; }

std::optional<KeyKind> key_kind_named(std::string_view text) {
  return named<KeyKind>(kKeyNames, text);
}
std::optional<ElemKind> elem_kind_named(std::string_view text) {
  return named<ElemKind>(kElemNames, text);
}

std::uint32_t domain_size(KeyKind kind) {
  switch (kind) {
    case KeyKind::u8:
      return 256;
    case KeyKind::boolean:
      return 2;
    case KeyKind::empty:
      return 1;
    default:
      return kWholeDomain;
  }
}

KeyClass key_class(KeyKind kind, std::uint32_t index) {
  KeyClass result{index, false, false};
  if (!is_special(kind, index)) return result;
  if (index == kNegativeZero) {
    result.equality = 0;
  } else if (index == kNaN) {
    result.nan = kind != KeyKind::string;
  } else if (index == kNaNImaginary) {
    result.nan = is_complex(kind);
  } else if (index == kUnhashable) {
    result.unhashable = kind == KeyKind::interface;
  }
  return result;
}

std::string key_text(KeyKind kind, std::uint32_t index) {
  if (is_special(kind, index)) return std::string(special_text(kind, index));
  return std::to_string(index);
}

std::optional<std::uint32_t> key_from_text(KeyKind kind, std::string_view text) {
  for (std::uint32_t index = kNil; index <= kNaN; ++index) {
    if (is_special(kind, index) && special_text(kind, index) == text) return index;
  }
  std::uint32_t index = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc{} || rest != end) return std::nullopt;
  if (index >= domain_size(kind) || is_special(kind, index)) return std::nullopt;
  return index;
}

// ---- facts ----

namespace {

template <class T>
constexpr KindFacts facts_of(bool pointers, bool reflexive, bool need_key_update) {
  return {std::is_empty_v<T> ? 0 : sizeof(T), alignof(T), pointers, reflexive, need_key_update,
          std::is_same_v<T, Interface>};
}

constexpr KindFacts key_facts(KeyKind kind) {
  switch (kind) {
    case KeyKind::u8:
      return facts_of<std::uint8_t>(false, true, false);
    case KeyKind::u16:
      return facts_of<std::uint16_t>(false, true, false);
    case KeyKind::u32:
      return facts_of<std::uint32_t>(false, true, false);
    case KeyKind::u64:
      return facts_of<std::uint64_t>(false, true, false);
    case KeyKind::i64:
      return facts_of<std::int64_t>(false, true, false);
    case KeyKind::f32:
      return facts_of<float>(false, false, true);
    case KeyKind::f64:
      return facts_of<double>(false, false, true);
    case KeyKind::c64:
      return facts_of<std::complex<float>>(false, false, true);
    case KeyKind::c128:
      return facts_of<std::complex<double>>(false, false, true);
    case KeyKind::boolean:
      return facts_of<bool>(false, true, false);
    case KeyKind::string:  // an equal string may live in less memory
      return facts_of<std::string>(true, true, true);
    case KeyKind::interface:
      return facts_of<Interface>(true, false, true);
    case KeyKind::array:
      return facts_of<Array>(false, true, false);
    case KeyKind::padded:
      return facts_of<Padded>(false, true, false);
    case KeyKind::owning:
      return facts_of<Owning>(true, true, false);
    case KeyKind::big:
      return facts_of<Big>(false, true, false);
    case KeyKind::bigfloat:
      return facts_of<BigFloat>(false, false, true);
    case KeyKind::empty:
      return facts_of<Empty>(false, true, false);
    case KeyKind::pointer:
      return facts_of<Pointer>(true, true, false);
  }
  std::abort();
}

constexpr KindFacts elem_facts(ElemKind kind) {
  switch (kind) {
    case ElemKind::u8:
      return key_facts(KeyKind::u8);
    case ElemKind::u32:
      return key_facts(KeyKind::u32);
    case ElemKind::u64:
      return key_facts(KeyKind::u64);
    case ElemKind::string:
      return key_facts(KeyKind::string);
    case ElemKind::owning:
      return key_facts(KeyKind::owning);
    case ElemKind::big:
      return key_facts(KeyKind::big);
    case ElemKind::empty:
      return key_facts(KeyKind::empty);
    case ElemKind::pointer:
      return key_facts(KeyKind::pointer);
  }
  std::abort();
}

}  // namespace

KindFacts facts(KeyKind kind) { return key_facts(kind); }
KindFacts facts(ElemKind kind) { return elem_facts(kind); }

// ---- Owning ----

namespace {

constexpr std::uint32_t kAlive = 0x600df00d;
constexpr std::uint32_t kDead = 0xdeadbeef;
std::atomic<std::int64_t> owning_live{0};

std::unique_ptr<std::uint32_t> clone(const std::unique_ptr<std::uint32_t>& value) {
  return value ? std::make_unique<std::uint32_t>(*value) : nullptr;
}

}  // namespace

Owning::Owning() noexcept : canary_(kAlive) { owning_live.fetch_add(1, std::memory_order_relaxed); }

Owning::Owning(std::uint32_t value)
    : value_(std::make_unique<std::uint32_t>(value)), canary_(kAlive) {
  owning_live.fetch_add(1, std::memory_order_relaxed);
}

Owning::Owning(const Owning& other)
    : value_((other.check(), clone(other.value_))), canary_(kAlive) {
  owning_live.fetch_add(1, std::memory_order_relaxed);
}

Owning::Owning(Owning&& other) noexcept
    : value_((other.check(), std::move(other.value_))), canary_(kAlive) {
  owning_live.fetch_add(1, std::memory_order_relaxed);
}

Owning& Owning::operator=(const Owning& other) {
  check();
  other.check();
  value_ = clone(other.value_);
  return *this;
}

Owning& Owning::operator=(Owning&& other) noexcept {
  check();
  other.check();
  value_ = std::move(other.value_);
  return *this;
}

Owning::~Owning() {
  check();
  // Volatile: a compiler may leave out an ordinary store to an object that is about to go.
  *const_cast<volatile std::uint32_t*>(&canary_) = kDead;
  owning_live.fetch_sub(1, std::memory_order_relaxed);
}

std::uint32_t Owning::value() const {
  check();
  return value_ ? *value_ : 0;
}

std::int64_t Owning::live() { return owning_live.load(std::memory_order_relaxed); }

void Owning::check() const {
  const std::uint32_t canary = *const_cast<const volatile std::uint32_t*>(&canary_);
  if (canary == kAlive) return;
  std::fprintf(stderr, "mapproof: use of an owning object that is %s\n",
               canary == kDead ? "destroyed" : "not constructed");
  std::abort();
}

// ---- keys and elems ----

template <KeyKind K>
KeyType<K> make_key(KeyId id) {
  using T = KeyType<K>;
  if constexpr (std::is_floating_point_v<T>) {
    return make_float<T>(K, id);
  } else if constexpr (is_complex(K)) {
    return make_complex<typename T::value_type>(id);
  } else if constexpr (K == KeyKind::string) {
    return id.index == kEmptyString ? std::string() : number_string(id.index, long_key(id.index));
  } else if constexpr (K == KeyKind::interface) {
    return make_interface(id);
  } else if constexpr (K == KeyKind::array) {
    return make_array(id.index);
  } else if constexpr (K == KeyKind::padded) {
    return make_padded(id.index);
  } else if constexpr (K == KeyKind::owning) {
    return Owning(id.index);
  } else if constexpr (K == KeyKind::big) {
    return make_big(id.index);
  } else if constexpr (K == KeyKind::bigfloat) {
    return make_bigfloat(id);
  } else if constexpr (K == KeyKind::empty) {
    return Empty{};
  } else if constexpr (K == KeyKind::pointer) {
    return id.index == kNil ? nullptr : &arena[id.index];
  } else {
    return static_cast<T>(id.index);
  }
}

namespace {

// Nothing if n lies outside the domain.
std::optional<KeyId> plain_id(KeyKind kind, std::uint64_t n) {
  if (n >= domain_size(kind)) return std::nullopt;
  return KeyId{static_cast<std::uint32_t>(n), 0};
}

std::optional<KeyId> padded_id(const Padded& key) {
  const auto id = plain_id(KeyKind::padded, key.b << 8 | key.a);
  if (key.b > 0xff || key.c != static_cast<std::uint8_t>(~key.a)) return std::nullopt;
  return id;
}

std::optional<KeyId> pointer_id(Pointer key) {
  if (key == nullptr) return KeyId{kNil, 0};
  const auto index = arena_index(key);
  if (!index || *index == kNil) return std::nullopt;
  return KeyId{*index, 0};
}

}  // namespace

template <KeyKind K>
std::optional<KeyId> key_id(const KeyType<K>& key) {
  using T = KeyType<K>;
  if constexpr (std::is_floating_point_v<T>) {
    return id_of(K, part_of(key));
  } else if constexpr (is_complex(K)) {
    return complex_id(key);
  } else if constexpr (K == KeyKind::string) {
    return string_id(key);
  } else if constexpr (K == KeyKind::interface) {
    return interface_id(key);
  } else if constexpr (K == KeyKind::array) {
    return key == make_array(key[0]) ? plain_id(K, key[0]) : std::nullopt;
  } else if constexpr (K == KeyKind::padded) {
    return padded_id(key);
  } else if constexpr (K == KeyKind::owning) {
    return plain_id(K, key.value());
  } else if constexpr (K == KeyKind::big) {
    return is_big(key, key.words[0]) ? plain_id(K, key.words[0]) : std::nullopt;
  } else if constexpr (K == KeyKind::bigfloat) {
    return bigfloat_id(key);
  } else if constexpr (K == KeyKind::empty) {
    return KeyId{};
  } else if constexpr (K == KeyKind::pointer) {
    return pointer_id(key);
  } else if constexpr (K == KeyKind::boolean) {
    return KeyId{key ? 1U : 0U, 0};
  } else {
    return plain_id(K, static_cast<std::uint64_t>(key));  // a negative one becomes huge
  }
}

std::uint32_t stamp_mask(ElemKind kind) {
  switch (kind) {
    case ElemKind::u8:
      return 0xff;
    case ElemKind::pointer:
      return kWholeDomain - 1;
    case ElemKind::empty:
      return 0;
    default:
      return 0xffffffff;
  }
}

template <ElemKind E>
ElemType<E> make_elem(std::uint32_t stamp) {
  if constexpr (E == ElemKind::u64) {
    return stamp_image(stamp);
  } else if constexpr (E == ElemKind::string) {
    return stamp == 0 ? std::string() : number_string(stamp, long_elem(stamp));
  } else if constexpr (E == ElemKind::owning) {
    return stamp == 0 ? Owning() : Owning(stamp);
  } else if constexpr (E == ElemKind::big) {
    return make_big(stamp);
  } else if constexpr (E == ElemKind::empty) {
    return Empty{};
  } else if constexpr (E == ElemKind::pointer) {
    stamp %= kWholeDomain;
    return stamp == 0 ? nullptr : &arena[stamp];
  } else {
    return static_cast<ElemType<E>>(stamp);
  }
}

namespace {

std::optional<std::uint32_t> string_stamp(std::string_view elem) {
  if (elem.empty()) return 0;
  const auto number = string_number(elem);
  if (!number || number->n == 0 || number->long_one != long_elem(number->n)) return std::nullopt;
  return number->n;
}

std::optional<std::uint32_t> pointer_stamp(Pointer elem) {
  if (elem == nullptr) return 0;
  const auto index = arena_index(elem);
  return index == 0U ? std::nullopt : index;
}

}  // namespace

template <ElemKind E>
std::optional<std::uint32_t> elem_stamp(const ElemType<E>& elem) {
  if constexpr (E == ElemKind::u64) {
    const auto stamp = static_cast<std::uint32_t>(elem);
    return elem == stamp_image(stamp) ? std::optional(stamp) : std::nullopt;
  } else if constexpr (E == ElemKind::string) {
    return string_stamp(elem);
  } else if constexpr (E == ElemKind::owning) {
    return elem.value();
  } else if constexpr (E == ElemKind::big) {
    const auto stamp = static_cast<std::uint32_t>(elem.words[0]);
    return is_big(elem, stamp) ? std::optional(stamp) : std::nullopt;
  } else if constexpr (E == ElemKind::empty) {
    return 0;
  } else if constexpr (E == ElemKind::pointer) {
    return pointer_stamp(elem);
  } else {
    return elem;
  }
}

#define MAPPROOF_KEY_KIND(K)                                \
  template KeyType<KeyKind::K> make_key<KeyKind::K>(KeyId); \
  template std::optional<KeyId> key_id<KeyKind::K>(const KeyType<KeyKind::K>&)
MAPPROOF_KEY_KIND(u8);
MAPPROOF_KEY_KIND(u16);
MAPPROOF_KEY_KIND(u32);
MAPPROOF_KEY_KIND(u64);
MAPPROOF_KEY_KIND(i64);
MAPPROOF_KEY_KIND(f32);
MAPPROOF_KEY_KIND(f64);
MAPPROOF_KEY_KIND(c64);
MAPPROOF_KEY_KIND(c128);
MAPPROOF_KEY_KIND(boolean);
MAPPROOF_KEY_KIND(string);
MAPPROOF_KEY_KIND(interface);
MAPPROOF_KEY_KIND(array);
MAPPROOF_KEY_KIND(padded);
MAPPROOF_KEY_KIND(owning);
MAPPROOF_KEY_KIND(big);
MAPPROOF_KEY_KIND(bigfloat);
MAPPROOF_KEY_KIND(empty);
MAPPROOF_KEY_KIND(pointer);
#undef MAPPROOF_KEY_KIND

#define MAPPROOF_ELEM_KIND(E)                                           \
  template ElemType<ElemKind::E> make_elem<ElemKind::E>(std::uint32_t); \
  template std::optional<std::uint32_t> elem_stamp<ElemKind::E>(const ElemType<ElemKind::E>&)
MAPPROOF_ELEM_KIND(u8);
MAPPROOF_ELEM_KIND(u32);
MAPPROOF_ELEM_KIND(u64);
MAPPROOF_ELEM_KIND(string);
MAPPROOF_ELEM_KIND(owning);
MAPPROOF_ELEM_KIND(big);
MAPPROOF_ELEM_KIND(empty);
MAPPROOF_ELEM_KIND(pointer);
#undef MAPPROOF_ELEM_KIND

}  // namespace mapproof
