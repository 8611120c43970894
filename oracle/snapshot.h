// A port-neutral picture of a map's memory, for the layout rules and for drawing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "oracle/kinds.h"

namespace mapproof {

// The cell states of map.go, as facts of the format (the oracle shares no code with a port).
namespace cell_state {
inline constexpr std::uint8_t kEmptyRest = 0, kEmptyOne = 1, kEvacuatedX = 2, kEvacuatedY = 3,
                              kEvacuatedEmpty = 4, kMinTopHash = 5;
}
namespace map_flag {
inline constexpr std::uint8_t kIterator = 1, kOldIterator = 2, kHashWriting = 4, kSameSizeGrow = 8;
}

struct CellView {
  std::uint8_t tophash = 0;
  std::optional<KeyId> key;            // of cells that hold one (live or evacuated)
  std::optional<std::uint32_t> stamp;  // likewise
  std::optional<std::uint64_t> hash;   // of live, reflexive keys: what the hasher says
  bool elem_zero = true;               // the elem's cell reads as the zero value
  friend bool operator==(const CellView&, const CellView&) = default;
};

inline bool is_free(const CellView& cell) { return cell.tophash <= cell_state::kEmptyOne; }
inline bool is_live(const CellView& cell) { return cell.tophash >= cell_state::kMinTopHash; }
inline bool is_evacuated(const CellView& cell) { return !is_free(cell) && !is_live(cell); }

enum class BucketOrigin : std::uint8_t { base, spare, heap };

struct BucketView {
  BucketOrigin origin = BucketOrigin::base;
  std::array<CellView, 8> cells;  // the first Snapshot::cells_per_bucket of them
  std::int32_t overflow = -1;     // index into ArrayView::buckets, -1: none
  bool foreign_overflow = false;  // the link leads to no bucket of this array (the last spare's
                                  // sentinel does)
  friend bool operator==(const BucketView&, const BucketView&) = default;
};
// Its first cell says it of all, and of the chain that begins with it.
inline bool is_evacuated(const BucketView& bucket) { return is_evacuated(bucket.cells[0]); }

struct ArrayView {
  std::uint32_t base = 1;           // 2^B
  std::vector<BucketView> buckets;  // base ones, then spare ones, then heap ones as first reached
  // Of a picture of some chains only: the base buckets that `buckets` begins with; behind them are
  // the overflow buckets of these chains. Empty: all base buckets.
  std::vector<std::uint32_t> shown = {};
  friend bool operator==(const ArrayView&, const ArrayView&) = default;
};

struct Snapshot {
  // Facts of the map type. A bucket may be made smaller, and the load factor with it, so that all
  // small maps can be enumerated.
  std::uint8_t cells_per_bucket = 8;
  std::uint8_t load_factor_num = 13;
  std::uint8_t load_factor_den = 2;

  std::uint64_t count = 0;
  std::uint8_t flags = 0;
  std::uint8_t B = 0;
  std::uint16_t noverflow = 0;
  std::uint32_t hash0 = 0;
  std::uint64_t nevacuate = 0;
  std::optional<ArrayView> current;  // absent: no bucket yet
  std::optional<ArrayView> old;      // present while growing
  std::int32_t next_overflow = -1;   // index of the next free spare bucket in `current`, -1: none
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

}  // namespace mapproof
