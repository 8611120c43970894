// What the observers of this process have seen of maps, for the engine and for the statistics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "fuzz/statistics.h"
#include "oracle/situations.h"

namespace mapproof {

// States of a map and of a walk over it, as numbers; observer.cc says what they are made of.
inline constexpr std::size_t kMapStates = 8UL * 3 * 8 * 6 * 5;
inline constexpr std::size_t kWalkStates = 3UL * 3 * 4 * 3 * 2 * 4 * 5;

// Each state and each situation has a counter in libFuzzer's extra counters, which it clears before
// each input: one that is not 0 is a feature of the input, as an edge of the control flow is. Where
// $MAPPROOF_SITUATIONS is 0 the engine is told nothing, and the statistics the same.
class Sightings {
 public:
  Sightings();

  void note_map(std::size_t state) { told_[state] = 1; }
  void note_walk(std::size_t state) { told_[kMapStates + state] = 1; }
  void note(SituationId id) { note_at(id.index()); }
  void note_if(bool reached, SituationId id) {
    if (reached) note(id);
  }
  void note_at(std::size_t situation) {  // by its place in kSituations
    told_[kMapStates + kWalkStates + situation] = 1;
    ++counts_[situation];
  }

  // The largest values seen.
  struct Peaks {
    std::uint64_t count = 0;
    std::uint64_t B = 0;
    std::uint64_t noverflow = 0;
    std::uint64_t walks = 0;
  };
  Peaks peaks;

  std::uint64_t count_at(std::size_t situation) const { return counts_[situation]; }
  // Peaks, and each situation that was reached.
  void tell(Statistics* statistics) const;

 private:
  std::uint8_t* told_;
  std::array<std::uint64_t, kSituations.size()> counts_ = {};
};

Sightings& sightings();

}  // namespace mapproof
