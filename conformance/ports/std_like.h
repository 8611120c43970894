// The ready adapter for maps with the members of std::unordered_map: find, try_emplace,
// erase(iterator), clear, size, begin, end and a constructor (bucket count, hash, equality).
//
//   struct MyMaps {
//     static constexpr const char* kName = "my::map";
//     template <class Key, class Elem, class Hash, class Equal>
//     using Map = my::map<Key, Elem, Hash, Equal>;
//   };
//   StdLikePort<MyMaps> port;
//
// What it asks of a map: erase invalidates no iterator but those to the erased entry. Where
// `iterator->second` is constant, `iterator.value()` must give the elem. A family that cannot store
// all keys says so in a function template `stores<Key>()`.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "oracle/hashing.h"
#include "oracle/port.h"

namespace mapproof {

// Hashes as the program says.
template <KeyKind K>
struct ForcedHash {
  Hashing* hashing = nullptr;
  std::uint64_t hash0 = 0;

  std::size_t operator()(const KeyType<K>& key) const {
    const KeyId id = key_id<K>(key).value_or(KeyId{});
    // These maps hash an object again and must get the same answer, so a NaN has the hash of its
    // payload. (They promise nothing about NaNs; this keeps a run with one from undefined
    // behaviour.)
    if (key_class(K, id.index).nan) {
      return id.payload;
    }
    return static_cast<std::size_t>((*hashing)(id.index, hash0));
  }
};

// One map of one pair of types.
template <class Family, KeyKind K, ElemKind E>
class TypedStdLikePort final : public Port {
 public:
  explicit TypedStdLikePort(const PortInfo& info) : info_(info) {}

  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec& spec) const override { return spec.key == K && spec.elem == E; }

  void make(const MapSpec& spec) override {
    constexpr std::int64_t kLargestHint = 199;  // what is above is bogus on purpose
    const bool hinted = spec.hint > 0 && spec.hint <= kLargestHint;
    walks_.fill(Walk{});
    map_.reset();  // before the hashing that it points to
    hashing_ = Hashing(K, spec.hash, spec.seed);
    for (const KeyHash& hash : spec.hashes) {
      if (hash.key < domain_size(K)) {
        hashing_.set(hash.key, hash.value());
      }
    }
    map_.emplace(hinted ? static_cast<std::size_t>(spec.hint) : 0,
                 ForcedHash<K>{.hashing = &hashing_, .hash0 = spec.hash0},
                 std::equal_to<KeyType<K>>());
    nil_ = false;
  }
  // The map stays for the walks that are still on it.
  void release() override { nil_ = true; }

  PutResult put(KeyId id, std::uint32_t stamp) override {
    if (nil_) {
      throw MapPanic(MapPanic::Kind::nil_map, "assignment to entry in nil map");
    }
    refuse_unhashable(id);
    const auto [at, fresh] = map_->try_emplace(make_key<K>(id));
    const PutResult result{.slot_was_dirty = fresh && elem_stamp<E>(at->second) != kZero};
    if (fresh) {
      end_walks();
    }
    elem_of(at) = make_elem<E>(stamp);
    return result;
  }

  Found get(KeyId id) override { return has(id); }
  Found has(KeyId id) override {
    refuse_unhashable(id);
    if (nil_) {
      return {};
    }
    const auto at = map_->find(make_key<K>(id));
    if (at == map_->end()) {
      return {};
    }
    const std::optional<std::uint32_t> stamp = elem_stamp<E>(at->second);
    return {.present = true, .stamp = stamp.value_or(0), .torn = !stamp};
  }

  void del(KeyId id) override {
    refuse_unhashable(id);
    if (nil_) {
      return;
    }
    const auto at = map_->find(make_key<K>(id));
    if (at != map_->end()) {
      erase(at);
    }
  }

  void clear() override {
    if (!nil_) {
      end_walks();
      map_->clear();
    }
  }
  std::uint64_t len() override { return nil_ ? 0 : map_->size(); }

  Step begin(unsigned slot, const IterStart&) override {
    walks_[slot].running = !nil_;
    if (!nil_) {
      walks_[slot].at = map_->begin();
    }
    return next(slot);
  }
  Step next(unsigned slot) override {
    Walk& walk = walks_[slot];
    if (!walk.running || walk.at == map_->end()) {
      walk.running = false;
      return {.end = true, .torn = false, .key = {}, .stamp = 0};
    }
    const std::optional<KeyId> key = key_id<K>(walk.at->first);
    const std::optional<std::uint32_t> stamp = elem_stamp<E>(walk.at->second);
    ++walk.at;
    return {.end = false,
            .torn = !key || !stamp,
            .key = key.value_or(KeyId{}),
            .stamp = stamp.value_or(0)};
  }
  void drop(unsigned slot) override { walks_[slot].running = false; }

 private:
  using Map = typename Family::template Map<KeyType<K>, ElemType<E>, ForcedHash<K>,
                                            std::equal_to<KeyType<K>>>;
  // `at` is the entry to give next, so that the one given last can be erased.
  struct Walk {
    bool running = false;
    typename Map::iterator at{};
  };
  static constexpr std::uint32_t kZero = 0;

  static ElemType<E>& elem_of(typename Map::iterator at) {
    if constexpr (requires { at.value(); }) {
      return at.value();
    } else {
      return at->second;
    }
  }

  static void refuse_unhashable(KeyId id) {
    if (key_class(K, id.index).unhashable) {
      throw MapPanic(MapPanic::Kind::unhashable, "hash of unhashable type");
    }
  }

  void erase(typename Map::iterator at) {
    for (Walk& walk : walks_) {
      if (walk.running && walk.at == at) {
        ++walk.at;
      }
    }
    map_->erase(at);
  }

  // Their iterators may be invalid from now on. No program that such a map is judged by goes here.
  void end_walks() {
    for (Walk& walk : walks_) {
      walk.running = false;
    }
  }

  const PortInfo& info_;
  Hashing hashing_;
  std::optional<Map> map_;
  bool nil_ = true;
  std::array<Walk, kIterators> walks_;
};

// The port of a family of maps: takes the pair of types that the program names.
template <class Family>
class StdLikePort final : public Port {
 public:
  StdLikePort() {
    info_.name = Family::kName;
    info_.profile = Profile::std_like;
    info_.forces_hashes = true;
    info_.nan_keys = false;  // the standard wants an equality under which each key equals itself
    info_.nil_maps = false;  // what the adapter does after release() is not the map's doing
    info_.erases_in_walk = true;
    info_.updates_keys = false;  // try_emplace and insert_or_assign keep the key that is there
    add<KeyKind::u64, ElemKind::u64>();
    add<KeyKind::u32, ElemKind::u8>();
    add<KeyKind::f64, ElemKind::u64>();
    add<KeyKind::string, ElemKind::string>();
    add<KeyKind::interface, ElemKind::u64>();
    add<KeyKind::owning, ElemKind::owning>();
    add<KeyKind::big, ElemKind::big>();
    add<KeyKind::padded, ElemKind::u64>();
    add<KeyKind::array, ElemKind::u32>();
    add<KeyKind::pointer, ElemKind::pointer>();
    add<KeyKind::empty, ElemKind::empty>();
  }

  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec& spec) const override { return typed(spec) != nullptr; }

  void make(const MapSpec& spec) override {
    Port* port = typed(spec);
    if (port == nullptr) {
      throw std::invalid_argument("no map of these kinds");
    }
    current_ = port;
    current_->make(spec);
  }
  void release() override { current_->release(); }

  PutResult put(KeyId key, std::uint32_t stamp) override { return current_->put(key, stamp); }
  Found get(KeyId key) override { return current_->get(key); }
  Found has(KeyId key) override { return current_->has(key); }
  void del(KeyId key) override { current_->del(key); }
  void clear() override { current_->clear(); }
  std::uint64_t len() override { return current_->len(); }
  Step begin(unsigned slot, const IterStart& start) override {
    return current_->begin(slot, start);
  }
  Step next(unsigned slot) override { return current_->next(slot); }
  void drop(unsigned slot) override { current_->drop(slot); }

 private:
  template <class Key>
  static constexpr bool stores() {
    if constexpr (requires { Family::template stores<Key>(); }) {
      return Family::template stores<Key>();
    } else {
      return true;
    }
  }

  template <KeyKind K, ElemKind E>
  void add() {
    if constexpr (stores<KeyType<K>>()) {
      ports_.push_back(std::make_unique<TypedStdLikePort<Family, K, E>>(info_));
      current_ = ports_.front().get();
    }
  }
  Port* typed(const MapSpec& spec) const {
    for (const std::unique_ptr<Port>& port : ports_) {
      if (port->supports(spec)) {
        return port.get();
      }
    }
    return nullptr;
  }

  PortInfo info_;
  std::vector<std::unique_ptr<Port>> ports_;
  Port* current_ = nullptr;
};

}  // namespace mapproof
