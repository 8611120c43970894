#include "fuzz/sightings.h"

#include <string>

#include "fuzz/process.h"

namespace mapproof {
namespace {

constexpr std::size_t kCounters = kMapStates + kWalkStates + kSituations.size();

#if defined(__linux__)
__attribute__((section("__libfuzzer_extra_counters")))
#endif
std::array<std::uint8_t, kCounters>
    heard;
std::array<std::uint8_t, kCounters> unheard;

}  // namespace

Sightings::Sightings() : told_(process().tells_situations ? heard.data() : unheard.data()) {}

void Sightings::tell(Statistics* statistics) const {
  statistics->note_peak("B", peaks.B);
  statistics->note_peak("count", peaks.count);
  statistics->note_peak("noverflow", peaks.noverflow);
  statistics->note_peak("walks", peaks.walks);
  for (std::size_t i = 0; i < kSituations.size(); ++i) {
    if (counts_[i] != 0) statistics->set_seen(std::string(kSituations[i].id), counts_[i]);
  }
}

Sightings& sightings() {
  static auto& only = *new Sightings;
  return only;
}

}  // namespace mapproof
