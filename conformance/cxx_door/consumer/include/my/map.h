// A map that has nothing to do with mapproof: entries in a list, sorted by nothing.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

namespace my {

template <class Key, class Value>
class map {
 public:
  using entry = std::pair<Key, Value>;
  Value* get(const Key& key) {
    for (entry& one : entries_) {
      if (one.first == key) return &one.second;
    }
    return nullptr;
  }
  void set(const Key& key, const Value& value) {
    if (Value* old = get(key)) {
      *old = value;
    } else {
      entries_.emplace_back(key, value);
    }
  }
  bool remove(const Key& key) {
    return entries_.remove_if([&key](const entry& one) { return one.first == key; }) != 0;
  }
  std::size_t count() const { return entries_.size(); }
  std::list<entry>& entries() { return entries_; }

 private:
  std::list<entry> entries_;
};

}  // namespace my
