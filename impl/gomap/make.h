// Making maps: makemap_small, makemap64, makemap, makeBucketArray.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>

#include "gomap/bmap.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/random.h"

namespace gomap {

// Do `count` entries in 2^B buckets exceed the load factor? map.go needs no map type here; ours
// says the load factor.
template <class T>
bool overLoadFactor(const T& t, std::intptr_t count, std::uint8_t B) {
  return count > static_cast<std::intptr_t>(T::bucketCnt) &&
         static_cast<uintptr>(count) > t.load_factor_num() * (bucketShift(B) / t.load_factor_den());
}

// An array of 2^b buckets and, from b = 4 on, spare overflow buckets behind them; second: the first
// spare one. `dirtyalloc`: an array made with the same t and b, to be wiped and used again.
template <class T>
std::pair<void*, bmap*> makeBucketArray(const T& t, std::uint8_t b, void* dirtyalloc) {
  const uintptr base = bucketShift(b);
  uintptr nbuckets = base;
  // Small maps hardly need overflow buckets.
  if (b >= 4) {
    // As many as a map of this b needs for its median number of entries, and what the size class
    // has to spare.
    nbuckets += bucketShift(static_cast<std::uint8_t>(b - 4));
    const uintptr sz = t.bucketsize() * nbuckets;
    const uintptr up = roundupsize(sz);
    if (up != sz) nbuckets = up / t.bucketsize();
  }

  void* buckets = dirtyalloc;
  if (dirtyalloc == nullptr) {
    buckets = newarray(t, nbuckets);
  } else {
    for (uintptr i = 0; i < nbuckets; i++) {
      bmap* dirty = bucket_at(t, buckets, i);
      std::memset(dirty->tophash, emptyRest, sizeof(dirty->tophash));
      memclr_bucket_data(t, dirty);
    }
  }

  if (base == nbuckets) return {buckets, nullptr};
  // Spare buckets need no bookkeeping: a nil overflow link means that the next one follows in
  // memory. The last one is told by a link that is not nil; any bucket would do.
  bmap* last = bucket_at(t, buckets, nbuckets - 1);
  last->setoverflow(t, static_cast<bmap*>(buckets));
  return {buckets, bucket_at(t, buckets, base)};
}

// A map for make(map[k]v), and for hints of at most bucketCnt. The caller owns one reference
// (unref_hmap).
inline hmap* makemap_small() {
  auto* h = new hmap;
  h->hash0 = fastrand();
  return h;
}

// make(map[k]v, hint). An absurd hint (negative, or too large for memory) is no hint. `h`, if
// given, is a zero hmap from new. The caller owns one reference (unref_hmap). O(hint). Throws
// std::bad_alloc; then nothing is kept, and a given h is still the caller's.
template <class T>
hmap* makemap(const T& t, std::intptr_t hint, hmap* h) {
  uintptr mem = 0;
  if (__builtin_mul_overflow(static_cast<uintptr>(hint), t.bucketsize(), &mem) || mem > maxAlloc) {
    hint = 0;
  }
  const bool made_here = h == nullptr;
  if (made_here) h = new hmap;
  h->hash0 = fastrand();

  // The smallest B that holds hint entries; a negative hint is never over the load factor.
  std::uint8_t B = 0;
  while (overLoadFactor(t, hint, B)) B++;
  h->B = B;

  // With B = 0 the bucket is made later, by mapassign.
  if (h->B != 0) {
    try {
      bmap* nextOverflow = nullptr;
      std::tie(h->buckets, nextOverflow) = makeBucketArray(t, h->B, nullptr);
      if (nextOverflow != nullptr) {
        h->extra = new mapextra;
        h->extra->nextOverflow = nextOverflow;
      }
    } catch (...) {
      if (made_here) unref_hmap(t, h);
      throw;
    }
  }
  return h;
}

// The same of a hint that may be too large for this machine's integers.
template <class T>
hmap* makemap64(const T& t, std::int64_t hint, hmap* h) {
  if (std::int64_t{static_cast<std::intptr_t>(hint)} != hint) hint = 0;
  return makemap(t, static_cast<std::intptr_t>(hint), h);
}

}  // namespace gomap
