// The product of what a walk can meet: in which phase of the map's life it begins, what happens to
// the map then, and of which kinds keys and elems are. Walked by enumeration, not by luck.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "oracle/port.h"
#include "oracle/program.h"

namespace mapproof {

// In which the walk begins.
enum class Phase : std::uint8_t { idle, bigger, same_size };
inline constexpr std::array kPhases = {Phase::idle, Phase::bigger, Phase::same_size};

// What happens while the walk is under way.
enum class Then : std::uint8_t {
  grow_ends,         // overwrites, until no growth is under way
  bigger_starts,     // new keys, until a growth to twice the size has begun
  same_size_starts,  // churn, until a growth to the same size has begun
  second_same_size,  // that, to its end, and another
  clear,
  clear_same_keys,    // clear, and put back what was there
  clear_other_keys,   // clear, and put others
  drain_to_empty,     // delete all (NaNs stay: nobody can delete them)
  delete_and_refill,  // delete all, and put back what was there
};
inline constexpr std::array kThens = {
    Then::grow_ends,        Then::bigger_starts,  Then::same_size_starts,
    Then::second_same_size, Then::clear,          Then::clear_same_keys,
    Then::clear_other_keys, Then::drain_to_empty, Then::delete_and_refill};

// How the map stores keys and elems; each with keys that have NaNs and with keys that have none.
enum class Storage : std::uint8_t { plain, pointers, owning, indirect_key, indirect_elem };
inline constexpr std::array kStorages = {Storage::plain, Storage::pointers, Storage::owning,
                                         Storage::indirect_key, Storage::indirect_elem};

std::string_view name(Phase phase);
std::string_view name(Then then);
std::string_view name(Storage storage);

// Where exactly: an old array of 2^B buckets, `evacuated` of them (0 when idle), the first of which
// is `trigger` modulo 2^B: the bucket of the write that began the growth.
struct Moment {
  Phase phase = Phase::idle;
  std::uint8_t B = 0;
  std::uint32_t evacuated = 0;
  std::uint32_t trigger = 0;
};
// Every number of evacuated buckets that B 2 and 3 allow, a few of B 4 (which has spare overflow
// buckets), and B 0 to 4 when idle. A growth begins with two buckets evacuated at once, and is over
// with all.
std::vector<Moment> moments(Phase phase);

// One member of a cell's family.
struct PhaseCase {
  Moment moment;
  std::vector<Then> thens;  // in this order, with steps between them
  Storage storage = Storage::plain;
  bool nan = false;
  bool crowded = false;  // half of the entries are in one chain, that in which the walk begins
  std::uint8_t start_bucket = 0;   // of the walk
  std::uint8_t start_offset = 0;   // of the walk, < 8
  std::uint16_t steps_before = 1;  // of the walk, ahead of each event
  std::uint8_t seed = 0;           // of what NaNs hash to
};

struct PhaseProgram {
  Program program;
  std::size_t walk_begins = 0;  // the operation at which the walk begins
  std::string unreached;        // the state that could not be reached, in words; "": all were
};

// The program of a case. `guide` is a port that shows its header and obeys hashes and starts: it is
// driven along, so that each event ends exactly when the map is where it should be.
PhaseProgram phase_program(const PhaseCase& c, Port& guide);

// What of the moment the map's snapshot does not confirm, in words; "" if it does.
std::string departure(const Moment& moment, const Snapshot& snapshot);

}  // namespace mapproof
