// Ports around a port: they pass everything on, and do something besides.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "oracle/port.h"

namespace mapproof {

class PortWrapper : public Port {
 public:
  explicit PortWrapper(std::unique_ptr<Port> port) : port_(std::move(port)) {}

  const PortInfo& info() const override { return port_->info(); }
  bool supports(const MapSpec& spec) const override { return port_->supports(spec); }
  void prepare(const Program& program) override { port_->prepare(program); }
  void make(const MapSpec& spec) override { port_->make(spec); }
  void release() override { port_->release(); }
  PutResult put(KeyId key, std::uint32_t stamp) override { return port_->put(key, stamp); }
  Found get(KeyId key) override { return port_->get(key); }
  Found has(KeyId key) override { return port_->has(key); }
  void del(KeyId key) override { port_->del(key); }
  void clear() override { port_->clear(); }
  std::uint64_t len() override { return port_->len(); }
  Step begin(unsigned slot, const IterStart& start) override { return port_->begin(slot, start); }
  Step next(unsigned slot) override { return port_->next(slot); }
  void drop(unsigned slot) override { port_->drop(slot); }
  bool header(Snapshot* out) override { return port_->header(out); }
  bool snapshot(Snapshot* out) override { return port_->snapshot(out); }
  bool snapshot_of(const std::vector<std::uint64_t>& hashes, Snapshot* out) override {
    return port_->snapshot_of(hashes, out);
  }

 protected:
  Port& port() { return *port_; }

 private:
  std::unique_ptr<Port> port_;
};

// Remembers what a run reached.
class WatchingPort final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;

  struct Reached {
    std::bitset<64> B;
    std::size_t walks = 0;  // most at the same time
    bool bigger_under_walk = false;
    bool same_size_under_walk = false;
  };
  const Reached& reached() const { return reached_; }

  void make(const MapSpec& spec) override {
    walks_ = {};
    reached_ = {};
    PortWrapper::make(spec);
    look();
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const PutResult result = PortWrapper::put(key, stamp);
    look();
    return result;
  }
  Step begin(unsigned slot, const IterStart& start) override {
    const Step step = PortWrapper::begin(slot, start);
    Snapshot now;
    header(&now);
    walks_[slot] = {!step.end, now.B, is_same_size(now)};
    const auto walks =
        std::count_if(walks_.begin(), walks_.end(), [](const Walk& w) { return w.live; });
    reached_.walks = std::max(reached_.walks, static_cast<std::size_t>(walks));
    return step;
  }
  Step next(unsigned slot) override {
    const Step step = PortWrapper::next(slot);
    walks_[slot].live = !step.end;
    return step;
  }
  void drop(unsigned slot) override {
    walks_[slot].live = false;
    PortWrapper::drop(slot);
  }

 private:
  struct Walk {
    bool live = false;
    std::uint8_t B = 0;  // of the map when it began
    bool same_size = false;
  };

  static bool is_same_size(const Snapshot& s) { return (s.flags & map_flag::kSameSizeGrow) != 0; }

  void look() {
    Snapshot now;
    header(&now);
    reached_.B.set(now.B);
    for (const Walk& walk : walks_) {
      if (!walk.live) continue;
      reached_.bigger_under_walk |= now.B > walk.B;
      reached_.same_size_under_walk |= is_same_size(now) && !walk.same_size;
    }
  }

  std::array<Walk, kIterators> walks_;
  Reached reached_;
};

// Does each put twice, where the second is an overwrite.
class DoublingPort final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  void make(const MapSpec& spec) override {
    kind_ = spec.key;
    PortWrapper::make(spec);
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const PutResult result = PortWrapper::put(key, stamp);
    if (!key_class(kind_, key.index).nan) PortWrapper::put(key, stamp);
    return result;
  }

 private:
  KeyKind kind_ = {};
};

// Reads the key in hand, and the length, ahead of each write and each step.
class ReadingPort final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;

  PutResult put(KeyId key, std::uint32_t stamp) override {
    read(key);
    return PortWrapper::put(key, stamp);
  }
  void del(KeyId key) override {
    read(key);
    PortWrapper::del(key);
  }
  void clear() override {
    read({});
    PortWrapper::clear();
  }
  Step next(unsigned slot) override {
    read({});
    return PortWrapper::next(slot);
  }

 private:
  void read(KeyId key) {
    get(key);
    has(key);
    len();
  }
};

// Beside each walk in one of the first four slots another one goes, begun with it and stepped twice
// as often, again and again.
class CompanyPort final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  static constexpr unsigned kOwnSlots = kIterators / 2;

  void make(const MapSpec& spec) override {
    ended_.set();
    PortWrapper::make(spec);
  }
  Step begin(unsigned slot, const IterStart& start) override {
    const Step step = PortWrapper::begin(slot, start);
    accompany(slot);
    return step;
  }
  Step next(unsigned slot) override {
    accompany(slot);
    accompany(slot);
    return PortWrapper::next(slot);
  }

 private:
  void accompany(unsigned slot) {
    const unsigned other = slot + kOwnSlots;
    const IterStart start = {.forced = true, .bucket = slot, .offset = slot};
    ended_[other] =
        (ended_[other] ? PortWrapper::begin(other, start) : PortWrapper::next(other)).end;
  }
  std::bitset<kIterators> ended_;
};

// Makes a new map instead of clearing the old one. Not for walks.
class RemakingPort final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  void make(const MapSpec& spec) override {
    spec_ = spec;
    nil_ = false;
    PortWrapper::make(spec);
  }
  void release() override {
    nil_ = true;
    PortWrapper::release();
  }
  void clear() override {
    if (!nil_) PortWrapper::make(spec_);
  }

 private:
  MapSpec spec_;
  bool nil_ = false;
};

}  // namespace mapproof
