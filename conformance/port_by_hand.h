// The port of map.go by hand: a map whose functions a test calls one by one, with hashes and
// iterator starts of the test's choice. Used by port_*_test.cc.
//
// Unless a test says otherwise a key hashes to its own number: the low bits choose the bucket, the
// top byte becomes the tophash. at(top, low) makes such a number.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gomap/clear.h"
#include "gomap/erase.h"
#include "gomap/inspect.h"
#include "gomap/iterate.h"
#include "gomap/reflect.h"
#include "oracle/kinds.h"

namespace mapproof {

using u64 = std::uint64_t;

inline constexpr double kAnyNaN = std::numeric_limits<double>::quiet_NaN();

constexpr u64 at(unsigned top, u64 low) { return (u64{top} << 56) | low; }

// What a key hashes to unless the test says otherwise.
template <class K>
u64 number_of(const K& key) {
  if constexpr (std::is_pointer_v<K>) {
    return reinterpret_cast<std::uintptr_t>(key);
  } else if constexpr (std::is_floating_point_v<K>) {
    return key == key ? static_cast<u64>(key) : 0;
  } else if constexpr (std::is_same_v<K, std::string>) {
    return key.empty() ? 0 : std::stoull(key);
  } else if constexpr (std::is_same_v<K, Big>) {
    return key.words[0];
  } else if constexpr (std::is_same_v<K, Empty>) {
    return 0;
  } else if constexpr (std::is_integral_v<K>) {
    return static_cast<u64>(key);
  } else {
    return key.value();
  }
}

inline Big big(u64 number) { return {.words = {number}}; }

struct NilMap {};

template <class K, class V>
class HandMap {
 public:
  using Hasher = std::function<u64(const K&)>;

  explicit HandMap(std::intptr_t hint = 0, Hasher hasher = number_of<K>)
      : HandMap(NilMap{}, std::move(hasher)) {
    h = gomap::makemap(t, hint, nullptr);
  }
  // A nil map.
  explicit HandMap(NilMap, Hasher hasher = number_of<K>)
      : hash(std::move(hasher)),
        t(gomap::make_maptype(
            gomap::describe<K, std::equal_to<K>>("key"), gomap::describe<V>("elem"),
            [this](const void* key, gomap::uintptr seed) {
              hashed++;
              last_seed = seed;
              return gomap::uintptr{hash(*static_cast<const K*>(key))};
            },
            gomap::key_flags<K>())) {}
  HandMap(const HandMap&) = delete;
  HandMap& operator=(const HandMap&) = delete;
  ~HandMap() { let_go(); }

  void let_go() { gomap::unref_hmap(t, std::exchange(h, nullptr)); }

  V& operator[](const K& key) { return *static_cast<V*>(gomap::mapassign(t, h, &key)); }
  V* find(const K& key) {
    auto [elem, ok] = gomap::mapaccess2(t, h, &key);
    return ok ? static_cast<V*>(elem) : nullptr;
  }
  bool has(const K& key) { return find(key) != nullptr; }
  void del(const K& key) { gomap::mapdelete(t, h, &key); }
  void clear() { gomap::mapclear(t, h); }
  std::intptr_t len() const { return gomap::reflect_maplen(h); }

  gomap::bmap* bucket(gomap::uintptr n) { return gomap::bucket_at(t, h->buckets, n); }
  gomap::bmap* old_bucket(gomap::uintptr n) { return gomap::bucket_at(t, h->oldbuckets, n); }
  std::vector<gomap::bmap*> chain(gomap::bmap* b) {
    std::vector<gomap::bmap*> buckets;
    for (; b != nullptr; b = b->overflow(t)) buckets.push_back(b);
    return buckets;
  }
  // The tophash bytes of the chain that begins at b.
  std::vector<int> tops(gomap::bmap* b) {
    std::vector<int> bytes;
    for (const gomap::bmap* link : chain(b)) {
      bytes.insert(bytes.end(), std::begin(link->tophash), std::end(link->tophash));
    }
    return bytes;
  }
  // What the cells hold, live or not.
  const K& key_in(gomap::bmap* b, gomap::uintptr i) {
    void* cell = b->key_cell(t, i);
    return *static_cast<K*>(t.indirectkey() ? gomap::indirect(cell) : cell);
  }
  const V& elem_in(gomap::bmap* b, gomap::uintptr i) {
    void* cell = b->elem_cell(t, i);
    return *static_cast<V*>(t.indirectelem() ? gomap::indirect(cell) : cell);
  }
  // The keys of the live cells of a chain, in its order.
  std::vector<K> keys(gomap::bmap* b) {
    std::vector<K> found;
    for (gomap::bmap* link : chain(b)) {
      for (gomap::uintptr i = 0; i < gomap::bucketCnt; i++) {
        if (link->tophash[i] >= gomap::minTopHash) found.push_back(key_in(link, i));
      }
    }
    return found;
  }
  // The live entries of both arrays: what the map holds, read without its own look-ups.
  std::vector<std::pair<K, V>> entries() {
    std::vector<std::pair<K, V>> found;
    const auto collect = [&](void* buckets, gomap::uintptr n) {
      for (gomap::uintptr i = 0; buckets != nullptr && i < n; i++) {
        for (gomap::bmap* b : chain(gomap::bucket_at(t, buckets, i))) {
          for (gomap::uintptr j = 0; j < gomap::bucketCnt; j++) {
            if (b->tophash[j] < gomap::minTopHash) continue;
            found.emplace_back(key_in(b, j), elem_in(b, j));
          }
        }
      }
    };
    collect(h->buckets, gomap::bucketShift(h->B));
    if (h->growing()) collect(h->oldbuckets, gomap::noldbuckets(h));
    return found;
  }
  // The overflow buckets of all chains of the current array.
  std::size_t overflow_buckets() {
    std::size_t n = 0;
    for (gomap::uintptr i = 0; i < gomap::bucketShift(h->B); i++) n += chain(bucket(i)).size() - 1;
    return n;
  }
  std::size_t spares() const {
    return gomap::generation::of(h->buckets)->nbuckets - gomap::bucketShift(h->B);
  }

  Hasher hash;
  unsigned hashed = 0;           // calls of the hasher
  gomap::uintptr last_seed = 0;  // and the seed of the last one
  gomap::maptype t;
  gomap::hmap* h = nullptr;
};

// A walk over a HandMap. It may live longer than the map's handle, not longer than the HandMap.
template <class K, class V>
class HandWalk {
 public:
  HandWalk(HandMap<K, V>& map, gomap::uintptr start, gomap::uintptr offset) : t_(map.t) {
    gomap::thread_random().force(static_cast<std::uint32_t>(start | (offset << map.h->B)));
    gomap::mapiterinit(t_, map.h, &it);
  }
  // Starts where the thread's random source says.
  explicit HandWalk(HandMap<K, V>& map) : t_(map.t) { gomap::mapiterinit(t_, map.h, &it); }
  HandWalk(const HandWalk&) = delete;
  HandWalk& operator=(const HandWalk&) = delete;
  ~HandWalk() { gomap::hiter_release(t_, &it); }

  bool at_end() const { return it.key == nullptr; }
  void next() { gomap::mapiternext(t_, &it); }
  const K& key() const { return *static_cast<const K*>(it.key); }
  V& elem() const { return *static_cast<V*>(it.elem); }
  // The current key and all after it. A walk that does not end is cut off.
  std::vector<K> drain() {
    std::vector<K> keys;
    for (; !at_end() && keys.size() < 100'000; next()) keys.push_back(key());
    return keys;
  }

  gomap::hiter it;

 private:
  const gomap::maptype& t_;
};
template <class K, class V>
HandWalk(HandMap<K, V>&) -> HandWalk<K, V>;
template <class K, class V>
HandWalk(HandMap<K, V>&, gomap::uintptr, gomap::uintptr) -> HandWalk<K, V>;

// m[key] = key for n keys: first, first + step, ...
template <class V>
void fill(HandMap<u64, V>& map, u64 n, u64 first = 0, u64 step = 1) {
  for (u64 i = 0; i < n; i++) map[first + i * step] = static_cast<V>(first + i * step);
}

// Starts a growth before its time; no old bucket is evacuated yet.
template <class K, class V>
void begin_bigger_growth(HandMap<K, V>& map) {
  const auto count = std::exchange(map.h->count, std::intptr_t{1} << 32);
  gomap::hashGrow(map.t, map.h);
  map.h->count = count;
}
template <class K, class V>
void begin_same_size_growth(HandMap<K, V>& map) {
  gomap::hashGrow(map.t, map.h);
}

// Runs f, which must stop with an `Error` of these words.
template <class Error, class F>
void expect_words(const std::string& words, F&& f) {
  try {
    f();
    ADD_FAILURE() << "nothing was thrown instead of: " << words;
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), words);
  }
}
template <class F>
void expect_throw(const std::string& words, F&& f) {
  expect_words<gomap::throw_error>(words, std::forward<F>(f));
}
template <class F>
void expect_panic(const std::string& words, F&& f) {
  expect_words<gomap::panic_error>(words, std::forward<F>(f));
}
inline constexpr char kNilDereference[] =
    "runtime error: invalid memory address or nil pointer dereference";

}  // namespace mapproof

template <>
inline constexpr bool gomap::unhashable<mapproof::Unhashable> = true;
template <>
inline std::string gomap::type_name<mapproof::Unhashable>() {
  return "func()";
}
