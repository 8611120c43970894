// Memory: what Go's allocator and collector do for a map.
//
// newobject, newarray, roundupsize, typedmemmove and memclr have their Go names. Lifetime is
// counted: generations (arrays with their overflow buckets) and objects stored apart (keys and
// elems above 128 bytes) have reference counts, since old and new array, and iterators, share them.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "gomap/bmap.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"

namespace gomap {

// ---- size classes (msize.go and sizeclasses.go of Go 1.14) ----

inline constexpr std::array<std::uint16_t, 66> size_classes{
    8,     16,    32,    48,    64,    80,    96,    112,   128,   144,  160,   176,   192,   208,
    224,   240,   256,   288,   320,   352,   384,   416,   448,   480,  512,   576,   640,   704,
    768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, 2688,  3072,  3200,  3456,
    4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728, 10240, 10880, 12288, 13568,
    14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

// Bytes that Go's allocator would set aside for `size` bytes. The number of spare overflow buckets
// depends on it.
inline uintptr roundupsize(uintptr size) {
  constexpr uintptr page = 8192;
  if (size < size_classes.back()) {
    return *std::lower_bound(size_classes.begin(), size_classes.end(), size);
  }
  if (size + page < size) return size;  // overflow
  return (size + page - 1) / page * page;
}

// ---- raw memory ----

template <class T>
void* mallocgc_zeroed(const T& t, uintptr bytes) {
  t.before_alloc(bytes);
  // Small blocks are wiped here: the calloc of glibc 2.36 passes its threads' caches by.
  const bool small = bytes <= 1024;
  void* p = small ? std::malloc(bytes) : std::calloc(1, bytes);
  if (p == nullptr) throw std::bad_alloc();
  return small ? std::memset(p, 0, bytes) : p;
}

inline void ref(std::atomic<std::uint32_t>& refs) { refs.fetch_add(1, std::memory_order_relaxed); }
// True if that was the last one.
inline bool unref(std::atomic<std::uint32_t>& refs) {
  // Nobody else can add to the last one. A locked instruction would wait for all stores before it.
  return refs.load(std::memory_order_acquire) == 1 ||
         refs.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

// ---- objects stored apart ----

// Is the memory of a deleted entry's objects kept for new entries? Go leaves it to its collector
// and pays later, where free() would take a fifth of a delete. AddressSanitizer has to see who
// reads it too late.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool keeps_spare_objects = false;
#elif defined(__has_feature)
inline constexpr bool keeps_spare_objects = !__has_feature(address_sanitizer);
#else
inline constexpr bool keeps_spare_objects = true;
#endif

// A zero object with one reference, in spare memory if there is some.
template <class T, class Typ>
void* newobject(const T& t, const Typ& typ, object_header*& spare) {
  void* memory = spare;
  if (spare != nullptr) {
    spare = spare->next;
    std::memset(memory, 0, sizeof(object_header) + typ.size());
  } else {
    memory = mallocgc_zeroed(t, sizeof(object_header) + typ.size());
  }
  void* object = ::new (memory) object_header{1} + 1;
  if (!typ.trivial()) typ.construct(object);
  return object;
}

inline void ref_object(void* object) {
  if (object != nullptr) ref(object_header::of(object)->refs);
}

// Drops a reference. True if it was the last one: the object has ended, and left its memory.
template <class Typ>
bool ends_object(const Typ& typ, void* object) {
  if (object == nullptr || !unref(object_header::of(object)->refs)) return false;
  if (!typ.trivial()) typ.destroy(object);
  return true;
}
template <class Typ>
void unref_object(const Typ& typ, void* object) {
  if (ends_object(typ, object)) std::free(object_header::of(object));
}
// Like unref_object, but for the memory.
template <class Typ>
void spare_object(const Typ& typ, void* object, object_header*& spare) noexcept {
  if (!keeps_spare_objects) return unref_object(typ, object);
  if (!ends_object(typ, object)) return;
  object_header* o = object_header::of(object);
  o->next = spare;
  spare = o;
}
inline void free_spare_objects(object_header* spare) noexcept {
  while (spare != nullptr) std::free(std::exchange(spare, spare->next));
}

// ---- objects that walks stand on ----

// A footing for a new walk. Walks may begin at the same time.
inline footing* take_footing(hmap* h) {
  footing* first = h->footings.load(std::memory_order_acquire);
  for (footing* f = first; f != nullptr; f = f->next) {
    if (!f->taken.load(std::memory_order_relaxed) &&
        !f->taken.exchange(true, std::memory_order_acquire)) {
      return f;
    }
  }
  auto* f = new footing{true, nullptr, nullptr, first};
  while (!h->footings.compare_exchange_weak(f->next, f, std::memory_order_acq_rel)) {
  }
  return f;
}
inline void give_back_footing(footing* f) {
  if (f == nullptr) return;
  f->key = f->elem = nullptr;
  f->taken.store(false, std::memory_order_release);
}

// Lets go of those on which no walk stands. O(footings + objects).
template <class Typ>
[[gnu::noinline]] void sweep(const Typ& typ, hmap* h, left_objects& left,
                             void* footing::*object) noexcept {
  const auto mark = [&](bool stood_on) {
    std::uint32_t footings = 0;
    for (footing* f = h->footings.load(std::memory_order_acquire); f != nullptr; f = f->next) {
      footings++;
      if (f->*object != nullptr) object_header::of(f->*object)->stood_on = stood_on;
    }
    return footings;
  };
  mark(true);
  object_header** link = &left.first;
  while (*link != nullptr) {
    object_header* o = *link;
    if (o->stood_on) {
      link = &o->next;
      continue;
    }
    *link = o->next;
    left.n--;
    unref_object(typ, o + 1);
  }
  left.enough = 16 + 2 * mark(false);
}
template <class T>
void sweep_all(const T& t, hmap* h) noexcept {
  if (h->left_keys.n != 0) sweep(t.key(), h, h->left_keys, &footing::key);
  if (h->left_elems.n != 0) sweep(t.elem(), h, h->left_elems, &footing::elem);
}

// Keeps the object, of which the caller gives away a reference, for as long as a walk stands on it.
// O(1) amortised.
template <class Typ>
void leave_to_walks(const Typ& typ, hmap* h, void* object, left_objects& left,
                    void* footing::*stood_on) noexcept {
  if (object == nullptr) return;
  object_header* o = object_header::of(object);
  o->next = left.first;
  left.first = o;
  left.n++;
  if (left.n >= left.enough) sweep(typ, h, left, stood_on);
}

inline bool has_walks(hmap* h) { return h->refs.load(std::memory_order_acquire) != 1; }

// Leaves to the walks what the entry has stored apart: the objects that `reference` gets out of
// their cells, each with a reference to give away.
template <class T, class Reference>
void leave_objects_to_walks(const T& t, hmap* h, bmap* b, uintptr i,
                            const Reference& reference) noexcept {
  if (t.indirectkey()) {
    void* key = reference(indirect(b->key_cell(t, i)));
    leave_to_walks(t.key(), h, key, h->left_keys, &footing::key);
  }
  if (t.indirectelem()) {
    void* elem = reference(indirect(b->elem_cell(t, i)));
    leave_to_walks(t.elem(), h, elem, h->left_elems, &footing::elem);
  }
}

// To be called before the cells of an entry are emptied: takes its objects out, if walks may stand
// on them.
template <class T>
void leave_entry_to_walks(const T& t, hmap* h, bmap* b, uintptr i) noexcept {
  if (!t.indirectkey() && !t.indirectelem()) return;
  if (!has_walks(h)) {
    sweep_all(t, h);
    return;
  }
  leave_objects_to_walks(t, h, b, i, [](void*& cell) { return std::exchange(cell, nullptr); });
}

// To be called before the map lets go of cells in which an entry lives. They are not emptied: walks
// that hold the array read on.
template <class T>
void share_entry_with_walks(const T& t, hmap* h, bmap* b, uintptr i) noexcept {
  leave_objects_to_walks(t, h, b, i, [](void*& cell) {
    ref_object(cell);
    return cell;
  });
}

// ---- cells ----

// Makes the cell read as the zero value.
template <class Typ>
void memclr(const Typ& typ, void* cell, bool is_indirect) noexcept {
  if (is_indirect) {
    unref_object(typ, indirect(cell));
    indirect(cell) = nullptr;
  } else if (typ.trivial()) {
    if (typ.size() != 0) std::memset(cell, 0, typ.size());
  } else {
    typ.destroy(cell);
    typ.construct(cell);
  }
}

template <class Typ>
void typedmemmove(const Typ& typ, void* dst, const void* src) {
  typ.assign(dst, src);
}

// What evacuate does to a key or elem: the new cell gets it. With `take`, nobody will read the old
// cell again, and it may be emptied.
template <class Typ>
void evacuate_cell(const Typ& typ, void* dst, void* src, bool is_indirect, bool take) {
  if (is_indirect) {
    indirect(dst) = indirect(src);
    if (take) {
      indirect(src) = nullptr;
    } else {
      ref_object(indirect(dst));
    }
  } else if (take && !typ.trivial() && typ.movable()) {
    typ.move(dst, src);
  } else {
    typ.assign(dst, src);
  }
}

// Undoes evacuate_cell with the same arguments; the new cell is zero again.
template <class Typ>
void unevacuate_cell(const Typ& typ, void* dst, void* src, bool is_indirect, bool take) noexcept {
  if (is_indirect && take) {
    indirect(src) = indirect(dst);
    indirect(dst) = nullptr;
    return;
  }
  if (take && !typ.trivial() && typ.movable()) typ.move(src, dst);
  memclr(typ, dst, is_indirect);
}

// ---- buckets ----

template <class T>
void for_each_cell_construct(const T& t, bmap* b) noexcept {
  for (uintptr i = 0; i < T::bucketCnt; i++) {
    if (!t.indirectkey() && !t.key().trivial()) t.key().construct(b->key_cell(t, i));
    if (!t.indirectelem() && !t.elem().trivial()) t.elem().construct(b->elem_cell(t, i));
  }
}

// Must cells be constructed and destroyed one by one?
template <class T>
bool has_owning_cells(const T& t) {
  return t.indirectkey() || t.indirectelem() || !t.key().trivial() || !t.elem().trivial();
}

template <class T>
void destroy_cells(const T& t, bmap* b) noexcept {
  for (uintptr i = 0; i < T::bucketCnt; i++) {
    if (t.indirectkey()) {
      unref_object(t.key(), indirect(b->key_cell(t, i)));
    } else if (!t.key().trivial()) {
      t.key().destroy(b->key_cell(t, i));
    }
    if (t.indirectelem()) {
      unref_object(t.elem(), indirect(b->elem_cell(t, i)));
    } else if (!t.elem().trivial()) {
      t.elem().destroy(b->elem_cell(t, i));
    }
  }
}

// Wipes everything behind the tophash bytes: keys, elems and the overflow link.
template <class T>
void memclr_bucket_data(const T& t, bmap* b) noexcept {
  for (uintptr i = 0; i < T::bucketCnt; i++) {
    memclr(t.key(), b->key_cell(t, i), t.indirectkey());
    memclr(t.elem(), b->elem_cell(t, i), t.indirectelem());
  }
  b->setoverflow(t, nullptr);
}

// ---- generations ----

// A zeroed array of n buckets in a new generation with one reference.
template <class T>
void* newarray(const T& t, uintptr n) {
  const uintptr each = t.bucketsize() + (!T::calls_out() ? sizeof(split_note) : 0);
  auto* g = static_cast<generation*>(mallocgc_zeroed(t, sizeof(generation) + n * each));
  ::new (g) generation{1, n, nullptr, nullptr};
  if (has_owning_cells(t)) {
    for (uintptr i = 0; i < n; i++) for_each_cell_construct(t, bucket_at(t, g->buckets(), i));
  }
  return g->buckets();
}

// A zeroed overflow bucket, owned by the generation of `buckets`.
template <class T>
bmap* new_heap_bucket(const T& t, void* buckets) {
  generation* g = generation::of(buckets);
  auto* block = static_cast<generation::heap_bucket*>(
      mallocgc_zeroed(t, sizeof(generation::heap_bucket) + t.bucketsize()));
  block->next = g->heap;
  g->heap = block;
  if (has_owning_cells(t)) for_each_cell_construct(t, block->bucket());
  return block->bucket();
}

// The note on bucket b of g.
template <class T>
detail::atomic_ref<split_note> split_of(const T& t, generation* g, bmap* b) {
  static_assert(!T::calls_out());
  const auto offset = reinterpret_cast<uintptr>(b) - reinterpret_cast<uintptr>(g->buckets());
  const uintptr array = g->nbuckets * t.bucketsize();
  if (offset >= array) return detail::atomic_ref<split_note>(generation::heap_bucket::of(b)->split);
  auto* notes = static_cast<split_note*>(add(g->buckets(), array));
  return detail::atomic_ref<split_note>(notes[offset / t.bucketsize()]);
}

// Frees a list of heap buckets up to (not including) `end`.
template <class T>
void free_heap_buckets(const T& t, generation::heap_bucket* list,
                       generation::heap_bucket* end = nullptr) noexcept {
  while (list != end) {
    generation::heap_bucket* next = list->next;
    if (has_owning_cells(t)) destroy_cells(t, list->bucket());
    std::free(list);
    list = next;
  }
}

template <class T>
void unref_generation(const T& t, generation* g) noexcept {
  if (g == nullptr || !unref(g->refs)) return;
  if (has_owning_cells(t)) {
    for (uintptr i = 0; i < g->nbuckets; i++) destroy_cells(t, bucket_at(t, g->buckets(), i));
  }
  free_heap_buckets(t, g->heap);
  free_heap_buckets(t, g->retired);
  std::free(g);
}

template <class T>
void unref_buckets(const T& t, void* buckets) noexcept {
  if (buckets != nullptr) unref_generation(t, generation::of(buckets));
}

// Is nobody but the map itself holding this array?
inline bool only_the_map_holds(void* buckets) {
  return generation::of(buckets)->refs.load(std::memory_order_acquire) == 1;
}

// After a clear the array starts over: its heap buckets belong to no chain any more. They go at
// once, or, if an iterator may stand in one, with the next clear that finds none, or with the
// generation.
template <class T>
void retire_heap_buckets(const T& t, void* buckets) noexcept {
  generation* g = generation::of(buckets);
  if (only_the_map_holds(buckets)) {
    free_heap_buckets(t, g->heap);
    free_heap_buckets(t, g->retired);
    g->retired = nullptr;
  } else if (g->heap != nullptr) {
    generation::heap_bucket* last = g->heap;
    while (last->next != nullptr) last = last->next;
    last->next = g->retired;
    g->retired = g->heap;
  }
  g->heap = nullptr;
}

// ---- overflow lists, bodies ----

inline void unref_list(overflow_list* list) {
  if (list != nullptr && unref(list->refs)) delete list;
}

// Drops one reference to the map's body; the last one frees it.
template <class T>
void unref_hmap(const T& t, hmap* h) noexcept {
  if (h == nullptr || !unref(h->refs)) return;
  unref_buckets(t, h->oldbuckets);
  unref_buckets(t, h->buckets);
  for (footing* f = h->footings.exchange(nullptr); f != nullptr;) delete std::exchange(f, f->next);
  sweep_all(t, h);
  free_spare_objects(h->spare_keys);
  free_spare_objects(h->spare_elems);
  if (h->extra != nullptr) {
    unref_list(h->extra->overflow);
    unref_list(h->extra->oldoverflow);
    delete h->extra;
  }
  delete h;
}

}  // namespace gomap
