// Map types: what the algorithm knows of keys and elems.
//
// The algorithm is a template over the map type `T` and asks it for everything that map.go reads
// from *maptype. There are two kinds:
//   static_maptype<K, V, ...>  all known at compile time; behind gomap::map<K, V>
//   maptype                    a descriptor made at run time; behind the reflect stubs and programs
// Both offer bucketCnt and bucketCntBits, key(), elem(), keysize(), elemsize(), bucketsize(),
// bucket_ptrdata(), the flags, hasher(), calls_out(), hashes_dead_cells(), key_is_text(),
// keys_reach_out() and prefetch_keys() (if nothing calls out), corrects(), load_factor_num/den()
// and before_alloc().
//
// Every cell of a bucket holds a live object at all times, the zero value if nothing else: that is
// what zeroed memory is in Go. So keys and elems need a default constructor that cannot throw.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

#include "gomap/constants.h"
#include "gomap/corrections.h"
#include "gomap/hash.h"
#include "gomap/prefetch.h"
#include "gomap/traits.h"

namespace gomap {

// ---- types of keys and elems, known at compile time ----

template <class T>
struct static_type {
  // Zero bytes are the zero value, memcpy copies, nothing to destroy.
  static constexpr bool trivial() {
    return std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>;
  }
  static_assert(trivial() || std::is_nothrow_default_constructible_v<T>,
                "a key or elem needs a zero value: a default constructor that does not throw");
  static_assert(std::is_copy_constructible_v<T>,
                "a key or elem must be copyable: an iterator may still need the old copy");

  static constexpr uintptr size() { return std::is_empty_v<T> ? 0 : sizeof(T); }
  static constexpr uintptr align() { return alignof(T); }
  static constexpr bool ptrdata() { return !pointer_free<T>::value; }
  static constexpr bool movable() { return std::is_nothrow_move_assignable_v<T>; }

  static void construct(void* p) noexcept {
    if constexpr (size() != 0) ::new (p) T();
  }
  static void destroy(void* p) noexcept {
    if constexpr (!trivial() && size() != 0) std::destroy_at(static_cast<T*>(p));
  }
  // Copies *src over *dst, wholly or not at all.
  static void assign(void* dst, const void* src) {
    if constexpr (size() == 0) {
      (void)dst, (void)src;
    } else if constexpr (trivial()) {
      std::memcpy(dst, src, sizeof(T));
    } else if constexpr (std::is_nothrow_copy_assignable_v<T> || !movable()) {
      *static_cast<T*>(dst) = *static_cast<const T*>(src);
    } else {
      T copy(*static_cast<const T*>(src));
      *static_cast<T*>(dst) = std::move(copy);
    }
  }
  // Moves *src to *dst. Precondition: movable().
  static void move(void* dst, void* src) noexcept {
    if constexpr (size() != 0) *static_cast<T*>(dst) = std::move(*static_cast<T*>(src));
  }
};

// ---- and known at run time ----

struct _type {
  std::string str;        // the type's name
  uintptr size_ = 0;      // bytes; 0 for empty classes
  uintptr align_ = 1;     // bytes
  bool ptrdata_ = false;  // holds pointers
  bool trivial_ = true;   // see static_type
  bool movable_ = true;
  bool (*equal)(const void*, const void*) = nullptr;  // null: no key type
  void (*construct_)(void*) noexcept = nullptr;
  void (*destroy_)(void*) noexcept = nullptr;
  void (*assign_)(void*, const void*) = nullptr;
  void (*move_)(void*, void*) noexcept = nullptr;

  uintptr size() const { return size_; }
  uintptr align() const { return align_; }
  bool ptrdata() const { return ptrdata_; }
  bool trivial() const { return trivial_; }
  bool movable() const { return movable_; }
  void construct(void* p) const noexcept { construct_(p); }
  void destroy(void* p) const noexcept { destroy_(p); }
  void assign(void* dst, const void* src) const {
    if (trivial_) {
      std::memcpy(dst, src, size_);
    } else {
      assign_(dst, src);
    }
  }
  void move(void* dst, void* src) const noexcept { move_(dst, src); }
};

// The descriptor of T. With an Equal (a function object), T can be a key.
template <class T, class Equal = void>
_type describe(std::string name = type_name<T>()) {
  using st = static_type<T>;
  _type type;
  type.str = std::move(name);
  type.size_ = st::size();
  type.align_ = st::align();
  type.ptrdata_ = st::ptrdata();
  type.trivial_ = st::trivial();
  type.movable_ = st::movable();
  if constexpr (!std::is_void_v<Equal>) {
    type.equal = [](const void* a, const void* b) {
      return equal_keys<T, Equal>(*static_cast<const T*>(a), *static_cast<const T*>(b));
    };
  }
  type.construct_ = &st::construct;
  type.destroy_ = &st::destroy;
  type.assign_ = &st::assign;
  type.move_ = [](void* dst, void* src) noexcept {
    if constexpr (st::movable()) st::move(dst, src);
  };
  return type;
}

// Bytes of a bucket: tophash, keys, elems, overflow link.
constexpr uintptr bucket_size(uintptr keysize, uintptr elemsize, uintptr cells) {
  return dataOffset + cells * keysize + cells * elemsize + PtrSize;
}

// ---- map types ----

// maptype::flags
inline constexpr std::uint32_t flag_indirectkey = 1;
inline constexpr std::uint32_t flag_indirectelem = 2;
inline constexpr std::uint32_t flag_reflexivekey = 4;
inline constexpr std::uint32_t flag_needkeyupdate = 8;
inline constexpr std::uint32_t flag_hashMightPanic = 16;

// A map type made at run time. It must outlive its maps and their iterators.
struct maptype {
  static constexpr unsigned bucketCntBits = gomap::bucketCntBits;
  static constexpr uintptr bucketCnt = gomap::bucketCnt;

  _type key_type;
  _type elem_type;
  std::function<uintptr(const void*, uintptr)> hasher_;  // hash of a key under a seed
  std::uint8_t keysize_ = 0;                             // bytes of a key's cell
  std::uint8_t elemsize_ = 0;                            // bytes of an elem's cell
  uintptr bucketsize_ = 0;                               // bytes of a bucket
  std::uint32_t flags = 0;
  std::uint32_t corrections = 0;
  std::uint32_t* asked = nullptr;           // if set: collects the corrections that were asked for
  std::function<void(uintptr)> alloc_hook;  // if set: told the size of each allocation, may throw

  const _type& key() const { return key_type; }
  const _type& elem() const { return elem_type; }
  uintptr keysize() const { return keysize_; }
  uintptr elemsize() const { return elemsize_; }
  uintptr bucketsize() const { return bucketsize_; }
  bool bucket_ptrdata() const {
    return indirectkey() || indirectelem() || key_type.ptrdata() || elem_type.ptrdata();
  }
  bool indirectkey() const { return (flags & flag_indirectkey) != 0; }
  bool indirectelem() const { return (flags & flag_indirectelem) != 0; }
  bool reflexivekey() const { return (flags & flag_reflexivekey) != 0; }
  bool needkeyupdate() const { return (flags & flag_needkeyupdate) != 0; }
  bool hashMightPanic() const { return (flags & flag_hashMightPanic) != 0; }
  uintptr hasher(const void* key, uintptr seed) const { return hasher_(key, seed); }
  bool key_equal(const void* a, const void* b) const { return key_type.equal(a, b); }
  // Asked only where the answer makes a difference, so that a run in which nobody asked is the same
  // whatever the corrections.
  bool corrects(std::uint32_t correction) const {
    if (asked != nullptr) *asked |= correction;
    return (corrections & correction) != 0;
  }
  // May a hash or comparison of keys run code that knows of this map?
  static constexpr bool calls_out() { return true; }
  // Nothing is known of what keys are.
  static constexpr bool hashes_dead_cells() { return false; }
  static constexpr bool key_is_text() { return false; }
  static constexpr uintptr load_factor_num() { return loadFactorNum; }
  static constexpr uintptr load_factor_den() { return loadFactorDen; }
  void before_alloc(uintptr bytes) const {
    if (alloc_hook) alloc_hook(bytes);
  }
};

// Puts a descriptor together as Go's compiler does; `flags` without the two indirect ones.
inline maptype make_maptype(_type key, _type elem,
                            std::function<uintptr(const void*, uintptr)> hasher,
                            std::uint32_t flags) {
  maptype t;
  if (key.size() > maxKeySize) flags |= flag_indirectkey;
  if (elem.size() > maxElemSize) flags |= flag_indirectelem;
  t.keysize_ = static_cast<std::uint8_t>(key.size() > maxKeySize ? PtrSize : key.size());
  t.elemsize_ = static_cast<std::uint8_t>(elem.size() > maxElemSize ? PtrSize : elem.size());
  t.bucketsize_ = bucket_size(t.keysize_, t.elemsize_, maptype::bucketCnt);
  t.key_type = std::move(key);
  t.elem_type = std::move(elem);
  t.hasher_ = std::move(hasher);
  t.flags = flags;
  return t;
}

// A map type with two cells a bucket and the load factor scaled to them, 3/2 (with 13/2 a growth
// would never end). Not Go's layout: so small that all its states can be enumerated.
struct two_cell_maptype : maptype {
  static constexpr unsigned bucketCntBits = 1;
  static constexpr uintptr bucketCnt = 2;
  static constexpr uintptr load_factor_num() { return 3; }
  static constexpr uintptr load_factor_den() { return 2; }

  explicit two_cell_maptype(maptype t) : maptype(std::move(t)) {
    bucketsize_ = bucket_size(keysize_, elemsize_, bucketCnt);
  }
};

// The flags of K as Go's compiler sets them.
template <class K>
constexpr std::uint32_t key_flags() {
  return (reflexive<K>::value ? flag_reflexivekey : 0) |
         (need_key_update<K>::value ? flag_needkeyupdate : 0) |
         (hash_might_panic<K>::value ? flag_hashMightPanic : 0);
}

// The descriptor of map<K, V>, for the reflect stubs.
template <class K, class V, class Hash = hash<K>, class Equal = std::equal_to<K>>
maptype maptype_of() {
  return make_maptype(
      describe<K, Equal>(), describe<V>(),
      [](const void* key, uintptr seed) { return Hash{}(*static_cast<const K*>(key), seed); },
      key_flags<K>());
}

// A map type known at compile time. Stateless: the members are what maptype has as data.
template <class K, class V, class Hash, class Equal, class Policy>
struct static_maptype {
  static constexpr unsigned bucketCntBits = gomap::bucketCntBits;
  static constexpr uintptr bucketCnt = gomap::bucketCnt;
  static_assert(alignof(K) <= bucketCnt, "key align too big");
  static_assert(alignof(V) <= bucketCnt, "elem align too big");

  static constexpr static_type<K> key() { return {}; }
  static constexpr static_type<V> elem() { return {}; }
  static constexpr bool indirectkey() { return key().size() > maxKeySize; }
  static constexpr bool indirectelem() { return elem().size() > maxElemSize; }
  static constexpr uintptr keysize() { return indirectkey() ? PtrSize : key().size(); }
  static constexpr uintptr elemsize() { return indirectelem() ? PtrSize : elem().size(); }
  static constexpr uintptr bucketsize() { return bucket_size(keysize(), elemsize(), bucketCnt); }
  static constexpr bool bucket_ptrdata() {
    return indirectkey() || indirectelem() || key().ptrdata() || elem().ptrdata();
  }
  static constexpr bool reflexivekey() { return reflexive<K>::value; }
  static constexpr bool needkeyupdate() { return need_key_update<K>::value; }
  static constexpr bool hashMightPanic() { return hash_might_panic<K>::value; }
  [[gnu::always_inline]] static uintptr hasher(const void* k, uintptr seed) {
    return Hash{}(*static_cast<const K*>(k), seed);
  }
  [[gnu::always_inline]] static bool key_equal(const void* a, const void* b) {
    return equal_keys<K, Equal>(*static_cast<const K*>(a), *static_cast<const K*>(b));
  }
  static constexpr bool calls_out() {
    return !(std::is_same_v<Hash, gomap::hash<K>> && std::is_same_v<Equal, std::equal_to<K>>) ||
           gomap::calls_out<K>::value;
  }
  // May whatever a key's cell holds be hashed? What a dead key points to may be gone.
  static constexpr bool hashes_dead_cells() {
    return !calls_out() && (std::is_integral_v<K> || std::is_enum_v<K>);
  }
  // A text is looked at where the key in the cell points.
  static constexpr bool key_is_text() { return detail::is_text<K>; }
  // Asks for what the keys of a bucket, soon to be hashed, hold outside of it.
  static constexpr bool keys_reach_out() { return key_is_text() || indirectkey(); }
  [[gnu::always_inline]] static void prefetch_keys(const void* keys) {
    for (uintptr i = 0; i < bucketCnt; i++) {
      if constexpr (key_is_text()) {
        __builtin_prefetch(static_cast<const K*>(keys)[i].data());
      } else if (const void* object = static_cast<const void* const*>(keys)[i]; object != nullptr) {
        prefetch_lines(object, 0, sizeof(K));
      }
    }
  }
  static constexpr bool corrects(std::uint32_t correction) {
    return (Policy::corrections & correction) != 0;
  }
  static constexpr uintptr load_factor_num() { return Policy::load_factor_num; }
  static constexpr uintptr load_factor_den() { return Policy::load_factor_den; }
  static void before_alloc(uintptr) {}
};

}  // namespace gomap
