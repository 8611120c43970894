// mapdelete.
#pragma once

#include <cstdint>
#include <utility>

#include "gomap/access.h"
#include "gomap/assign.h"
#include "gomap/bmap.h"
#include "gomap/grow.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/tophash_word.h"

namespace gomap {

namespace detail {

// Cell i of b, in the chain that begins at bOrig, has just become emptyOne; `rest` are those of b
// that are emptyRest. If nothing lives behind it, it and the empty cells before it become so too.
template <class T>
void mark_rest(const T& t, bmap* bOrig, bmap* b, uintptr i, cell_set rest) {
  if (i == T::bucketCnt - 1) {
    if (b->overflow(t) != nullptr && b->overflow(t)->tophash[0] != emptyRest) return;
  } else {
    if (!rest.has(i + 1)) return;
  }
  for (;;) {
    b->tophash[i] = emptyRest;
    if (i == 0) {
      if (b == bOrig) return;  // the beginning of the chain
      bmap* c = b;
      for (b = bOrig; b->overflow(t) != c; b = b->overflow(t)) {
      }
      i = T::bucketCnt - 1;
    } else {
      i--;
    }
    if (b->tophash[i] != emptyOne) return;
  }
}

template <class Typ>
void wipe_cell(const Typ& typ, void* cell, bool is_indirect, object_header*& spare) {
  if (is_indirect) {
    spare_object(typ, std::exchange(indirect(cell), nullptr), spare);
  } else {
    memclr(typ, cell, false);
  }
}

// Empties the cells of a deleted entry. Keys without pointers are left as they are, as in Go.
template <class T>
void wipe_entry(const T& t, hmap* h, bmap* b, uintptr i) {
  if (t.indirectkey() || t.key().ptrdata()) {
    wipe_cell(t.key(), b->key_cell(t, i), t.indirectkey(), h->spare_keys);
  }
  wipe_cell(t.elem(), b->elem_cell(t, i), t.indirectelem(), h->spare_elems);
}

}  // namespace detail

// Deletes `key`, if it is there; *key must not lie in the map itself. O(1) on average. Throws
// panic_error for an unhashable key, and, since a delete in mid-growth moves entries on,
// std::bad_alloc and what a hash, a comparison or a copy throws: then nothing is deleted.
template <class T>
void mapdelete(const T& t, hmap* h, const void* key) {
  if (h == nullptr || h->count == 0) {
    if (t.hashMightPanic()) detail::hash_of(t, key, 0);
    return;
  }
  if (has_flag(h, hashWriting)) go_throw("concurrent map writes");
  detail::reading_of<T>::refuse_write(h);
  const uintptr hash = detail::hash_of(t, key, h->hash0);
  // Ahead of the flag: see mapassign.
  const uintptr bucket = hash & bucketMask(h->B);
  bmap* const bOrig = bucket_at(t, h->buckets, bucket);
  prefetch_bucket(t, bOrig, h->B);

  // After the hasher, which may panic; nothing was deleted then.
  detail::writing guard(h);
  if (h->growing()) growWork(t, h, bucket);
  const std::uint8_t top = tophash(hash);
  for (bmap* b = bOrig; b != nullptr; b = b->overflow(t)) {
    const detail::tophash_word<T> tops(b);
    for (auto cells = tops.candidates(top); !cells.none(); cells.drop_first()) {
      const uintptr i = cells.first();
      void* k = b->key_cell(t, i);
      if (t.indirectkey()) k = indirect(k);
      if (!detail::equal(t, key, k)) continue;
      h->writes++;
      leave_entry_to_walks(t, h, b, i);
      detail::wipe_entry(t, h, b, i);
      b->tophash[i] = emptyOne;
      detail::mark_rest(t, bOrig, b, i, tops.rest());
      h->count--;
      guard.done();
      return;
    }
    if (!tops.rest().none()) break;
  }
  guard.done();
}

}  // namespace gomap
