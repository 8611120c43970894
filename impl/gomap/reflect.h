// The entries for Go's reflect package, with their checks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gomap/access.h"
#include "gomap/assign.h"
#include "gomap/clear.h"
#include "gomap/erase.h"
#include "gomap/iterate.h"
#include "gomap/make.h"
#include "gomap/maptype.h"

namespace gomap {

namespace detail {

// map.go's two conditions on the size of a cell; false: it does not fit the type.
inline bool cell_size_fits(const _type& typ, bool is_indirect, std::uint8_t cell, uintptr max) {
  if (typ.size() > max) return is_indirect && cell == PtrSize;
  return !is_indirect && cell == typ.size();
}

// A copy of an elem that lives apart from the map, made before the map is touched.
template <class Typ>
class elem_copy {
 public:
  elem_copy(const Typ& typ, const void* elem) : typ_(typ) {
    if (typ.size() > sizeof(near_)) far_.resize(typ.size() / sizeof(slot) + 1);
    at_ = far_.empty() ? near_.data() : far_.data();
    typ.construct(at_);
    try {
      typ.assign(at_, elem);
    } catch (...) {
      typ.destroy(at_);
      throw;
    }
  }
  elem_copy(const elem_copy&) = delete;
  elem_copy& operator=(const elem_copy&) = delete;
  ~elem_copy() { typ_.destroy(at_); }
  void move_to(void* dst) {
    if (typ_.movable()) {
      typ_.move(dst, at_);
    } else {
      typ_.assign(dst, at_);
    }
  }

 private:
  struct alignas(16) slot {
    unsigned char bytes[16];
  };
  const Typ& typ_;
  std::array<slot, 8> near_;  // most elems fit
  std::vector<slot> far_;
  void* at_ = nullptr;
};

}  // namespace detail

// Checks that the descriptor keeps the rules of map types, then makes a map.
inline hmap* reflect_makemap(const maptype& t, std::intptr_t cap) {
  if (t.key().equal == nullptr) go_throw("runtime.reflect_makemap: unsupported map key type");
  if (!detail::cell_size_fits(t.key(), t.indirectkey(), t.keysize_, maxKeySize)) {
    go_throw("key size wrong");
  }
  if (!detail::cell_size_fits(t.elem(), t.indirectelem(), t.elemsize_, maxElemSize)) {
    go_throw("elem size wrong");
  }
  if (t.key().align() > bucketCnt) go_throw("key align too big");
  if (t.elem().align() > bucketCnt) go_throw("elem align too big");
  if (t.key().size() % t.key().align() != 0) go_throw("key size not a multiple of key align");
  if (t.elem().size() % t.elem().align() != 0) go_throw("elem size not a multiple of elem align");
  if (bucketCnt < 8) go_throw("bucketsize too small for proper alignment");
  if (dataOffset % t.key().align() != 0) go_throw("need padding in bucket (key)");
  if (dataOffset % t.elem().align() != 0) go_throw("need padding in bucket (elem)");
  return makemap(t, cap, nullptr);
}

// The elem of `key`, or null.
inline void* reflect_mapaccess(const maptype& t, hmap* h, const void* key) {
  auto [elem, ok] = mapaccess2(t, h, key);
  return ok ? elem : nullptr;
}

// m[key] = elem, which may lie in the map; *key must not. If copying the elem throws, nothing is
// inserted; only a key that cannot be found again (a NaN) may stay, with a zero elem, if the elem
// cannot be moved either. O(1) amortised.
inline void reflect_mapassign(const maptype& t, hmap* h, const void* key, const void* elem) {
  // Ahead of the write, which may move the elem, or free the array that it lies in.
  detail::elem_copy copy(t.elem(), elem);
  const std::intptr_t before = h == nullptr ? 0 : h->count;
  void* const slot = mapassign(t, h, key);
  try {
    copy.move_to(slot);
  } catch (...) {
    if (h->count != before) mapdelete(t, h, key);
    throw;
  }
}

inline void reflect_mapdelete(const maptype& t, hmap* h, const void* key) { mapdelete(t, h, key); }

// The iterator is the caller's: release it with hiter_release and delete it.
inline hiter* reflect_mapiterinit(const maptype& t, hmap* h) {
  auto it = std::make_unique<hiter>();
  mapiterinit(t, h, it.get());
  return it.release();
}

inline void reflect_mapiternext(hiter* it) {
  if (it->h == nullptr) panic_nil_dereference();
  mapiternext(*static_cast<const maptype*>(it->t), it);
}

inline void* reflect_mapiterkey(hiter* it) { return it->key; }
inline void* reflect_mapiterelem(hiter* it) { return it->elem; }

inline std::intptr_t reflect_maplen(const hmap* h) { return h == nullptr ? 0 : h->count; }
inline std::intptr_t reflectlite_maplen(const hmap* h) { return h == nullptr ? 0 : h->count; }

}  // namespace gomap
