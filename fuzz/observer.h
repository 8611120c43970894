// Looks over a port's shoulder, so that the engine is rewarded for reaching new states of the map.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "fuzz/statistics.h"
#include "oracle/port.h"
#include "oracle/snapshot.h"

namespace mapproof {

enum class Phase : std::uint8_t { idle, bigger, same_size };

// The port that it wraps, unchanged, plus: at the start of each walk, after every few puts and
// whenever somebody asks for a snapshot, the state is fed to libFuzzer's extra counters. O(1),
// where the port tells its header in O(1).
class Observer : public Port {
 public:
  Observer(std::unique_ptr<Port> port, Statistics* statistics);

  const PortInfo& info() const override { return port_->info(); }
  bool supports(const MapSpec& spec) const override { return port_->supports(spec); }
  void make(const MapSpec& spec) override;
  void release() override { port_->release(); }
  PutResult put(KeyId key, std::uint32_t stamp) override;
  Found get(KeyId key) override { return port_->get(key); }
  Found has(KeyId key) override { return port_->has(key); }
  void del(KeyId key) override { port_->del(key); }
  void clear() override { port_->clear(); }
  std::uint64_t len() override { return port_->len(); }
  Step begin(unsigned slot, const IterStart& start) override;
  Step next(unsigned slot) override;
  void drop(unsigned slot) override;
  bool snapshot(Snapshot* snapshot) override;

 private:
  struct Walk {
    Phase phase = Phase::idle;
    std::uint8_t b = 0;
  };
  bool look();
  void note(const Snapshot& snapshot);

  std::unique_ptr<Port> port_;
  Statistics* statistics_;
  std::array<std::optional<Walk>, kIterators> walks_;
  std::uint64_t puts_ = 0;
  Snapshot scratch_;
};

}  // namespace mapproof
