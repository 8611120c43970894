// The structures of map.go: hmap, mapextra, bmap, hiter; and the generation, which stands for what
// the collector does in Go.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gomap/atomic.h"
#include "gomap/constants.h"

namespace gomap {

struct bmap;

// Holds overflow buckets of one array; kept, as in Go, only for types without pointers. It owns
// nothing here: the buckets belong to their generation.
struct overflow_list {
  std::atomic<std::uint32_t> refs{1};
  std::vector<bmap*> buckets;
};

// Fields that not every map has.
struct mapextra {
  overflow_list* overflow = nullptr;     // of hmap::buckets
  overflow_list* oldoverflow = nullptr;  // of hmap::oldbuckets
  bmap* nextOverflow = nullptr;          // the next spare overflow bucket
};

// Where the entries of an old bucket go, as a walk has found by their hashes: bit i is set if that
// in cell i goes to Y. It stays true, for whoever writes to an old bucket evacuates it first.
// Walks find it at the same time, and find the same.
using split_note = std::uint16_t;
inline constexpr split_note noted = 1U << bucketCnt;  // else it says nothing

// An array of buckets with its overflow buckets: the unit of lifetime. The array follows the header
// in memory, and a split_note for each of its buckets follows the array, if nobody notices hashes
// (calls_out). The map holds one reference for `buckets` and one for `oldbuckets`; an iterator
// holds one for each generation that it may still read.
struct alignas(16) generation {
  // A bucket allocated apart, ahead of the bucket itself.
  struct alignas(16) heap_bucket {
    heap_bucket* next;
    split_note split;
    bmap* bucket() { return reinterpret_cast<bmap*>(this + 1); }
    static heap_bucket* of(bmap* bucket) { return reinterpret_cast<heap_bucket*>(bucket) - 1; }
  };

  std::atomic<std::uint32_t> refs;
  uintptr nbuckets;      // of the array, spare ones included
  heap_bucket* heap;     // overflow buckets in use, the latest first
  heap_bucket* retired;  // those that a clear cut off while iterators were alive

  void* buckets() { return this + 1; }
  static generation* of(void* buckets) { return static_cast<generation*>(buckets) - 1; }
};

// A key or elem stored apart begins behind this.
struct alignas(16) object_header {
  std::atomic<std::uint32_t> refs;  // of cells, and of the list below
  bool stood_on = false;            // by a walk, as the writer found that looks at the list
  object_header* next = nullptr;    // in that list, or in one of spare memory

  static object_header* of(void* object) { return static_cast<object_header*>(object) - 1; }
};

// Where a walk says on which objects stored apart it stands. It is written with each step, and read
// by writers only, who are alone.
struct footing {
  std::atomic<bool> taken;  // by a walk
  void* key = nullptr;
  void* elem = nullptr;
  footing* next;
};

// Objects whose cells were emptied while walks were alive. Each has one reference from here, until
// a writer sees that no walk stands on it.
struct left_objects {
  object_header* first = nullptr;
  std::uint32_t n = 0;
  std::uint32_t enough = 16;  // for a look at who stands on them
};

// A map. The first 48 bytes are Go's hmap.
struct hmap {
  std::intptr_t count = 0;      // live cells
  std::uint8_t flags = 0;       // see constants.h; read and written through flags_of()
  std::uint8_t B = 0;           // log2 of the number of buckets
  std::uint16_t noverflow = 0;  // overflow buckets, roughly; see incrnoverflow
  std::uint32_t hash0 = 0;      // hash seed
  void* buckets = nullptr;      // 2^B buckets; may be null if count == 0
  void* oldbuckets = nullptr;   // the array before, while growing
  uintptr nevacuate = 0;        // old buckets below this one are evacuated
  mapextra* extra = nullptr;

  // C++ only.
  std::atomic<std::uint32_t> refs{1};  // the handle and the iterators
  std::uint32_t clears = 0;            // for correction::clear_is_numbered and its kin
  std::uint64_t writes = 0;            // parts of them too, but no updates: what a step of a walk
                                       // saw holds without one
  std::atomic<footing*> footings{nullptr};  // of walks over objects stored apart; they stay
  left_objects left_keys, left_elems;
  // Memory of objects whose entries were deleted, for new ones; it stays with the map, as buckets
  // do: never more than the most entries that it ever had.
  object_header* spare_keys = nullptr;
  object_header* spare_elems = nullptr;

  bool growing() const { return oldbuckets != nullptr; }
};
static_assert(PtrSize != 8 || offsetof(hmap, refs) == 48, "hmap's fields are Go's");

// Iterators that start at the same time set the flags concurrently, hence atomics.
inline detail::atomic_ref<std::uint8_t> flags_of(hmap* h) {
  return detail::atomic_ref<std::uint8_t>(h->flags);
}
inline bool has_flag(hmap* h, std::uint8_t flag) {
  return (flags_of(h).load(std::memory_order_relaxed) & flag) != 0;
}
inline void set_flag(hmap* h, std::uint8_t flag) {
  flags_of(h).fetch_or(flag, std::memory_order_relaxed);
}
inline void unset_flag(hmap* h, std::uint8_t flag) {
  flags_of(h).fetch_and(static_cast<std::uint8_t>(~flag), std::memory_order_relaxed);
}
// For writers, who are alone: no locked instruction.
inline void writer_sets_flags(hmap* h, std::uint8_t flags) {
  flags_of(h).store(flags, std::memory_order_relaxed);
}
inline std::uint8_t flags_now(hmap* h) { return flags_of(h).load(std::memory_order_relaxed); }

// Does the current growth keep the size?
inline bool sameSizeGrowing(hmap* h) { return has_flag(h, sameSizeGrow); }

// An iterator. The first 96 bytes are Go's hiter. Must be zero (value-initialised) before
// mapiterinit, and released with hiter_release.
struct hiter {
  void* key = nullptr;  // null: the end
  void* elem = nullptr;
  const void* t = nullptr;  // the map type
  hmap* h = nullptr;
  void* buckets = nullptr;  // the map's array when the iterator was made
  bmap* bptr = nullptr;     // current bucket
  overflow_list* overflow = nullptr;
  overflow_list* oldoverflow = nullptr;
  uintptr startBucket = 0;
  std::uint8_t offset = 0;  // where in each bucket the walk starts
  bool wrapped = false;     // past the end of the array
  std::uint8_t B = 0;
  std::uint8_t i = 0;
  uintptr bucket = 0;
  uintptr checkBucket = 0;

  // C++ only: what keeps alive the memory that the fields above lead to.
  struct pins {
    generation* at_start = nullptr;  // of `buckets`
    generation* at_bptr = nullptr;   // of `bptr`, if another
    generation* at_key = nullptr;    // of `key`, if yet another
    footing* at_objects = nullptr;   // of `key` and `elem`, if one is stored apart
  } pin;
  std::uint32_t clears = 0;         // hmap::clears when the iterator was made
  std::uint32_t bucket_clears = 0;  // and when it last stood still
  // Cells of `bptr` that the next steps produce as they are, in the order of the walk, as long as
  // hmap::writes is `writes`.
  std::uint32_t left = 0;
  std::uint64_t writes = 0;
};
static_assert(PtrSize != 8 || offsetof(hiter, pin) == 96, "hiter's fields are Go's");

}  // namespace gomap
