#include "conformance/fake_port.h"

namespace mapproof {

void FakePort::make(const MapSpec& spec) {
  spec_ = spec;
  nil_ = false;
  entries_.clear();
  live_ = 0;
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
  const KeyClass c = class_of(key.index);
  if (!c.nan) {
    index_[c.equality] = entries_.size();
  }
  entries_.push_back({.key = key, .stamp = stamp, .live = true});
  ++live_;
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
    --live_;
    index_.erase(class_of(key.index).equality);
  }
}

void FakePort::clear() {
  if (!nil_) {
    live_ = 0;
    index_.clear();
    for (Entry& entry : entries_) {
      entry.live = false;
    }
  }
}

std::uint64_t FakePort::len() { return nil_ ? 0 : live_; }

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
  const KeyClass c = class_of(key.index);
  const auto it = index_.find(c.equality);
  return nil_ || c.nan || it == index_.end() ? nullptr : &entries_[it->second];
}

void FakePort::refuse_unhashable(KeyId key) const {
  if (key_class(spec_.key, key.index).unhashable) {
    throw MapPanic(MapPanic::Kind::unhashable, "hash of unhashable type");
  }
}

JsFakePort::JsFakePort() {
  info_.profile = Profile::js;
  info_.nil_maps = info_.updates_keys = false;
}

PutResult JsFakePort::put(KeyId key, std::uint32_t stamp) {
  return FakePort::put({.index = class_of(key.index).equality, .payload = 0}, stamp);
}

KeyClass JsFakePort::class_of(std::uint32_t index) const {
  KeyClass c = FakePort::class_of(index);
  c.nan = false;
  return c;
}

PythonFakePort::PythonFakePort() {
  info_.profile = Profile::python;
  info_.nil_maps = info_.updates_keys = false;
}

PutResult PythonFakePort::put(KeyId key, std::uint32_t stamp) {
  const Entry* entry = find(key);
  return FakePort::put(entry == nullptr ? key : entry->key, stamp);
}

Step PythonFakePort::begin(unsigned slot, const IterStart& start) {
  sizes_[slot] = live();
  return FakePort::begin(slot, start);
}

Step PythonFakePort::next(unsigned slot) {
  if (live() != sizes_[slot]) {
    raise();
  }
  return FakePort::next(slot);
}

}  // namespace mapproof
