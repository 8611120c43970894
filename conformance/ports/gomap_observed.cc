#include "conformance/ports/gomap_observed.h"

#include <array>
#include <optional>
#include <utility>

#include "conformance/ports/gomap_port_of.h"
#include "oracle/goruntime/words.h"

namespace mapproof {
namespace {

namespace words = mapproof::go;
using gomap::bmap;
using gomap::uintptr;

// An array of buckets as it is told.
struct Array {
  void* at = nullptr;
  uintptr base = 0;  // buckets that hashes lead to
  uintptr all = 0;   // and spare ones
};

class ObservedGomapPort final : public gomap_adapter::GomapPort<gomap::maptype>,
                                public go::Observed {
 public:
  explicit ObservedGomapPort(std::uint32_t corrections) : GomapPort(corrections) {
    hash_observer_ = &hashes_;
  }

  // ---- Port: as ever, but for what is remembered of walks ----

  void make(const MapSpec& spec) override {
    hashes_ = {};
    walking_ = {};
    counts_ = {};
    array_ = nullptr;  // of the map before
    same_bytes_ = {words::same_bytes(spec.key), words::same_bytes(spec.elem)};
    GomapPort::make(spec);
    shape_ = {.bucket = t_->bucketsize(),
              .key = t_->keysize(),
              .elem = t_->elemsize(),
              .indirect_key = t_->indirectkey(),
              .indirect_elem = t_->indirectelem()};
    note_array();
  }
  Step begin(unsigned slot, const IterStart& start) override {
    walking_[slot] = false;
    const Step step = GomapPort::begin(slot, start);
    walking_[slot] = !step.end;
    return step;
  }
  Step next(unsigned slot) override {
    walking_[slot] = false;
    const Step step = GomapPort::next(slot);
    walking_[slot] = !step.end;
    return step;
  }
  void drop(unsigned slot) override {
    walking_[slot] = false;
    GomapPort::drop(slot);
  }

  // ---- Observed ----

  void begin_operation(bool fail_hash) override {
    hashes_.any = false;
    hashes_.first = 0;
    hashes_.fail = fail_hash;
    hashes_.failed = false;
    was_growing_ = h_ != nullptr && h_->growing();
    moved_ = was_growing_ ? h_->nevacuate : 0;
  }
  bool hash_failed() const override { return hashes_.failed; }

  Start start_of(unsigned slot) const override {
    const gomap::hiter& it = iterators_[slot];
    return {.bucket = it.startBucket, .offset = it.offset};
  }

  std::uint64_t digest(const go::Record& record, const go::Answer& answer, bool whole) override {
    words::Digest out;
    out.put(static_cast<std::uint64_t>(answer.status));
    for (const std::uint64_t word : answer.words) out.put(word);
    out.put(hashes_.calls);
    out.put(hashes_.log);
    header(out);
    const bool walks = record.op == go::RecordOp::begin || record.op == go::RecordOp::next;
    if (walks && walking_[record.slot]) {
      walk(out, iterators_[record.slot]);
    } else if (record.op == go::RecordOp::put || record.op == go::RecordOp::del) {
      touched(out);
      note_array();
    }
    if (whole) layout(out);
    return out.hash;
  }

  void layout(std::vector<std::uint64_t>* to) override {
    words::Words out;
    layout(out);
    *to = std::move(out.words);
  }

  Counts counts() const override { return counts_; }
  unsigned B() const override { return h_ == nullptr ? 0 : h_->B; }

 private:
  // What hasher calls leave behind.
  struct Hashes final : gomap_adapter::HashObserver {
    void before() override {
      if (!fail) return;
      fail = false;
      failed = true;
      throw MapPanic(MapPanic::Kind::other, "the hash was made to fail");
    }
    void after(std::optional<KeyId> key, uintptr seed, uintptr hash) override {
      ++calls;
      log = words::fold(log, words::key_word(key) ^ std::uint64_t{seed} << 40);
      if (!any) first = hash;
      any = true;
    }
    std::uint64_t calls = 0, log = 0, first = 0;
    bool any = false, fail = false, failed = false;
  };

  // Another array than before is a growth; the first one of a map is none.
  void note_array() {
    void* const now = h_ == nullptr ? nullptr : h_->buckets;
    if (now == array_) return;
    if (array_ != nullptr && now != nullptr) {
      ++(h_->B == B_ ? counts_.same_size_growths : counts_.growths);
    }
    array_ = now;
    B_ = h_ == nullptr ? std::uint8_t{0} : h_->B;
  }

  Array array_of(void* buckets, uintptr base) const {
    if (buckets == nullptr) return {};
    return {buckets, base, gomap::generation::of(buckets)->nbuckets};
  }
  Array current(gomap::hmap* h) const { return array_of(h->buckets, gomap::bucketShift(h->B)); }
  Array old(gomap::hmap* h) const {
    return h->growing() ? array_of(h->oldbuckets, gomap::noldbuckets(h)) : Array{};
  }

  // Where things lie in a bucket: the port's own arithmetic, without the sanitizers' checks.
  MAPPROOF_LOOKS bmap* bucket_at(const Array& array, uintptr i) const {
    return reinterpret_cast<bmap*>(static_cast<unsigned char*>(array.at) + i * shape_.bucket);
  }
  MAPPROOF_LOOKS bmap* next_of(const bmap* b) const {
    return *reinterpret_cast<bmap* const*>(reinterpret_cast<const unsigned char*>(b) +
                                           shape_.bucket - gomap::PtrSize);
  }
  MAPPROOF_LOOKS const void* key_cell(const bmap* b, uintptr i) const {
    return reinterpret_cast<const unsigned char*>(b) + gomap::dataOffset + i * shape_.key;
  }
  MAPPROOF_LOOKS const void* elem_cell(const bmap* b, uintptr i) const {
    return static_cast<const unsigned char*>(key_cell(b, gomap::bucketCnt)) + i * shape_.elem;
  }

  // Which bucket of the array b is, or npos.
  static constexpr uintptr npos = ~uintptr{0};
  MAPPROOF_LOOKS uintptr index(const Array& array, const bmap* b) const {
    if (b == nullptr || array.at == nullptr) return npos;
    const uintptr distance = reinterpret_cast<uintptr>(b) - reinterpret_cast<uintptr>(array.at);
    return distance < array.all * shape_.bucket ? distance / shape_.bucket : npos;
  }

  MAPPROOF_LOOKS std::uint64_t link(const Array& array, const bmap* b) const {
    const bmap* const next = next_of(b);
    if (next == nullptr) return words::kLinkNone;
    const uintptr i = index(array, next);
    if (i == npos) return words::kLinkHeap;
    return i < array.base ? words::kLinkForeign : i + 1;
  }

  MAPPROOF_LOOKS static std::uint64_t tophash_word(const bmap* b) {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, b->tophash, sizeof word);
    return word;
  }

  template <class Out>
  MAPPROOF_LOOKS void bucket(Out& out, bmap* b, std::uint64_t link) {
    out.put(tophash_word(b));
    if (Out::kTakesMemory && same_bytes_.first) {
      out.memory(key_cell(b, 0), gomap::bucketCnt * shape_.key);
    } else {
      keys(out, b);
    }
    if (Out::kTakesMemory && same_bytes_.second) {
      out.memory(elem_cell(b, 0), gomap::bucketCnt * shape_.elem);
    } else {
      elems(out, b);
    }
    out.put(link);
  }

  template <class Out>
  MAPPROOF_LOOKS void keys(Out& out, bmap* b) {
    for (uintptr i = 0; i < gomap::bucketCnt; i++) {
      const void* k = key_cell(b, i);
      if (shape_.indirect_key) k = *static_cast<void* const*>(k);
      out.put(k == nullptr ? words::kNil : words::key_word(key_.id(k)));
    }
  }
  template <class Out>
  MAPPROOF_LOOKS void elems(Out& out, bmap* b) {
    for (uintptr i = 0; i < gomap::bucketCnt; i++) {
      const void* e = elem_cell(b, i);
      if (shape_.indirect_elem) e = *static_cast<void* const*>(e);
      out.put(e == nullptr ? words::kNil : elem_word(e));
    }
  }

  MAPPROOF_LOOKS std::uint64_t elem_word(const void* e) const {
    const auto stamp = elem_.stamp(e);
    return stamp ? *stamp : words::kTorn;
  }

  template <class Out>
  MAPPROOF_LOOKS void chain(Out& out, const Array& array, uintptr i) {
    bmap* b = bucket_at(array, i);
    for (std::size_t n = 0; n < words::kChainPart; n++) {
      const std::uint64_t to = link(array, b);
      bucket(out, b, to);
      if (to == words::kLinkNone || to == words::kLinkForeign) return;
      b = next_of(b);
    }
  }

  template <class Out>
  MAPPROOF_LOOKS void chains(Out& out, const Array& now, const Array& before, uintptr hash) {
    if (before.at == nullptr) return chain(out, now, hash & (now.base - 1));
    const uintptr b = hash & (before.base - 1);
    chain(out, before, b);
    for (uintptr to = b; to < now.base; to += before.base) chain(out, now, to);
  }

  template <class Out>
  MAPPROOF_LOOKS void touched(Out& out) {
    if (h_ == nullptr || h_->buckets == nullptr) return;
    const Array now = current(h_), before = old(h_);
    if (hashes_.any) chains(out, now, before, hashes_.first);
    if (was_growing_ || h_->growing()) chains(out, now, before, moved_);
  }

  template <class Out>
  MAPPROOF_LOOKS void header(Out& out) const {
    if (h_ == nullptr) return out.put(0);
    out.put(1);
    out.put(static_cast<std::uint64_t>(h_->count));
    out.put(gomap::flags_now(h_) | std::uint64_t{h_->B} << 8 | std::uint64_t{h_->noverflow} << 16 |
            std::uint64_t{h_->hash0} << 32);
    out.put(h_->nevacuate);
    std::uint64_t shape = (h_->buckets != nullptr ? 1U : 0U) | (h_->growing() ? 2U : 0U);
    if (h_->extra != nullptr) {
      shape |= 4;
      if (const bmap* next = h_->extra->nextOverflow; next != nullptr) {
        const uintptr distance =
            reinterpret_cast<uintptr>(next) - reinterpret_cast<uintptr>(h_->buckets);
        shape |= std::uint64_t{distance / shape_.bucket + 1} << 8;
      }
    }
    out.put(shape);
  }

  template <class Out>
  MAPPROOF_LOOKS void whole(Out& out, const Array& array) {
    out.put(array.base);
    out.put(array.all);
    for (uintptr i = 0; i < array.all; i++) {
      bmap* const b = bucket_at(array, i);
      bucket(out, b, link(array, b));
    }
    std::size_t followed = 0;
    for (uintptr i = 0; i < array.base; i++) {
      bmap* b = bucket_at(array, i);
      for (; followed < words::kEndless; followed++) {
        const std::uint64_t to = link(array, b);
        if (to == words::kLinkNone || to == words::kLinkForeign) break;
        b = next_of(b);
        if (to != words::kLinkHeap) continue;
        out.put(1);
        bucket(out, b, link(array, b));
      }
    }
    out.put(0);
  }

  template <class Out>
  void list(Out& out, const gomap::overflow_list* list, const Array& array) const {
    if (list == nullptr) return out.put(0);
    out.put(list->buckets.size() + 1);
    for (const bmap* b : list->buckets) {
      const uintptr i = index(array, b);
      out.put(i == npos ? words::kLinkHeap : i + 1);
      out.put(tophash_word(b));
    }
  }

  static std::uint64_t which(const void* p, const void* current, const void* old) {
    if (p == nullptr) return words::kWhichNone;
    if (p == current) return words::kWhichCurrent;
    return p == old ? words::kWhichOld : words::kWhichOther;
  }

  template <class Out>
  void walk(Out& out, const gomap::hiter& it) {
    out.put(it.startBucket);
    out.put(it.offset | std::uint64_t{it.wrapped} << 8 | std::uint64_t{it.B} << 16 |
            std::uint64_t{it.i} << 24);
    out.put(it.bucket);
    out.put(it.checkBucket);
    gomap::hmap* const h = it.h;
    const gomap::overflow_list *now = nullptr, *before = nullptr;
    if (h->extra != nullptr) {
      now = h->extra->overflow;
      before = h->extra->oldoverflow;
    }
    out.put(which(it.buckets, h->buckets, h->oldbuckets) | which(it.overflow, now, before) << 8 |
            which(it.oldoverflow, now, before) << 16);
    if (it.bptr == nullptr) return out.put(0);
    const std::array<Array, 3> arrays = {current(h), old(h),
                                         array_of(it.buckets, gomap::bucketShift(it.B))};
    std::uint64_t where = words::kLinkHeap;
    for (std::size_t n = 0; n < arrays.size() && where == words::kLinkHeap; n++) {
      const uintptr i = index(arrays[n], it.bptr);
      if (i != npos) where = (n + 1) << 32 | i;
    }
    out.put(where);
    out.put(tophash_word(it.bptr));
  }

  template <class Out>
  void layout(Out& out) {
    out.put(hashes_.calls);
    out.put(hashes_.log);
    header(out);
    if (h_ != nullptr) {
      const Array now = current(h_), before = old(h_);
      if (now.at != nullptr) whole(out, now);
      if (before.at != nullptr) whole(out, before);
      if (h_->extra != nullptr) {
        list(out, h_->extra->overflow, now);
        list(out, h_->extra->oldoverflow, before);
      }
    }
    for (unsigned slot = 0; slot < kIterators; slot++) {
      out.put(walking_[slot]);
      if (walking_[slot]) walk(out, iterators_[slot]);
    }
  }

  Hashes hashes_;
  struct {
    uintptr bucket = 0, key = 0, elem = 0;  // bytes
    bool indirect_key = false, indirect_elem = false;
  } shape_;
  std::pair<bool, bool> same_bytes_;  // of keys, of elems
  std::array<bool, kIterators> walking_{};
  bool was_growing_ = false;
  uintptr moved_ = 0;  // the old bucket that is due before the operation in hand
  Counts counts_;
  void* array_ = nullptr;  // after the last write
  std::uint8_t B_ = 0;
};

}  // namespace

go::ObservedPort make_observed_gomap_port(std::uint32_t corrections) {
  auto port = std::make_unique<ObservedGomapPort>(corrections);
  go::Observed* const observed = port.get();
  return {.port = std::move(port), .observed = observed};
}

}  // namespace mapproof
