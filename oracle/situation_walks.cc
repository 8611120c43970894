#include "oracle/situation_walks.h"

#include <algorithm>

namespace mapproof {
namespace {

constexpr unsigned kPops = 3;

bool is_zero_of_a_sign(KeyKind kind, std::uint32_t index) {
  return facts(kind).need_key_update && (index == 0 || key_text(kind, index) == "-0");
}

std::uint64_t low_bits(std::uint64_t hash, unsigned b) {
  return hash & ((std::uint64_t{1} << b) - 1);
}

}  // namespace

// ---- writes ----

void WalkWatch::write(const Change& change) {
  ++now_;
  note_pops(change);
  if (change.starts_growth()) {
    ++growths_;
    for (Walk& walk : walks_) {
      if (walk.first_growth == 0) walk.first_growth = now_;
      ++(change.starts_doubling() ? walk.doublings : walk.packings);
    }
  }
  log_.note_if(dropped_, "walk/abandoned");
  log_.note_if(dropped_in_growth_, "walk/abandoned-in-growth");
  dropped_ = dropped_in_growth_ = false;
  switch (change.kind) {
    case Change::Kind::put:
      return put(change);
    case Change::Kind::del:
      return del(change);
    case Change::Kind::clear:
      return clear(change);
  }
}

void WalkWatch::put(const Change& change) {
  if (change.inserted()) {
    for (Walk& walk : walks_) walk.refilled = walk.cleared != Cleared::no;
  }
  if (change.key_class.nan) {
    nans_ += change.inserted() ? 1 : 0;
    return;
  }
  const auto [at, is_new] = entries_.try_emplace(change.key_class.equality);
  Entry& entry = at->second;
  if (is_new) entry = {.born = now_, .written = now_, .sign_changed = 0, .index = change.key.index};
  entry.written = now_;
  if (entry.index != change.key.index && is_zero_of_a_sign(change.spec.key, change.key.index)) {
    entry.sign_changed = now_;
  }
  entry.index = change.key.index;
}

void WalkWatch::del(const Change& change) {
  if (!change.deleted()) return;
  const std::uint32_t key = change.key_class.equality;
  entries_.erase(key);
  for (Walk& walk : walks_) {
    if (!walk.running) continue;
    walk.emptied = change.after.count == 0;
    const bool was_given = walk.given.count(key) != 0;
    const bool is_current = walk.current == key;
    log_.note_if(is_current, "walk/deleted-current");
    log_.note_if(was_given && !is_current, "walk/deleted-behind");
    log_.note_if(!was_given, "walk/deleted-ahead");
    if (was_given) {
      walk.given_deleted.insert(key);
    } else {
      walk.deleted_ahead[key] = walk.growths_since() != 0;
    }
  }
}

void WalkWatch::clear(const Change& change) {
  if (change.before.count == 0) return;
  entries_.clear();
  nans_ = 0;
  const Cleared how = is_packing(change.before)    ? Cleared::packing
                      : is_doubling(change.before) ? Cleared::doubling
                                                   : Cleared::idle;
  for (Walk& walk : walks_) {
    walk.cleared = how;
    walk.refilled = false;
    walk.deleted_ahead.clear();
  }
}

// begin, delete what came, begin, ...: of writes only that one delete may lie in between.
void WalkWatch::note_pops(const Change& change) {
  const bool pop = change.deleted() && popped_next_ == change.key_class.equality;
  pops_ = pop ? pops_ + 1 : 0;
  popped_next_.reset();
  log_.note_if(pops_ == kPops, "walk/pop-loop");
}

// ---- steps ----

void WalkWatch::begin(unsigned slot, const IterStart& start, const Step& step, const MapSpec& spec,
                      const Snapshot& map) {
  ++now_;
  Walk& walk = walks_[slot];
  running_ -= walk.running ? 1 : 0;
  walk = Walk{};
  log_.note_if(!released_ && map.count == 0, "empty/walk");
  if (step.end) return;
  walk.running = true;
  if (step.key.index < domain_size(spec.key)) {
    const KeyClass key = key_class(spec.key, step.key.index);
    popped_next_ = key.nan ? std::nullopt : std::optional(key.equality);
  }
  ++running_;
  walk.begun = now_;
  walk.growths = growths_;
  walk.b = map.B;
  walk.begun_doubling = is_doubling(map);
  walk.begun_packing = is_packing(map);
  log_.note_if(!is_growing(map), "walk/begins-idle");
  log_.note_if(walk.begun_doubling, "walk/begins-in-growth");
  log_.note_if(walk.begun_packing, "walk/begins-in-same-size-growth");
  const std::uint64_t bucket = low_bits(start.bucket, map.B);
  log_.note_if(!start.forced, "walk/begins-by-chance");
  if (start.forced) {
    walk.wraps = bucket != 0;
    log_.note_if(map.B > 0 && bucket == low_bits(~std::uint64_t{0}, map.B),
                 "walk/begins-in-last-bucket");
    log_.note_if(start.offset != 0, "walk/begins-at-offset");
  }
  log_.note_if(running_ == 2, "walk/two-at-once");
  log_.note_if(running_ == kIterators, "walk/eight-at-once");
  note_ages();
}

// Precondition: a walk has just begun.
void WalkWatch::note_ages() {
  const Walk* eldest = nullptr;
  for (const Walk& walk : walks_) {
    if (walk.running && (eldest == nullptr || walk.begun < eldest->begun)) eldest = &walk;
  }
  log_.note_if(eldest->growths != growths_, "walk/two-of-different-ages");
}

void WalkWatch::step(unsigned slot, const Step& step, const MapSpec& spec, const Snapshot& map,
                     bool in_full, std::optional<std::uint64_t> hash) {
  Walk& walk = walks_[slot];
  if (!walk.running) return;
  note_clears(walk);
  log_.note_if(released_, "walk/outlives-release");
  if (step.end) {
    note_end(&walk, map);
    walk = Walk{};
    --running_;
    return;
  }
  note_growths(walk, spec, map);
  note_given(&walk, step, spec, map, in_full, hash);
}

void WalkWatch::note_clears(const Walk& walk) {
  log_.note_if(walk.cleared == Cleared::idle, "walk/cleared");
  log_.note_if(walk.cleared == Cleared::doubling, "walk/cleared-in-growth");
  log_.note_if(walk.cleared == Cleared::packing, "walk/cleared-in-same-size");
  log_.note_if(walk.refilled, "walk/cleared-and-refilled");
}

void WalkWatch::note_growths(const Walk& walk, const MapSpec& spec, const Snapshot& map) {
  log_.note_if(walk.begun_in_growth() && !is_growing(map), "walk/outlives-its-growth");
  if (walk.growths_since() == 0) return;
  log_.note_if(walk.begun_in_growth(), "walk/from-growth-to-growth");
  log_.note_if(walk.doublings >= 1, "walk/across-a-doubling");
  log_.note_if(walk.doublings >= 2, "walk/across-two-doublings");
  log_.note_if(walk.doublings >= 3, "walk/across-three-doublings");
  log_.note_if(walk.packings >= 1, "walk/across-same-size");
  log_.note_if(walk.packings >= 2, "walk/across-two-same-size");
  log_.note_if(walk.doublings >= 1 && walk.packings >= 1, "walk/across-both");
  log_.note(buckets_hold_pointers(spec) ? SituationId("walk/pointers-across-growth")
                                        : SituationId("walk/no-pointers-across-growth"));
}

// Has the growth after the walk's begin moved the bucket of its array that such a key lies in?
bool WalkWatch::has_moved(const Walk& walk, const Snapshot& map, bool in_full,
                          std::optional<std::uint64_t> hash) const {
  if (walk.growths_since() == 0) return false;
  if (walk.growths_since() > 1 || !is_growing(map)) return true;
  return in_full && hash && !searched_chain(map, *hash).old;
}

void WalkWatch::note_given(Walk* walk, const Step& step, const MapSpec& spec, const Snapshot& map,
                           bool in_full, std::optional<std::uint64_t> hash) {
  if (step.key.index >= domain_size(spec.key)) return;  // torn
  const KeyClass key = key_class(spec.key, step.key.index);
  if (key.nan) {
    log_.note_if(walk->begun_doubling && walk->growths == growths_ && is_growing(map),
                 "walk/nan-in-growth");
    log_.note_if(walk->growths_since() != 0, "walk/nan-across-growth");
    walk->current.reset();
    return;
  }
  const bool moved = has_moved(*walk, map, in_full, hash);
  if (const auto entry = entries_.find(key.equality); entry != entries_.end()) {
    note_entry(walk, entry->second, key.equality, moved);
  }
  if (hash) {
    note_bucket(walk, map, *hash, moved, in_full);
    if (in_full) note_place(*walk, step, spec, map, *hash);
  }
  walk->given.insert(key.equality);
  walk->current = key.equality;
}

// Has the bucket been moved since the last step, in which the walk may go on reading?
void WalkWatch::note_bucket(Walk* walk, const Snapshot& map, std::uint64_t hash, bool moved,
                            bool in_full) {
  const std::uint64_t bucket = low_bits(hash, walk->b);
  log_.note_if(moved && walk->standing_in == bucket, "walk/bucket-moves-away");
  walk->standing_in = moved ? std::nullopt : std::optional(bucket);
  const bool in_old = in_full && walk->begun_in_growth() && walk->growths == growths_ &&
                      searched_chain(map, hash).old;
  log_.note_if(!in_old && walk->reading_old == bucket, "walk/old-bucket-moves-away");
  walk->reading_old = in_old ? std::optional(bucket) : std::nullopt;
}

void WalkWatch::note_entry(Walk* walk, const Entry& entry, std::uint32_t key, bool moved) {
  const auto ahead = walk->deleted_ahead.find(key);
  const bool recreated = ahead != walk->deleted_ahead.end();
  const bool touched_after_move = moved && entry.written > walk->first_growth;
  log_.note_if(entry.born > walk->begun, "walk/inserted-seen");
  log_.note_if(entry.born < walk->begun && entry.written > walk->begun, "walk/updated-ahead");
  log_.note_if(entry.sign_changed > walk->begun, "walk/zero-sign-changed");
  log_.note_if(recreated, "walk/recreated-seen");
  log_.note_if(walk->given_deleted.count(key) != 0, "walk/recreated-twice");
  log_.note_if(moved && !touched_after_move, "walk/moved-found");
  log_.note_if(touched_after_move && entry.born < walk->begun, "walk/moved-updated");
  log_.note_if(touched_after_move && recreated, "walk/moved-recreated");
  if (recreated) walk->deleted_ahead.erase(ahead);
}

// Where the entry just given lies.
void WalkWatch::note_place(const Walk& walk, const Step& step, const MapSpec& spec,
                           const Snapshot& map, std::uint64_t hash) {
  const SearchedChain searched = searched_chain(map, hash);
  const auto place = place_of(searched.chain, KeyMatch(spec.key, step.key));
  if (!place) return;
  log_.note_if(place->bucket > 0, "walk/overflow-bucket");
  log_.note_if(searched.old && place->bucket > 0 && walk.growths_since() == 1, "walk/moved-chain");
  if (!searched.old || !walk.begun_in_growth() || walk.growths != growths_) return;
  if (walk.begun_packing) return log_.note("walk/old-bucket-same-size");
  log_.note("walk/old-bucket");
  for (const BucketView* b : searched.chain) {
    const bool has_sibling = std::any_of(b->cells.begin(), b->cells.end(), [&](const CellView& c) {
      return c.hash && low_bits(*c.hash, map.B) != low_bits(hash, map.B);
    });
    if (has_sibling) return log_.note("walk/sibling-check");
  }
}

void WalkWatch::note_end(Walk* walk, const Snapshot& map) {
  log_.note_if(walk->wraps, "walk/wraps-around");
  log_.note_if(walk->emptied, "walk/emptied");
  log_.note_if(is_growing(map), "walk/ends-in-growth");
  for (const auto& [key, after_growth] : walk->deleted_ahead) {
    const bool still_gone = entries_.count(key) == 0;
    log_.note_if(after_growth && still_gone && !is_growing(map), "walk/moved-deleted");
  }
  for (const auto& [key, entry] : entries_) {
    if (entry.born > walk->begun && walk->given.count(key) == 0) {
      return log_.note("walk/inserted-unseen");
    }
  }
}

void WalkWatch::drop(unsigned slot, const Snapshot& map) {
  if (!walks_[slot].running) return;
  walks_[slot] = Walk{};
  --running_;
  dropped_ = true;
  dropped_in_growth_ = is_growing(map);
}

void WalkWatch::release() { released_ = true; }

}  // namespace mapproof
