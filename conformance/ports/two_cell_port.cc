#include "conformance/ports/two_cell_port.h"

#include <vector>

#include "conformance/ports/gomap_port_of.h"

namespace mapproof {
namespace {

using MapType = gomap::two_cell_maptype;

// Writes numbers one after the other, and stamps under new names.
class StateWriter {
 public:
  explicit StateWriter(std::string* text) : text_(*text) {}

  template <class... Numbers>
  void write(Numbers... numbers) {
    (append(static_cast<std::uint64_t>(numbers)), ...);
  }
  void stamp(std::uint32_t stamp) {
    for (std::size_t i = 0; i < stamps_.size(); i++) {
      if (stamps_[i] == stamp) return write(i);
    }
    write(stamps_.size());
    stamps_.push_back(stamp);
  }

 private:
  // Small numbers take one byte; 255 says that eight follow.
  void append(std::uint64_t number) {
    if (number < 255) {
      text_.push_back(static_cast<char>(number));
      return;
    }
    text_.push_back(static_cast<char>(255));
    text_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }

  std::string& text_;
  std::vector<std::uint32_t> stamps_;
};

class Enumerable final : public TwoCellPort, public gomap_adapter::GomapPort<MapType> {
 public:
  explicit Enumerable(std::uint32_t corrections) : GomapPort<MapType>(corrections) {}

  Port& port() override { return *this; }
  void draw_nans_from(std::function<std::uint64_t()> source) override {
    source_ = std::move(source);
  }
  void make(const MapSpec& spec) override {
    GomapPort<MapType>::make(spec);
    if (source_) hashing_.draw_nans_from(source_);
  }

  bool walking(unsigned slot) const override {
    return iterators_[slot].h != nullptr && iterators_[slot].key != nullptr;
  }

  void append_state(const Judge& judge, std::string* text) override {
    judge_ = &judge;
    StateWriter out(text);
    out.write(judge.live(), h_ != nullptr);
    running_.clear();
    for (unsigned slot = 0; slot < kIterators; slot++) {
      if (walking(slot)) running_.push_back(slot);
    }
    gomap::hmap* h = h_;
    if (h == nullptr && !running_.empty()) h = iterators_[running_[0]].h;
    if (h == nullptr) return;

    arrays_.clear();
    out.write(h->count, gomap::flags_now(h), h->B, h->noverflow, h->nevacuate);
    if (h->buckets != nullptr) write_array(&out, h->buckets, gomap::bucketShift(h->B));
    if (h->oldbuckets != nullptr) write_array(&out, h->oldbuckets, gomap::noldbuckets(h));
    if (h->extra != nullptr && h->extra->nextOverflow != nullptr) {
      out.write(arrays_[0].view.index_of(h->extra->nextOverflow));
    }
    for (const unsigned slot : running_) write_walk(&out, h, slot);
  }

 private:
  struct Array {
    void* buckets;
    gomap::array_view view;
  };

  // The place of the array among those written; a new one is written.
  std::size_t write_array(StateWriter* out, void* buckets, gomap::uintptr base) {
    for (std::size_t i = 0; i < arrays_.size(); i++) {
      if (arrays_[i].buckets == buckets) return i;
    }
    arrays_.push_back({buckets, gomap::inspect_array(*t_, buckets, base)});
    const gomap::array_view& view = arrays_.back().view;
    out->write(view.base);
    for (std::size_t i = 0; i < view.base; i++) write_chain(out, view.buckets[i].at);
    return arrays_.size() - 1;
  }

  void write_chain(StateWriter* out, gomap::bmap* b) {
    for (; b != nullptr; b = b->overflow(*t_)) {
      out->write(254);
      for (gomap::uintptr i = 0; i < MapType::bucketCnt; i++) write_cell(out, b, i);
    }
  }

  void write_cell(StateWriter* out, gomap::bmap* b, gomap::uintptr i) {
    const std::uint8_t top = b->tophash[i];
    if (gomap::isEmpty(top) || top == gomap::evacuatedEmpty) return out->write(top);
    const void* k = b->key_cell(*t_, i);
    const void* e = b->elem_cell(*t_, i);
    if (t_->indirectkey()) k = gomap::indirect(const_cast<void*>(k));
    if (t_->indirectelem()) e = gomap::indirect(const_cast<void*>(e));
    const auto key = k == nullptr ? std::nullopt : key_.id(k);
    const std::uint32_t stamp = e == nullptr ? 0 : elem_.stamp(e).value_or(0);
    if (!key) return out->write(top, 253);
    const bool nan = key_class(spec_.key, key->index).nan;
    const bool live = top >= gomap::minTopHash;
    out->write(nan && live ? gomap::minTopHash + (top & 1) : top, key->index);
    // An evacuated cell is read again only if it holds a NaN.
    if (!live && !nan) return;
    out->stamp(stamp);
    const std::uint32_t entry = nan ? key->payload : stamp;
    out->write(judge_->due(0, *key, entry) == Judge::Due::not_live);
    out->write(judge_->is_current(*key, stamp));
    for (const unsigned slot : running_) {
      out->write(static_cast<unsigned>(judge_->due(slot, *key, entry)));
    }
  }

  void write_walk(StateWriter* out, gomap::hmap* h, unsigned slot) {
    const gomap::hiter& it = iterators_[slot];
    const std::size_t start = write_array(out, it.buckets, gomap::bucketShift(it.B));
    out->write(252, slot, start, it.B, it.startBucket, it.offset, it.bucket, it.i, it.wrapped);
    out->write(it.checkBucket == gomap::noCheck,
               it.checkBucket == gomap::noCheck ? 0 : it.checkBucket);
    out->write(it.clears == h->clears, it.bucket_clears == h->clears);
    for (std::size_t i = 0; i < arrays_.size(); i++) {
      const std::size_t at = arrays_[i].view.index_of(it.bptr);
      if (at != gomap::array_view::npos) return out->write(i, at);
    }
    // A bucket that no chain leads to any more.
    out->write(251);
    write_chain(out, it.bptr);
  }

  std::function<std::uint64_t()> source_;
  const Judge* judge_ = nullptr;
  std::vector<unsigned> running_;
  std::vector<Array> arrays_;
};

}  // namespace

std::unique_ptr<TwoCellPort> make_two_cell_port(std::uint32_t corrections) {
  return std::make_unique<Enumerable>(corrections);
}

}  // namespace mapproof
