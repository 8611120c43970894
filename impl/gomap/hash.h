// Seeded hashers for keys, and their equality, after Go's alg.go: what they promise is Go's, how
// they mix is our own.
//
// Equal keys hash alike under one seed: +0 and -0 too. A NaN hashes at random each time. An
// interface (a std::variant) hashes as its dynamic type does; without one it panics.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "gomap/constants.h"
#include "gomap/panic.h"
#include "gomap/random.h"
#include "gomap/traits.h"

namespace gomap {

namespace detail {

inline constexpr std::uint64_t mix_a = 0xa0761d6478bd642fU;
inline constexpr std::uint64_t mix_b = 0xe7037ed1a0b428dbU;
inline constexpr std::uint64_t mix_c = 0x8ebc6af09c88c6e3U;
inline constexpr std::uint64_t mix_d = 0x589965cc75374cc3U;

// Both halves of a 64 x 64 bit product, folded.
inline std::uint64_t fold_multiply(std::uint64_t x, std::uint64_t y) {
#ifdef __SIZEOF_INT128__
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(x) * y;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  // On a 32-bit machine, by halves.
  constexpr std::uint64_t low = 0xffffffffU;
  const std::uint64_t ll = (x & low) * (y & low);
  const std::uint64_t lh = (x & low) * (y >> 32);
  const std::uint64_t hl = (x >> 32) * (y & low);
  const std::uint64_t middle = (ll >> 32) + (lh & low) + (hl & low);
  const std::uint64_t high = (x >> 32) * (y >> 32) + (lh >> 32) + (hl >> 32) + (middle >> 32);
  return (middle << 32 | (ll & low)) ^ high;
#endif
}

template <class Word>
std::uint64_t load(const unsigned char* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

inline std::uint64_t word(const unsigned char* p) { return load<std::uint64_t>(p); }

// A word of the first n bytes, at most 8, and of zeros.
inline std::uint64_t load_up_to_8(const unsigned char* p, std::size_t n) {
  if constexpr (std::endian::native != std::endian::little) {
    std::uint64_t word = 0;
    if (n != 0) std::memcpy(&word, p, n);
    return word;
  }
  // The same, by loads of fixed sizes that overlap.
  if (n >= 4) {
    const std::uint64_t last = load<std::uint32_t>(p + n - 4);
    return load<std::uint32_t>(p) | (last >> (8 * (8 - n))) << 32;
  }
  if (n == 0) return 0;
  return std::uint64_t{p[0]} | std::uint64_t{p[n / 2]} << (8 * (n / 2)) |
         std::uint64_t{p[n - 1]} << (8 * (n - 1));
}

}  // namespace detail

// Are the `n` bytes the same? Up to 64 without a call: around one, a search would have to save all
// that it keeps in registers.
[[gnu::always_inline]] inline bool memequal(const void* p, const void* q, std::size_t n) {
  if (p == q) return true;
  if (n > 64) return std::memcmp(p, q, n) == 0;
  const auto* a = static_cast<const unsigned char*>(p);
  const auto* b = static_cast<const unsigned char*>(q);
  if (n < 8) return detail::load_up_to_8(a, n) == detail::load_up_to_8(b, n);
  for (std::size_t i = 0; i + 8 < n; i += 8) {
    if (detail::word(a + i) != detail::word(b + i)) return false;
  }
  return detail::word(a + n - 8) == detail::word(b + n - 8);
}

// Equal{}(a, b), which for strings is strequal.
template <class K, class Equal>
[[gnu::always_inline]] inline bool equal_keys(const K& a, const K& b) {
  if constexpr (std::is_same_v<Equal, std::equal_to<K>> && detail::is_text<K>) {
    return a.size() == b.size() && memequal(a.data(), b.data(), a.size());
  } else {
    return Equal{}(a, b);
  }
}

namespace detail {

// The last step, for two words.
inline std::uint64_t finish(std::uint64_t a, std::uint64_t b, std::uint64_t h, std::size_t n) {
  return fold_multiply(mix_b ^ n, fold_multiply(a ^ mix_a, b ^ h ^ mix_b));
}

// The ways of memhash, by the number of bytes. Inlined, for a look-up among many texts waits for
// memory, and the fewer instructions it has, the more of them wait at the same time.
[[gnu::always_inline]] inline std::uint64_t hash_up_to_16(const unsigned char* p, std::uint64_t h,
                                                          std::size_t n) {
  if (n == 16) return finish(word(p), word(p + 8), h, n);
  if (n >= 8) return finish(word(p), load_up_to_8(p + 8, n - 8), h, n);
  return finish(load_up_to_8(p, n), 0, h, n);
}

// Some bytes in the middle are taken twice.
[[gnu::always_inline]] inline std::uint64_t hash_17_to_64(const unsigned char* p, std::uint64_t h,
                                                          std::size_t n) {
  const unsigned char* const end = p + n;
  std::uint64_t a = fold_multiply(word(p) ^ mix_a, word(p + 8) ^ h);
  std::uint64_t b = fold_multiply(word(end - 16) ^ mix_b, word(end - 8) ^ h);
  if (n > 32) {
    a ^= fold_multiply(word(p + 16) ^ mix_c, word(p + 24) ^ h);
    b ^= fold_multiply(word(end - 32) ^ mix_d, word(end - 24) ^ h);
  }
  return fold_multiply(a ^ n, b ^ mix_c);
}

[[gnu::always_inline]] inline std::uint64_t hash_beyond_64(const unsigned char* p, std::uint64_t h,
                                                           std::size_t n) {
  const unsigned char* const end = p + n;
  // Three lanes, for a product takes longer than it takes to begin the next one.
  std::uint64_t h1 = h, h2 = h;
  std::size_t left = n;
  for (; left > 48; left -= 48, p += 48) {
    h = fold_multiply(word(p) ^ mix_a, word(p + 8) ^ h);
    h1 = fold_multiply(word(p + 16) ^ mix_b, word(p + 24) ^ h1);
    h2 = fold_multiply(word(p + 32) ^ mix_c, word(p + 40) ^ h2);
  }
  h ^= h1 ^ h2;
  for (; left > 16; left -= 16, p += 16) h = fold_multiply(word(p) ^ mix_a, word(p + 8) ^ h);
  return finish(word(end - 16), word(end - 8), h, n);
}

// For lengths that are known at run time only: its registers are too many to be saved by a search.
[[gnu::noinline]] inline std::uint64_t call_hash_beyond_64(const unsigned char* p, std::uint64_t h,
                                                           std::size_t n) {
  return hash_beyond_64(p, h, n);
}

}  // namespace detail

// Hash of `n` bytes at `p`. Without a call up to 64, as in memequal, and for any number that the
// compiler knows.
[[gnu::always_inline]] inline uintptr memhash(const void* p, uintptr seed, std::size_t n) {
  const auto* bytes = static_cast<const unsigned char*>(p);
  if (n <= 16) return static_cast<uintptr>(detail::hash_up_to_16(bytes, seed, n));
  if (n <= 64) return static_cast<uintptr>(detail::hash_17_to_64(bytes, seed, n));
  return static_cast<uintptr>(__builtin_constant_p(n)
                                  ? detail::hash_beyond_64(bytes, seed, n)
                                  : detail::call_hash_beyond_64(bytes, seed, n));
}

inline uintptr int64hash(std::uint64_t x, uintptr seed) {
  return static_cast<uintptr>(
      detail::fold_multiply(x ^ detail::mix_a, std::uint64_t{seed} ^ detail::mix_b));
}

inline uintptr f64hash(double f, uintptr seed) {
  if (f == 0) return int64hash(0, seed);  // +0 and -0
  if (f != f) return int64hash(fastrand(), seed);
  return int64hash(std::bit_cast<std::uint64_t>(f), seed);
}

template <class K>
struct hash;

namespace detail {

template <class Tuple, std::size_t... I>
uintptr hash_fields(const Tuple& fields, uintptr seed, std::index_sequence<I...>) {
  ((seed = gomap::hash<std::tuple_element_t<I, Tuple>>{}(std::get<I>(fields), seed)), ...);
  return seed;
}

template <class T>
inline constexpr bool is_tuple_like = false;
template <class A, class B>
inline constexpr bool is_tuple_like<std::pair<A, B>> = true;
template <class... Ts>
inline constexpr bool is_tuple_like<std::tuple<Ts...>> = true;
template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;
// Whose bytes are its value.
template <class T>
inline constexpr bool is_plain_array = false;
template <class T, std::size_t N>
inline constexpr bool is_plain_array<std::array<T, N>> =
    N != 0 && (std::is_integral_v<T> || std::is_enum_v<T> ||
               std::is_pointer_v<T>)&&std::has_unique_object_representations_v<T>;

template <class... Ts>
uintptr hash_variant(const std::variant<Ts...>& v, uintptr seed) {
  return std::visit(
      [seed]<class T>(const T& value) -> uintptr {
        if constexpr (std::is_same_v<T, std::monostate>) {
          return seed;  // a nil interface
        } else if constexpr (unhashable<T>) {
          go_panic("runtime error: hash of unhashable type " + type_name<T>());
        } else {
          return gomap::hash<T>{}(value, seed);
        }
      },
      v);
}

}  // namespace detail

// The hasher of K: uintptr operator()(const K&, uintptr seed). Specialise it for your own types;
// those whose bytes are their value (std::has_unique_object_representations) need no
// specialisation.
template <class K>
struct hash {
  [[gnu::always_inline]] uintptr operator()(const K& key, uintptr seed) const {
    if constexpr (std::is_floating_point_v<K>) {
      return f64hash(static_cast<double>(key), seed);
    } else if constexpr (detail::is_complex<K>) {
      return f64hash(static_cast<double>(key.imag()),
                     f64hash(static_cast<double>(key.real()), seed));
    } else if constexpr (std::is_integral_v<K> || std::is_enum_v<K>) {
      return int64hash(static_cast<std::uint64_t>(key), seed);
    } else if constexpr (std::is_pointer_v<K>) {
      return int64hash(reinterpret_cast<uintptr>(key), seed);
    } else if constexpr (detail::is_text<K>) {
      return memhash(key.data(), seed, key.size());
    } else if constexpr (detail::is_variant<K>) {
      return detail::hash_variant(key, seed);
    } else if constexpr (detail::is_tuple_like<K>) {
      return detail::hash_fields(key, seed, std::make_index_sequence<std::tuple_size_v<K>>{});
    } else if constexpr (detail::is_plain_array<K>) {
      return memhash(key.data(), seed, sizeof key);
    } else if constexpr (detail::is_std_array<K>) {
      for (const auto& part : key) seed = hash<std::remove_cvref_t<decltype(part)>>{}(part, seed);
      return seed;
    } else if constexpr (std::is_empty_v<K>) {
      return seed;
    } else {
      static_assert(std::has_unique_object_representations_v<K>,
                    "specialise gomap::hash for this key type: its bytes are not its value");
      return memhash(&key, seed, sizeof(K));
    }
  }
};

}  // namespace gomap
