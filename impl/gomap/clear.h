// mapclear.
#pragma once

#include <cstdint>
#include <cstring>

#include "gomap/assign.h"
#include "gomap/bmap.h"
#include "gomap/erase.h"
#include "gomap/grow.h"
#include "gomap/hmap.h"
#include "gomap/make.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/tophash_word.h"

namespace gomap {

namespace detail {

// correction::clear_marks_buckets: iterators that stand in these chains find nothing more.
template <class T>
void mark_empty(const T& t, void* buckets, uintptr n) {
  for (uintptr i = 0; i < n; i++) {
    for (bmap* b = bucket_at(t, buckets, i); b != nullptr; b = b->overflow(t)) {
      std::memset(b->tophash, emptyRest, T::bucketCnt);
    }
  }
}

// What a clear empties or lets go of, if a walk may stand on it without holding the array: a growth
// has taken it out of the one that the walk holds, and growths take from first buckets to first
// buckets. Those of the old array that live there still are in no other.
template <class T>
void leave_all_to_walks(const T& t, hmap* h) noexcept {
  for (uintptr n = 0; n < generation::of(h->buckets)->nbuckets; n++) {
    bmap* b = bucket_at(t, h->buckets, n);
    for (uintptr i = 0; i < T::bucketCnt; i++) leave_entry_to_walks(t, h, b, i);
  }
  if (!h->growing()) return;
  for (uintptr n = 0; n < noldbuckets(h); n++) {
    bmap* b = bucket_at(t, h->oldbuckets, n);
    for (cell_set live = tophash_word<T>(b).live(); !live.none(); live.drop_first()) {
      share_entry_with_walks(t, h, b, live.first());
    }
  }
}

// Keeps the memory of what the array stores apart for new entries.
template <class T>
void spare_all(const T& t, hmap* h) noexcept {
  for (uintptr n = 0; n < bucketShift(h->B); n++) {
    for (bmap* b = bucket_at(t, h->buckets, n); b != nullptr; b = b->overflow(t)) {
      for (uintptr i = 0; i < T::bucketCnt; i++) {
        if (t.indirectkey()) wipe_cell(t.key(), b->key_cell(t, i), true, h->spare_keys);
        if (t.indirectelem()) wipe_cell(t.elem(), b->elem_cell(t, i), true, h->spare_elems);
      }
    }
  }
}

// May an iterator stand in one of the map's arrays?
inline bool somebody_stands_in(const hmap* h) {
  return !only_the_map_holds(h->buckets) ||
         (h->oldbuckets != nullptr && !only_the_map_holds(h->oldbuckets));
}

}  // namespace detail

// Deletes all entries; the array stays and is used again, under live iterators too. O(buckets).
// Allocates nothing.
template <class T>
void mapclear(const T& t, hmap* h) {
  if (h == nullptr || h->count == 0) return;
  if (has_flag(h, hashWriting)) go_throw("concurrent map writes");
  detail::reading_of<T>::refuse_write(h);
  detail::writing guard(h);
  h->writes++;

  if (t.indirectkey() || t.indirectelem()) {
    // Before marks are wiped: they tell which entries live.
    if (has_walks(h)) {
      detail::leave_all_to_walks(t, h);
    } else {
      detail::spare_all(t, h);
    }
  }
  if (detail::somebody_stands_in(h) && t.corrects(correction::clear_marks_buckets)) {
    detail::mark_empty(t, h->buckets, bucketShift(h->B));
    if (h->growing()) detail::mark_empty(t, h->oldbuckets, noldbuckets(h));
  }
  h->clears++;

  writer_sets_flags(h, static_cast<std::uint8_t>(flags_now(h) & ~sameSizeGrow));
  unref_buckets(t, h->oldbuckets);
  h->oldbuckets = nullptr;
  h->nevacuate = 0;
  h->noverflow = 0;
  h->count = 0;
  if (h->extra != nullptr) {
    unref_list(h->extra->overflow);
    unref_list(h->extra->oldoverflow);
    *h->extra = mapextra{};
  }

  // Wipes the array and gets the spare buckets back.
  auto [buckets, nextOverflow] = makeBucketArray(t, h->B, h->buckets);
  retire_heap_buckets(t, buckets);
  // Spare buckets mean that extra was made with the array.
  if (nextOverflow != nullptr) h->extra->nextOverflow = nextOverflow;
  guard.done();
}

}  // namespace gomap
