// Maps that count what they cost: hash calls, comparisons, old buckets evacuated, buckets walked
// over.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

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

// Counts the old buckets that each write evacuates. It looks at the bucket of the key and at those
// that nevacuate passes, which is O(1) a write, amortised over the growth: what was evacuated
// elsewhere is counted when nevacuate comes there.
// Precondition: between writes nobody else writes, and the map only ever doubles.
class evacuation_counter {
 public:
  // Of a map that does not grow.
  explicit evacuation_counter(const good_map& m) : h_(m.handle()), B_(h_->B) {}

  template <class Write>
  std::uint64_t by_write_of(std::uint64_t key, Write write) {
    std::uint64_t first = h_->nevacuate;
    write();
    std::uint64_t n = 0;
    if (h_->B != B_) {  // a growth has begun; that before it is over
      n = std::exchange(left_, gomap::bucketShift(B_));
      seen_.assign(left_, false);
      B_ = h_->B;
      first = 0;
    }
    if (!h_->growing()) return n + std::exchange(left_, 0);
    n += newly_evacuated(gomap::int64hash(key, h_->hash0) & gomap::oldbucketmask(h_));
    for (; first < h_->nevacuate; first++) n += newly_evacuated(first);
    return n;
  }

 private:
  std::uint64_t newly_evacuated(std::uint64_t bucket) {
    if (seen_[bucket] || !gomap::bucketEvacuated(good_map::t, h_, bucket)) return 0;
    seen_[bucket] = true;
    left_--;
    return 1;
  }

  gomap::hmap* h_;
  std::uint8_t B_;
  std::vector<bool> seen_;  // old buckets that are evacuated
  std::uint64_t left_ = 0;  // how many are not
};

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
