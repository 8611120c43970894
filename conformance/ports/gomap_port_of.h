// The adapter of the port, for any of its run-time map types. gomap_port.h makes the one of Go's
// layout, two_cell_port.h the one that is small enough to be enumerated.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/gomap_traits.h"
#include "gomap/clear.h"
#include "gomap/inspect.h"
#include "gomap/reflect.h"
#include "oracle/hashing.h"
#include "oracle/kinds.h"
#include "oracle/port.h"

namespace mapproof {
namespace gomap_adapter {

// A key or elem kind as untyped functions.
struct KeyFunctions {
  void (*construct)(void* at, KeyId id);
  void (*destroy)(void* at);
  std::optional<KeyId> (*id)(const void* key);
};
struct ElemFunctions {
  void (*assign)(void* cell, std::uint32_t stamp);
  std::optional<std::uint32_t> (*stamp)(const void* elem);
  void* (*zero)();  // an elem of the kind that stays zero
};

template <KeyKind K>
constexpr KeyFunctions key_functions{
    [](void* at, KeyId id) { ::new (at) KeyType<K>(make_key<K>(id)); },
    [](void* at) { std::destroy_at(static_cast<KeyType<K>*>(at)); },
    [](const void* key) { return key_id<K>(*static_cast<const KeyType<K>*>(key)); }};
template <ElemKind E>
constexpr ElemFunctions elem_functions{
    [](void* cell, std::uint32_t stamp) {
      if constexpr (E != ElemKind::empty) *static_cast<ElemType<E>*>(cell) = make_elem<E>(stamp);
    },
    [](const void* elem) { return elem_stamp<E>(*static_cast<const ElemType<E>*>(elem)); },
    []() -> void* {
      static ElemType<E> zero{};
      return &zero;
    }};

struct KeyDescription {
  gomap::_type type;
  std::uint32_t flags;
  KeyFunctions functions;
};
struct ElemDescription {
  gomap::_type type;
  ElemFunctions functions;
};

template <std::size_t... I>
std::array<KeyDescription, sizeof...(I)> describe_keys(std::index_sequence<I...>) {
  return {KeyDescription{gomap::describe<KeyType<KeyKind{I}>, std::equal_to<KeyType<KeyKind{I}>>>(
                             std::string(name(KeyKind{I}))),
                         gomap::key_flags<KeyType<KeyKind{I}>>(), key_functions<KeyKind{I}>}...};
}
template <std::size_t... I>
std::array<ElemDescription, sizeof...(I)> describe_elems(std::index_sequence<I...>) {
  return {ElemDescription{gomap::describe<ElemType<ElemKind{I}>>(std::string(name(ElemKind{I}))),
                          elem_functions<ElemKind{I}>}...};
}

inline const KeyDescription& description(KeyKind kind) {
  static const auto all = describe_keys(std::make_index_sequence<kKeyKinds>{});
  return all[static_cast<std::size_t>(kind)];
}
inline const ElemDescription& description(ElemKind kind) {
  static const auto all = describe_elems(std::make_index_sequence<kElemKinds>{});
  return all[static_cast<std::size_t>(kind)];
}

inline MapPanic translated(const gomap::panic_error& panic) {
  const std::string words = panic.what();
  if (words == "assignment to entry in nil map") return {MapPanic::Kind::nil_map, words};
  if (words.find("hash of unhashable type") != words.npos) {
    return {MapPanic::Kind::unhashable, words};
  }
  return {MapPanic::Kind::other, words};
}

// Runs an operation of the port; its panics and throws become the oracle's.
template <class Operation>
auto guarded(Operation&& operation) {
  try {
    return operation();
  } catch (const gomap::panic_error& panic) {
    throw translated(panic);
  } catch (const gomap::throw_error& fatal) {
    throw MapPanic(MapPanic::Kind::other, std::string("fatal error: ") + fatal.what());
  }
}

// What a torn key, as a wiped cell has, hashes as: no key of the domain, and what it is in Go
// (oracle/goruntime/go/machine). The judge sees such a key when it comes out.
inline constexpr std::uint32_t kTornIndex = 0xffffffff;

// Sees the hasher calls of a port; for who compares them.
class HashObserver {
 public:
  virtual void before() = 0;  // may throw MapPanic: then the key is not hashed
  // No key: a torn one, as a wiped cell has.
  virtual void after(std::optional<KeyId> key, gomap::uintptr seed, gomap::uintptr hash) = 0;

 protected:
  ~HashObserver() = default;
};

template <class MapType>
class GomapPort : public Port {
 public:
  explicit GomapPort(std::uint32_t corrections) { correct(corrections); }
  ~GomapPort() override { reset(); }

  void correct(std::uint32_t corrections) {
    corrections_ = corrections & gomap::correction::all;
    info_ = {.name = corrections_ == 0                        ? "gomap"
                     : corrections_ == gomap::correction::all ? "gomap-corrected"
                                                              : "gomap-partly-corrected",
             .profile = Profile::go,
             .forces_hashes = true,
             .forces_starts = true,
             .nan_keys = true,
             .lays_out_buckets = true};
  }

  // The corrections that have made a difference since make(), or would have if they were on.
  std::uint32_t asked() const { return asked_; }

  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec&) const override { return true; }

  void make(const MapSpec& spec) override {
    reset();
    if (!t_ || spec.key != spec_.key || spec.elem != spec_.elem) set_type(spec);
    t_->corrections = corrections_;
    t_->asked = &asked_;
    asked_ = 0;
    spec_ = spec;
    hashing_ = Hashing(spec.key, spec.hash, spec.seed);
    for (const KeyHash& hash : spec.hashes) hashing_.set(hash.key, hash.value());
    looks_ = hashing_;
    gomap::thread_random().seed(spec.seed);
    guarded([&] { h_ = new_map(spec.hint); });
    h_->hash0 = spec.hash0;
  }

  void release() override { gomap::unref_hmap(*t_, std::exchange(h_, nullptr)); }

  PutResult put(KeyId id, std::uint32_t stamp) override {
    const Key key(*this, id);
    return guarded([&] {
      const auto before = gomap::reflect_maplen(h_);
      void* elem = gomap::mapassign(*t_, h_, key.at());
      PutResult result;
      if (h_->count != before) result.slot_was_dirty = elem_.stamp(elem) != 0U;
      elem_.assign(elem, stamp);
      return result;
    });
  }

  // The zero bytes that a miss reads are no object of an owning type; those take the fat way.
  Found get(KeyId id) override {
    const Key key(*this, id);
    return guarded([&] {
      return found(true, t_->elem().trivial()
                             ? gomap::mapaccess1(*t_, h_, key.at())
                             : gomap::mapaccess1_fat(*t_, h_, key.at(), elem_.zero()));
    });
  }

  Found has(KeyId id) override {
    const Key key(*this, id);
    return guarded([&] {
      auto [elem, ok] = t_->elem().trivial()
                            ? gomap::mapaccess2(*t_, h_, key.at())
                            : gomap::mapaccess2_fat(*t_, h_, key.at(), elem_.zero());
      return found(ok, elem);
    });
  }

  void del(KeyId id) override {
    const Key key(*this, id);
    guarded([&] { gomap::mapdelete(*t_, h_, key.at()); });
  }

  void clear() override {
    guarded([&] { gomap::mapclear(*t_, h_); });
  }

  std::uint64_t len() override { return static_cast<std::uint64_t>(gomap::reflect_maplen(h_)); }

  Step begin(unsigned slot, const IterStart& start) override {
    drop(slot);
    return guarded([&] {
      force(start);
      gomap::mapiterinit(*t_, h_, &iterators_[slot]);
      return stepped(&iterators_[slot]);
    });
  }

  Step next(unsigned slot) override {
    return guarded([&] {
      gomap::mapiternext(*t_, &iterators_[slot]);
      return stepped(&iterators_[slot]);
    });
  }

  void drop(unsigned slot) override { gomap::hiter_release(*t_, &iterators_[slot]); }

  bool gauges(Gauges* out) override {
    if (h_ == nullptr) return false;
    *out = {.count = static_cast<std::uint64_t>(h_->count),
            .nevacuate = h_->nevacuate,
            .old_buckets = h_->growing() ? static_cast<std::uint32_t>(gomap::noldbuckets(h_)) : 0U,
            .noverflow = h_->noverflow,
            .B = h_->B,
            .flags = gomap::flags_now(h_)};
    return true;
  }

  bool header(Snapshot* out) override {
    *out = Snapshot{};
    out->cells_per_bucket = MapType::bucketCnt;
    out->load_factor_num = static_cast<std::uint8_t>(MapType::load_factor_num());
    out->load_factor_den = static_cast<std::uint8_t>(MapType::load_factor_den());
    if (h_ == nullptr) return true;
    look_at_footings();
    out->count = static_cast<std::uint64_t>(h_->count);
    out->flags = gomap::flags_now(h_);
    out->B = h_->B;
    out->noverflow = h_->noverflow;
    out->hash0 = h_->hash0;
    out->nevacuate = h_->nevacuate;
    if (h_->growing()) out->old.emplace().base = static_cast<std::uint32_t>(gomap::noldbuckets(h_));
    return true;
  }

  bool snapshot(Snapshot* out) override {
    header(out);
    if (h_ != nullptr && h_->buckets != nullptr) {
      const auto view = gomap::inspect_array(*t_, h_->buckets, gomap::bucketShift(h_->B));
      out->current = picture(view);
      if (h_->extra != nullptr && h_->extra->nextOverflow != nullptr) {
        out->next_overflow = static_cast<std::int32_t>(view.index_of(h_->extra->nextOverflow));
      }
    }
    if (out->old) {
      out->old = picture(gomap::inspect_array(*t_, h_->oldbuckets, gomap::noldbuckets(h_)));
    }
    return true;
  }

  bool snapshot_of(const std::vector<std::uint64_t>& hashes, Snapshot* out) override {
    header(out);
    if (h_ == nullptr || h_->buckets == nullptr) return true;
    std::set<std::uint32_t> current, old;
    for (const std::uint64_t hash : hashes) {
      if (!out->old) {
        current.insert(static_cast<std::uint32_t>(hash & gomap::bucketMask(h_->B)));
        continue;
      }
      const auto b = static_cast<std::uint32_t>(hash & (out->old->base - 1));
      old.insert(b);
      for (std::uint64_t to = b; to <= gomap::bucketMask(h_->B); to += out->old->base) {
        current.insert(static_cast<std::uint32_t>(to));
      }
    }
    const auto base = static_cast<std::uint32_t>(gomap::bucketShift(h_->B));
    out->current = picture_of(h_->buckets, base, {current.begin(), current.end()});
    if (out->old) {
      out->old = picture_of(h_->oldbuckets, out->old->base, {old.begin(), old.end()});
    }
    return true;
  }

  std::optional<Standing> standing(unsigned slot) override {
    const gomap::hiter& it = iterators_[slot];
    if (it.key == nullptr || it.bptr == nullptr) return std::nullopt;
    Standing at;
    // i is already the next cell.
    at.cell = static_cast<std::uint32_t>((it.i - 1U + it.offset) & (MapType::bucketCnt - 1));
    if (h_ != nullptr && stands_in(h_->buckets, gomap::bucketShift(h_->B), it, &at)) return at;
    at.array = Standing::In::old;
    if (h_ != nullptr && h_->growing() &&
        stands_in(h_->oldbuckets, gomap::noldbuckets(h_), it, &at)) {
      return at;
    }
    return Standing{.array = Standing::In::left, .bucket = 0, .cell = 0};
  }

 protected:
  std::optional<MapType> t_;
  gomap::hmap* h_ = nullptr;
  std::array<gomap::hiter, kIterators> iterators_{};
  MapSpec spec_;
  Hashing hashing_;
  KeyFunctions key_{};
  ElemFunctions elem_{};
  HashObserver* hash_observer_ = nullptr;

  virtual gomap::hmap* new_map(std::int64_t hint) {
    return hint == 0 ? gomap::makemap_small() : gomap::makemap64(*t_, hint, nullptr);
  }

  // A key or elem stored apart has to live for as long as a walk stands on it. Writers read that it
  // does, but seldom; read with each audit, memory that was given back shows at once under
  // AddressSanitizer.
  void look_at_footings() const {
    const auto alive = [](void* object) {
      return object == nullptr || gomap::object_header::of(object)->refs.load() != 0;
    };
    for (const gomap::footing* f = h_->footings.load(); f != nullptr; f = f->next) {
      if (!alive(f->key) || !alive(f->elem)) {
        throw PortFailure(Verdict{.property = "iter/no-use-after-free",
                                  .op = 0,
                                  .step = 0,
                                  .expected = "what a walk stands on lives on",
                                  .got = "an object without references"});
      }
    }
  }

  // The walk that is begun next begins there, if anything can be said of it.
  void force(const IterStart& start) const {
    if (!start.forced || h_ == nullptr || h_->count == 0) return;
    const auto bucket = start.bucket & gomap::bucketMask(h_->B);
    gomap::thread_random().force(
        static_cast<std::uint32_t>(bucket | (std::uint64_t{start.offset} << h_->B)));
  }

  Found found(bool present, const void* elem) const {
    const auto stamp = elem_.stamp(elem);
    return {.present = present, .stamp = stamp.value_or(0), .torn = !stamp};
  }

  Step entry(const void* key, const void* elem) const {
    if (key == nullptr) return {.end = true, .torn = false, .key = {}, .stamp = 0};
    if (elem == nullptr) gomap::panic_nil_dereference();
    const auto id = key_.id(key);
    const auto stamp = elem_.stamp(elem);
    return {.end = false,
            .torn = !id || !stamp,
            .key = id.value_or(KeyId{}),
            .stamp = stamp.value_or(0)};
  }

  // A key object in the port's buffer; small, large and owning ones alike.
  class Key {
   public:
    Key(GomapPort& port, KeyId id) : port_(port) { port.key_.construct(port.buffer_, id); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key() {
      if (port_.destroy_keys_) port_.key_.destroy(port_.buffer_);
    }
    const void* at() const { return port_.buffer_; }

   private:
    GomapPort& port_;
  };

 private:
  // A walk that is over keeps no map alive: the memory of a program goes with it.
  Step stepped(gomap::hiter* it) const {
    const Step step = entry(it->key, it->elem);
    if (step.end) gomap::hiter_release(*t_, it);
    return step;
  }

  void set_type(const MapSpec& spec) {
    const KeyDescription& key = description(spec.key);
    const ElemDescription& elem = description(spec.elem);
    key_ = key.functions;
    elem_ = elem.functions;
    destroy_keys_ = !key.type.trivial();
    const bool watch_hashes = (key.flags & gomap::flag_hashMightPanic) != 0;
    t_.emplace(gomap::make_maptype(
        key.type, elem.type,
        [this, watch_hashes](const void* k, gomap::uintptr seed) {
          const std::optional<KeyId> id = key_.id(k);
          const std::uint32_t index = id ? id->index : kTornIndex;
          if (watch_hashes && key_class(spec_.key, index).unhashable) {
            gomap::go_panic("runtime error: hash of unhashable type " + t_->key_type.str);
          }
          if (hash_observer_ != nullptr) hash_observer_->before();
          const auto hash = static_cast<gomap::uintptr>(hashing_(index, seed));
          if (hash_observer_ != nullptr) hash_observer_->after(id, seed, hash);
          return hash;
        },
        key.flags));
  }

  void reset() {
    if (!t_) return;
    for (gomap::hiter& it : iterators_) gomap::hiter_release(*t_, &it);
    release();
  }

  bool stands_in(void* buckets, gomap::uintptr base, const gomap::hiter& it, Standing* at) const {
    if (buckets == nullptr) return false;
    const auto view = gomap::inspect_array(*t_, buckets, base);
    const std::size_t bucket = view.index_of(it.bptr);
    at->bucket = bucket;
    return bucket != gomap::array_view::npos;
  }

  CellView picture(gomap::bmap* b, gomap::uintptr i) {
    CellView cell;
    cell.tophash = b->tophash[i];
    const void* k = b->key_cell(*t_, i);
    const void* e = b->elem_cell(*t_, i);
    if (t_->indirectkey()) k = gomap::indirect(const_cast<void*>(k));
    if (t_->indirectelem()) e = gomap::indirect(const_cast<void*>(e));
    const auto stamp = e != nullptr ? elem_.stamp(e) : std::optional<std::uint32_t>(0);
    cell.elem_zero = stamp == 0U;
    if (gomap::isEmpty(cell.tophash) || cell.tophash == gomap::evacuatedEmpty) return cell;
    if (k != nullptr) cell.key = key_.id(k);
    cell.stamp = stamp;
    if (cell.tophash >= gomap::minTopHash && cell.key) {
      const KeyClass c = key_class(spec_.key, cell.key->index);
      if (!c.nan && !c.unhashable) cell.hash = looks_(cell.key->index, h_->hash0);
    }
    return cell;
  }

  ArrayView picture(const gomap::array_view& view) {
    ArrayView array;
    array.buckets.reserve(view.buckets.size());
    array.base = static_cast<std::uint32_t>(view.base);
    for (const auto& bucket : view.buckets) {
      BucketView& b = array.buckets.emplace_back();
      b.origin = static_cast<BucketOrigin>(bucket.origin);
      for (gomap::uintptr i = 0; i < MapType::bucketCnt; i++) b.cells[i] = picture(bucket.at, i);
      if (const gomap::bmap* next = bucket.at->overflow(*t_); next != nullptr) {
        const std::size_t known = view.index_of(next);
        // Links to base buckets are marks, not links.
        const bool chain = known != gomap::array_view::npos && known >= view.base;
        b.overflow = chain ? static_cast<std::int32_t>(known) : -1;
        b.foreign_overflow = !chain;
      }
    }
    return array;
  }

  // Some chains of an array, as ArrayView::shown says.
  ArrayView picture_of(void* buckets, std::uint32_t base, std::vector<std::uint32_t> shown) {
    constexpr std::size_t kEndless = 1U << 17;  // a chain that goes round is broken
    ArrayView array;
    array.base = base;
    array.buckets.resize(shown.size());
    for (std::size_t i = 0; i < shown.size(); i++) {
      gomap::bmap* b = gomap::bucket_at(*t_, buckets, shown[i]);
      for (std::size_t at = i; at < kEndless;) {
        for (gomap::uintptr c = 0; c < MapType::bucketCnt; c++) {
          array.buckets[at].cells[c] = picture(b, c);
        }
        b = b->overflow(*t_);
        if (b == nullptr) break;
        array.buckets[at].overflow = static_cast<std::int32_t>(array.buckets.size());
        at = array.buckets.size();
        array.buckets.emplace_back().origin = BucketOrigin::heap;
      }
    }
    array.shown = std::move(shown);
    return array;
  }

  Hashing looks_;  // the same hashes for pictures, so that looking draws none of the map's
  bool destroy_keys_ = false;
  std::uint32_t corrections_ = 0;
  std::uint32_t asked_ = 0;
  PortInfo info_;
  alignas(16) unsigned char buffer_[160];
};

static_assert(sizeof(Big) <= 160 && sizeof(BigFloat) <= 160, "the key buffer holds every kind");

}  // namespace gomap_adapter
}  // namespace mapproof
