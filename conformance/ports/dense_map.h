// google::dense_hash_map with the members that std_like.h asks for.
//
// The map marks its empty and its erased cells by two keys that nobody may put, so it can store no
// type of which each object is a member of the domain.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <sparsehash/dense_hash_map>
#include <string>
#include <utility>

#include "oracle/kinds.h"

namespace mapproof {

// Two keys outside each domain: nth_reserved_key(0) and (1). No function: a type without any.
template <std::unsigned_integral Key>
Key nth_reserved_key(const Key*, unsigned n) {
  return static_cast<Key>(std::numeric_limits<Key>::max() - n);
}
inline double nth_reserved_key(const double*, unsigned n) { return -1.5 - n; }
inline std::string nth_reserved_key(const std::string*, unsigned n) {
  return n == 0 ? "an empty cell" : "an erased cell";
}
inline Interface nth_reserved_key(const Interface*, unsigned n) {
  return nth_reserved_key(static_cast<const std::string*>(nullptr), n);
}
inline Owning nth_reserved_key(const Owning*, unsigned n) {
  return Owning(std::numeric_limits<std::uint32_t>::max() - n);
}
inline Big nth_reserved_key(const Big*, unsigned n) {
  Big key;  // the words of a member are not all zero but one
  key.words[16] = n + 1;
  return key;
}
inline Padded nth_reserved_key(const Padded*, unsigned n) {
  Padded key;
  key.b = std::numeric_limits<std::uint64_t>::max() - n;
  return key;
}
inline Array nth_reserved_key(const Array*, unsigned n) { return {n, n, n, n}; }
inline Pointer nth_reserved_key(const Pointer*, unsigned n) {
  static const char cells[2] = {};
  return &cells[n];
}

template <class Key>
concept LeavesKeysFree = requires {
  nth_reserved_key(static_cast<const Key*>(nullptr), 0U);
};

template <class Key, class Elem, class Hash, class Equal>
class DenseMap {
 public:
  using Cells = google::dense_hash_map<Key, Elem, Hash, Equal>;
  using iterator = typename Cells::iterator;

  DenseMap(std::size_t hint, const Hash& hash, const Equal& equal) : cells_(hint, hash, equal) {
    cells_.set_empty_key(nth_reserved_key(static_cast<const Key*>(nullptr), 0));
    cells_.set_deleted_key(nth_reserved_key(static_cast<const Key*>(nullptr), 1));
  }

  iterator begin() { return cells_.begin(); }
  iterator end() { return cells_.end(); }
  std::size_t size() const { return cells_.size(); }
  iterator find(const Key& key) { return cells_.find(key); }
  std::pair<iterator, bool> try_emplace(const Key& key) { return cells_.insert({key, Elem()}); }
  void erase(iterator at) { cells_.erase(at); }
  void clear() { cells_.clear(); }

 private:
  Cells cells_;
};

}  // namespace mapproof
