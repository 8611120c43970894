// Chains of buckets in a snapshot, and the cells that hold a key in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "oracle/kinds.h"
#include "oracle/snapshot.h"

namespace mapproof {

using Chain = std::vector<const BucketView*>;

// The chain that begins in base bucket `bucket`.
Chain chain_at(const ArrayView& array, std::uint64_t bucket);

inline bool is_moved(const Chain& chain) { return is_evacuated(*chain[0]); }
std::size_t live_cells(const Chain& chain);

struct Place {
  std::size_t bucket = 0;  // within the chain
  std::size_t cell = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

// A key as the snapshots show it: by equality, a NaN by itself.
class KeyMatch {
 public:
  KeyMatch(KeyKind kind, KeyId key) : kind_(kind), key_(key), class_(key_class(kind, key.index)) {}
  bool operator()(const CellView& cell) const;
  const KeyClass& key_class_of() const { return class_; }

 private:
  KeyKind kind_;
  KeyId key_;
  KeyClass class_;
};

std::optional<Place> place_of(const Chain& chain, const KeyMatch& key);
inline const CellView& at(const Chain& chain, Place place) {
  return chain[place.bucket]->cells[place.cell];
}

// Does `reached` hold for a cell that a search passes before it comes to `place`?
template <class F>
bool any_before(const Chain& chain, Place place, F&& reached) {
  for (std::size_t b = 0; b <= place.bucket; ++b) {
    const std::size_t cells = b == place.bucket ? place.cell : chain[b]->cells.size();
    for (std::size_t i = 0; i < cells; ++i) {
      if (reached(chain[b]->cells[i])) return true;
    }
  }
  return false;
}
// What a map is doing, by its header.
inline bool is_growing(const Snapshot& map) { return map.old.has_value(); }
inline bool is_packing(const Snapshot& map) {
  return is_growing(map) && (map.flags & map_flag::kSameSizeGrow) != 0;
}
inline bool is_doubling(const Snapshot& map) { return is_growing(map) && !is_packing(map); }
// Most entries that a map at rest holds before the next new key doubles it.
inline std::uint64_t load_bound(unsigned b) { return b == 0 ? 8 : (std::uint64_t{13} << b) / 2; }
// A new key would start a growth to the same size. (noverflow has sixteen bits.)
inline bool too_many_overflow(const Snapshot& map) {
  return map.noverflow >= (1U << (map.B < 15 ? map.B : 15));
}

// Where a look-up of a key with that hash searches, and whether that is the old array.
struct SearchedChain {
  Chain chain;
  bool old = false;
};
SearchedChain searched_chain(const Snapshot& map, std::uint64_t hash);

}  // namespace mapproof
