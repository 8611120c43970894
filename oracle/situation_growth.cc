#include "oracle/situation_growth.h"

#include <algorithm>

namespace mapproof {
namespace {

constexpr std::array<SituationId, 9> kSizes = {
    "size/one-bucket",    "size/two-buckets",     "size/four-buckets",
    "size/eight-buckets", "size/sixteen-buckets", "size/32-buckets",
    "size/64-buckets",    "size/128-buckets",     "size/256-buckets"};

std::size_t buckets_for(std::size_t entries, std::size_t cells) {
  return std::max<std::size_t>(1, (entries + cells - 1) / cells);
}

bool has_empty_overflow(const Chain& chain) {
  return std::any_of(chain.begin() + 1, chain.end(), [](const BucketView* b) {
    return std::none_of(b->cells.begin(), b->cells.end(), is_live);
  });
}

bool has_holes(const Chain& chain) {
  return std::any_of(chain.begin(), chain.end(), [](const BucketView* b) {
    return std::any_of(b->cells.begin(), b->cells.end(),
                       [](const CellView& cell) { return cell.tophash == cell_state::kEmptyOne; });
  });
}

}  // namespace

void GrowthWatch::write(const Change& change) {
  if (change.put() && change.after.B < kSizes.size()) log_.note(kSizes[change.after.B]);
  if (change.kind == Change::Kind::clear) {
    last_ = Growth::none;
    cleared_ = cleared_ || change.before.count != 0;
    return;
  }
  log_.note_if(change.put() && !is_growing(change.after) && too_many_overflow(change.after),
               "grow/over-the-overflow-bound");
  if (change.starts_growth()) note_start(change);
  if (is_growing(change.before)) note_pushers(change);
  if (change.in_full) {
    note_mark(change);
    note_moved(change);
  }
  if (change.ends_growth()) note_end(change);
}

void GrowthWatch::note_start(const Change& change) {
  const Growth now = change.starts_doubling() ? Growth::doubling : Growth::packing;
  const bool walked = change.walks != 0;
  if (now == Growth::doubling) {
    log_.note("grow/bigger-starts");
    log_.note_if(walked, "grow/bigger-starts-under-a-walk");
    log_.note_if(change.before.noverflow != 0, "grow/bigger-starts-with-overflow");
    log_.note_if(last_ == Growth::doubling, "grow/bigger-after-bigger");
    log_.note_if(last_ == Growth::packing, "grow/bigger-after-same-size");
  } else {
    log_.note("grow/same-size-starts");
    log_.note_if(walked, "grow/same-size-starts-under-a-walk");
    log_.note_if(change.before.B >= 4, "grow/same-size-with-spares");
    log_.note_if(last_ == Growth::packing, "grow/same-size-twice");
    log_.note_if(last_ == Growth::doubling, "grow/same-size-after-bigger");
  }
  log_.note_if(!is_growing(change.after), "grow/starts-and-ends-at-once");
  log_.note_if(cleared_, "clear/then-grows");
  const bool flagged = (change.before.flags & map_flag::kIterator) != 0;
  log_.note_if(flagged && (change.after.flags & map_flag::kOldIterator) != 0,
               "grow/iterator-becomes-old");
  log_.note_if(flagged && !walked, "grow/flag-outlives-the-walk");
  log_.note_if(!flagged, "grow/without-a-walk-flag");
  last_ = now;
  only_deletes_ = only_updates_ = is_growing(change.after);
  if (change.in_full && now == Growth::doubling && change.before.current) {
    bool holes = false;
    for (std::uint64_t i = 0; i < change.before.current->base; ++i) {
      holes = holes || has_holes(chain_at(*change.before.current, i));
    }
    log_.note_if(holes, "grow/bigger-starts-with-holes");
  }
}

void GrowthWatch::note_pushers(const Change& change) {
  if (!change.pushes_growth()) return;
  only_deletes_ = only_deletes_ && change.del();
  only_updates_ = only_updates_ && change.updated();
}

void GrowthWatch::note_end(const Change& change) {
  log_.note_if(change.inserted(), "grow/ends-by-insert");
  log_.note_if(change.updated(), "grow/ends-by-update");
  log_.note_if(change.deleted(), "grow/ends-by-delete");
  log_.note_if(change.missed(), "grow/ends-by-missed-delete");
  const bool packed = is_packing(change.before);
  log_.note_if(packed, "grow/ends-same-size");
  if (change.walks != 0) {
    log_.note(packed ? SituationId("grow/ends-same-size-under-a-walk")
                     : SituationId("grow/ends-under-a-walk"));
  }
  log_.note_if(only_deletes_, "grow/by-deletes-only");
  log_.note_if(only_updates_, "grow/by-updates-only");
}

// The mark passes a bucket that had been moved before this write.
void GrowthWatch::note_mark(const Change& change) {
  if (!change.before.old) return;
  const std::uint64_t mark =
      is_growing(change.after) ? change.after.nevacuate : change.before.old->base;
  for (std::uint64_t i = change.before.nevacuate; i < mark; ++i) {
    if (is_moved(chain_at(*change.before.old, i))) return log_.note("grow/mark-skips");
  }
}

void GrowthWatch::note_moved(const Change& change) {
  const ArrayView* array = change.moved_array();
  if (array == nullptr) return;
  for (std::uint64_t i = 0; i < array->base; ++i) {
    if (change.moves(i)) note_moved_chain(change, i, chain_at(*array, i));
  }
}

void GrowthWatch::note_moved_chain(const Change& change, std::uint64_t bucket, const Chain& chain) {
  const std::size_t live = live_cells(chain);
  const bool packs = change.moves_to_same_size();
  const std::uint64_t mark = change.before.old ? change.before.nevacuate : 0;
  log_.note_if(live == 0, "evacuate/empty-bucket");
  log_.note_if(chain.size() == 2, "evacuate/chain-of-two");
  log_.note_if(chain.size() >= 3, "evacuate/chain-of-three");
  log_.note_if(live != 0 && has_holes(chain), "evacuate/holes");
  log_.note_if(has_empty_overflow(chain), "evacuate/empty-overflow");
  log_.note_if(
      bucket > mark && change.hash && bucket == (*change.hash & (change.moved_array()->base - 1)),
      "evacuate/out-of-turn");
  const std::size_t cells = chain[0]->cells.size();
  log_.note_if(packs && buckets_for(live, cells) < chain.size(), "evacuate/same-size-packs");
  log_.note_if(packs && live > cells, "evacuate/same-size-overflows");
  if (!packs) note_halves(change, bucket, chain);
  note_moved_cells(change, bucket, chain);
  if (live != 0) note_memory(change);
}

void GrowthWatch::note_halves(const Change& change, std::uint64_t bucket, const Chain& chain) {
  const std::uint64_t newbit = change.moved_array()->base;
  std::array<std::size_t, 2> halves = {};
  for (const BucketView* b : chain) {
    for (const CellView& cell : b->cells) {
      if (cell.hash) ++halves[(*cell.hash & newbit) != 0 ? 1 : 0];
    }
  }
  const auto [x, y] = halves;
  const std::size_t cells = chain[0]->cells.size();
  log_.note_if(x != 0 && y == 0, "evacuate/all-to-x");
  log_.note_if(x == 0 && y != 0, "evacuate/all-to-y");
  log_.note_if(x != 0 && y != 0, "evacuate/both");
  log_.note_if(x > cells, "evacuate/x-overflows");
  log_.note_if(y > cells, "evacuate/y-overflows");
  log_.note_if(x > cells && y > cells, "evacuate/both-overflow");
  for (std::uint64_t half = 0; half < 2; ++half) {
    if (halves[half] <= cells || !change.after.current) continue;
    const Chain now = chain_at(*change.after.current, bucket + half * newbit);
    log_.note_if(now.size() > 1 && now[1]->origin == BucketOrigin::spare, "evacuate/takes-spare");
  }
}

void GrowthWatch::note_moved_cells(const Change& change, std::uint64_t bucket, const Chain& chain) {
  const Chain now = change.after.old ? chain_at(*change.after.old, bucket) : Chain();
  for (std::size_t b = 0; b < chain.size(); ++b) {
    for (std::size_t i = 0; i < chain[b]->cells.size(); ++i) {
      const CellView& cell = chain[b]->cells[i];
      if (!is_live(cell) || !cell.key) continue;
      const KeyId key = *cell.key;
      log_.note_if(facts(change.spec.key).need_key_update && key.index == kNegativeZero &&
                       key_text(change.spec.key, key.index) == "-0",
                   "evacuate/negative-zero");
      if (!key_class(change.spec.key, key.index).nan) continue;
      log_.note_if(change.walks != 0, "evacuate/nan-for-a-walk");
      log_.note_if(change.moves_to_same_size(), "evacuate/nan-same-size");
      // Where a NaN goes can only be read from the state of its old cell. The links of a wiped
      // bucket are gone.
      if (change.moves_to_same_size() || b >= now.size()) continue;
      const std::uint8_t state = now[b]->cells[i].tophash;
      log_.note_if(state == cell_state::kEvacuatedX, "evacuate/nan-to-x");
      log_.note_if(state == cell_state::kEvacuatedY, "evacuate/nan-to-y");
    }
  }
}

void GrowthWatch::note_memory(const Change& change) {
  log_.note_if(is_stored_apart(facts(change.spec.key)), "evacuate/big-key");
  log_.note_if(is_stored_apart(facts(change.spec.elem)), "evacuate/big-elem");
  const std::uint8_t flags = is_growing(change.before) ? change.before.flags : change.after.flags;
  const bool kept = (flags & map_flag::kOldIterator) != 0;
  if (!buckets_hold_pointers(change.spec)) {
    log_.note("evacuate/pointer-free");
  } else {
    log_.note(kept ? SituationId("evacuate/kept-for-a-walk") : SituationId("evacuate/wiped"));
  }
}

}  // namespace mapproof
