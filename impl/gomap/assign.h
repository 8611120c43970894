// mapassign.
#pragma once

#include <cstdint>

#include "gomap/access.h"
#include "gomap/bmap.h"
#include "gomap/grow.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/panic.h"
#include "gomap/tophash_word.h"

namespace gomap {

namespace detail {

// hashWriting, while somebody writes. In Go an operation that panics half-way leaves it set for
// ever; here it is taken back.
class writing {
 public:
  explicit writing(hmap* h) : h_(h) { writer_sets_flags(h, flags_now(h) ^ hashWriting); }
  writing(const writing&) = delete;
  writing& operator=(const writing&) = delete;
  // Inline, so that the guard itself stays in registers.
  [[gnu::always_inline]] ~writing() {
    if (!done_) unset_flag(h_, hashWriting);
  }
  void done() {
    const std::uint8_t flags = flags_now(h_);
    if ((flags & hashWriting) == 0) go_throw("concurrent map writes");
    writer_sets_flags(h_, flags ^ hashWriting);
    done_ = true;
  }

 private:
  hmap* h_;
  bool done_ = false;
};

// A new object stored apart, until a cell owns it.
template <class T, class Typ>
class unowned_object {
 public:
  unowned_object(const T& t, const Typ& typ, bool wanted, object_header*& spare)
      : typ_(typ), object_(wanted ? newobject(t, typ, spare) : nullptr) {}
  unowned_object(const unowned_object&) = delete;
  unowned_object& operator=(const unowned_object&) = delete;
  ~unowned_object() { unref_object(typ_, object_); }
  void* get() const { return object_; }
  void* release() { return std::exchange(object_, nullptr); }

 private:
  const Typ& typ_;
  void* object_;
};

// Stores a new key in an empty cell; its elem is zero. All or nothing.
template <class T>
void store_new(const T& t, hmap* h, void* insertk, void* elem, const void* key) {
  const auto& key_type = t.key();
  const auto& elem_type = t.elem();
  unowned_object kmem(t, key_type, t.indirectkey(), h->spare_keys);
  unowned_object vmem(t, elem_type, t.indirectelem(), h->spare_elems);
  typedmemmove(key_type, t.indirectkey() ? kmem.get() : insertk, key);
  if (t.indirectkey()) indirect(insertk) = kmem.release();
  if (t.indirectelem()) indirect(elem) = vmem.release();
}

}  // namespace detail

// The elem of `key`, which is inserted with a zero elem if it is not there. The pointer stays good
// until the entry is deleted or moved (any write to the map may move it). O(1) on average.
//
// *key must not lie in the map itself, whose growth may free it.
//
// Throws panic_error for a nil map and an unhashable key. If hash, comparison, copy or allocation
// throws, the map holds what it held before.
template <class T>
void* mapassign(const T& t, hmap* h, const void* key) {
  if (h == nullptr) go_panic("assignment to entry in nil map");
  if (has_flag(h, hashWriting)) go_throw("concurrent map writes");
  detail::reading_of<T>::refuse_write(h);
  const uintptr hash = detail::hash_of(t, key, h->hash0);

  // Ahead of the flag: on some processors what is read from beside a byte just written seems to
  // wait for all writes before it, so that none begins to fetch its bucket before the last one has
  // got its own.
  uintptr bucket = hash & bucketMask(h->B);
  bmap* bOrig = h->buckets != nullptr ? bucket_at(t, h->buckets, bucket) : nullptr;
  prefetch_bucket(t, bOrig, h->B);

  // After the hasher, which may panic; nothing was written then.
  detail::writing guard(h);
  if (h->buckets == nullptr) {
    h->buckets = newarray(t, 1);
    bOrig = bucket_at(t, h->buckets, 0);
  }

  const std::uint8_t top = tophash(hash);
  void* elem = nullptr;
  for (bool again = true; again;) {
    again = false;
    if (h->growing()) growWork(t, h, bucket);
    bmap* b = bOrig;

    std::uint8_t* inserti = nullptr;
    void* insertk = nullptr;
    for (;;) {
      const detail::tophash_word<T> tops(b);
      for (auto cells = tops.candidates(top); !cells.none(); cells.drop_first()) {
        const uintptr i = cells.first();
        void* k = b->key_cell(t, i);
        if (t.indirectkey()) k = indirect(k);
        if (!detail::equal(t, key, k)) continue;
        // The key is there: an update.
        if (t.needkeyupdate()) typedmemmove(t.key(), k, key);
        elem = b->elem_cell(t, i);
        guard.done();
        return t.indirectelem() ? indirect(elem) : elem;
      }
      if (const auto cells = tops.empty(); inserti == nullptr && !cells.none()) {
        const uintptr i = cells.first();
        inserti = &b->tophash[i];
        insertk = b->key_cell(t, i);
        elem = b->elem_cell(t, i);
      }
      if (!tops.rest().none()) break;
      bmap* ovf = b->overflow(t);
      if (ovf == nullptr) break;
      b = ovf;
    }

    // The key is new. A map that is full, or has too many overflow buckets, grows first.
    if (!h->growing() &&
        (overLoadFactor(t, h->count + 1, h->B) || tooManyOverflowBuckets(h->noverflow, h->B))) {
      hashGrow(t, h);
      again = true;  // nothing found so far is good any more
      bucket = hash & bucketMask(h->B);
      bOrig = bucket_at(t, h->buckets, bucket);
      continue;
    }
    h->writes++;
    if (inserti == nullptr) {
      bmap* newb = newoverflow(t, h, b);
      inserti = &newb->tophash[0];
      insertk = newb->key_cell(t, 0);
      elem = newb->elem_cell(t, 0);
    }
    detail::store_new(t, h, insertk, elem, key);
    *inserti = top;
    h->count++;
  }
  guard.done();
  return t.indirectelem() ? indirect(elem) : elem;
}

}  // namespace gomap
