#include "fuzz/observer.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace mapproof {
namespace {

// One counter a state. libFuzzer clears them before each input and takes each non-zero one as a
// feature of the input, as it takes an edge of the control flow.
constexpr std::size_t kMapStates = 8UL * 3 * 8 * 6 * 5;
constexpr std::size_t kWalkStates = 3UL * 3 * 4 * 4 * 5;
#if defined(__linux__)
__attribute__((section("__libfuzzer_extra_counters")))
#endif
std::array<std::uint8_t, kMapStates + kWalkStates>
    counters;

constexpr std::uint64_t kLookEvery = 16;

Phase phase_of(const Snapshot& map) {
  if (!map.old) return Phase::idle;
  return (map.flags & map_flag::kSameSizeGrow) != 0 ? Phase::same_size : Phase::bigger;
}

unsigned log_bucket(std::uint64_t value, unsigned most) {
  return std::min(static_cast<unsigned>(std::bit_width(value)), most);
}

// 0 when idle, else how far the evacuation has come, in quarters.
unsigned progress(const Snapshot& map) {
  if (!map.old || map.old->base == 0) return 0;
  return 1 + static_cast<unsigned>(std::min<std::uint64_t>(map.nevacuate * 4 / map.old->base, 3));
}

// How full the array is, in eighths of what it may hold before it grows.
unsigned fullness(const Snapshot& map) {
  const std::uint64_t most = map.B == 0 ? 8 : (13ULL << map.B) / 2;
  return static_cast<unsigned>(std::min<std::uint64_t>(map.count * 7 / most, 7));
}

std::size_t map_state(const Snapshot& map) {
  std::size_t state = std::min<unsigned>(map.B, 7);
  state = state * 3 + static_cast<std::size_t>(phase_of(map));
  state = state * 8 + fullness(map);
  state = state * 6 + log_bucket(map.noverflow, 5);
  return state * 5 + progress(map);
}

}  // namespace

Observer::Observer(std::unique_ptr<Port> port, Statistics* statistics)
    : port_(std::move(port)), statistics_(statistics) {}

void Observer::make(const MapSpec& spec) {
  walks_ = {};
  puts_ = 0;
  port_->make(spec);
}

PutResult Observer::put(KeyId key, std::uint32_t stamp) {
  const PutResult result = port_->put(key, stamp);
  if (++puts_ % kLookEvery == 0) look();
  return result;
}

Step Observer::begin(unsigned slot, const IterStart& start) {
  Walk walk;
  if (look()) walk = {phase_of(scratch_), scratch_.B};
  walks_[slot].reset();
  const Step step = port_->begin(slot, start);
  if (!step.end) walks_[slot] = walk;
  return step;
}

Step Observer::next(unsigned slot) {
  const Step step = port_->next(slot);
  if (step.end) walks_[slot].reset();
  return step;
}

void Observer::drop(unsigned slot) {
  walks_[slot].reset();
  port_->drop(slot);
}

bool Observer::look() {
  if (!port_->header(&scratch_)) return false;
  note(scratch_);
  return true;
}

bool Observer::snapshot(Snapshot* snapshot) {
  if (!port_->snapshot(snapshot)) return false;
  note(*snapshot);
  return true;
}

void Observer::note(const Snapshot& map) {
  counters[map_state(map)] = 1;
  const Phase now = phase_of(map);
  std::size_t live = 0;
  for (const auto& walk : walks_) live += walk.has_value() ? 1 : 0;
  for (const auto& walk : walks_) {
    if (!walk) continue;
    std::size_t state = static_cast<std::size_t>(walk->phase);
    state = state * 3 + static_cast<std::size_t>(now);
    state = state * 4 + std::min<unsigned>(map.B - std::min(map.B, walk->b), 3);
    state = state * 4 + std::min<std::size_t>(live - 1, 3);
    state = state * 5 + progress(map);
    counters[kMapStates + state] = 1;
  }
  if (statistics_ == nullptr) return;
  statistics_->note_peak("B", map.B);
  statistics_->note_peak("count", map.count);
  statistics_->note_peak("noverflow", map.noverflow);
  statistics_->note_peak("walks", live);
  if (now == Phase::bigger) statistics_->note_seen("growing bigger");
  if (now == Phase::same_size) statistics_->note_seen("growing to the same size");
  if (now == Phase::same_size && live > 0) {
    statistics_->note_seen("growing to the same size, walked");
  }
}

}  // namespace mapproof
