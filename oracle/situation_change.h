// One write to a map, as the watchers of situations see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "oracle/chains.h"
#include "oracle/kinds.h"
#include "oracle/program.h"
#include "oracle/snapshot.h"

namespace mapproof {

// Go stores a key or elem above 128 bytes apart; its cell then holds a pointer.
inline bool is_stored_apart(const KindFacts& type) { return type.size > 128; }

inline bool buckets_hold_pointers(const MapSpec& spec) {
  const KindFacts key = facts(spec.key);
  const KindFacts elem = facts(spec.elem);
  return key.pointers || elem.pointers || is_stored_apart(key) || is_stored_apart(elem);
}

struct Change {
  enum class Kind : std::uint8_t { put, del, clear };

  Kind kind;
  const MapSpec& spec;
  const Snapshot& before;
  const Snapshot& after;
  bool in_full;       // both show the buckets, not only the header
  std::size_t walks;  // under way
  KeyId key = {};     // of put and del
  KeyClass key_class = {};
  std::optional<std::uint64_t> hash = {};  // if it is the same each time

  bool put() const { return kind == Kind::put; }
  bool del() const { return kind == Kind::del; }
  bool inserted() const { return put() && after.count == before.count + 1; }
  bool updated() const { return put() && after.count == before.count; }
  bool deleted() const { return del() && after.count + 1 == before.count; }
  bool missed() const { return del() && after.count == before.count; }

  bool starts_doubling() const { return put() && after.B > before.B; }
  bool starts_packing() const { return put() && is_packing(after) && !is_packing(before); }
  bool starts_growth() const { return starts_doubling() || starts_packing(); }
  bool ends_growth() const {
    return kind != Kind::clear && (is_growing(before) || starts_growth()) && !is_growing(after);
  }
  // A map with no entry is not looked into, so its growth stays where it is.
  bool pushes_growth() const { return put() || (del() && before.count != 0); }

  // The array that is moved in this write, as it was before: null if there is none.
  const ArrayView* moved_array() const {
    if (before.old) return &*before.old;
    return starts_growth() && before.current ? &*before.current : nullptr;
  }
  bool moves_to_same_size() const { return is_packing(before) || starts_packing(); }
  // Is bucket i of moved_array() moved in this write?
  bool moves(std::uint64_t i) const;
  // The map as far as this write's key is concerned is where it was: nothing of it has moved.
  bool leaves_chain() const {
    if (!hash || starts_growth()) return false;
    const ArrayView* moved = moved_array();
    return moved == nullptr || !moves(*hash & (moved->base - 1));
  }
};

inline bool Change::moves(std::uint64_t i) const {
  if (before.old && is_moved(chain_at(*before.old, i))) return false;
  return ends_growth() || (after.old && is_moved(chain_at(*after.old, i)));
}

}  // namespace mapproof
