// Watches single cells: where keys are found, stored and deleted, and what a clear sweeps away.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "oracle/port.h"
#include "oracle/situation_change.h"
#include "oracle/situations.h"

namespace mapproof {

class CellWatch {
 public:
  explicit CellWatch(SituationLog* log) : log_(*log) {}

  // A look-up; `hash` as in Change. `live_nans`: NaN entries.
  void get(const Snapshot& map, bool in_full, const KeyMatch& key,
           std::optional<std::uint64_t> hash, std::uint64_t live_nans);
  void write(const Change& change, std::uint64_t live_nans);

 private:
  // Where a key was deleted, and the array that it lay in.
  struct Deleted {
    std::uint64_t array = 0;
    std::uint64_t chain = 0;
    Place place;
  };

  void note_found(const Snapshot& map, const SearchedChain& searched, Place place);
  void put(const Change& change, std::uint64_t live_nans);
  void note_insert(const Change& change);
  void note_kinds(const MapSpec& spec);
  void note_new_cell(const Change& change, const Chain& now, Place place);
  void note_hung_bucket(const Change& change, const Chain& now);
  void note_return(const Change& change, Place place);
  void note_nan(const Change& change, std::uint64_t live_nans);
  void note_update(const Change& change);
  void note_zero(const Change& change, const CellView& old_cell);
  void del(const Change& change, std::uint64_t live_nans);
  void note_deleted_in_growth(const Change& change, const SearchedChain& searched);
  void note_rest(const Change& change, const Chain& chain, Place place);
  void clear(const Change& change, std::uint64_t live_nans);

  SituationLog& log_;
  std::unordered_map<std::uint32_t, Deleted> deleted_;  // by equality
  std::uint64_t arrays_ = 0;                            // made so far
  std::uint64_t clears_ = 0;
  bool drained_ = false;
  bool cleared_ = false;
  bool had_many_ = false;  // entries, since it was last empty
};

}  // namespace mapproof
