#include "oracle/judge.h"

#include <fmt/format.h>

#include <bit>
#include <vector>

#include "oracle/arena.h"
#include "oracle/rules.h"

namespace mapproof {
namespace {

// The classes of the low indices of a kind. From 256 on every key is like any other.
class ClassTable {
 public:
  static const ClassTable& of(KeyKind kind, Profile profile) {
    static const std::array<ClassTable, kKeyKinds> tables = all();
    static const std::array<ClassTable, kKeyKinds> same_value_zero = with_one_nan(tables);
    return (profile == Profile::js ? same_value_zero : tables)[static_cast<std::size_t>(kind)];
  }

  KeyClass operator[](std::uint32_t index) const {
    return index < low_.size() ? low_[index] : KeyClass{.equality = index};
  }

 private:
  static std::array<ClassTable, kKeyKinds> all() {
    std::array<ClassTable, kKeyKinds> tables;
    for (std::size_t k = 0; k < kKeyKinds; ++k) {
      const auto kind = static_cast<KeyKind>(k);
      for (std::uint32_t i = 0; i < tables[k].low_.size(); ++i) {
        tables[k].low_[i] = i < domain_size(kind) ? key_class(kind, i) : KeyClass{.equality = i};
      }
    }
    return tables;
  }

  // JavaScript's equality of keys: a NaN is a key like any other.
  static std::array<ClassTable, kKeyKinds> with_one_nan(std::array<ClassTable, kKeyKinds> tables) {
    for (ClassTable& table : tables) {
      for (KeyClass& one : table.low_) {
        one.nan = false;
      }
    }
    return tables;
  }

  std::array<KeyClass, 256> low_;
};

// All that is known of a key that was ever put (of a NaN: of one put). `created` tells its
// incarnations apart; an entry without a living incarnation stays, so that a walk which produces it
// can be told what it was.
struct Entry {
  std::uint32_t stamp = 0;
  std::uint32_t key = 0;  // index of the key as last stored: +0 or -0
  std::uint32_t created = 0;
  std::uint32_t generation = 0;  // clears seen by the map when this incarnation was created
  bool live = false;             // not deleted; a clear says it by the generation
  std::array<std::uint32_t, kIterators> seen = {};  // epoch of the slot's walk that produced it
};

struct Walk {
  std::uint32_t epoch = 0;
  std::uint32_t created = 0;     // entries created up to then were there when it started
  std::uint32_t generation = 0;  // as the map's, when it started
  std::uint64_t must_left = 0;   // there at the start, still live, not yet produced
  // The rest is for maps with an order.
  std::uint32_t next = 0;     // creation number of the entry that must come next; 0: the end
  std::uint32_t changes = 0;  // as the map's, when it started
  std::uint64_t live = 0;     // entries when it started
};

// A place in the order of insertion. Its index is the creation number of the entry; number 0 is
// that of no entry.
struct Place {
  Entry* entry = nullptr;
  std::uint32_t before = 0;  // neighbours that live
  std::uint32_t after = 0;
};

using Model = std::unordered_map<std::uint32_t, Entry, std::hash<std::uint32_t>, std::equal_to<>,
                                 ArenaAllocator<std::pair<const std::uint32_t, Entry>>>;

void empty_model(Model* model) {
  // A table that one large program has stretched would make each later clear() slow.
  constexpr std::size_t kManyBuckets = 4096;
  if (model->bucket_count() > kManyBuckets) {
    *model = Model(0, model->get_allocator());
  } else {
    model->clear();
  }
}

std::string_view words_of(MapPanic::Kind kind) {
  return kind == MapPanic::Kind::nil_map   ? "assignment to entry in nil map"
         : kind == MapPanic::Kind::changed ? "the map was changed during the walk"
                                           : "hash of unhashable type";
}

JudgeRule rule_of(MapPanic::Kind kind) {
  return kind == MapPanic::Kind::nil_map   ? JudgeRule("panic/nil-put")
         : kind == MapPanic::Kind::changed ? JudgeRule("iter/size-change-raises")
                                           : JudgeRule("panic/unhashable");
}

}  // namespace

class Judge::Impl {
 public:
  void make(const MapSpec& spec, Profile profile) {
    kind_ = spec.key;
    profile_ = profile;
    ordered_ = profile == Profile::js || profile == Profile::python;
    classes_ = &ClassTable::of(kind_, profile);
    mask_ = stamp_mask(spec.elem);
    key_update_ = !ordered_ && facts(kind_).need_key_update;
    empty_model(&entries_);
    empty_model(&nans_);
    arena_.rewind();
    nil_ = false;
    live_ = 0;
    created_ = generation_ = epoch_ = last_stamp_ = changes_ = 0;
    running_ = 0;
    first_ = last_ = 0;
    if (ordered_) {
      places_.assign(1, {});
    }
  }

  void release() { nil_ = true; }

  bool put(KeyId key, std::uint32_t stamp, const PutResult& result, const MapPanic* panic) {
    const KeyClass c = (*classes_)[key.index];
    if (nil_) {
      return must_panic(MapPanic::Kind::nil_map, panic);
    }
    if (c.unhashable) {
      return must_panic(MapPanic::Kind::unhashable, panic);
    }
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    last_stamp_ = stamp;
    Entry& entry = c.nan ? nans_[stamp] : entries_[c.equality];
    if (!c.nan && is_live(entry)) {
      entry.stamp = stamp;
      if (key_update_) {
        entry.key = key.index;
      }
      return true;
    }
    entry = Entry{.stamp = stamp,
                  .key = key.index,
                  .created = ++created_,
                  .generation = generation_,
                  .live = true};
    ++live_;
    if (ordered_) [[unlikely]] {
      append(&entry, c);
    }
    return !result.slot_was_dirty ||
           fail("assign/new-elem-zero", say(key.index) + " to be given a zero elem",
                "an elem that is not zero");
  }

  bool get(KeyId key, const Found& found, const MapPanic* panic) {
    const KeyClass c = (*classes_)[key.index];
    if (c.unhashable) {
      return must_panic(MapPanic::Kind::unhashable, panic);
    }
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    const Entry* entry = find_live(c);
    if (entry == nullptr) {
      return zero_read(key, found);
    }
    const std::uint32_t stamp = entry->stamp & mask_;
    if (found.stamp == 0 && stamp != 0 && !found.torn) {
      return fail("access/present", fmt::format("{} to read as stamp {}", say(key.index), stamp),
                  "the zero elem");
    }
    return current_elem("access/current-elem", *entry, found.stamp, found.torn);
  }

  bool has(KeyId key, const Found& found, const MapPanic* panic) {
    const KeyClass c = (*classes_)[key.index];
    if (c.unhashable) {
      return must_panic(MapPanic::Kind::unhashable, panic);
    }
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    const Entry* entry = find_live(c);
    if (entry == nullptr) {
      return found.present ? fail("access/absent", say(key.index) + " to be absent", "present")
                           : zero_read(key, found);
    }
    if (!found.present) {
      return fail("access/present", say(key.index) + " to be present", "absent");
    }
    return current_elem("access/current-elem", *entry, found.stamp, found.torn);
  }

  bool del(KeyId key, const MapPanic* panic) {
    const KeyClass c = (*classes_)[key.index];
    if (c.unhashable) {
      return must_panic(MapPanic::Kind::unhashable, panic);
    }
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    Entry* entry = find_live(c);
    if (entry == nullptr) {
      return true;
    }
    entry->live = false;
    --live_;
    for (std::uint32_t left = running_; left != 0; left &= left - 1) {
      const auto slot = static_cast<unsigned>(std::countr_zero(left));
      if (due(slot, *entry)) {
        --walks_[slot].must_left;
      }
    }
    if (ordered_) [[unlikely]] {
      take_out(entry->created);
    }
    return true;
  }

  bool clear(const MapPanic* panic) {
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    if (nil_) {
      return true;
    }
    ++generation_;
    live_ = 0;
    for (Walk& walk : walks_) {
      walk.must_left = 0;
      walk.next = 0;
    }
    ++changes_;
    first_ = last_ = 0;
    return true;
  }

  bool len(std::uint64_t len, const MapPanic* panic) {
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    return len == live() ||
           fail("len/exact", fmt::format("{} entries", live()), std::to_string(len));
  }

  bool begin(unsigned slot, const Step& step, const MapPanic* panic) {
    drop(slot);
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    if (live() == 0) {
      return step.end ||
             fail(nil_ ? JudgeRule("iter/nil-ends") : JudgeRule("iter/empty-ends"),
                  fmt::format("a walk over {} map to end at once", nil_ ? "a nil" : "an empty"),
                  say(step));
    }
    walks_[slot] = Walk{.epoch = ++epoch_,
                        .created = created_,
                        .generation = generation_,
                        .must_left = live_,
                        .next = first_,
                        .changes = changes_,
                        .live = live_};
    running_ |= 1U << slot;
    return this->step(slot, step);
  }

  bool next(unsigned slot, const Step& step, const MapPanic* panic) {
    if (profile_ == Profile::python && changes_ != walks_[slot].changes) [[unlikely]] {
      return next_after_change(slot, step, panic);
    }
    if (panic != nullptr) {
      return unexpected(*panic);
    }
    return this->step(slot, step);
  }

  void drop(unsigned slot) { running_ &= ~(1U << slot); }

  Due due(unsigned slot, KeyId key, std::uint32_t stamp) const {
    const KeyClass c = (*classes_)[key.index];
    const Model& model = c.nan ? nans_ : entries_;
    const auto it = model.find(c.nan ? stamp : c.equality);
    if (nil_ || it == model.end() || !is_live(it->second)) {
      return Due::not_live;
    }
    const Entry& entry = it->second;
    if (profile_ == Profile::python && changes_ != walks_[slot].changes) {
      return live_ == walks_[slot].live ? Due::may : Due::no;
    }
    return entry.seen[slot] == walks_[slot].epoch              ? Due::no
           : ordered_ || entry.created <= walks_[slot].created ? Due::must
                                                               : Due::may;
  }

  bool is_current(KeyId key, std::uint32_t stamp) const {
    const KeyClass c = (*classes_)[key.index];
    const Model& model = c.nan ? nans_ : entries_;
    const auto it = model.find(c.nan ? key.payload : c.equality);
    return it != model.end() && it->second.key == key.index && (it->second.stamp & mask_) == stamp;
  }

  std::uint64_t live() const { return nil_ ? 0 : live_; }
  const Verdict& verdict() const { return verdict_; }

 private:
  bool is_live(const Entry& entry) const { return entry.live && entry.generation == generation_; }

  Entry* find_live(const KeyClass& c) {
    if (c.nan || nil_) {
      return nullptr;
    }
    const auto it = entries_.find(c.equality);
    return it != entries_.end() && is_live(it->second) ? &it->second : nullptr;
  }

  // Must the walk in `slot` still produce this living entry?
  bool due(unsigned slot, const Entry& entry) const {
    return entry.created <= walks_[slot].created && entry.seen[slot] != walks_[slot].epoch;
  }

  bool step(unsigned slot, const Step& step) {
    if (step.end) {
      drop(slot);
      if (ordered_) [[unlikely]] {
        return walks_[slot].next == 0 || stopped_early(*places_[walks_[slot].next].entry, slot);
      }
      return walks_[slot].must_left == 0 || incomplete(slot);
    }
    Entry* entry = step.torn ? nullptr : find_produced(slot, step);
    if (entry == nullptr) {
      return unknown(step);
    }
    if (!is_live(*entry)) {
      return dead(slot, *entry, step);
    }
    if (entry->seen[slot] == walks_[slot].epoch) {
      return fail("iter/once", say(entry->key) + " to come once", say(step) + " again");
    }
    if (ordered_ && !comes_next(slot, *entry, step)) [[unlikely]] {
      return false;
    }
    if (!current_elem("iter/current-elem", *entry, step.stamp, false)) {
      return false;
    }
    if (step.key.index != entry->key) {
      return other_key(*entry, step);
    }
    if (entry->created <= walks_[slot].created) {
      --walks_[slot].must_left;
    }
    entry->seen[slot] = walks_[slot].epoch;
    return true;
  }

  bool unknown(const Step& step) {
    return fail("iter/known", "an entry that was put into this map", say(step));
  }

  bool other_key(const Entry& entry, const Step& step) {
    return fail("iter/current-key", say(entry.key) + ", as it was stored last", say(step));
  }

  // ---- the order of insertion ----

  void append(Entry* entry, const KeyClass& c) {
    if (profile_ == Profile::js) {
      entry->key = c.equality;  // +0 for either zero
    }
    ++changes_;
    places_.push_back({.entry = entry, .before = last_, .after = 0});
    (last_ == 0 ? first_ : places_[last_].after) = created_;
    last_ = created_;
    for (std::uint32_t left = running_; left != 0; left &= left - 1) {
      Walk& walk = walks_[static_cast<unsigned>(std::countr_zero(left))];
      walk.next = walk.next == 0 ? created_ : walk.next;
    }
  }

  void take_out(std::uint32_t created) {
    ++changes_;
    const Place& place = places_[created];
    (place.before == 0 ? first_ : places_[place.before].after) = place.after;
    (place.after == 0 ? last_ : places_[place.after].before) = place.before;
    for (Walk& walk : walks_) {
      walk.next = walk.next == created ? place.after : walk.next;
    }
  }

  // Of an entry that lives and was not given yet: such a one never lies before the walk's `next`.
  bool comes_next(unsigned slot, const Entry& entry, const Step& step) {
    std::uint32_t& next = walks_[slot].next;
    if (entry.created != next) {
      return fail("iter/insertion-order", say(places_[next].entry->key) + ", which was put earlier",
                  say(step));
    }
    next = places_[next].after;
    return true;
  }

  bool stopped_early(const Entry& missing, unsigned slot) {
    return fail(missing.created > walks_[slot].created ? JudgeRule("iter/added-visited")
                                                       : JudgeRule("iter/complete"),
                fmt::format("{}, stamp {} before the end", say(missing.key), missing.stamp & mask_),
                "the end");
  }

  // A walk over a dict whose entries are no longer those that it began with. As long as their
  // number is another, it must raise; where it is the same again, nothing is said of what a walk
  // skips, repeats or notices.
  bool next_after_change(unsigned slot, const Step& step, const MapPanic* panic) {
    if (live_ != walks_[slot].live) {
      drop(slot);
      return must_panic(MapPanic::Kind::changed, panic);
    }
    if (panic != nullptr) {
      drop(slot);
      return panic->kind() == MapPanic::Kind::changed || unexpected(*panic);
    }
    if (step.end) {
      drop(slot);
      return true;
    }
    const Entry* entry = step.torn ? nullptr : find_produced(slot, step);
    if (entry == nullptr) {
      return unknown(step);
    }
    if (!is_live(*entry)) {
      return dead(slot, *entry, step);
    }
    return current_elem("iter/current-elem", *entry, step.stamp, false) &&
           (step.key.index == entry->key || other_key(*entry, step));
  }

  // The entry of a key ever put which a walk has produced, dead or alive.
  Entry* find_produced(unsigned slot, const Step& step) {
    const KeyClass c = (*classes_)[step.key.index];
    if (c.nan) {
      return find_produced_nan(slot, step);
    }
    const auto it = entries_.find(c.equality);
    return it == entries_.end() ? nullptr : &it->second;
  }

  // A NaN is known by its payload; where a map has lost that, by the elem's stamp. In a long run
  // several stamps share a payload, and the one that fits best is taken.
  Entry* find_produced_nan(unsigned slot, const Step& step) {
    Entry* best = nullptr;
    int best_fit = 0;
    for (std::uint64_t stamp = step.key.payload; stamp <= last_stamp_; stamp += kPayloadMask + 1) {
      const auto it = nans_.find(static_cast<std::uint32_t>(stamp));
      if (it == nans_.end()) {
        continue;
      }
      const Entry& entry = it->second;
      const bool due_to_come = is_live(entry) && entry.seen[slot] != walks_[slot].epoch;
      const int fit = (entry.stamp & mask_) != step.stamp ? 1 : due_to_come ? 3 : 2;
      if (fit > best_fit) {
        best = &it->second;
        best_fit = fit;
      }
    }
    if (best == nullptr && step.key.payload == 0 && mask_ == ~std::uint32_t{0}) {
      const auto it = nans_.find(step.stamp);
      best = it == nans_.end() ? nullptr : &it->second;
    }
    return best;
  }

  bool dead(unsigned slot, const Entry& entry, const Step& step) {
    const bool cleared = generation_ > entry.generation && generation_ > walks_[slot].generation;
    return cleared ? fail("iter/clear-stops", "no entry that was cleared", say(step))
                   : fail("iter/no-deleted", "no entry that was deleted", say(step));
  }

  bool incomplete(unsigned slot) {
    // The oldest one: whatever order the model has, the same run gives the same words.
    const Entry* missing = nullptr;
    for (const Model* model : {&entries_, &nans_}) {
      for (const auto& [id, entry] : *model) {
        const bool older = missing == nullptr || entry.created < missing->created;
        if (is_live(entry) && due(slot, entry) && older) missing = &entry;
      }
    }
    return fail("iter/complete",
                missing == nullptr ? "an entry before the end"
                                   : fmt::format("{}, stamp {} before the end", say(missing->key),
                                                 missing->stamp & mask_),
                "the end");
  }

  bool zero_read(KeyId key, const Found& found) {
    return (found.stamp == 0 && !found.torn) ||
           fail("access/zero-on-miss", say(key.index) + " to read as the zero elem",
                found.torn ? "a torn elem" : fmt::format("stamp {}", found.stamp));
  }

  bool current_elem(JudgeRule rule, const Entry& entry, std::uint32_t stamp, bool torn) {
    if (stamp == (entry.stamp & mask_) && !torn) {
      return true;
    }
    return fail(rule, fmt::format("{} with stamp {}", say(entry.key), entry.stamp & mask_),
                torn ? "a torn elem" : fmt::format("stamp {}", stamp));
  }

  bool must_panic(MapPanic::Kind kind, const MapPanic* panic) {
    if (panic != nullptr && panic->kind() == kind) {
      return true;
    }
    if (panic != nullptr &&
        (panic->kind() == MapPanic::Kind::other || panic->kind() == MapPanic::Kind::changed)) {
      return unexpected(*panic);
    }
    return fail(rule_of(kind), fmt::format("a panic ({})", words_of(kind)),
                panic == nullptr ? "an answer" : fmt::format("a panic ({})", panic->what()));
  }

  bool unexpected(const MapPanic& panic) {
    return fail("panic/unexpected", "an answer", fmt::format("a panic ({})", panic.what()));
  }

  bool fail(JudgeRule rule, std::string expected, std::string got) {
    verdict_ = Verdict{.property = std::string(rule.id()),
                       .op = 0,
                       .step = 0,
                       .expected = std::move(expected),
                       .got = std::move(got)};
    return false;
  }

  std::string say(std::uint32_t index) const {
    return index < domain_size(kind_) ? "key " + key_text(kind_, index)
                                      : fmt::format("key #{}", index);
  }
  std::string say(const Step& step) const {
    return step.end    ? "the end"
           : step.torn ? "a torn entry"
                       : fmt::format("{}, stamp {}", say(step.key.index), step.stamp);
  }

  KeyKind kind_ = KeyKind::u64;
  Profile profile_ = Profile::go;
  bool ordered_ = false;  // walks go in the order of insertion
  const ClassTable* classes_ = &ClassTable::of(KeyKind::u64, Profile::go);
  std::uint32_t mask_ = 0;
  bool key_update_ = false;

  Arena arena_;
  Model entries_{0, Model::allocator_type(&arena_)};  // by equality class
  Model nans_{0, Model::allocator_type(&arena_)};     // by stamp of the put
  bool nil_ = false;
  std::uint64_t live_ = 0;
  std::uint32_t created_ = 0;
  std::uint32_t generation_ = 0;
  std::uint32_t last_stamp_ = 0;

  std::array<Walk, kIterators> walks_;
  std::uint32_t running_ = 0;  // one bit a slot
  std::uint32_t epoch_ = 0;

  // What lives, in the order of insertion: a list through places_. Only where there is an order.
  std::vector<Place> places_;
  std::uint32_t first_ = 0;
  std::uint32_t last_ = 0;
  std::uint32_t changes_ = 0;  // entries made and taken out, clears

  Verdict verdict_;
};

Judge::Judge() : impl_(std::make_unique<Impl>()) {}
Judge::~Judge() = default;

void Judge::make(const MapSpec& spec, Profile profile) { impl_->make(spec, profile); }
void Judge::release() { impl_->release(); }
bool Judge::put(KeyId key, std::uint32_t stamp, const PutResult& result, const MapPanic* panic) {
  return impl_->put(key, stamp, result, panic);
}
bool Judge::get(KeyId key, const Found& found, const MapPanic* panic) {
  return impl_->get(key, found, panic);
}
bool Judge::has(KeyId key, const Found& found, const MapPanic* panic) {
  return impl_->has(key, found, panic);
}
bool Judge::del(KeyId key, const MapPanic* panic) { return impl_->del(key, panic); }
bool Judge::clear(const MapPanic* panic) { return impl_->clear(panic); }
bool Judge::len(std::uint64_t len, const MapPanic* panic) { return impl_->len(len, panic); }
bool Judge::begin(unsigned slot, const Step& step, const MapPanic* panic) {
  return impl_->begin(slot, step, panic);
}
bool Judge::next(unsigned slot, const Step& step, const MapPanic* panic) {
  return impl_->next(slot, step, panic);
}
void Judge::drop(unsigned slot) { impl_->drop(slot); }
Judge::Due Judge::due(unsigned slot, KeyId key, std::uint32_t stamp) const {
  return impl_->due(slot, key, stamp);
}
bool Judge::is_current(KeyId key, std::uint32_t stamp) const {
  return impl_->is_current(key, stamp);
}
std::uint64_t Judge::live() const { return impl_->live(); }
const Verdict& Judge::verdict() const { return impl_->verdict(); }

}  // namespace mapproof
