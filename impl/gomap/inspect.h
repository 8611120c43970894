// A read-only look at the layout of a map: for audits, drawings and measurements.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "gomap/bmap.h"
#include "gomap/hmap.h"
#include "gomap/maptype.h"

namespace gomap {

enum class bucket_origin : std::uint8_t { base, spare, heap };

// All buckets of one array that can be reached: base ones, spare ones, then heap ones in the order
// in which the chains lead to them.
struct array_view {
  struct bucket {
    bmap* at;
    bucket_origin origin;
  };
  static constexpr std::size_t npos = ~std::size_t{0};

  uintptr base = 0;        // 2^B
  uintptr array = 0;       // base and spare buckets
  uintptr bucketsize = 0;  // bytes
  std::vector<bucket> buckets;

  // The place of b in `buckets`, or npos. O(1).
  std::size_t index_of(const bmap* b) const {
    const auto offset = reinterpret_cast<uintptr>(b) - reinterpret_cast<uintptr>(buckets[0].at);
    if (offset < array * bucketsize) return offset / bucketsize;
    const auto known = heap.find(b);
    return known == heap.end() ? npos : known->second;
  }

  std::unordered_map<const bmap*, std::size_t> heap;  // of the heap buckets
};

// O(buckets). `n` is the number of base buckets.
template <class T>
array_view inspect_array(const T& t, void* buckets, uintptr n) {
  array_view view;
  view.base = n;
  view.array = generation::of(buckets)->nbuckets;
  view.bucketsize = t.bucketsize();
  view.buckets.reserve(view.array);
  for (uintptr i = 0; i < view.array; i++) {
    view.buckets.push_back(
        {bucket_at(t, buckets, i), i < n ? bucket_origin::base : bucket_origin::spare});
  }
  for (uintptr i = 0; i < n; i++) {
    for (bmap* b = view.buckets[i].at->overflow(t); b != nullptr; b = b->overflow(t)) {
      const std::size_t known = view.index_of(b);
      if (known == array_view::npos) {
        view.heap.emplace(b, view.buckets.size());
        view.buckets.push_back({b, bucket_origin::heap});
      } else if (view.buckets[known].origin != bucket_origin::spare) {
        break;  // a link that leads back: broken, but no reason to walk for ever
      }
    }
  }
  return view;
}

}  // namespace gomap
