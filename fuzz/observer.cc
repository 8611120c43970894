#include "fuzz/observer.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

namespace mapproof {
namespace {

constexpr std::array<SituationId, 9> kSizes = {
    "size/one-bucket",    "size/two-buckets",     "size/four-buckets",
    "size/eight-buckets", "size/sixteen-buckets", "size/32-buckets",
    "size/64-buckets",    "size/128-buckets",     "size/256-buckets"};

unsigned log_bucket(std::uint64_t value, unsigned most) {
  return std::min(static_cast<unsigned>(std::bit_width(value)), most);
}

// 0 when idle, else how far the evacuation has come, in quarters. There are 2^n old buckets.
unsigned progress(const Gauges& map) {
  if (map.old_buckets == 0) return 0;
  const auto quarter = (map.nevacuate * 4) >> std::countr_zero(map.old_buckets);
  return 1 + static_cast<unsigned>(std::min<std::uint64_t>(quarter, 3));
}

// How full the array is, in eighths of what it may hold before it grows: 6.5 entries a bucket.
unsigned fullness(const Gauges& map) {
  return static_cast<unsigned>(std::min<std::uint64_t>((map.count * 5) >> (map.B + 2U), 7));
}

bool too_many_overflow(const Gauges& map) {
  return map.noverflow >= 1U << std::min<unsigned>(map.B, 15);
}

}  // namespace

Observer::Observer(std::unique_ptr<Port> port) : port_(std::move(port)), seen_(sightings()) {}

Observer::Phase Observer::phase_of(const Gauges& gauges) {
  if (gauges.old_buckets == 0) return Phase::idle;
  return (gauges.flags & map_flag::kSameSizeGrow) != 0 ? Phase::same_size : Phase::bigger;
}

template <class Change>
void Observer::each_walk(Change&& change) {
  if (open_ == 0) return;
  for (Walk& walk : walks_) {
    if (walk.open) change(walk);
  }
}

template <class Ask>
auto Observer::watched(Ask&& ask) -> decltype(ask()) {
  try {
    return ask();
  } catch (const MapPanic& panic) {
    note_panic(panic);
    throw;
  }
}

void Observer::note_panic(const MapPanic& panic) {
  seen_.note_if(panic.kind() == MapPanic::Kind::nil_map, "nil/put");
  if (panic.kind() != MapPanic::Kind::unhashable) return;
  if (nil_) return seen_.note("unhashable/nil");
  if (!tells_) return;
  catch_up();
  seen_.note(gauges_.count == 0 ? SituationId("unhashable/empty")
                                : SituationId("unhashable/filled"));
  seen_.note_if(growing(), "unhashable/growing");
}

// ---- the map's life ----

void Observer::make(const MapSpec& spec) {
  port_->make(spec);
  unseen_ = 0;
  nil_ = kinds_noted_ = cleared_ = dropped_ = false;
  last_growth_ = Phase::idle;
  walks_ = {};
  open_ = 0;
  version_ = 0;
  gauges_ = {};
  tells_ = port_->gauges(&gauges_);
  phase_ = phase_of(gauges_);
  note_made(spec);
}

void Observer::note_made(const MapSpec& spec) {
  // Where the names of kinds and modes stand among the situations.
  static const auto places = [] {
    struct Places {
      std::array<std::size_t, kKeyKinds> key{};
      std::array<std::size_t, kElemKinds> elem{};
      std::array<std::size_t, kHashModes> hash{};
    } all;
    const auto fill = [](auto& to, const char* room, auto kind_at) {
      for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] = situation_index(room + std::string(name(kind_at(static_cast<std::uint8_t>(i)))));
      }
    };
    fill(all.key, "key/", [](std::uint8_t i) { return KeyKind{i}; });
    fill(all.elem, "elem/", [](std::uint8_t i) { return ElemKind{i}; });
    fill(all.hash, "hash/", [](std::uint8_t i) { return HashMode{i}; });
    return all;
  }();
  kinds_ = {places.key[static_cast<std::size_t>(spec.key)],
            places.elem[static_cast<std::size_t>(spec.elem)],
            places.hash[static_cast<std::size_t>(spec.hash)]};
  if (!tells_) return;
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  seen_.note_if(spec.hint < 0, "make/hint-negative");
  seen_.note_if(spec.hint >= kHuge, "make/hint-huge");
  seen_.note_if(gauges_.B >= 1 && gauges_.B <= 3, "make/hint-with-buckets");
  seen_.note_if(gauges_.B >= 4, "make/hint-with-spares");
}

void Observer::release() {
  catch_up();
  port_->release();
  nil_ = true;
}

// ---- writes ----

PutResult Observer::put(KeyId key, std::uint32_t stamp) {
  const PutResult result = watched([&] { return port_->put(key, stamp); });
  wrote(Write::put);
  return result;
}

void Observer::del(KeyId key) {
  const bool empty = !nil_ && is_empty();
  watched([&] { port_->del(key); });
  if (nil_) return seen_.note("nil/delete");
  seen_.note_if(empty, "empty/delete");
  wrote(Write::del);
}

// In mid-growth each write is looked at; at rest the second or fourth, by size, and the last one
// before anything else happens. A growth that is over by then is not seen.
void Observer::wrote(Write write) {
  if (!tells_ || nil_) return;
  last_ = write;
  const unsigned enough = growing() ? 1 : gauges_.B < 4 ? 2 : 4;
  if (++unseen_ >= enough) look();
}

void Observer::catch_up() {
  if (unseen_ != 0) look();
}

bool Observer::is_empty() {
  if (gauges_.count <= unseen_) catch_up();
  return tells_ && gauges_.count == 0;
}

void Observer::look() {
  at_once_ = unseen_ == 1;
  unseen_ = 0;
  const Gauges before = gauges_;
  port_->gauges(&gauges_);
  const bool same = before.B == gauges_.B && before.old_buckets == gauges_.old_buckets &&
                    before.noverflow == gauges_.noverflow && kinds_noted_;
  if (!same) changed(before);
  // At rest the state changes with the number of entries only.
  if (!same || growing() || gauges_.count != before.count) note_map();
}

void Observer::note_map() {
  seen_.peaks.B = std::max<std::uint64_t>(seen_.peaks.B, gauges_.B);
  seen_.peaks.count = std::max(seen_.peaks.count, gauges_.count);
  std::size_t state = std::min<unsigned>(gauges_.B, 7);
  state = state * 3 + static_cast<std::size_t>(phase_);
  state = state * 8 + fullness(gauges_);
  state = state * 6 + log_bucket(gauges_.noverflow, 5);
  seen_.note_map(state * 5 + progress(gauges_));
}

// More than entries and marks have changed.
void Observer::changed(const Gauges& before) {
  ++version_;
  phase_ = phase_of(gauges_);
  seen_.peaks.noverflow = std::max<std::uint64_t>(seen_.peaks.noverflow, gauges_.noverflow);
  if (last_ == Write::put) {
    if (!kinds_noted_ && gauges_.count != 0) note_kinds();
    if (gauges_.B < kSizes.size()) seen_.note(kSizes[gauges_.B]);
    seen_.note_if(!growing() && too_many_overflow(gauges_), "grow/over-the-overflow-bound");
  }
  const bool was_packing = phase_of(before) == Phase::same_size;
  if (gauges_.B > before.B) {
    note_start(Phase::bigger, before);
  } else if (phase_ == Phase::same_size && !was_packing) {
    note_start(Phase::same_size, before);
  }
  if (!growing() && (before.old_buckets != 0 || gauges_.B > before.B)) note_end(before);
  if (dropped_) {
    seen_.note("walk/abandoned");
    seen_.note_if(growing(), "walk/abandoned-in-growth");
  }
}

void Observer::note_kinds() {
  kinds_noted_ = true;
  for (const std::size_t kind : kinds_) seen_.note_at(kind);
}

void Observer::note_start(Phase growth, const Gauges& before) {
  const bool walked = open_ != 0;
  const bool flagged = (before.flags & map_flag::kIterator) != 0;
  if (growth == Phase::bigger) {
    seen_.note("grow/bigger-starts");
    seen_.note_if(walked, "grow/bigger-starts-under-a-walk");
    seen_.note_if(before.noverflow != 0, "grow/bigger-starts-with-overflow");
    seen_.note_if(last_growth_ == Phase::bigger, "grow/bigger-after-bigger");
    seen_.note_if(last_growth_ == Phase::same_size, "grow/bigger-after-same-size");
  } else {
    seen_.note("grow/same-size-starts");
    seen_.note_if(walked, "grow/same-size-starts-under-a-walk");
    seen_.note_if(before.B >= 4, "grow/same-size-with-spares");
    seen_.note_if(last_growth_ == Phase::same_size, "grow/same-size-twice");
    seen_.note_if(last_growth_ == Phase::bigger, "grow/same-size-after-bigger");
  }
  seen_.note_if(!growing() && at_once_, "grow/starts-and-ends-at-once");
  seen_.note_if(cleared_, "clear/then-grows");
  seen_.note_if(flagged && (gauges_.flags & map_flag::kOldIterator) != 0,
                "grow/iterator-becomes-old");
  seen_.note_if(flagged && !walked, "grow/flag-outlives-the-walk");
  seen_.note_if(!flagged, "grow/without-a-walk-flag");
  last_growth_ = growth;
  each_walk([growth](Walk& walk) {
    std::uint8_t& growths = growth == Phase::bigger ? walk.doublings : walk.packings;
    growths = static_cast<std::uint8_t>(std::min(growths + 1, 3));
  });
}

void Observer::note_end(const Gauges& before) {
  if (before.old_buckets == 0) return;
  const bool fewer = gauges_.count < before.count;
  if (last_ == Write::put) {
    seen_.note(gauges_.count > before.count ? SituationId("grow/ends-by-insert")
                                            : SituationId("grow/ends-by-update"));
  } else {
    seen_.note(fewer ? SituationId("grow/ends-by-delete")
                     : SituationId("grow/ends-by-missed-delete"));
  }
  const bool packed = phase_of(before) == Phase::same_size;
  seen_.note_if(packed, "grow/ends-same-size");
  if (open_ != 0) {
    seen_.note(packed ? SituationId("grow/ends-same-size-under-a-walk")
                      : SituationId("grow/ends-under-a-walk"));
  }
}

void Observer::clear() {
  catch_up();
  const Gauges before = gauges_;
  const Phase phase = phase_;
  watched([&] { port_->clear(); });
  if (nil_) return seen_.note("nil/clear");
  if (!tells_) return;
  port_->gauges(&gauges_);
  phase_ = phase_of(gauges_);
  ++version_;
  if (before.count == 0) return seen_.note("empty/clear");
  const bool walked = open_ != 0;
  seen_.note(phase == Phase::idle     ? SituationId("clear/idle")
             : phase == Phase::bigger ? SituationId("clear/growing")
                                      : SituationId("clear/growing-same-size"));
  seen_.note_if(before.noverflow != 0, "clear/overflow-buckets");
  seen_.note_if(walked, "clear/under-a-walk");
  seen_.note_if(walked && phase != Phase::idle, "clear/growing-under-a-walk");
  seen_.note_if(cleared_, "clear/twice");
  each_walk([phase](Walk& walk) {
    walk.cleared = true;
    walk.cleared_in = phase;
  });
  cleared_ = true;
  last_growth_ = Phase::idle;
}

// ---- reads ----

Found Observer::get(KeyId key) {
  const Found found = watched([&] { return port_->get(key); });
  if (nil_) {
    seen_.note("nil/get");
  } else {
    seen_.note_if(is_empty(), "empty/get");
  }
  return found;
}

Found Observer::has(KeyId key) {
  const Found found = watched([&] { return port_->has(key); });
  if (nil_) {
    seen_.note("nil/get");
  } else {
    seen_.note_if(is_empty(), "empty/get");
  }
  return found;
}

std::uint64_t Observer::len() {
  seen_.note_if(nil_, "nil/len");
  return port_->len();
}

// ---- walks ----

Step Observer::begin(unsigned slot, const IterStart& start) {
  catch_up();
  close(slot);
  const Step step = watched([&] { return port_->begin(slot, start); });
  if (nil_) {
    seen_.note("nil/walk");
    return step;
  }
  if (!tells_) return step;
  seen_.note_if(gauges_.count == 0, "empty/walk");
  if (step.end) return step;
  port_->gauges(&gauges_);  // a begin sets flags
  walks_[slot] = {.open = true, .phase = phase_, .noted = version_ - 1};
  seen_.peaks.walks = std::max<std::uint64_t>(seen_.peaks.walks, ++open_);
  seen_.note(phase_ == Phase::idle     ? SituationId("walk/begins-idle")
             : phase_ == Phase::bigger ? SituationId("walk/begins-in-growth")
                                       : SituationId("walk/begins-in-same-size-growth"));
  seen_.note_if(start.forced && start.offset != 0, "walk/begins-at-offset");
  seen_.note_if(!start.forced, "walk/begins-by-chance");
  seen_.note_if(open_ == 2, "walk/two-at-once");
  seen_.note_if(open_ == kIterators, "walk/eight-at-once");
  each_walk([&](const Walk& walk) {
    seen_.note_if(walk.doublings + walk.packings != 0, "walk/two-of-different-ages");
  });
  note_walk(&walks_[slot], false);
  return step;
}

Step Observer::next(unsigned slot) {
  catch_up();
  const Step step = watched([&] { return port_->next(slot); });
  Walk& walk = walks_[slot];
  if (!walk.open) return step;
  if (walk.noted != version_) note_walk(&walk, step.end);
  if (step.end) {
    seen_.note_if(growing(), "walk/ends-in-growth");
    close(slot);
  }
  return step;
}

// The first step after something has changed.
void Observer::note_walk(Walk* walk, bool ends) {
  walk->noted = version_;
  seen_.note_if(nil_, "walk/outlives-release");
  if (walk->cleared) {
    seen_.note(walk->cleared_in == Phase::idle     ? SituationId("walk/cleared")
               : walk->cleared_in == Phase::bigger ? SituationId("walk/cleared-in-growth")
                                                   : SituationId("walk/cleared-in-same-size"));
    walk->refilled = walk->refilled || gauges_.count != 0;
    seen_.note_if(walk->refilled, "walk/cleared-and-refilled");
  }
  if (!ends) note_growths(*walk);
  std::size_t state = static_cast<std::size_t>(walk->phase);
  state = state * 3 + static_cast<std::size_t>(phase_);
  state = state * 4 + walk->doublings;
  state = state * 3 + std::min<unsigned>(walk->packings, 2);
  state = state * 2 + (walk->cleared ? 1 : 0);
  state = state * 4 + log_bucket(open_ - 1, 3);
  seen_.note_walk(state * 5 + progress(gauges_));
}

void Observer::note_growths(const Walk& walk) {
  const bool begun_in_growth = walk.phase != Phase::idle;
  seen_.note_if(begun_in_growth && !growing(), "walk/outlives-its-growth");
  if (walk.doublings + walk.packings == 0) return;
  seen_.note_if(begun_in_growth, "walk/from-growth-to-growth");
  seen_.note_if(walk.doublings >= 1, "walk/across-a-doubling");
  seen_.note_if(walk.doublings >= 2, "walk/across-two-doublings");
  seen_.note_if(walk.doublings >= 3, "walk/across-three-doublings");
  seen_.note_if(walk.packings >= 1, "walk/across-same-size");
  seen_.note_if(walk.packings >= 2, "walk/across-two-same-size");
  seen_.note_if(walk.doublings >= 1 && walk.packings >= 1, "walk/across-both");
}

void Observer::drop(unsigned slot) {
  catch_up();
  port_->drop(slot);
  dropped_ = dropped_ || walks_[slot].open;
  close(slot);
}

void Observer::close(unsigned slot) {
  open_ -= walks_[slot].open ? 1 : 0;
  walks_[slot].open = false;
}

}  // namespace mapproof
