#include "oracle/situation_cells.h"

#include <algorithm>
#include <string>

namespace mapproof {
namespace {

constexpr std::uint64_t kOneBucket = 8;  // entries

bool is_hole(const CellView& cell) { return cell.tophash == cell_state::kEmptyOne; }

bool is_full(const Chain& chain) {
  return std::all_of(chain.begin(), chain.end(), [](const BucketView* b) {
    return std::all_of(b->cells.begin(), b->cells.end(), is_live);
  });
}

bool collides(const Chain& chain, Place place) {
  const std::uint8_t top = at(chain, place).tophash;
  return any_before(chain, place, [top](const CellView& cell) { return cell.tophash == top; });
}

Chain chain_of(const Snapshot& map, std::uint64_t hash) {
  return map.current ? chain_at(*map.current, hash & (map.current->base - 1)) : Chain();
}

// The keys that are zeros: +0 has index 0.
bool is_zero_kind(KeyKind kind) {
  return facts(kind).need_key_update && key_text(kind, kNegativeZero) == "-0";
}

}  // namespace

void CellWatch::get(const Snapshot& map, bool in_full, const KeyMatch& key,
                    std::optional<std::uint64_t> hash, std::uint64_t live_nans) {
  log_.note_if(map.count == 0, "empty/get");
  log_.note_if(key.key_class_of().nan && live_nans != 0, "get/nan");
  if (!hash || !in_full) return;
  const SearchedChain searched = searched_chain(map, *hash);
  if (const auto place = place_of(searched.chain, key)) return note_found(map, searched, *place);
  log_.note_if(is_growing(map), "get/miss-in-growth");
  log_.note_if(map.count != 0 && is_full(searched.chain), "get/miss-full-chain");
}

void CellWatch::note_found(const Snapshot& map, const SearchedChain& searched, Place place) {
  const bool packing = is_packing(map);
  if (searched.old) {
    log_.note(packing ? SituationId("get/old-bucket-same-size") : SituationId("get/old-bucket"));
    log_.note("grow/read-does-not-push");
    log_.note_if(place.bucket >= 1, "get/old-overflow-bucket");
    log_.note_if(place.bucket >= 2, "get/old-chain-of-three");
  } else if (is_growing(map)) {
    log_.note(packing ? SituationId("get/evacuated-same-size") : SituationId("get/evacuated"));
  }
  log_.note_if(place.bucket == 1, "get/second-bucket");
  log_.note_if(place.bucket == 2, "get/third-bucket");
  log_.note_if(any_before(searched.chain, place, is_hole), "get/behind-hole");
  log_.note_if(collides(searched.chain, place), "get/tophash-collision");
}

void CellWatch::write(const Change& change, std::uint64_t live_nans) {
  switch (change.kind) {
    case Change::Kind::put:
      return put(change, live_nans);
    case Change::Kind::del:
      return del(change, live_nans);
    case Change::Kind::clear:
      return clear(change, live_nans);
  }
}

// ---- put ----

void CellWatch::put(const Change& change, std::uint64_t live_nans) {
  arrays_ += change.starts_growth() ? 1 : 0;
  had_many_ = had_many_ || change.after.count > kOneBucket;
  if (change.updated()) return note_update(change);
  if (!change.inserted()) return;
  note_kinds(change.spec);
  const bool many = change.after.count > kOneBucket;
  log_.note_if(drained_ && many, "insert/refill");
  log_.note_if(cleared_ && many, "insert/refill-after-clear");
  if (many) drained_ = cleared_ = false;
  if (is_growing(change.before)) {
    const bool packing = is_packing(change.before);
    log_.note(packing ? SituationId("insert/in-same-size-growth")
                      : SituationId("insert/in-growth"));
    log_.note_if(packing && change.after.count > load_bound(change.after.B),
                 "insert/past-load-in-same-size");
  }
  if (change.key_class.nan) return note_nan(change, live_nans);
  if (change.in_full && change.hash) note_insert(change);
}

void CellWatch::note_kinds(const MapSpec& spec) {
  log_.note_named("key/" + std::string(name(spec.key)));
  log_.note_named("elem/" + std::string(name(spec.elem)));
  log_.note_named("hash/" + std::string(name(spec.hash)));
  const KindFacts key = facts(spec.key);
  const KindFacts elem = facts(spec.elem);
  log_.note_if(is_stored_apart(key), "insert/big-key");
  log_.note_if(is_stored_apart(elem), "insert/big-elem");
  log_.note_if(is_stored_apart(key) && is_stored_apart(elem), "insert/both-big");
  log_.note_if(key.size == 0, "insert/sizeless-key");
  log_.note_if(elem.size == 0, "insert/sizeless-elem");
}

void CellWatch::note_insert(const Change& change) {
  const Chain now = chain_of(change.after, *change.hash);
  const auto place = place_of(now, KeyMatch(change.spec.key, change.key));
  if (!place) return;  // a map that loses keys is the judge's business
  log_.note_if(collides(now, *place), "insert/tophash-collision");
  log_.note_if(*change.hash >> 56 < cell_state::kMinTopHash, "insert/top-byte-below-five");
  log_.note_if(is_growing(change.before) && searched_chain(change.before, *change.hash).old,
               "insert/moves-its-bucket");
  if (change.leaves_chain()) note_new_cell(change, now, *place);
  note_return(change, *place);
}

// Precondition: the chain is the one from before, with one key more.
void CellWatch::note_new_cell(const Change& change, const Chain& now, Place place) {
  const Chain before = chain_of(change.before, *change.hash);
  if (place.bucket >= before.size()) {
    if (!before.empty()) note_hung_bucket(change, now);
    return;
  }
  log_.note_if(place.bucket > 0 && place.cell == 0 && !is_hole(at(before, place)),
               "insert/empty-overflow-bucket");
  if (!is_hole(at(before, place))) return;
  log_.note("insert/hole");
  log_.note_if(place.bucket > 0, "insert/hole-in-overflow");
}

void CellWatch::note_hung_bucket(const Change& change, const Chain& now) {
  log_.note_if(now.size() == 3, "insert/chain-of-three");
  log_.note_if(now.size() == 4, "insert/chain-of-four");
  log_.note_if(now.size() == 8, "insert/chain-of-eight");
  log_.note_if(is_growing(change.before), "insert/hangs-bucket-in-growth");
  if (now.back()->origin == BucketOrigin::spare) {
    log_.note("insert/hangs-spare-bucket");
    log_.note_if(change.after.next_overflow < 0, "insert/last-spare");
  } else {
    log_.note("insert/hangs-heap-bucket");
    const auto& buckets = change.after.current->buckets;
    log_.note_if(std::any_of(buckets.begin(), buckets.end(),
                             [](const BucketView& b) { return b.origin == BucketOrigin::spare; }),
                 "insert/heap-after-spares");
  }
}

// Precondition: the key is new; it may have been here before.
void CellWatch::note_return(const Change& change, Place place) {
  const auto known = deleted_.find(change.key_class.equality);
  if (known == deleted_.end()) return;
  const Deleted was = known->second;
  deleted_.erase(known);
  if (was.array != arrays_) return log_.note("insert/again-after-growth");
  if (was.chain != (*change.hash & (change.after.current->base - 1))) return;
  if (was.place == place) {
    log_.note("insert/again-same-cell");
  } else {
    log_.note(was.place.bucket == place.bucket ? SituationId("insert/again-other-cell")
                                               : SituationId("insert/again-other-bucket"));
  }
}

void CellWatch::note_nan(const Change& change, std::uint64_t live_nans) {
  log_.note("insert/nan");
  log_.note_if(live_nans != 0, "insert/nan-beside-nan");
  log_.note_if(is_growing(change.before), "insert/nan-in-growth");
  if (!change.in_full || !change.after.current) return;
  const ArrayView& array = *change.after.current;
  const KeyMatch is_it(change.spec.key, change.key);
  for (std::size_t b = array.base; b < array.buckets.size(); ++b) {
    const auto& cells = array.buckets[b].cells;
    log_.note_if(std::any_of(cells.begin(), cells.end(), is_it), "insert/nan-in-overflow");
  }
}

void CellWatch::note_update(const Change& change) {
  const Snapshot& before = change.before;
  log_.note_if(!is_growing(before), "update/idle");
  log_.note_if(!is_growing(before) && before.count >= load_bound(before.B), "update/at-load-bound");
  log_.note_if(!is_growing(before) && too_many_overflow(before), "update/at-overflow-bound");
  log_.note_if(is_packing(before), "update/same-size-growth");
  if (!change.in_full || !change.hash) return;
  const SearchedChain searched = searched_chain(before, *change.hash);
  const auto place = place_of(searched.chain, KeyMatch(change.spec.key, change.key));
  if (!place) return;
  if (is_growing(before)) {
    log_.note(searched.old ? SituationId("update/old-bucket") : SituationId("update/evacuated"));
  }
  log_.note_if(place->bucket > 0, "update/overflow-bucket");
  log_.note_if(!searched.old && any_before(searched.chain, *place, is_hole), "update/behind-hole");
  note_zero(change, at(searched.chain, *place));
}

void CellWatch::note_zero(const Change& change, const CellView& old_cell) {
  if (!is_zero_kind(change.spec.key) || old_cell.key->index == change.key.index) return;
  const bool negative = change.key.index == kNegativeZero;
  log_.note(negative ? SituationId("update/negative-zero") : SituationId("update/positive-zero"));
  log_.note_if(is_growing(change.before), "update/zero-in-growth");
  log_.note_if(change.walks != 0, "update/zero-under-a-walk");
}

// ---- del ----

void CellWatch::del(const Change& change, std::uint64_t live_nans) {
  log_.note_if(change.before.count == 0, "empty/delete");
  log_.note_if(change.key_class.nan && live_nans != 0, "delete/nan");
  if (change.missed()) {
    log_.note_if(change.before.count != 0, "delete/absent");
    log_.note_if(change.before.count != 0 && is_growing(change.before), "delete/absent-in-growth");
    return;
  }
  if (change.after.count == 0) {
    log_.note("delete/last-entry");
    log_.note_if(is_growing(change.before), "delete/last-entry-in-growth");
    drained_ = drained_ || had_many_;
    had_many_ = false;
  }
  log_.note_if(is_stored_apart(facts(change.spec.key)), "delete/big-key");
  log_.note_if(is_stored_apart(facts(change.spec.elem)), "delete/big-elem");
  if (!change.in_full || !change.hash) return;
  const SearchedChain searched = searched_chain(change.before, *change.hash);
  const auto place = place_of(searched.chain, KeyMatch(change.spec.key, change.key));
  if (!place) return;
  const CellView& cell = at(searched.chain, *place);
  log_.note_if(is_zero_kind(change.spec.key) && cell.key->index != change.key.index,
               "delete/other-zero");
  log_.note_if(collides(searched.chain, *place), "delete/tophash-collision");
  if (is_growing(change.before)) note_deleted_in_growth(change, searched);
  if (searched.old) return;  // it has moved since, and the cell is not known
  log_.note_if(place->bucket == 1, "delete/second-bucket");
  log_.note_if(place->bucket >= 2, "delete/third-bucket");
  deleted_[change.key_class.equality] = {arrays_, *change.hash & (change.before.current->base - 1),
                                         *place};
  note_rest(change, searched.chain, *place);
}

void CellWatch::note_deleted_in_growth(const Change& change, const SearchedChain& searched) {
  const bool packing = is_packing(change.before);
  if (!searched.old) {
    log_.note(packing ? SituationId("delete/evacuated-same-size")
                      : SituationId("delete/evacuated"));
    return;
  }
  const std::size_t length = searched.chain.size();
  if (packing) {
    log_.note("delete/old-bucket-same-size");
    log_.note_if(length >= 2, "delete/old-chain-same-size");
    return;
  }
  log_.note("delete/old-bucket");
  log_.note_if(length == 2, "delete/old-chain-of-two");
  log_.note_if(length >= 3, "delete/old-chain-of-three");
}

// How far back does the empty rest of the chain reach that this delete has made?
void CellWatch::note_rest(const Change& change, const Chain& chain, Place place) {
  const Chain now = chain_of(change.after, *change.hash);
  const std::size_t last = chain[0]->cells.size() - 1;
  const bool has_next = place.cell == last && place.bucket + 1 < chain.size();
  if (at(now, place).tophash != cell_state::kEmptyRest) {
    log_.note("delete/leaves-hole");
    log_.note_if(has_next, "delete/hole-at-bucket-end");
    return;
  }
  log_.note("delete/marks-rest");
  log_.note_if(has_next, "delete/before-empty-overflow");
  Place first = place;
  const auto is_new_rest = [&](Place p) {
    return at(now, p).tophash == cell_state::kEmptyRest && is_hole(at(chain, p));
  };
  for (Place p = place; p.bucket != 0 || p.cell != 0; first = p) {
    p = p.cell != 0 ? Place{p.bucket, p.cell - 1} : Place{p.bucket - 1, last};
    if (!is_new_rest(p)) break;
  }
  const std::size_t links = place.bucket - first.bucket;
  log_.note_if(!(first == place), "delete/rest-walks-back");
  log_.note_if(links >= 1, "delete/rest-across-a-link");
  log_.note_if(links >= 2, "delete/rest-across-two-links");
  log_.note_if(links >= 1 && first == Place{}, "delete/rest-to-the-beginning");
}

// ---- clear ----

void CellWatch::clear(const Change& change, std::uint64_t live_nans) {
  const Snapshot& before = change.before;
  if (before.count == 0) return log_.note("empty/clear");
  ++arrays_;
  ++clears_;
  deleted_.clear();
  cleared_ = true;
  drained_ = had_many_ = false;
  const bool growing = is_growing(before);
  log_.note_if(!growing, "clear/idle");
  log_.note_if(is_doubling(before), "clear/growing");
  log_.note_if(is_packing(before), "clear/growing-same-size");
  log_.note_if(before.noverflow != 0, "clear/overflow-buckets");
  log_.note_if(before.next_overflow != change.after.next_overflow, "clear/spares-come-back");
  log_.note_if(live_nans != 0, "clear/nan");
  log_.note_if(live_nans != 0 && growing, "clear/nan-in-growth");
  log_.note_if(change.walks != 0, "clear/under-a-walk");
  log_.note_if(change.walks != 0 && growing, "clear/growing-under-a-walk");
  log_.note_if(clears_ >= 2, "clear/twice");
  if (!growing || !change.in_full) return;
  for (std::uint64_t i = 0; i < before.old->base; ++i) {
    const Chain chain = chain_at(*before.old, i);
    if (!is_moved(chain) && chain.size() > 1) return log_.note("clear/overflow-in-growth");
  }
}

}  // namespace mapproof
