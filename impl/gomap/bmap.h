// Buckets: 8 tophash bytes, 8 keys, 8 elems, and the overflow link at the end.
#pragma once

#include <cstdint>
#include <cstring>

#include "gomap/constants.h"
#include "gomap/prefetch.h"

namespace gomap {

inline void* add(void* p, uintptr x) { return static_cast<unsigned char*>(p) + x; }

constexpr bool isEmpty(std::uint8_t x) { return x <= emptyOne; }

// 1 << b. The shift is masked, as in Go, where B - 1 of B = 0 shifts by too much.
constexpr uintptr bucketShift(std::uint8_t b) { return uintptr{1} << (b & (PtrSize * 8 - 1)); }
constexpr uintptr bucketMask(std::uint8_t b) { return bucketShift(b) - 1; }

// The top byte of the hash, out of the way of the cell states.
constexpr std::uint8_t tophash(uintptr hash) {
  auto top = static_cast<std::uint8_t>(hash >> (PtrSize * 8 - 8));
  if (top < minTopHash) top = static_cast<std::uint8_t>(top + minTopHash);
  return top;
}

struct bmap {
  std::uint8_t tophash[bucketCnt];  // those behind T::bucketCnt stay emptyRest

  template <class T>
  bmap* overflow(const T& t) const {
    return *reinterpret_cast<bmap* const*>(reinterpret_cast<const unsigned char*>(this) +
                                           t.bucketsize() - PtrSize);
  }
  template <class T>
  void setoverflow(const T& t, bmap* ovf) {
    *reinterpret_cast<bmap**>(reinterpret_cast<unsigned char*>(this) + t.bucketsize() - PtrSize) =
        ovf;
  }
  void* keys() { return add(this, dataOffset); }

  // The cells of key and elem i. map.go writes this arithmetic out each time.
  template <class T>
  void* key_cell(const T& t, uintptr i) {
    return add(this, dataOffset + i * t.keysize());
  }
  template <class T>
  void* elem_cell(const T& t, uintptr i) {
    return add(this, dataOffset + T::bucketCnt * t.keysize() + i * t.elemsize());
  }
};
static_assert(sizeof(bmap) == dataOffset);

template <class T>
bmap* bucket_at(const T& t, void* buckets, uintptr index) {
  return static_cast<bmap*>(add(buckets, index * t.bucketsize()));
}

// Are there so many buckets that one of them is unlikely to be near? 2^13 are a megabyte or more.
constexpr bool buckets_are_far(std::uint8_t B) { return B >= 13; }

// Asks for all cache lines of a bucket at once, if it is far: its tophash bytes, keys and elems lie
// in different ones, and a search waits for one after the other. The first is about to be read.
template <class T>
[[gnu::always_inline]] inline void prefetch_bucket(const T& t, const bmap* b, std::uint8_t B) {
  if (buckets_are_far(B)) [[unlikely]] {
    prefetch_lines(b, cache_line, t.bucketsize());
  }
}

inline bool evacuated(const bmap* b) {
  const std::uint8_t h = b->tophash[0];
  return h > emptyOne && h < minTopHash;
}

// The object behind a cell that stores it apart.
inline void*& indirect(void* cell) { return *static_cast<void**>(cell); }

}  // namespace gomap
