// Looks over a port's shoulder, so that the engine is rewarded for reaching new states of the map.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "fuzz/sightings.h"
#include "oracle/port.h"

namespace mapproof {

// The port that it wraps, unchanged. After writes, and where walks begin, go on and end, it notes
// what the map's head tells of the state: O(1), for a map that tells gauges. The situations that
// can be known so are noted; the others take whole pictures of the memory (SituationCounter of the
// oracle), for which a fuzzer has no time.
class Observer final : public Port {
 public:
  explicit Observer(std::unique_ptr<Port> port);

  const PortInfo& info() const override { return port_->info(); }
  bool supports(const MapSpec& spec) const override { return port_->supports(spec); }
  void prepare(const Program& program) override { port_->prepare(program); }
  void make(const MapSpec& spec) override;
  void release() override;
  PutResult put(KeyId key, std::uint32_t stamp) override;
  Found get(KeyId key) override;
  Found has(KeyId key) override;
  void del(KeyId key) override;
  void clear() override;
  std::uint64_t len() override;
  Step begin(unsigned slot, const IterStart& start) override;
  Step next(unsigned slot) override;
  void drop(unsigned slot) override;
  bool header(Snapshot* out) override { return port_->header(out); }
  bool snapshot(Snapshot* out) override { return port_->snapshot(out); }
  bool snapshot_of(const std::vector<std::uint64_t>& hashes, Snapshot* out) override {
    return port_->snapshot_of(hashes, out);
  }

 private:
  enum class Phase : std::uint8_t { idle, bigger, same_size };
  enum class Write : std::uint8_t { put, del };
  struct Walk {
    bool open = false;
    Phase phase = Phase::idle;   // of the map, when it began
    std::uint8_t doublings = 0;  // started since
    std::uint8_t packings = 0;
    bool cleared = false;
    Phase cleared_in = Phase::idle;
    bool refilled = false;
    std::uint32_t noted = 0;  // the map's version
  };

  static Phase phase_of(const Gauges& gauges);
  void wrote(Write write);
  void look();
  void catch_up();  // looks, if something was written since the last look
  bool is_empty();
  void changed(const Gauges& before);
  void note_start(Phase growth, const Gauges& before);
  void note_end(const Gauges& before);
  void note_map();
  void note_made(const MapSpec& spec);
  void note_kinds();
  void note_walk(Walk* walk, bool ends);
  void note_growths(const Walk& walk);
  void close(unsigned slot);
  void note_panic(const MapPanic& panic);
  template <class Ask>
  auto watched(Ask&& ask) -> decltype(ask());
  template <class Change>
  void each_walk(Change&& change);
  bool growing() const { return gauges_.old_buckets != 0; }

  std::unique_ptr<Port> port_;
  Sightings& seen_;
  bool tells_ = false;  // the port gives gauges of this map
  bool nil_ = true;
  Gauges gauges_;              // at the last look
  unsigned unseen_ = 0;        // writes since then
  bool at_once_ = true;        // the last look came after a single write
  Write last_ = Write::put;    // the latest
  Phase phase_ = Phase::idle;  // by these
  Phase last_growth_ = Phase::idle;
  std::uint32_t version_ = 0;  // changes with what walks are noted by
  bool kinds_noted_ = false;
  bool cleared_ = false;
  bool dropped_ = false;
  std::array<std::size_t, 3> kinds_{};  // key, elem, hash: their places in kSituations
  std::array<Walk, kIterators> walks_{};
  unsigned open_ = 0;
};

}  // namespace mapproof
