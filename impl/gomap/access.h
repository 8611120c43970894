// Look-ups: mapaccess1, mapaccess2, mapaccessK and the fat variants.
#pragma once

#include <type_traits>
#include <utility>

#include "gomap/bmap.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/panic.h"
#include "gomap/tophash_word.h"

namespace gomap {

namespace detail {

inline void* zero_elem() { return const_cast<unsigned char*>(zeroVal); }

// Calls the hasher; a key that was to be read through a nil pointer panics as in Go.
template <class T>
[[gnu::always_inline]] inline uintptr hash_of(const T& t, const void* key, uintptr seed) {
  if (key == nullptr && t.key().size() != 0) panic_nil_dereference();
  return t.hasher(key, seed);
}

template <class T>
[[gnu::always_inline]] inline bool equal(const T& t, const void* a, const void* b) {
  if ((a == nullptr || b == nullptr) && t.key().size() != 0) panic_nil_dereference();
  return t.key_equal(a, b);
}

// Says, while it lives, that this thread is reading a map whose keys call out: code that they run
// may read the map, but not write to it, for a growth could free what is being read. (In Go the
// collector would keep it.)
class reading {
 public:
  explicit reading(const hmap* h) : h_(h), outer_(innermost_) { innermost_ = this; }
  reading(const reading&) = delete;
  reading& operator=(const reading&) = delete;
  ~reading() { innermost_ = outer_; }
  // To be called by writers.
  static void refuse_write(const hmap* h) {
    for (const reading* r = innermost_; r != nullptr; r = r->outer_) {
      if (r->h_ == h) go_throw("concurrent map read and map write");
    }
  }

 private:
  static inline constinit thread_local const reading* innermost_ = nullptr;
  const hmap* h_;
  const reading* outer_;
};
// Where they do not, nobody need know, and nobody writes in between.
struct reading_alone {
  explicit reading_alone(const hmap*) {}
  static void refuse_write(const hmap*) {}
};
template <class T>
using reading_of = std::conditional_t<T::calls_out(), reading, reading_alone>;

struct cell {
  void* key = nullptr;  // null: not found
  void* elem = nullptr;
  void* buckets = nullptr;  // the array that it lies in (hmap::buckets or oldbuckets)
};

// The search that the three accesses share; map.go has a copy in each, and so has the compiled
// code: called, it would give its answer by way of memory.
template <class T>
[[gnu::always_inline]] inline cell lookup(const T& t, hmap* h, const void* key) {
  const uintptr hash = hash_of(t, key, h->hash0);
  [[maybe_unused]] const reading_of<T> guard(h);
  uintptr m = bucketMask(h->B);
  void* buckets = h->buckets;
  bmap* b = bucket_at(t, buckets, hash & m);
  if (void* c = h->oldbuckets; c != nullptr) {
    if (!sameSizeGrowing(h)) m >>= 1;  // there were half as many buckets
    bmap* oldb = bucket_at(t, c, hash & m);
    if (!evacuated(oldb)) {
      b = oldb;
      buckets = c;
    }
  }
  // To get to a text takes a wait more; where keys lie in their cells, this would slow down misses.
  if constexpr (T::key_is_text()) prefetch_bucket(t, b, h->B);
  const std::uint8_t top = tophash(hash);
  do {
    const tophash_word<T> tops(b);
    for (cell_set cells = tops.candidates(top); !cells.none(); cells.drop_first()) {
      const uintptr i = cells.first();
      void* k = b->key_cell(t, i);
      if (t.indirectkey()) k = indirect(k);
      if (equal(t, key, k)) {
        void* e = b->elem_cell(t, i);
        if (t.indirectelem()) e = indirect(e);
        return {k, e, buckets};
      }
    }
    if (!tops.rest().none()) return {};
    b = b->overflow(t);
  } while (b != nullptr);
  return {};
}

// The beginning that mapaccess1 and 2 share. False: there is nothing to search.
template <class T>
bool may_hold(const T& t, hmap* h, const void* key) {
  if (h == nullptr || h->count == 0) {
    if (t.hashMightPanic()) hash_of(t, key, 0);  // an unhashable key panics even so
    return false;
  }
  if (has_flag(h, hashWriting)) go_throw("concurrent map read and map write");
  return true;
}

}  // namespace detail

// Pointer to the elem of `key`, or to zeroVal if there is none; never null. It stays good until the
// entry is deleted or moved (any write to the map may move it). Elems above maxZero bytes: use the
// fat variant. O(1) on average.
template <class T>
void* mapaccess1(const T& t, hmap* h, const void* key) {
  if (!detail::may_hold(t, h, key)) return detail::zero_elem();
  const detail::cell found = detail::lookup(t, h, key);
  return found.key != nullptr ? found.elem : detail::zero_elem();
}

// As mapaccess1, and whether the key is there.
template <class T>
std::pair<void*, bool> mapaccess2(const T& t, hmap* h, const void* key) {
  if (!detail::may_hold(t, h, key)) return {detail::zero_elem(), false};
  const detail::cell found = detail::lookup(t, h, key);
  if (found.key == nullptr) return {detail::zero_elem(), false};
  return {found.elem, true};
}

// Both key and elem, or nulls. For iterators: it neither looks at the flags nor hashes a key for an
// empty map.
template <class T>
detail::cell mapaccessK(const T& t, hmap* h, const void* key) {
  if (h == nullptr || h->count == 0) return {};
  return detail::lookup(t, h, key);
}

// mapaccess1 for elems whose zero value is larger than zeroVal, and in C++ for those that are no
// zero bytes: `zero` is given for a miss.
template <class T>
void* mapaccess1_fat(const T& t, hmap* h, const void* key, void* zero) {
  void* e = mapaccess1(t, h, key);
  return e == detail::zero_elem() ? zero : e;
}

template <class T>
std::pair<void*, bool> mapaccess2_fat(const T& t, hmap* h, const void* key, void* zero) {
  void* e = mapaccess1(t, h, key);
  if (e == detail::zero_elem()) return {zero, false};
  return {e, true};
}

}  // namespace gomap
