// Watches growths: how they start and end, and what they move.
#pragma once

#include <array>
#include <cstdint>

#include "oracle/situation_change.h"
#include "oracle/situations.h"

namespace mapproof {

class GrowthWatch {
 public:
  explicit GrowthWatch(SituationLog* log) : log_(*log) {}

  void write(const Change& change);

 private:
  enum class Growth : std::uint8_t { none, doubling, packing };

  void note_start(const Change& change);
  void note_pushers(const Change& change);
  void note_end(const Change& change);
  void note_mark(const Change& change);
  void note_moved(const Change& change);
  void note_moved_chain(const Change& change, std::uint64_t bucket, const Chain& chain);
  void note_halves(const Change& change, std::uint64_t bucket, const Chain& chain);
  void note_moved_cells(const Change& change, std::uint64_t bucket, const Chain& chain);
  void note_memory(const Change& change);

  SituationLog& log_;
  Growth last_ = Growth::none;
  bool only_deletes_ = false;  // have pushed the growth under way
  bool only_updates_ = false;
  bool cleared_ = false;
};

}  // namespace mapproof
