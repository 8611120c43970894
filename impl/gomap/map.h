// gomap::map<K, V>: Go's map as a C++ class, everything known at compile time.
//
// It may be changed while it is walked: no entry is produced twice, none that lives through the
// walk is missed. (Policy go1_14 has the few defects of Go 1.14.6, listed in corpus/findings;
// corrected has none.)
//
// Like a Go map, a `map` is a handle, and a walk keeps alive what it needs: it goes on after the
// handle is gone. One writer or any number of readers at a time; iterators are readers.
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

#include "gomap/access.h"
#include "gomap/assign.h"
#include "gomap/clear.h"
#include "gomap/erase.h"
#include "gomap/iterate.h"
#include "gomap/make.h"
#include "gomap/maptype.h"

namespace gomap {

template <class K, class V, class Hash = hash<K>, class Equal = std::equal_to<K>,
          class Policy = go1_14>
class map {
 public:
  using key_type = K;
  using mapped_type = V;
  using type = static_maptype<K, V, Hash, Equal, Policy>;

  map() : h_(makemap_small()) {}
  // Room for `hint` entries; an absurd hint is none.
  explicit map(std::int64_t hint) : h_(makemap64(t, hint, nullptr)) {}
  // The nil map: reads as empty, cannot be written to.
  explicit map(std::nullptr_t) : h_(nullptr) {}
  map(map&& other) noexcept : h_(std::exchange(other.h_, nullptr)) {}
  map& operator=(map&& other) noexcept {
    map(std::move(other)).swap(*this);
    return *this;
  }
  ~map() { unref_hmap(t, h_); }
  void swap(map& other) noexcept { std::swap(h_, other.h_); }

  std::size_t size() const { return h_ == nullptr ? 0 : static_cast<std::size_t>(h_->count); }
  bool empty() const { return size() == 0; }

  // Of all members: O(1) on average, amortised where they insert, but for clear and whole walks,
  // which are O(buckets). Whatever is thrown (std::bad_alloc, panic_error, throw_error, what a
  // hash, a comparison or a copy throws), the map is as it was before.
  //
  // What a key or elem only points to (a std::string_view's text) must outlive its entry, and each
  // walk that began before the entry was erased: an old bucket still has the key, and a step may
  // hash it.

  // v, ok := m[k]: the elem, or null. Good until the entry is deleted or the map written to. `key`
  // may lie in this map, unless its hash writes to the map.
  V* find(const K& key) const {
    auto [elem, ok] = mapaccess2(t, h_, &key);
    return ok ? static_cast<V*>(elem) : nullptr;
  }
  bool contains(const K& key) const { return find(key) != nullptr; }
  // v := m[k]: the elem, or the zero value.
  V get(const K& key) const {
    if constexpr (!static_type<V>::trivial()) {
      const V* elem = find(key);
      return elem != nullptr ? *elem : V();
    } else if constexpr (sizeof(V) <= maxZero) {
      return *static_cast<const V*>(mapaccess1(t, h_, &key));
    } else {
      alignas(V) static unsigned char zero[sizeof(V)] = {};
      return *static_cast<const V*>(mapaccess1_fat(t, h_, &key, zero));
    }
  }
  // m[k] as the target of an assignment: inserts the zero value if need be. Throws panic_error for
  // the nil map and an unhashable key. `key` may lie in this map. The reference is good until the
  // next write, so that it is no m[a] = m[b], where one write may move what the other gave; that is
  // m.insert_or_assign(a, m.get(b)).
  V& operator[](const K& key) {
    if (copied_always || t.calls_out() || may_move_entries()) {
      const K copy = key;
      return *static_cast<V*>(mapassign(t, h_, &copy));
    } else {
      return *static_cast<V*>(mapassign(t, h_, &key));
    }
  }
  // m[k] = v. `key` and `elem` may lie in this map. Nothing is inserted if copying or moving v
  // throws; only a key that cannot be found again (a NaN) may then stay, with a zero elem.
  void insert_or_assign(const K& key, V elem) {
    if constexpr (std::is_nothrow_move_assignable_v<V>) {
      (*this)[key] = std::move(elem);
    } else {
      const K copy = key;
      const std::size_t before = size();
      V& slot = (*this)[copy];
      try {
        slot = std::move(elem);
      } catch (...) {
        if (size() != before) erase(copy);
        throw;
      }
    }
  }
  // delete(m, k). True if it was there. Buckets, and memory of keys and elems above 128 bytes, stay
  // with the map for new entries.
  bool erase(const K& key) {
    const std::size_t before = size();
    if (copied_always || t.calls_out() || (h_ != nullptr && h_->growing())) {
      const K copy = key;  // the key may lie in an old bucket that is about to be evacuated
      mapdelete(t, h_, &copy);
    } else {
      mapdelete(t, h_, &key);  // which does not look at it any more when it wipes the cell
    }
    return size() != before;
  }
  // Deletes all; what erase leaves with the map stays here too.
  void clear() { mapclear(t, h_); }

  // A walk, as Go's range: `for (auto w = m.walk(); w; w.next()) use(w.key(), w.elem());`
  class walker {
   public:
    explicit walker(hmap* h) { mapiterinit(t, h, &it_); }
    walker(walker&& other) noexcept : it_(std::exchange(other.it_, hiter{})) {}
    walker& operator=(walker&& other) noexcept {
      std::swap(it_, other.it_);
      return *this;
    }
    ~walker() { hiter_release(t, &it_); }

    explicit operator bool() const { return it_.key != nullptr; }
    // Precondition: not at the end.
    [[gnu::always_inline]] void next() { mapiternext(t, &it_); }
    // Of the current entry; they are Go's loop variables' sources: take a copy before you change
    // the map.
    const K& key() const { return *static_cast<const K*>(it_.key); }
    V& elem() const { return *static_cast<V*>(it_.elem); }

   private:
    hiter it_;
  };
  walker walk() const { return walker(h_); }

  // `for (auto [key, elem] : m)`, with references.
  class iterator {
   public:
    using value_type = std::pair<const K&, V&>;
    using difference_type = std::ptrdiff_t;
    explicit iterator(hmap* h) : walker_(h) {}
    value_type operator*() const { return {walker_.key(), walker_.elem()}; }
    iterator& operator++() {
      walker_.next();
      return *this;
    }
    void operator++(int) { walker_.next(); }
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return !i.walker_; }

   private:
    walker walker_;
  };
  iterator begin() const { return iterator(h_); }
  std::default_sentinel_t end() const { return {}; }

  // The body, for those who look inside (gomap/inspect.h). Null for the nil map.
  hmap* handle() const { return h_; }
  static constexpr type t{};

 private:
  // Keys of which a write takes a copy, whether it is needed or not.
  static constexpr bool copied_always =
      std::is_trivially_copyable_v<K> && (sizeof(K) <= 2 * PtrSize || t.calls_out());

  bool may_move_entries() const {
    return h_ != nullptr && (h_->growing() || overLoadFactor(t, h_->count + 1, h_->B) ||
                             tooManyOverflowBuckets(h_->noverflow, h_->B));
  }

  hmap* h_;
};

}  // namespace gomap
