// Watches walks: how they begin, what happens to the map meanwhile, what they then give.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "oracle/port.h"
#include "oracle/situation_change.h"
#include "oracle/situations.h"

namespace mapproof {

class WalkWatch {
 public:
  explicit WalkWatch(SituationLog* log) : log_(*log) {}

  void write(const Change& change);
  // `map` is as the step has left it; `hash` that of the key given. Each begin that does not end at
  // once is followed by a step() with the same Step.
  void begin(unsigned slot, const IterStart& start, const Step& step, const MapSpec& spec,
             const Snapshot& map);
  void step(unsigned slot, const Step& step, const MapSpec& spec, const Snapshot& map, bool in_full,
            std::optional<std::uint64_t> hash);
  void drop(unsigned slot, const Snapshot& map);
  void release();

  std::size_t running() const { return running_; }
  std::uint64_t live_nans() const { return nans_; }

 private:
  // Times are counted in writes and begins.
  struct Entry {
    std::uint64_t born = 0;
    std::uint64_t written = 0;  // last
    std::uint64_t sign_changed = 0;
    std::uint32_t index = 0;
  };
  enum class Cleared : std::uint8_t { no, idle, doubling, packing };
  struct Walk {
    bool running = false;
    std::uint64_t begun = 0;
    std::uint64_t growths = 0;  // number of the latest growth when it began
    std::uint8_t b = 0;         // B then
    bool begun_doubling = false;
    bool begun_packing = false;
    bool wraps = false;
    unsigned doublings = 0;  // started since
    unsigned packings = 0;
    std::uint64_t first_growth = 0;  // time of the first growth since it began
    Cleared cleared = Cleared::no;
    bool refilled = false;
    bool emptied = false;
    std::unordered_set<std::uint32_t> given = {};          // keys, by equality
    std::unordered_set<std::uint32_t> given_deleted = {};  // and deleted since
    // Deleted before they were given; true: after the first growth.
    std::unordered_map<std::uint32_t, bool> deleted_ahead = {};
    std::optional<std::uint32_t> current = {};
    std::optional<std::uint64_t> standing_in = {};  // bucket of its array, not yet moved
    std::optional<std::uint64_t> reading_old = {};  // bucket whose entries an old one still holds

    bool begun_in_growth() const { return begun_doubling || begun_packing; }
    unsigned growths_since() const { return doublings + packings; }
  };

  void put(const Change& change);
  void del(const Change& change);
  void clear(const Change& change);
  void note_pops(const Change& change);
  void note_ages();
  bool has_moved(const Walk& walk, const Snapshot& map, bool in_full,
                 std::optional<std::uint64_t> hash) const;
  void note_given(Walk* walk, const Step& step, const MapSpec& spec, const Snapshot& map,
                  bool in_full, std::optional<std::uint64_t> hash);
  void note_bucket(Walk* walk, const Snapshot& map, std::uint64_t hash, bool moved, bool in_full);
  void note_entry(Walk* walk, const Entry& entry, std::uint32_t key, bool moved);
  void note_growths(const Walk& walk, const MapSpec& spec, const Snapshot& map);
  void note_clears(const Walk& walk);
  void note_place(const Walk& walk, const Step& step, const MapSpec& spec, const Snapshot& map,
                  std::uint64_t hash);
  void note_end(Walk* walk, const Snapshot& map);

  SituationLog& log_;
  std::array<Walk, kIterators> walks_ = {};
  std::size_t running_ = 0;
  std::unordered_map<std::uint32_t, Entry> entries_;  // by equality
  std::uint64_t nans_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t growths_ = 0;
  bool dropped_ = false;
  bool dropped_in_growth_ = false;
  bool released_ = false;
  unsigned pops_ = 0;
  std::optional<std::uint32_t> popped_next_ = {};
};

}  // namespace mapproof
