// What Go's compiler knows of a type, told to C++: the flags of a map type and the panics of
// hashing.
//
// Specialise pointer_free, reflexive, need_key_update, hash_might_panic or calls_out for your own
// types where the defaults below are wrong. Source: cmd/compile/internal/gc/reflect.go; calls_out
// is C++'s.
#pragma once

#include <array>
#include <complex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>

namespace gomap {

namespace detail {
// Folds a predicate over the parts that a type is made of; `Self` answers for a type without parts.
template <template <class> class Trait, class T>
struct parts {
  static constexpr bool known = false;
  static constexpr bool all = true, any = false;
};
template <template <class> class Trait, class... Ts>
struct fold {
  static constexpr bool known = true;
  static constexpr bool all = (Trait<Ts>::value && ...), any = (Trait<Ts>::value || ...);
};
template <template <class> class Trait, class T, std::size_t N>
struct parts<Trait, std::array<T, N>> : fold<Trait, T> {};
template <template <class> class Trait, class A, class B>
struct parts<Trait, std::pair<A, B>> : fold<Trait, A, B> {};
template <template <class> class Trait, class... Ts>
struct parts<Trait, std::tuple<Ts...>> : fold<Trait, Ts...> {};
template <template <class> class Trait, class... Ts>
struct parts<Trait, std::variant<Ts...>> : fold<Trait, Ts...> {};

template <class T>
inline constexpr bool is_text =
    std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>;
template <class T>
inline constexpr bool is_complex = false;
template <class T>
inline constexpr bool is_complex<std::complex<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_floating = std::is_floating_point_v<T> || is_complex<T>;
// An enumeration with an operator== of its own. The built-in one is not found by its name.
template <class T>
inline constexpr bool is_compared_by_a_user = false;
template <class T>
requires std::is_enum_v<T> && requires(const T& a) { operator==(a, a); }
inline constexpr bool is_compared_by_a_user<T> = true;
}  // namespace detail

// A type that holds no pointers, so that nothing is gained by wiping dead cells of it. Of a class
// that memcpy may copy that is taken for granted: specialise as false if it holds some.
template <class T>
struct pointer_free
    : std::bool_constant<detail::parts<pointer_free, T>::known
                             ? detail::parts<pointer_free, T>::all && !detail::is_variant<T>
                             : std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> &&
                                   !detail::is_text<T>> {};

// k == k holds for every k: false for floats and interfaces, and for what contains one.
template <class T>
struct reflexive : std::bool_constant<detail::parts<reflexive, T>::all && !detail::is_floating<T> &&
                                      !detail::is_variant<T>> {};

// Equal keys may differ (+0 and -0; strings that share a larger backing store), so that an
// overwrite stores the key again: floats, strings and interfaces, and what contains one.
template <class T>
struct need_key_update
    : std::bool_constant<detail::parts<need_key_update, T>::any || detail::is_floating<T> ||
                         detail::is_variant<T> || detail::is_text<T>> {};

// Hashing may panic: interfaces, and what contains one.
template <class T>
struct hash_might_panic
    : std::bool_constant<detail::parts<hash_might_panic, T>::any || detail::is_variant<T>> {};

// Hashing or comparing a key may run code that knows of the map: that may read it, write to it, or
// notice when it is called. Nothing tells a class's operator== that is `= default` from one that
// does, so that it is true of all classes but those of the library. Specialise as false for a type
// of yours whose gomap::hash and operator== do nothing of that (impl/README.md, "Keys of your
// own"); as true for an enumeration whose gomap::hash does.
template <class T>
struct calls_out
    : std::bool_constant<detail::parts<calls_out, T>::known
                             ? detail::parts<calls_out, T>::any
                             : !(std::is_scalar_v<T> || detail::is_complex<T> ||
                                 std::is_same_v<T, std::monostate> || detail::is_text<T>) ||
                                   detail::is_compared_by_a_user<T>> {};

// Specialise as true for a type that may be a dynamic type of an interface but has no hash.
template <class T>
inline constexpr bool unhashable = false;

// How a type is called in "hash of unhashable type ...".
template <class T>
std::string type_name() {
  return typeid(T).name();
}

}  // namespace gomap
