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
  uintptr base = 0;  // 2^B
  std::vector<bucket> buckets;
  std::unordered_map<const bmap*, std::size_t> index;  // into `buckets`
};

// O(buckets). `n` is the number of base buckets.
template <class T>
array_view inspect_array(const T& t, void* buckets, uintptr n) {
  array_view view;
  view.base = n;
  const uintptr nbuckets = generation::of(buckets)->nbuckets;
  const auto list = [&view](bmap* b, bucket_origin origin) {
    view.index.emplace(b, view.buckets.size());
    view.buckets.push_back({b, origin});
  };
  for (uintptr i = 0; i < nbuckets; i++) {
    list(bucket_at(t, buckets, i), i < n ? bucket_origin::base : bucket_origin::spare);
  }
  for (uintptr i = 0; i < n; i++) {
    for (bmap* b = view.buckets[i].at->overflow(t); b != nullptr; b = b->overflow(t)) {
      const auto known = view.index.find(b);
      if (known == view.index.end()) {
        list(b, bucket_origin::heap);
      } else if (view.buckets[known->second].origin != bucket_origin::spare) {
        break;  // a link that leads back: broken, but no reason to walk for ever
      }
    }
  }
  return view;
}

}  // namespace gomap
