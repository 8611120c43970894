// Counts situations while a program runs.
#pragma once

#include <cstdint>
#include <optional>

#include "oracle/hashing.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/situation_cells.h"
#include "oracle/situation_change.h"
#include "oracle/situation_growth.h"
#include "oracle/situation_walks.h"
#include "oracle/situations.h"

namespace mapproof {

// The port that it wraps, unchanged; before and after each write it looks at the map's memory. So
// the port that is watched is the one that is shipped, and run() knows of nothing.
//
// A look is O(buckets), so of a large map (see kMostBuckets) only the header is looked at. The port
// has to lay out its buckets and to obey hashes, or next to nothing is counted.
class SituationCounter final : public Port {
 public:
  static constexpr std::uint32_t kMostBuckets = 128;  // of one array, overflow buckets apart

  // Both must outlive the counter.
  SituationCounter(Port* port, SituationLog* log);

  const PortInfo& info() const override { return port_.info(); }
  bool supports(const MapSpec& spec) const override { return port_.supports(spec); }
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
  bool header(Snapshot* out) override { return port_.header(out); }
  bool snapshot(Snapshot* out) override { return port_.snapshot(out); }

 private:
  void look();
  void note_made();
  void note_panic(const MapPanic& panic);
  void note_get(KeyId key);
  void wrote(Change::Kind kind, KeyId key);
  std::optional<std::uint64_t> hash_of(KeyId key) const;
  std::optional<std::uint64_t> hash_of(const Step& step) const;
  template <class F>
  auto watched(F&& ask) -> decltype(ask());

  Port& port_;
  SituationLog& log_;
  MapSpec spec_;
  Hashing hashing_;
  Snapshot now_;
  bool in_full_ = false;
  bool nil_ = true;
  std::optional<GrowthWatch> growth_;
  std::optional<CellWatch> cells_;
  std::optional<WalkWatch> walks_;
};

// Runs a program for its situations alone: nobody judges, so that it runs to its end.
SituationLog situations_of(const Program& program, Port* port);

}  // namespace mapproof
