// Iterators: mapiterinit, mapiternext.
#pragma once

#include <cstdint>
#include <utility>

#include "gomap/access.h"
#include "gomap/bmap.h"
#include "gomap/grow.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"
#include "gomap/memory.h"
#include "gomap/panic.h"
#include "gomap/prefetch.h"
#include "gomap/random.h"
#include "gomap/tophash_word.h"

namespace gomap {

namespace detail {

// Makes `pin` hold g instead of what it held.
template <class T>
[[gnu::noinline]] void repin(const T& t, generation*& pin, generation* g) {
  if (pin == g) return;
  if (g != nullptr) ref(g->refs);
  unref_generation(t, std::exchange(pin, g));
}

// Gives the entry and keeps alive what is stored apart.
template <class T>
void produce(const T& t, hiter* it, void* key, void* elem) {
  if (t.indirectkey()) it->pin.at_objects->key = key;
  if (t.indirectelem()) it->pin.at_objects->elem = elem;
  it->key = key;
  it->elem = elem;
}

// Keeps alive the arrays that the next entry is read from: `buckets` is that of the key's cell,
// `standing` that of the bucket in which the iterator will stand.
template <class T>
[[gnu::always_inline]] inline void stand_in(const T& t, hiter* it, void* buckets, void* standing) {
  generation* start = it->pin.at_start;
  generation* bptr = generation::of(standing);
  generation* cell = generation::of(buckets);
  if (cell == bptr && it->pin.at_key == nullptr &&
      bptr == (it->pin.at_bptr != nullptr ? it->pin.at_bptr : start)) {
    return;  // as before
  }
  if (cell == start || cell == bptr) cell = nullptr;
  if (bptr == start) bptr = nullptr;
  // New pins before old ones go.
  repin(t, it->pin.at_key, cell);
  repin(t, it->pin.at_bptr, bptr);
}

// The cell whose turn in its bucket is the i-th.
template <class T>
uintptr cell_of_turn(const hiter* it, uintptr i) {
  return (i + it->offset) & (T::bucketCnt - 1);
}
template <class T>
cell_set by_turn(const hiter* it, cell_set cells) {
  return cells.rotated(it->offset, T::bucketCnt);
}

// The step of most: to one of the cells that the step before left. False: it takes the long way.
template <class T>
[[gnu::always_inline]] inline bool step_to_left(const T& t, const hmap* h, hiter* it) {
  if (it->left == 0 || it->writes != h->writes) return false;
  cell_set left(it->left);
  const uintptr i = left.first();
  left.drop_first();
  it->left = left.bits();
  it->i = static_cast<std::uint8_t>(i + 1);
  const uintptr offi = cell_of_turn<T>(it, i);
  void* k = it->bptr->key_cell(t, offi);
  void* e = it->bptr->elem_cell(t, offi);
  produce(t, it, t.indirectkey() ? indirect(k) : k, t.indirectelem() ? indirect(e) : e);
  return true;
}

// Is b a spare overflow bucket of the array that the iterator walks?
template <class T>
bool is_spare(const T& t, const hiter* it, const bmap* b) {
  const auto at = reinterpret_cast<uintptr>(b);
  const auto first = reinterpret_cast<uintptr>(it->buckets) + bucketShift(it->B) * t.bucketsize();
  const auto end =
      reinterpret_cast<uintptr>(it->buckets) + it->pin.at_start->nbuckets * t.bucketsize();
  return first <= at && at < end;
}

// In an old bucket whose entries go to two new ones: does the entry in cell `offi` go elsewhere
// than to the bucket that is being walked?
template <class T>
bool goes_elsewhere(const T& t, hmap* h, const hiter* it, const bmap* b, uintptr offi,
                    const void* k, uintptr checkBucket) {
  if (t.reflexivekey() || equal(t, k, k)) {
    return (hash_of(t, k, h->hash0) & bucketMask(it->B)) != checkBucket;
  }
  // The hash of a NaN does not repeat. evacuate goes by the low bit of tophash, before and after:
  // the states evacuatedX and Y differ in it.
  const unsigned shift = static_cast<std::uint8_t>(it->B - 1);
  const uintptr half = shift < PtrSize * 8 ? checkBucket >> shift : 0;  // Go's shift
  return half != (b->tophash[offi] & 1U);
}

// Of the cells `held` those whose entries do not go elsewhere. Nobody notices that they are hashed
// ahead of their turns: precondition of a call.
template <class T>
cell_set find_those_that_stay(const T& t, hmap* h, const hiter* it, bmap* b, cell_set held,
                              uintptr checkBucket) {
  unsigned stay = 0;
  const auto look_at = [&](uintptr offi) {
    void* k = b->key_cell(t, offi);
    if (t.indirectkey()) k = indirect(k);
    stay |= unsigned{!goes_elsewhere(t, h, it, b, offi, k, checkBucket)} << offi;
  };
  if constexpr (T::hashes_dead_cells()) {  // takes less time than to find out which ones live
#pragma GCC unroll 8
    for (uintptr offi = 0; offi < T::bucketCnt; offi++) look_at(offi);
    return held & cell_set(stay);
  } else {
    for (; !held.none(); held.drop_first()) look_at(held.first());
    return cell_set(stay);
  }
}

// Notes where the entries of b go, for the turn of the other bucket, and for other walks. `x`
// has all bits set if this is the turn of X. Called, for it happens once a bucket and growth.
template <class T>
[[gnu::noinline]] unsigned find_split(const T& t, hmap* h, const hiter* it, bmap* b, cell_set held,
                                      uintptr checkBucket, unsigned x,
                                      atomic_ref<split_note> note) {
  const unsigned stay = find_those_that_stay(t, h, it, b, held, checkBucket).bits();
  const unsigned split = ((stay ^ x) & (noted - 1U)) | noted;
  note.store(static_cast<split_note>(split), std::memory_order_relaxed);
  return split;
}

// As find_those_that_stay, from the note if there is one. b belongs to g. (If it has been wiped, in
// a growth that kept the size, it has no other turn.)
template <class T>
[[gnu::always_inline]] inline cell_set that_stay(const T& t, hmap* h, const hiter* it,
                                                 generation* g, bmap* b, cell_set held,
                                                 uintptr checkBucket) {
  const unsigned x = static_cast<unsigned>(checkBucket >> (it->B - 1)) - 1;
  const auto note = split_of(t, g, b);
  unsigned split = note.load(std::memory_order_relaxed);
  if ((split & noted) == 0) split = find_split(t, h, it, b, held, checkBucket, x, note);
  return held & cell_set(split ^ x);
}

// What a walk that comes to this bucket next will wait for: overflow buckets, which lie anywhere in
// a large array, and keys of old buckets that are to be hashed. `mask`: of the array of g.
template <bool Old, class T>
[[gnu::always_inline]] inline void prefetch_ahead(const T& t, std::uint8_t B, generation* g,
                                                  uintptr bucket, uintptr mask) {
  if (buckets_are_far(B)) [[unlikely]] {
    constexpr uintptr ahead = 3;  // a bucket takes a few ten nanoseconds
    if (const bmap* ovf = bucket_at(t, g->buckets(), (bucket + ahead) & mask)->overflow(t)) {
      prefetch_lines(ovf, 0, t.bucketsize());
    }
  }
  if constexpr (Old) {
    if constexpr (!T::keys_reach_out()) return;
    bmap* b = bucket_at(t, g->buckets(), (bucket + 1) & mask);
    const unsigned split = split_of(t, g, b).load(std::memory_order_relaxed);
    if ((split & noted) == 0) t.prefetch_keys(b->keys());
  }
}

// Is the moved entry with key k one that no write but a clear can have changed? A NaN is: it can be
// neither deleted nor updated, which is lucky, since it cannot be looked up either.
template <class T>
bool stays_unreachable(const T& t, hmap* h, const hiter* it, const void* k) {
  if (t.reflexivekey() || equal(t, k, k)) return false;
  return it->clears == h->clears || !t.corrects(correction::clear_is_numbered);
}

// The loop of mapiternext, which takes all steps there are.
template <class T>
[[gnu::noinline]] void step_on(const T& t, hmap* h, hiter* it) {
  [[maybe_unused]] const reading_of<T> guard(h);
  uintptr bucket = it->bucket;
  bmap* b = it->bptr;
  uintptr i = it->i;
  uintptr checkBucket = it->checkBucket;
  bool wrapped = it->wrapped;  // written back with the rest, since a hasher may throw before
  // The array that b belongs to.
  void* standing = (it->pin.at_bptr != nullptr ? it->pin.at_bptr : it->pin.at_start)->buckets();

  if (it->bucket_clears != h->clears && is_spare(t, it, b) &&
      t.corrects(correction::clear_leaves_spare)) {
    b = nullptr;
  } else if (b != nullptr && it->writes == h->writes) {
    b = b->overflow(t);  // nothing is left in this one
    i = 0;
  }
  it->writes = h->writes - 1;  // no cells are left, until it is known which ones

  for (;;) {
    if (b == nullptr) {
      if (bucket == it->startBucket && wrapped) {
        it->wrapped = true;
        it->key = nullptr;
        it->elem = nullptr;
        return;
      }
      b = bucket_at(t, it->buckets, bucket);
      standing = it->buckets;
      checkBucket = noCheck;
      if (h->growing() && it->B == h->B) {
        // Started in a growth that is not over. If the old bucket behind this one still holds the
        // entries, they are taken from there: those that will come here.
        bmap* oldb = bucket_at(t, h->oldbuckets, bucket & oldbucketmask(h));
        if (!evacuated(oldb)) {
          b = oldb;
          standing = h->oldbuckets;
          checkBucket = bucket;
          if (sameSizeGrowing(h) && t.corrects(correction::check_decided_on_entry)) {
            checkBucket = noCheck;
          }
          if (!has_flag(h, oldIterator) && t.corrects(correction::old_bucket_announced)) {
            set_flag(h, oldIterator);
          }
        }
      }
      bucket++;
      if (bucket == bucketShift(it->B)) {
        bucket = 0;
        wrapped = true;
      }
      i = 0;
    }
    const tophash_word<T> tops(b);
    cell_set held = tops.held();
    bool check = checkBucket != noCheck;
    if constexpr (!T::calls_out()) {
      if (check && !sameSizeGrowing(h)) {
        held = that_stay(t, h, it, generation::of(standing), b, held, checkBucket);
        check = false;
      }
    }
    held = by_turn<T>(it, held).from(i);
    for (i = held.next(i, T::bucketCnt); i < T::bucketCnt; i = held.next(i + 1, T::bucketCnt)) {
      const uintptr offi = cell_of_turn<T>(it, i);
      void* k = b->key_cell(t, offi);
      if (t.indirectkey()) k = indirect(k);
      void* e = b->elem_cell(t, offi);
      if (check && (!sameSizeGrowing(h) || t.corrects(correction::check_decided_on_entry)) &&
          goes_elsewhere(t, h, it, b, offi, k, checkBucket)) {
        continue;
      }
      const bool moved = b->tophash[offi] == evacuatedX || b->tophash[offi] == evacuatedY;
      if (!moved || stays_unreachable(t, h, it, k)) {
        // The entry still lives here, or might as well.
        if (t.indirectelem()) e = indirect(e);
        stand_in(t, it, standing, standing);
        produce(t, it, k, e);
        if (!check && !moved) {
          it->left = (held & by_turn<T>(it, tops.live())).from(i + 1).bits();
          it->writes = h->writes;
        }
      } else {
        // The map has grown since: the entry lives elsewhere, if it does. It may have been deleted,
        // updated, or deleted and inserted anew; and its key may have changed from +0 to -0.
        const cell found = mapaccessK(t, h, k);
        if (found.key == nullptr) continue;
        stand_in(t, it, found.buckets, standing);
        produce(t, it, found.key, found.elem);
      }
      it->bucket = bucket;
      it->bptr = b;
      it->i = static_cast<std::uint8_t>(i + 1);
      it->checkBucket = checkBucket;
      it->wrapped = wrapped;
      it->bucket_clears = h->clears;
      return;
    }
    b = b->overflow(t);
    i = 0;
  }
}

// The step from one bucket to the next of the same array, where nothing has been written since the
// step before, so that entries live where they are. `Old`: from old buckets to old ones, while the
// map grows; else it neither grows nor has grown since the walk began. This is what step_on comes
// to then. False: nothing is done.
template <bool Old, class T>
[[gnu::always_inline]] inline bool step_to_bucket(const T& t, hmap* h, hiter* it) {
  if (it->writes != h->writes || it->buckets != h->buckets || h->growing() != Old) return false;
  if (it->pin.at_bptr != (Old ? generation::of(h->oldbuckets) : nullptr)) return false;
  generation* g = Old ? it->pin.at_bptr : it->pin.at_start;
  const uintptr mask = Old ? oldbucketmask(h) : bucketMask(it->B);
  // Else old buckets lead here only with correction::check_decided_on_entry.
  const bool splits = Old && !sameSizeGrowing(h);
  bmap* b = it->bptr->overflow(t);
  uintptr bucket = it->bucket;
  uintptr checkBucket = it->checkBucket;
  bool wrapped = it->wrapped;
  cell_set live(0);
  for (;; b = b->overflow(t)) {
    if (b == nullptr) {
      if (bucket == it->startBucket && wrapped) return false;
      b = bucket_at(t, g->buckets(), bucket & mask);
      if (Old && evacuated(b)) return false;
      if (Old) checkBucket = splits ? bucket : noCheck;
      bucket = (bucket + 1) & bucketMask(it->B);
      wrapped |= bucket == 0;
      prefetch_ahead<Old>(t, it->B, g, bucket, mask);
    }
    live = tophash_word<T>(b).live();
    if constexpr (Old) {
      if (splits) live = that_stay(t, h, it, g, b, live, checkBucket);
    }
    if (!live.none()) break;
  }
  it->bucket = bucket;
  if (Old) it->checkBucket = checkBucket;
  it->wrapped = wrapped;
  it->bptr = b;
  it->left = by_turn<T>(it, live).bits();
  return step_to_left(t, h, it);
}

// The steps that do not stay in a bucket; the likelier a way is, the less stands before it.
template <class T>
[[gnu::noinline]] void step_in_growth(const T& t, hmap* h, hiter* it) {
  if constexpr (!T::calls_out()) {
    if (step_to_bucket<true>(t, h, it)) return;
  }
  step_on(t, h, it);
}
template <class T>
[[gnu::noinline]] void step_beyond(const T& t, hmap* h, hiter* it) {
  if (!step_to_bucket<false>(t, h, it)) step_in_growth(t, h, it);
}

}  // namespace detail

// The next entry: it->key and it->elem, or it->key null at the end. Good until the next call for it
// or its release, whatever becomes of the map; the memory may be wiped or overwritten by later
// writes. Nothing is allocated. O(1) amortised over the walk.
template <class T>
[[gnu::always_inline]] inline void mapiternext(const T& t, hiter* it) {
  hmap* h = it->h;
  if (h == nullptr) panic_nil_dereference();
  if (has_flag(h, hashWriting)) go_throw("concurrent map iteration and map write");
  if (!detail::step_to_left(t, h, it)) detail::step_beyond(t, h, it);
}

// Lets go of all that the iterator keeps alive, and makes it zero again.
template <class T>
void hiter_release(const T& t, hiter* it) noexcept {
  give_back_footing(it->pin.at_objects);
  unref_generation(t, it->pin.at_key);
  unref_generation(t, it->pin.at_bptr);
  unref_generation(t, it->pin.at_start);
  unref_list(it->overflow);
  unref_list(it->oldoverflow);
  unref_hmap(t, it->h);
  *it = hiter{};
}

// Starts a walk and steps to its first entry. *it must be zero. Writes nothing to the map but its
// iterator flags and extra->overflow, and may run at the same time as other readers. Allocates
// that list (first walk of a map, or of one that was cleared or has grown since, where neither keys
// nor elems hold pointers), and what keeps keys and elems alive that are stored apart. If something
// throws, *it is zero. O(1) but for the search of the first entry, O(buckets).
template <class T>
void mapiterinit(const T& t, hmap* h, hiter* it) {
  if (h == nullptr || h->count == 0) return;
  if (PtrSize == 8 && offsetof(hiter, pin) / PtrSize != 12) go_throw("hash_iter size incorrect");
  if (!t.bucket_ptrdata()) createOverflow(h);  // ahead of all that would have to be taken back
  if (t.indirectkey() || t.indirectelem()) it->pin.at_objects = take_footing(h);
  it->t = &t;
  it->h = h;
  ref(h->refs);

  it->B = h->B;
  it->buckets = h->buckets;
  it->pin.at_start = generation::of(h->buckets);
  ref(it->pin.at_start->refs);
  it->clears = it->bucket_clears = h->clears;
  if (!t.bucket_ptrdata()) {
    mapextra* extra = detail::made_once(h->extra);
    it->overflow = detail::made_once(extra->overflow);
    ref(it->overflow->refs);
    it->oldoverflow = extra->oldoverflow;
    if (it->oldoverflow != nullptr) ref(it->oldoverflow->refs);
  }

  // Where to start: any bucket, any cell.
  auto r = uintptr{fastrand()};
  if (h->B > 31 - T::bucketCntBits) r += uintptr{fastrand()} << 31;
  it->startBucket = r & bucketMask(h->B);
  it->offset = static_cast<std::uint8_t>((r >> h->B) & (T::bucketCnt - 1));
  it->bucket = it->startBucket;

  constexpr std::uint8_t both = iterator | oldIterator;
  if ((flags_now(h) & both) != both) set_flag(h, both);
  try {
    mapiternext(t, it);
  } catch (...) {
    hiter_release(t, it);
    throw;
  }
}

}  // namespace gomap
