#include "conformance/fake_port.h"

#include <algorithm>

namespace mapproof {

void FakePort::make(const MapSpec& spec) {
  spec_ = spec;
  nil_ = false;
  entries_.clear();
  index_.clear();
  at_.fill(kNowhere);
}

PutResult FakePort::put(KeyId key, std::uint32_t stamp) {
  if (nil_) {
    throw MapPanic(MapPanic::Kind::nil_map, "assignment to entry in nil map");
  }
  refuse_unhashable(key);
  stamp &= stamp_mask(spec_.elem);
  if (Entry* entry = find(key)) {
    entry->key = key;  // the domain makes this visible only where Go stores the key again
    entry->stamp = stamp;
    return {};
  }
  const KeyClass c = key_class(spec_.key, key.index);
  if (!c.nan) {
    index_[c.equality] = entries_.size();
  }
  entries_.push_back({.key = key, .stamp = stamp, .live = true});
  return {};
}

Found FakePort::get(KeyId key) { return has(key); }

Found FakePort::has(KeyId key) {
  refuse_unhashable(key);
  const Entry* entry = find(key);
  return entry == nullptr ? Found{} : Found{.present = true, .stamp = entry->stamp, .torn = false};
}

void FakePort::del(KeyId key) {
  refuse_unhashable(key);
  if (Entry* entry = find(key)) {
    entry->live = false;
    index_.erase(key_class(spec_.key, key.index).equality);
  }
}

void FakePort::clear() {
  if (!nil_) {
    index_.clear();
    for (Entry& entry : entries_) {
      entry.live = false;
    }
  }
}

std::uint64_t FakePort::len() {
  return nil_ ? 0
              : static_cast<std::uint64_t>(std::count_if(entries_.begin(), entries_.end(),
                                                         [](const Entry& e) { return e.live; }));
}

Step FakePort::begin(unsigned slot, const IterStart&) {
  at_[slot] = nil_ ? entries_.size() : 0;
  return FakePort::next(slot);
}

Step FakePort::next(unsigned slot) {
  std::size_t& at = at_[slot];
  while (at < entries_.size() && !entries_[at].live) {
    ++at;
  }
  return at < entries_.size() ? step_of(entries_[at++])
                              : Step{.end = true, .torn = false, .key = {}};
}

FakePort::Entry* FakePort::find(KeyId key) {
  const KeyClass c = key_class(spec_.key, key.index);
  const auto it = index_.find(c.equality);
  return nil_ || c.nan || it == index_.end() ? nullptr : &entries_[it->second];
}

void FakePort::refuse_unhashable(KeyId key) const {
  if (key_class(spec_.key, key.index).unhashable) {
    throw MapPanic(MapPanic::Kind::unhashable, "hash of unhashable type");
  }
}

}  // namespace mapproof
