// The C++ door of mapproof: turns a hash map into a shared library that mapproof tests.
//
// A map with the members of std::unordered_map needs three lines:
//
//     #include <mapproof/port.h>
//     template <class K, class V, class H, class E>
//     using my_map = my::map<K, V, H, E>;
//     MAPPROOF_STD_LIKE_PORT("my::map", my_map);
//
// Any other needs an adapter, a class template that is made for several types of keys and elems:
//
//     template <class Key, class Elem, class Hash, class Equal>
//     struct Adapter {
//       Adapter(std::size_t room, Hash hash, Equal equal);  // or (const mapproof::options&), or ()
//       Elem* find(const Key& key);                         // the elem of key, or null
//       void assign(const Key& key, const Elem& elem);      // inserts or overwrites
//       bool erase(const Key& key);                         // was it there?
//       std::size_t size();                                 // the number of entries
//     };
//     MAPPROOF_PORT("my::map", mapproof::profile::std, Adapter);
//
// Further members are used if they are there:
//
//     void clear();
//     Walk iterate();                 // Walk: bool next(const Key*& key, const Elem*& elem);
//     Walk iterate(const mapproof_start*);   // instead, if walks begin where they are told; with
//                                            // null they begin anywhere
//     void reserve(std::size_t room);        // called once, if the program gives a sane hint
//     Adapter(std::nullptr_t);               // a nil map: it may be read, but not written to
//     static constexpr std::uint32_t features = MAPPROOF_HASHES | ...;  // see mapproof_port.h
//
// Without `features` a port claims what its profile is about: `go` NaN keys, key updates and
// erasing in a walk; `std` and `js` erasing in a walk; and all that their hashes are mapproof's, if
// the constructor takes a Hash or options. Starts and nil maps are claimed by those who have the
// members.
//
// Then build it as a shared library, and `mapproof check ./libmy_map.so`; or, with CMake,
// find_package(mapproof) and mapproof_add_conformance(my_map adapter.cc).
//
// Ownership. mapproof owns adapters and walks: destroys all walks before the adapter, which it
// destroys once. Pointers that find and next give are read before the next call on that adapter.
// Keys and elems given to an adapter live until it returns: copy what is kept.
//
// Errors. nil_map_error, unhashable_error and changed_error say why nothing was done; anything else
// that is thrown is a failure of the map, told with its what(). Nothing thrown crosses to mapproof.
// A crash, a hang, a leak and a memory error are seen by mapproof, which loads the library in a
// process of its own.
//
// Cost. Of each operation the map's own, plus one virtual call and one copy of the key (and elem);
// a hash is one call back to mapproof. A std-like map keeps a list of its open walks (eight at
// most), which insert, erase and clear go through. Memory: one object for the map, one for a walk.
//
// One file of a library includes this. It needs C++20 and nothing to link.
#ifndef MAPPROOF_PORT_HPP
#define MAPPROOF_PORT_HPP

#include <mapproof_port.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mapproof {

// What a map promises; `mapproof properties` lists it.
enum class profile : std::uint8_t { go, std, js, python };

// ---- why an operation did nothing ----

struct nil_map_error : std::runtime_error {
  nil_map_error() : std::runtime_error("assignment to entry in nil map") {}
};
struct unhashable_error : std::runtime_error {
  unhashable_error() : std::runtime_error("the key cannot be hashed") {}
};
struct changed_error : std::runtime_error {  // the map forbids that it changes during a walk
  changed_error() : std::runtime_error("changed during the walk") {}
};

// ---- what a map is made with ----

struct options {
  const mapproof_host* host = nullptr;
  std::int64_t hint = 0;   // as the program has it: may be negative or absurd
  std::size_t room = 0;    // the hint, if it is sane; else 0
  std::uint64_t seed = 0;  // of the hashes

  std::uint32_t random() const { return host->random(host->context); }
};

// ---- keys and elems ----

// Holds heap memory, 4 bytes: 0 is held as none. Using a destroyed object ends the process.
class owning {
 public:
  owning() noexcept = default;
  explicit owning(std::uint32_t value) : value_(new std::uint32_t(value)) {}
  owning(const owning& other)
      : value_(other.checked() ? new std::uint32_t(*other.value_) : nullptr) {}
  owning(owning&& other) noexcept
      : value_(other.checked() ? std::exchange(other.value_, nullptr) : nullptr) {}
  owning& operator=(owning other) noexcept {
    checked();
    std::swap(value_, other.value_);
    return *this;
  }
  ~owning() {
    checked();
    delete value_;
    const volatile std::uint32_t* const canary = &canary_;
    *const_cast<volatile std::uint32_t*>(canary) = kDead;  // a store that may not be left out
  }
  const std::uint32_t& value() const { return checked() ? *value_ : kZero; }
  friend bool operator==(const owning& x, const owning& y) { return x.value() == y.value(); }

 private:
  static constexpr std::uint32_t kAlive = 0x600dcafe;
  static constexpr std::uint32_t kDead = 0xdeadcafe;
  static constexpr std::uint32_t kZero = 0;

  bool checked() const {
    if (canary_ != kAlive) std::abort();
    return value_ != nullptr;
  }
  std::uint32_t* value_ = nullptr;
  std::uint32_t canary_ = kAlive;
};

struct big {  // 136 bytes
  std::uint64_t words[17] = {};
  friend bool operator==(const big&, const big&) = default;
};

// How a type travels: specialise it to have further kinds of mapproof's, such as "array". `name` is
// the kind's, `size` the bytes of each image (or MAPPROOF_VARIABLE); image() points into the
// object.
template <class T>
struct kind;

template <class T>
struct plain_kind {  // of types whose bytes are the image
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr std::size_t size = sizeof(T);
  static T read(mapproof_bytes bytes) {
    T value;
    std::memcpy(&value, bytes.data, sizeof(T));
    return value;
  }
  static mapproof_bytes image(const T& value) { return {&value, sizeof(T)}; }
};
template <>
struct kind<std::uint32_t> : plain_kind<std::uint32_t> {
  static constexpr const char* name = "u32";
};
template <>
struct kind<std::uint64_t> : plain_kind<std::uint64_t> {
  static constexpr const char* name = "u64";
};
template <>
struct kind<std::int64_t> : plain_kind<std::int64_t> {
  static constexpr const char* name = "i64";
};
template <>
struct kind<float> : plain_kind<float> {
  static constexpr const char* name = "f32";
};
template <>
struct kind<double> : plain_kind<double> {
  static constexpr const char* name = "f64";
};
template <>
struct kind<big> : plain_kind<big> {
  static constexpr const char* name = "big";
};
template <>
struct kind<std::string> {
  static constexpr const char* name = "str";
  static constexpr std::size_t size = MAPPROOF_VARIABLE;
  static std::string read(mapproof_bytes bytes) {
    return bytes.size == 0 ? std::string()
                           : std::string(static_cast<const char*>(bytes.data), bytes.size);
  }
  static mapproof_bytes image(const std::string& value) { return {value.data(), value.size()}; }
};
template <>
struct kind<owning> {
  static constexpr const char* name = "owning";
  static constexpr std::size_t size = sizeof(std::uint32_t);
  static owning read(mapproof_bytes bytes) {
    return owning(plain_kind<std::uint32_t>::read(bytes));
  }
  static mapproof_bytes image(const owning& value) { return {&value.value(), size}; }
};

// The pairs of types that a port is made for. Each costs the compilation of one more map: name your
// own as the last argument of the macros, mapproof::pairs<mapproof::pair<K, V>, ...>.
template <class K, class E>
struct pair {
  using key = K;
  using elem = E;
};
template <class... Pairs>
struct pairs {};
using default_pairs =
    pairs<pair<std::uint64_t, std::uint64_t>, pair<std::uint64_t, std::string>,
          pair<double, std::uint64_t>, pair<double, std::string>, pair<std::string, std::uint64_t>,
          pair<std::string, std::string>, pair<std::uint32_t, std::uint32_t>,
          pair<std::int64_t, std::uint64_t>, pair<owning, owning>, pair<big, std::uint64_t>>;

// ---- the hash ----

#pragma GCC visibility push(hidden)
namespace detail {
// Of the map that is called at the moment. So a Hash that a map makes by default works, too.
inline const mapproof_host* host_now = nullptr;
}  // namespace detail
#pragma GCC visibility pop

// Hashes as the program under test says: the same for equal keys, and for a NaN something new each
// time. May be copied, and made by default inside of an adapter.
template <class Key>
class hash {
 public:
  hash() : host_(detail::host_now) {}
  explicit hash(const options& made_with) : host_(made_with.host) {}

  std::size_t operator()(const Key& key) const {
    return static_cast<std::size_t>((*this)(key, host_ == nullptr ? 0 : host_->seed));
  }
  std::uint64_t operator()(const Key& key, std::uint64_t seed) const {
    return host_ == nullptr ? 0 : host_->hash(host_->context, kind<Key>::image(key), seed);
  }

 private:
  const mapproof_host* host_;
};

#pragma GCC visibility push(hidden)
namespace detail {

// ---- what adapters have ----

template <class A, class Hash, class Equal>
concept made_with_options = std::constructible_from<A, const options&>;
template <class A, class Hash, class Equal>
concept made_with_hash = std::constructible_from<A, std::size_t, Hash, Equal>;
template <class A>
concept has_nil = std::constructible_from<A, std::nullptr_t>;

template <class A, class Key, class Elem>
concept has_find = requires(A& a, const Key& key) {
  { a.find(key) } -> std::convertible_to<const Elem*>;
};
template <class A, class Key, class Elem>
concept has_assign = requires(A& a, const Key& key, const Elem& elem) {
  a.assign(key, elem);
};
template <class A, class Key>
concept has_erase = requires(A& a, const Key& key) {
  { a.erase(key) } -> std::same_as<bool>;
};
template <class A>
concept has_size = requires(A& a) {
  { a.size() } -> std::convertible_to<std::size_t>;
};
template <class A>
concept has_clear = requires(A& a) {
  a.clear();
};
template <class A>
concept has_reserve = requires(A& a) {
  a.reserve(std::size_t{});
};

template <class Walk, class Key, class Elem>
concept is_walk = requires(Walk& walk, const Key*& key, const Elem*& elem) {
  { walk.next(key, elem) } -> std::same_as<bool>;
};
template <class A>
concept has_iterate = requires(A& a) {
  a.iterate();
};
template <class A>
concept has_iterate_from = requires(A& a, const mapproof_start* start) {
  a.iterate(start);
};

template <class A>
auto begin_walk(A& a, const mapproof_start* start) {
  if constexpr (has_iterate_from<A>) {
    return a.iterate(start);
  } else {
    (void)start;
    return a.iterate();
  }
}
template <class A>
using walk_of = decltype(begin_walk(std::declval<A&>(), nullptr));

template <class A, class Key, class Elem>
consteval bool walks_are_walks() {
  if constexpr (has_iterate<A> || has_iterate_from<A>) {
    return is_walk<walk_of<A>, Key, Elem>;
  } else {
    return true;
  }
}

template <class A, class Key, class Elem, class Hash, class Equal>
concept complete =
    (made_with_options<A, Hash, Equal> || made_with_hash<A, Hash, Equal> ||
     std::default_initializable<
         A>)&&has_find<A, Key,
                       Elem>&& has_assign<A, Key,
                                          Elem>&& has_erase<A,
                                                            Key>&& has_size<A>&& walks_are_walks<A,
                                                                                                 Key,
                                                                                                 Elem>();

// Says what is missing, each in a sentence.
template <class A, class Key, class Elem, class Hash, class Equal>
constexpr void name_what_is_missing() {
  static_assert(made_with_options<A, Hash, Equal> || made_with_hash<A, Hash, Equal> ||
                    std::default_initializable<A>,
                "mapproof: the adapter needs a constructor: Adapter(std::size_t room, Hash hash, "
                "Equal equal), Adapter(const mapproof::options&) or Adapter()");
  static_assert(has_find<A, Key, Elem>,
                "mapproof: the adapter needs Elem* find(const Key& key): the elem of the key, or "
                "null");
  static_assert(
      has_assign<A, Key, Elem>,
      "mapproof: the adapter needs void assign(const Key& key, const Elem& elem): inserts "
      "or overwrites");
  static_assert(has_erase<A, Key>,
                "mapproof: the adapter needs bool erase(const Key& key): true if it was there");
  static_assert(has_size<A>,
                "mapproof: the adapter needs std::size_t size(): the number of entries");
  static_assert(walks_are_walks<A, Key, Elem>(),
                "mapproof: what the adapter's iterate gives needs bool next(const Key*& key, const "
                "Elem*& elem): false at the end");
}

// ---- errors ----

inline char last_words[256] = "";  // no string: what it holds would look like a leak

inline void remember(const char* words) {
  std::size_t n = 0;
  for (; words[n] != '\0' && n + 1 < sizeof last_words; ++n) {
    last_words[n] = words[n] == '\n' ? ' ' : words[n];
  }
  last_words[n] = '\0';
}

// Runs what an operation does; gives its status, whatever is thrown.
template <class Operation>
int guarded(const mapproof_host* host, Operation&& operation) noexcept {
  host_now = host;
  try {
    return operation();
  } catch (const nil_map_error&) {
    return MAPPROOF_NIL_MAP;
  } catch (const unhashable_error&) {
    return MAPPROOF_UNHASHABLE;
  } catch (const changed_error&) {
    return MAPPROOF_CHANGED;
  } catch (const std::exception& error) {
    remember(error.what());
  } catch (...) {
    remember("something was thrown that is no std::exception");
  }
  return MAPPROOF_FAILED;
}

// ---- maps and walks, whatever their types ----

struct any_walk {
  const mapproof_host* host = nullptr;
  any_walk() = default;
  any_walk(const any_walk&) = delete;
  any_walk& operator=(const any_walk&) = delete;
  virtual ~any_walk() = default;
  virtual bool next(mapproof_bytes* key, mapproof_bytes* elem) = 0;
};

struct any_map {
  const mapproof_host* host = nullptr;
  any_map() = default;
  any_map(const any_map&) = delete;
  any_map& operator=(const any_map&) = delete;
  virtual ~any_map() = default;
  virtual std::size_t size() = 0;
  virtual bool find(mapproof_bytes key, mapproof_bytes* elem) = 0;
  virtual void assign(mapproof_bytes key, mapproof_bytes elem) = 0;
  virtual bool erase(mapproof_bytes key) = 0;
  virtual void clear() = 0;
  virtual any_walk* iterate(const mapproof_start* start) = 0;
};

template <class T>
T read(mapproof_bytes bytes) {
  if (kind<T>::size != MAPPROOF_VARIABLE && bytes.size != kind<T>::size) {
    throw std::invalid_argument(std::to_string(bytes.size) + " bytes are no " + kind<T>::name);
  }
  return kind<T>::read(bytes);
}

template <class A, class Key, class Elem>
struct typed_walk final : any_walk {
  walk_of<A> walk;
  typed_walk(A& adapter, const mapproof_start* start) : walk(begin_walk(adapter, start)) {}
  bool next(mapproof_bytes* key, mapproof_bytes* elem) override {
    const Key* k = nullptr;
    const Elem* e = nullptr;
    if (!walk.next(k, e)) return false;
    if (k == nullptr || e == nullptr) throw std::logic_error("next gave a null pointer");
    *key = kind<Key>::image(*k);
    *elem = kind<Elem>::image(*e);
    return true;
  }
};

template <class A, class Key, class Elem, class Hash, class Equal>
struct typed_map final : any_map {
  A adapter;

  explicit typed_map(const options& made_with) : adapter(make(made_with)) {
    host = made_with.host;
    if constexpr (has_reserve<A>) {
      if (made_with.room != 0) adapter.reserve(made_with.room);
    }
  }
  explicit typed_map(std::nullptr_t nil) : adapter(nil) {}

  std::size_t size() override { return static_cast<std::size_t>(adapter.size()); }
  bool find(mapproof_bytes key, mapproof_bytes* elem) override {
    const Elem* found = adapter.find(read<Key>(key));
    if (found != nullptr) *elem = kind<Elem>::image(*found);
    return found != nullptr;
  }
  void assign(mapproof_bytes key, mapproof_bytes elem) override {
    adapter.assign(read<Key>(key), read<Elem>(elem));
  }
  bool erase(mapproof_bytes key) override { return adapter.erase(read<Key>(key)); }
  void clear() override {
    if constexpr (has_clear<A>) adapter.clear();
  }
  any_walk* iterate(const mapproof_start* start) override {
    if constexpr (has_iterate<A> || has_iterate_from<A>) {
      auto walk = std::make_unique<typed_walk<A, Key, Elem>>(adapter, start);
      walk->host = host;
      return walk.release();
    } else {
      (void)start;
      throw std::logic_error("the adapter has no member iterate");
    }
  }

 private:
  static A make(const options& made_with) {
    if constexpr (made_with_options<A, Hash, Equal>) {
      return A(made_with);
    } else if constexpr (made_with_hash<A, Hash, Equal>) {
      return A(made_with.room, Hash(made_with), Equal());
    } else {
      return A();
    }
  }
};

// ---- the functions of the table ----

// A nil map says nothing of its types: it is one of those of the map made last.
inline any_map* (*nil_now)() = nullptr;

inline any_map& map_at(void* map) {
  if (map != nullptr) return *static_cast<any_map*>(map);
  if (nil_now == nullptr) throw std::logic_error("there is no nil map of this kind");
  return *nil_now();
}
inline const mapproof_host* host_of(void* map) {
  return map == nullptr ? nullptr : static_cast<any_map*>(map)->host;
}
// For maps that would not notice.
inline void check_hashable(void* map, mapproof_bytes key) {
  const mapproof_host* host = host_of(map);
  if (host != nullptr && host->hashable(host->context, key) == 0) throw unhashable_error();
}

inline void destroy(void* map) {
  (void)guarded(host_of(map), [&] {
    delete static_cast<any_map*>(map);
    return MAPPROOF_YES;
  });
}
inline std::size_t size(void* map) {
  std::size_t entries = static_cast<std::size_t>(-1);  // of a map that cannot even say that
  (void)guarded(host_of(map), [&] {
    entries = map_at(map).size();
    return MAPPROOF_YES;
  });
  return entries;
}
inline int find(void* map, mapproof_bytes key, mapproof_bytes* elem) {
  return guarded(host_of(map), [&] {
    check_hashable(map, key);
    return map_at(map).find(key, elem) ? MAPPROOF_YES : MAPPROOF_NO;
  });
}
inline int assign(void* map, mapproof_bytes key, mapproof_bytes elem) {
  return guarded(host_of(map), [&] {
    check_hashable(map, key);
    map_at(map).assign(key, elem);
    return MAPPROOF_YES;
  });
}
inline int erase(void* map, mapproof_bytes key) {
  return guarded(host_of(map), [&] {
    check_hashable(map, key);
    return map_at(map).erase(key) ? MAPPROOF_YES : MAPPROOF_NO;
  });
}
inline int clear(void* map) {
  return guarded(host_of(map), [&] {
    map_at(map).clear();
    return MAPPROOF_YES;
  });
}
inline void* iterate(void* map, const mapproof_start* start) {
  any_walk* walk = nullptr;
  (void)guarded(host_of(map), [&] {
    walk = map_at(map).iterate(start);
    return MAPPROOF_YES;
  });
  return walk;
}
inline int next(void* walk, mapproof_bytes* key, mapproof_bytes* elem) {
  auto* const on = static_cast<any_walk*>(walk);
  return guarded(on->host, [&] { return on->next(key, elem) ? MAPPROOF_YES : MAPPROOF_NO; });
}
inline void close(void* walk) {
  auto* const on = static_cast<any_walk*>(walk);
  (void)guarded(on->host, [&] {
    delete on;
    return MAPPROOF_YES;
  });
}
inline const char* last_error() { return last_words; }

// ---- the table ----

template <template <class, class, class, class> class Adapter, class Pair>
struct made_of {
  using key = typename Pair::key;
  using elem = typename Pair::elem;
  using hasher = hash<key>;
  using equality = std::equal_to<key>;
  using adapter = Adapter<key, elem, hasher, equality>;
  static constexpr bool is_complete = complete<adapter, key, elem, hasher, equality>;

  static bool is_of(const mapproof_type& k, const mapproof_type& e) {
    return std::strcmp(k.name, kind<key>::name) == 0 && k.size == kind<key>::size &&
           std::strcmp(e.name, kind<elem>::name) == 0 && e.size == kind<elem>::size;
  }
  using map = typed_map<adapter, key, elem, hasher, equality>;
  static any_map* make(const options& made_with) {
    nil_now = nullptr;
    if constexpr (has_nil<adapter>) {
      nil_now = [] {
        static map nil(nullptr);
        return static_cast<any_map*>(&nil);
      };
    }
    return new map(made_with);
  }
};

template <template <class, class, class, class> class Adapter, class Pairs>
struct factory;
template <template <class, class, class, class> class Adapter, class First, class... Rest>
struct factory<Adapter, pairs<First, Rest...>> {
  using first = made_of<Adapter, First>;

  static int supports(mapproof_type key, mapproof_type elem) {
    return first::is_of(key, elem) || (made_of<Adapter, Rest>::is_of(key, elem) || ...) ? 1 : 0;
  }
  static void* create(const mapproof_host* host) {
    any_map* made = nullptr;
    (void)guarded(host, [&] {
      constexpr std::int64_t kSane = 1 << 20;
      const bool sane = host->hint > 0 && host->hint <= kSane;
      const options made_with{host, host->hint, sane ? static_cast<std::size_t>(host->hint) : 0,
                              host->seed};
      (void)(create_if<First>(made_with, &made) || ... || create_if<Rest>(made_with, &made));
      if (made == nullptr) throw std::invalid_argument("no map of these kinds");
      return MAPPROOF_YES;
    });
    return made;
  }
  template <class Pair>
  static bool create_if(const options& made_with, any_map** made) {
    using what = made_of<Adapter, Pair>;
    if (!what::is_of(made_with.host->key, made_with.host->elem)) return false;
    *made = what::make(made_with);
    return true;
  }
};

template <profile Profile, class A, class Hash, class Equal>
consteval std::uint32_t features_of() {
  std::uint32_t features = 0;
  if constexpr (requires { A::features; }) {
    features = A::features;
  } else {
    if constexpr (made_with_options<A, Hash, Equal> || made_with_hash<A, Hash, Equal>) {
      features |= MAPPROOF_HASHES;
    }
    if constexpr (Profile == profile::go) features |= MAPPROOF_NAN_KEYS | MAPPROOF_KEY_UPDATE;
    if constexpr (Profile != profile::python) features |= MAPPROOF_ERASE_IN_WALK;
  }
  if constexpr (has_iterate_from<A>) features |= MAPPROOF_STARTS;
  if constexpr (has_nil<A>) features |= MAPPROOF_NIL_MAPS;
  return features;
}

template <profile Profile, template <class, class, class, class> class Adapter,
          class Pairs = default_pairs>
const mapproof_port_api* port(const char* name) {
  using maps = factory<Adapter, Pairs>;
  using first = typename maps::first;
  using adapter = typename first::adapter;
  if constexpr (first::is_complete) {
    constexpr std::array<const char*, 4> kProfiles = {"go", "std", "js", "python"};
    static const mapproof_port_api api = {
        MAPPROOF_PORT_VERSION,
        sizeof(mapproof_port_api),
        name,
        kProfiles[static_cast<std::size_t>(Profile)],
        features_of<Profile, adapter, typename first::hasher, typename first::equality>(),
        0,
        maps::supports,
        maps::create,
        destroy,
        size,
        find,
        assign,
        erase,
        has_clear<adapter> ? clear : nullptr,
        iterate,
        next,
        close,
        last_error};
    return &api;
  } else {
    name_what_is_missing<adapter, typename first::key, typename first::elem, typename first::hasher,
                         typename first::equality>();
    return nullptr;
  }
}

}  // namespace detail
#pragma GCC visibility pop

// ---- maps like std::unordered_map ----

// Their adapter. It asks of a map: find, insertion by try_emplace, emplace or operator[],
// erase(iterator), which invalidates no iterator but those to the erased entry, clear, size, begin,
// end and a constructor (room, hash, equal). Insertion may invalidate iterators.
template <template <class, class, class, class> class Map>
struct std_like {
  template <class Key, class Elem, class Hash, class Equal>
  class adapter {
    using map = Map<Key, Elem, Hash, Equal>;
    using iterator = decltype(std::declval<map&>().begin());

   public:
    // Goes by the entry to give next, so that the one given last may be erased.
    class walk {
     public:
      explicit walk(adapter& owner) : owner_(owner), at_(owner.map_.begin()) {
        owner_.walks_.push_back(this);
      }
      walk(const walk&) = delete;
      walk& operator=(const walk&) = delete;
      ~walk() { owner_.walks_.erase(std::find(owner_.walks_.begin(), owner_.walks_.end(), this)); }

      bool next(const Key*& key, const Elem*& elem) {
        if (over_ || at_ == owner_.map_.end()) return false;
        key = &at_->first;
        elem = &elem_at(at_);
        ++at_;
        return true;
      }
      void before_erase(const iterator& gone) {
        if (!over_ && at_ == gone) ++at_;
      }
      void end() { over_ = true; }

     private:
      adapter& owner_;
      iterator at_;
      bool over_ = false;
    };

    adapter(std::size_t room, Hash hasher, Equal equal) : map_(room, hasher, equal) {}

    Elem* find(const Key& key) {
      auto at = map_.find(key);
      return at == map_.end() ? nullptr : &elem_at(at);
    }
    void assign(const Key& key, const Elem& elem) {
      if (Elem* old = find(key)) {
        *old = elem;
        return;
      }
      end_walks();
      if constexpr (requires { map_.try_emplace(key, elem); }) {
        map_.try_emplace(key, elem);
      } else if constexpr (requires { map_.emplace(key, elem); }) {
        map_.emplace(key, elem);
      } else {
        map_[key] = elem;
      }
    }
    bool erase(const Key& key) {
      auto at = map_.find(key);
      if (at == map_.end()) return false;
      for (walk* one : walks_) one->before_erase(at);
      map_.erase(at);
      return true;
    }
    std::size_t size() { return static_cast<std::size_t>(map_.size()); }
    void clear() {
      end_walks();
      map_.clear();
    }
    walk iterate() { return walk(*this); }

   private:
    // Some maps hide their elems behind value(), because their entries are stored as constants.
    template <class At>
    static Elem& elem_at(At& at) {
      if constexpr (requires { at.value(); }) {
        return at.value();
      } else {
        return at->second;
      }
    }
    void end_walks() {
      for (walk* one : walks_) one->end();
    }

    map map_;
    std::vector<walk*> walks_;
  };
};

#pragma GCC visibility push(hidden)
namespace detail {

template <class Map, class Key, class Hash>
concept std_like_make = std::constructible_from<Map, std::size_t, Hash, std::equal_to<Key>>;
template <class Map, class Key>
concept std_like_find = requires(Map& map, const Key& key) {
  map.find(key) != map.end();
};
template <class Map>
concept std_like_erase = requires(Map& map) {
  map.erase(map.begin());
};
template <class Map>
concept std_like_size = requires(Map& map) {
  static_cast<std::size_t>(map.size());
};
template <class Map>
concept std_like_clear = requires(Map& map) {
  map.clear();
};
template <class Map, class Key, class Elem>
concept std_like_insert = requires(Map& map, const Key& key, const Elem& elem) {
  map.try_emplace(key, elem);
}
|| requires(Map& map, const Key& key, const Elem& elem) { map.emplace(key, elem); }
|| requires(Map& map, const Key& key, const Elem& elem) { map[key] = elem; };

template <class Map, class Key, class Elem, class Hash>
concept std_like_map =
    std_like_make<Map, Key, Hash> && std_like_find<Map, Key> && std_like_erase<Map> &&
    std_like_size<Map> && std_like_clear<Map> && std_like_insert<Map, Key, Elem>;

template <class Map, class Key, class Elem, class Hash>
constexpr void name_what_the_map_lacks() {
  static_assert(std_like_make<Map, Key, Hash>,
                "mapproof: the map needs a constructor (std::size_t room, Hash, Equal)");
  static_assert(std_like_find<Map, Key>, "mapproof: the map needs find(const Key&) and end()");
  static_assert(std_like_erase<Map>, "mapproof: the map needs erase(iterator) and begin()");
  static_assert(std_like_size<Map>, "mapproof: the map needs size()");
  static_assert(std_like_clear<Map>, "mapproof: the map needs clear()");
  static_assert(std_like_insert<Map, Key, Elem>,
                "mapproof: the map needs try_emplace(key, elem), emplace(key, elem) or operator[]");
}

template <class Pairs>
struct first_of;
template <class First, class... Rest>
struct first_of<pairs<First, Rest...>> {
  using type = First;
};

template <template <class, class, class, class> class Map, class Pairs = default_pairs>
const mapproof_port_api* std_like_port(const char* name) {
  using first = typename first_of<Pairs>::type;
  using key = typename first::key;
  using elem = typename first::elem;
  using map = Map<key, elem, hash<key>, std::equal_to<key>>;
  if constexpr (std_like_map<map, key, elem, hash<key>>) {
    return port<profile::std, std_like<Map>::template adapter, Pairs>(name);
  } else {
    name_what_the_map_lacks<map, key, elem, hash<key>>();
    return nullptr;
  }
}

}  // namespace detail
#pragma GCC visibility pop

}  // namespace mapproof

// MAPPROOF_PORT(NAME, PROFILE, ADAPTER [, PAIRS]): the library's one exported function.
#define MAPPROOF_PORT(name, ...)                              \
  extern "C" const mapproof_port_api* mapproof_port(void) {   \
    return ::mapproof::detail::port<__VA_ARGS__>("" name ""); \
  }                                                           \
  static_assert(true, "a semicolon may follow")

// MAPPROOF_STD_LIKE_PORT(NAME, MAP [, PAIRS])
#define MAPPROOF_STD_LIKE_PORT(name, ...)                              \
  extern "C" const mapproof_port_api* mapproof_port(void) {            \
    return ::mapproof::detail::std_like_port<__VA_ARGS__>("" name ""); \
  }                                                                    \
  static_assert(true, "a semicolon may follow")
#endif
