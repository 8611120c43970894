// Which rules had a chance to be broken: told from the programs that were run, so that "holds"
// means more than "was not asked".
//
// Careful on purpose: an operation counts only where it certainly happened, with the map in the
// state that the rule is about. A walk counts as under way only while it cannot have ended, and of
// a run that broke a rule just what stands before that counts. Rules of which nothing more is known
// count as soon as anything was run.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"

namespace mapproof::cli {

class Opportunities {
 public:
  enum Chance : std::uint8_t {
    kAnything,
    kPut,
    kLen,
    kHit,               // a look-up of a live key
    kMiss,              // and of one that is not
    kStep,              // a walk over entries
    kDrain,             // to its end
    kStepAfterDelete,   // which deleted something that it may still have to come to
    kStepAfterClear,    //
    kStepAfterPut,      // of a new key
    kStepOnReplaced,    // where an equal but different key was stored
    kNilWalk,           //
    kEmptyWalk,         //
    kNilPut,            //
    kUnhashable,        //
    kAudited,           // the layout was looked at, of a map with entries
    kWatched,           // after each operation: any
    kWatchedHint,       //
    kWatchedBogusHint,  //
    kWatchedRefusal,    // an operation that panics
    kWatchedOverwrite,  //
    kWatchedRead,       //
    kWatchedClear,      //
    kWatchedGrowth,     // to a bigger array
    kWatchedRepacking,  // growth in place, to an array of the same size
    kChances,
  };

  // What was seen of a map that shows its buckets, in a run that was watched.
  struct Watched {
    bool grew = false;
    bool repacked = false;
  };

  // The program was run; `watched`: see Examiner::examine.
  void note(const Program& program, const RunResult& result, bool audited,
            const std::optional<Watched>& watched);

  bool reached(std::string_view rule) const;

 private:
  std::bitset<kChances> had_;
};

}  // namespace mapproof::cli
