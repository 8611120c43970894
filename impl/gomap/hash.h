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
    if (detail::load<std::uint64_t>(a + i) != detail::load<std::uint64_t>(b + i)) return false;
  }
  return detail::load<std::uint64_t>(a + n - 8) == detail::load<std::uint64_t>(b + n - 8);
}

// Equal{}(a, b), which for strings is strequal.
template <class K, class Equal>
bool equal_keys(const K& a, const K& b) {
  if constexpr (std::is_same_v<Equal, std::equal_to<K>> && detail::is_text<K>) {
    return a.size() == b.size() && memequal(a.data(), b.data(), a.size());
  } else {
    return Equal{}(a, b);
  }
}

// Hash of `n` bytes at `p`.
inline uintptr memhash(const void* p, uintptr seed, std::size_t n) {
  const auto* bytes = static_cast<const unsigned char*>(p);
  const std::size_t length = n;
  std::uint64_t h = seed;
  if (n > 48) {
    // Three lanes, for a product takes longer than it takes to begin the next one.
    std::uint64_t h1 = h, h2 = h;
    for (; n > 48; n -= 48, bytes += 48) {
      h = detail::fold_multiply(detail::load<std::uint64_t>(bytes) ^ detail::mix_a,
                                detail::load<std::uint64_t>(bytes + 8) ^ h);
      h1 = detail::fold_multiply(detail::load<std::uint64_t>(bytes + 16) ^ detail::mix_b,
                                 detail::load<std::uint64_t>(bytes + 24) ^ h1);
      h2 = detail::fold_multiply(detail::load<std::uint64_t>(bytes + 32) ^ detail::mix_c,
                                 detail::load<std::uint64_t>(bytes + 40) ^ h2);
    }
    h ^= h1 ^ h2;
  }
  for (; n > 16; n -= 16, bytes += 16) {
    h = detail::fold_multiply(detail::load<std::uint64_t>(bytes) ^ detail::mix_a,
                              detail::load<std::uint64_t>(bytes + 8) ^ h);
  }
  std::uint64_t a = 0, b = 0;
  if (n == 16) {
    a = detail::load<std::uint64_t>(bytes);
    b = detail::load<std::uint64_t>(bytes + 8);
  } else if (n >= 8) {
    a = detail::load<std::uint64_t>(bytes);
    b = detail::load_up_to_8(bytes + 8, n - 8);
  } else {
    a = detail::load_up_to_8(bytes, n);
  }
  return static_cast<uintptr>(detail::fold_multiply(
      detail::mix_b ^ length, detail::fold_multiply(a ^ detail::mix_a, b ^ h ^ detail::mix_b)));
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
  uintptr operator()(const K& key, uintptr seed) const {
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
