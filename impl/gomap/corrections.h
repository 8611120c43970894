// Corrections: repairs of single defects that Go 1.14.6's map has, each switched apart.
//
// The faithful port has none of them on. corpus/findings holds, for each, programs that fail
// without it, and a page with cause and effect.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gomap {

namespace correction {

// mapclear marks the cells of the old array and of all overflow buckets empty, so that iterators
// that stand there stop (Go 1.21 does likewise).
inline constexpr std::uint32_t clear_marks_buckets = 1U << 0;

// Clears are numbered; an iterator older than the last one gives no NaN out of an array that the
// map has left (Go 1.24's classic map numbers its clears too).
inline constexpr std::uint32_t clear_is_numbered = 1U << 1;

// After a clear an iterator leaves the spare overflow bucket it stands in: the array is used again,
// and that bucket may by now belong to another chain.
inline constexpr std::uint32_t clear_leaves_spare = 1U << 2;

// Whether an iterator must tell the entries of two sibling buckets apart is decided when it enters
// the bucket, not by the kind of growth that happens to be under way later.
inline constexpr std::uint32_t check_decided_on_entry = 1U << 3;

// An iterator that enters an old bucket says so (oldIterator), however old it is; else a growth
// that began after it would wipe the bucket under it.
inline constexpr std::uint32_t old_bucket_announced = 1U << 4;

struct named {
  std::uint32_t bit;
  std::string_view name;
};
inline constexpr std::array list{
    named{clear_marks_buckets, "clear_marks_buckets"},
    named{clear_is_numbered, "clear_is_numbered"},
    named{clear_leaves_spare, "clear_leaves_spare"},
    named{check_decided_on_entry, "check_decided_on_entry"},
    named{old_bucket_announced, "old_bucket_announced"},
};
inline constexpr std::uint32_t all = (1U << list.size()) - 1;

}  // namespace correction

// Policies of the typed face: which corrections, and the load factor (loadFactorNum/loadFactorDen).
struct go1_14 {
  static constexpr std::uint32_t corrections = 0;
  static constexpr std::uintptr_t load_factor_num = 13;
  static constexpr std::uintptr_t load_factor_den = 2;
};
struct corrected : go1_14 {
  static constexpr std::uint32_t corrections = correction::all;
};

}  // namespace gomap
