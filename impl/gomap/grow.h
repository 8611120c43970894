// Growth: hashGrow, growWork, evacuate and the overflow buckets.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <vector>

#include "gomap/access.h"
#include "gomap/atomic.h"
#include "gomap/bmap.h"
#include "gomap/hmap.h"
#include "gomap/make.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/panic.h"
#include "gomap/random.h"

namespace gomap {

// Counts an overflow bucket; exactly while B < 16, else one in 2^(B-15), so that 16 bits are
// enough.
inline void incrnoverflow(hmap* h) {
  if (h->B < 16) {
    h->noverflow++;
    return;
  }
  const std::uint32_t mask = (std::uint32_t{1} << (h->B - 15)) - 1;
  if ((fastrand() & mask) == 0) h->noverflow++;
}

namespace detail {

// What *slot points to, which is made if need be. Iterators do that at the same time: the first
// wins. As long as they do, nobody reads the slot otherwise.
template <class X>
X* made_once(X*& slot) {
  const atomic_ref<X*> shared(slot);
  X* now = shared.load(std::memory_order_acquire);
  if (now != nullptr) return now;
  auto* made = new X;
  if (shared.compare_exchange_strong(now, made, std::memory_order_acq_rel)) return made;
  delete made;
  return now;
}

}  // namespace detail

// Makes sure that h->extra->overflow exists.
inline void createOverflow(hmap* h) { detail::made_once(detail::made_once(h->extra)->overflow); }

// Hangs an overflow bucket behind b: a spare one of the array, or a new one. Like all that
// mapassign seldom does, it stands apart: else it would take the registers of the search.
template <class T>
[[gnu::noinline]] bmap* newoverflow(const T& t, hmap* h, bmap* b) {
  const bool listed = !t.bucket_ptrdata();
  if (listed) {
    createOverflow(h);  // ahead of everything else, since they may throw
    std::vector<bmap*>& list = h->extra->overflow->buckets;
    if (list.size() == list.capacity()) list.reserve(2 * list.size() + 4);
  }
  bmap* ovf = nullptr;
  if (h->extra != nullptr && h->extra->nextOverflow != nullptr) {
    ovf = h->extra->nextOverflow;
    if (ovf->overflow(t) == nullptr) {
      h->extra->nextOverflow = static_cast<bmap*>(add(ovf, t.bucketsize()));
    } else {
      // The last spare bucket: its link was only a mark.
      ovf->setoverflow(t, nullptr);
      h->extra->nextOverflow = nullptr;
    }
  } else {
    ovf = new_heap_bucket(t, h->buckets);
  }
  incrnoverflow(h);
  if (listed) h->extra->overflow->buckets.push_back(ovf);
  b->setoverflow(t, ovf);
  return ovf;
}

// Are there about as many overflow buckets as buckets? Most are then nearly empty, for a dense map
// would have grown before.
inline bool tooManyOverflowBuckets(std::uint16_t noverflow, std::uint8_t B) {
  if (B > 15) B = 15;
  return noverflow >= static_cast<std::uint16_t>(1U << (B & 15));
}

// Buckets before the current growth.
inline uintptr noldbuckets(hmap* h) {
  std::uint8_t oldB = h->B;
  if (!sameSizeGrowing(h)) oldB--;
  return bucketShift(oldB);
}

inline uintptr oldbucketmask(hmap* h) { return noldbuckets(h) - 1; }

template <class T>
bool bucketEvacuated(const T& t, hmap* h, uintptr bucket) {
  return evacuated(bucket_at(t, h->oldbuckets, bucket));
}

// Starts a growth: to twice the size if the load asks for it, else to the same size, to get rid of
// sparse overflow buckets. The entries move later, in growWork.
template <class T>
[[gnu::noinline]] void hashGrow(const T& t, hmap* h) {
  h->writes++;
  std::uint8_t bigger = 1;
  std::uint8_t flags = flags_now(h);
  if (!overLoadFactor(t, h->count + 1, h->B)) {
    bigger = 0;
    flags |= sameSizeGrow;
  }
  void* oldbuckets = h->buckets;
  if (h->extra != nullptr && h->extra->overflow != nullptr && h->extra->oldoverflow != nullptr) {
    go_throw("oldoverflow is not nil");
  }
  auto [newbuckets, nextOverflow] =
      makeBucketArray(t, static_cast<std::uint8_t>(h->B + bigger), nullptr);
  if (nextOverflow != nullptr && h->extra == nullptr) {
    try {
      h->extra = new mapextra;
    } catch (...) {
      unref_buckets(t, newbuckets);
      throw;
    }
  }

  const bool iterated = (flags & iterator) != 0;
  flags &= static_cast<std::uint8_t>(~(iterator | oldIterator));
  if (iterated) flags |= oldIterator;
  h->B = static_cast<std::uint8_t>(h->B + bigger);
  writer_sets_flags(h, flags);
  h->oldbuckets = oldbuckets;
  h->buckets = newbuckets;
  h->nevacuate = 0;
  h->noverflow = 0;

  if (h->extra != nullptr && h->extra->overflow != nullptr) {
    // The overflow buckets belong to the old generation now.
    h->extra->oldoverflow = h->extra->overflow;
    h->extra->overflow = nullptr;
  }
  if (nextOverflow != nullptr) h->extra->nextOverflow = nextOverflow;
}

// Where evacuated entries go.
struct evacDst {
  bmap* b = nullptr;  // current bucket
  uintptr i = 0;      // next cell in b
};

// Puts everything back if a hash, a comparison, a copy or an allocation throws in the middle of
// evacuate: the chain is then as if it had not been touched. In Go nothing can throw there but a
// hasher, and that leaves a broken map.
template <class T>
class evacuation_guard {
 public:
  // `wiped`: the base bucket will be wiped after all.
  evacuation_guard(const T& t, hmap* h, bmap* chain, std::array<bmap*, 2> destinations, bool wiped)
      : t_(t),
        h_(h),
        chain_(chain),
        destinations_(destinations),
        wiped_(wiped),
        noverflow_(h->noverflow) {
    if (h->extra != nullptr) {
      next_overflow_ = h->extra->nextOverflow;
      if (h->extra->overflow != nullptr) listed_ = h->extra->overflow->buckets.size();
    }
    heap_ = generation::of(h->buckets)->heap;
    std::size_t n = 0;
    for (bmap* b = chain; b != nullptr; b = b->overflow(t), n++) {
      if (n >= near_.size()) far_.emplace_back();
      std::memcpy(saved(n).data(), b->tophash, T::bucketCnt);
    }
  }
  evacuation_guard(const evacuation_guard&) = delete;
  evacuation_guard& operator=(const evacuation_guard&) = delete;
  ~evacuation_guard() {
    if (!done_) undo();
  }

  // May the cells of b be emptied by moving from them? Only those of a bucket that is wiped anyway:
  // in all others Go leaves what was there.
  bool take_from(const bmap* b) const { return wiped_ && b == chain_; }

  void key_moved() { key_moved_ = true; }
  void entry_moved() {
    key_moved_ = false;
    entries_++;
  }
  void done() { done_ = true; }

 private:
  using tops = std::array<std::uint8_t, T::bucketCnt>;

  tops& saved(std::size_t n) { return n < near_.size() ? near_[n] : far_[n - near_.size()]; }

  void undo() noexcept {
    // The entries go back in the order in which they came; then the destinations are emptied.
    std::array<evacDst, 2> xy{evacDst{destinations_[0], 0}, evacDst{destinations_[1], 0}};
    std::size_t entry = 0, n = 0;
    for (bmap* b = chain_; b != nullptr; b = b->overflow(t_), n++) {
      for (uintptr i = 0; i < T::bucketCnt; i++) {
        if (b->tophash[i] == evacuatedX || b->tophash[i] == evacuatedY) {
          put_back(xy[b->tophash[i] - evacuatedX], b, i, entry++);
        }
        b->tophash[i] = saved(n)[i];
      }
    }
    for (bmap* b : destinations_) {
      while (b != nullptr) {
        bmap* next = b->overflow(t_);
        std::memset(b->tophash, emptyRest, T::bucketCnt);
        b->setoverflow(t_, nullptr);
        b = next;
      }
    }
    restore_overflow();
  }

  void put_back(evacDst& dst, bmap* b, uintptr i, std::size_t entry) noexcept {
    const bool elem_is_there = entry < entries_;
    if (!elem_is_there && !key_moved_) return;  // the entry in hand, of which nothing has moved
    if (dst.i == T::bucketCnt) dst = {dst.b->overflow(t_), 0};
    const bool take = take_from(b);
    unevacuate_cell(t_.key(), dst.b->key_cell(t_, dst.i), b->key_cell(t_, i), t_.indirectkey(),
                    take);
    if (elem_is_there) {
      unevacuate_cell(t_.elem(), dst.b->elem_cell(t_, dst.i), b->elem_cell(t_, i),
                      t_.indirectelem(), take);
    }
    dst.i++;
  }

  void restore_overflow() noexcept {
    h_->noverflow = noverflow_;
    generation* g = generation::of(h_->buckets);
    free_heap_buckets(t_, g->heap, heap_);
    g->heap = heap_;
    if (h_->extra == nullptr) return;
    if (h_->extra->overflow != nullptr) h_->extra->overflow->buckets.resize(listed_);
    if (next_overflow_ != nullptr && h_->extra->nextOverflow == nullptr) {
      // The last spare bucket was used; mark it again.
      bucket_at(t_, h_->buckets, g->nbuckets - 1)->setoverflow(t_, static_cast<bmap*>(h_->buckets));
    }
    h_->extra->nextOverflow = next_overflow_;
  }

  const T& t_;
  hmap* h_;
  bmap* chain_;
  std::array<bmap*, 2> destinations_;
  bool wiped_;
  std::uint16_t noverflow_;
  bmap* next_overflow_ = nullptr;
  std::size_t listed_ = 0;
  generation::heap_bucket* heap_ = nullptr;
  std::array<tops, 8> near_;  // tophash bytes of the chain; chains are short
  std::vector<tops> far_;
  std::size_t entries_ = 0;  // moved as a whole
  bool key_moved_ = false;   // of the entry in hand
  bool done_ = false;
};

// After bucket nevacuate was evacuated: skips those that writers have evacuated out of turn, and
// ends the growth after the last.
template <class T>
void advanceEvacuationMark(hmap* h, const T& t, uintptr newbit) {
  h->nevacuate++;
  uintptr stop = h->nevacuate + 1024;  // a bound, so that the cost is O(1)
  if (stop > newbit) stop = newbit;
  while (h->nevacuate != stop && bucketEvacuated(t, h, h->nevacuate)) h->nevacuate++;
  if (h->nevacuate == newbit) {
    unref_buckets(t, h->oldbuckets);
    h->oldbuckets = nullptr;
    if (h->extra != nullptr) {
      unref_list(h->extra->oldoverflow);
      h->extra->oldoverflow = nullptr;
    }
    writer_sets_flags(h, static_cast<std::uint8_t>(flags_now(h) & ~sameSizeGrow));
  }
}

// Moves the entries of one old chain to the new array.
template <class T>
void evacuate(const T& t, hmap* h, uintptr oldbucket) {
  h->writes++;
  bmap* const base = bucket_at(t, h->oldbuckets, oldbucket);
  const uintptr newbit = noldbuckets(h);
  if (!evacuated(base)) {
    const bool same_size = sameSizeGrowing(h);
    const bool wipe = !has_flag(h, oldIterator) && t.bucket_ptrdata();

    // x and y are the destinations, in the lower and the upper half.
    std::array<evacDst, 2> xy;
    xy[0].b = bucket_at(t, h->buckets, oldbucket);
    if (!same_size) xy[1].b = bucket_at(t, h->buckets, oldbucket + newbit);
    evacuation_guard guard(t, h, base, {xy[0].b, xy[1].b}, wipe);

    for (bmap* b = base; b != nullptr; b = b->overflow(t)) {
      const bool take = guard.take_from(b);
      for (uintptr i = 0; i < T::bucketCnt; i++) {
        std::uint8_t top = b->tophash[i];
        if (isEmpty(top)) {
          b->tophash[i] = evacuatedEmpty;
          continue;
        }
        if (top < minTopHash) go_throw("bad map state");
        void* k = b->key_cell(t, i);
        void* k2 = t.indirectkey() ? indirect(k) : k;
        std::uint8_t useY = 0;
        if (!same_size) {
          const uintptr hash = detail::hash_of(t, k2, h->hash0);
          if (has_flag(h, iterator) && !t.reflexivekey() && !detail::equal(t, k2, k2)) {
            // A NaN: its hash is another one each time, but iterators must be able to tell where it
            // went. So the low bit of the old tophash decides, and a new tophash is drawn for the
            // growth after this.
            useY = top & 1;
            top = tophash(hash);
          } else if ((hash & newbit) != 0) {
            useY = 1;
          }
        }
        evacDst& dst = xy[useY];
        b->tophash[i] = static_cast<std::uint8_t>(evacuatedX + useY);
        if (dst.i == T::bucketCnt) dst = {newoverflow(t, h, dst.b), 0};
        evacuate_cell(t.key(), dst.b->key_cell(t, dst.i), k, t.indirectkey(), take);
        guard.key_moved();
        evacuate_cell(t.elem(), dst.b->elem_cell(t, dst.i), b->elem_cell(t, i), t.indirectelem(),
                      take);
        guard.entry_moved();
        dst.b->tophash[dst.i] = top;
        dst.i++;
      }
    }
    guard.done();
    // Unlink the overflow buckets and let go of keys and elems. tophash keeps the evacuation state.
    if (wipe) memclr_bucket_data(t, base);
  }
  if (oldbucket == h->nevacuate) advanceEvacuationMark(h, t, newbit);
}

// The part of a growth that a write must do: the old bucket of its own, and one more.
template <class T>
[[gnu::noinline]] void growWork(const T& t, hmap* h, uintptr bucket) {
  evacuate(t, h, bucket & oldbucketmask(h));
  if (h->growing()) evacuate(t, h, h->nevacuate);
}

}  // namespace gomap
