// Maps that count what they cost: hash calls, comparisons, old buckets evacuated, buckets walked
// over.
#pragma once

#include <cstdint>

#include "gomap/map.h"

namespace mapproof {

struct counts {
  std::uint64_t hashes = 0;
  std::uint64_t equals = 0;
  bool operator==(const counts&) const = default;
};
inline counts counted;  // by all maps of this file, since the last cost_of began

struct good_hash {
  gomap::uintptr operator()(std::uint64_t key, gomap::uintptr seed) const {
    counted.hashes++;
    return gomap::int64hash(key, seed);
  }
};
struct constant_hash {
  gomap::uintptr operator()(std::uint64_t, gomap::uintptr) const {
    counted.hashes++;
    return 0;
  }
};
struct counting_equal {
  bool operator()(std::uint64_t a, std::uint64_t b) const {
    counted.equals++;
    return a == b;
  }
};

using good_map = gomap::map<std::uint64_t, std::uint64_t, good_hash, counting_equal>;
using constant_map = gomap::map<std::uint64_t, std::uint64_t, constant_hash, counting_equal>;

// What `body` costs.
template <class Body>
counts cost_of(Body body) {
  counted = {};
  body();
  return counted;
}

// Keys 0 to n - 1.
template <class Map>
void fill(Map& m, std::uint64_t n) {
  for (std::uint64_t key = 0; key < n; key++) m[key] = key;
}

// As many entries as make the map grow with the last one: nearly all old buckets are still to be
// evacuated.
constexpr std::uint64_t just_growing(unsigned log2_buckets) {
  return (std::uint64_t{13} << (log2_buckets - 1)) + 1;
}

// Old buckets evacuated since the map was new, exactly. Precondition: it only ever doubled.
// Complexity: one look at each old bucket.
inline std::uint64_t evacuated_so_far(const good_map& m) {
  gomap::hmap* h = m.handle();
  if (!h->growing()) return gomap::bucketShift(h->B) - 1;  // 1 + 2 + 4 + ...
  const std::uint64_t old = gomap::noldbuckets(h);
  std::uint64_t n = old - 1;
  for (std::uint64_t i = 0; i < old; i++) n += gomap::bucketEvacuated(good_map::t, h, i) ? 1 : 0;
  return n;
}

template <class Write>
std::uint64_t evacuated_by(good_map& m, Write write) {
  const std::uint64_t before = evacuated_so_far(m);
  write();
  return evacuated_so_far(m) - before;
}

// Base buckets that walks look at if each takes one of n entries, which is then deleted, until none
// is left.
inline std::uint64_t buckets_popped_over(std::uint64_t n) {
  good_map m;
  fill(m, n);
  std::uint64_t looked_at = 0;
  while (!m.empty()) {
    gomap::hiter it;
    gomap::mapiterinit(good_map::t, m.handle(), &it);
    const std::uint64_t mask = gomap::bucketMask(it.B);
    looked_at += ((it.bucket - 1 - it.startBucket) & mask) + 1;
    const std::uint64_t key = *static_cast<const std::uint64_t*>(it.key);
    gomap::hiter_release(good_map::t, &it);
    m.erase(key);
  }
  return looked_at;
}

}  // namespace mapproof
