// The layout rules of map.go over a snapshot: S01 to S05, S09, S10 and S13 of the format.
#pragma once

#include <optional>
#include <string>

#include "oracle/snapshot.h"
#include "oracle/verdict.h"

namespace mapproof {

// Checks the whole map. O(buckets). The verdict's op and step are left 0 for the caller to set.
//   layout/emptyrest-suffix   after an emptyRest cell all later cells of the chain are emptyRest
//   layout/no-trailing-emptyone  (with the rule above: the cell before the first emptyRest, or the
//                             last cell of a chain, is not emptyOne) in the current array
//   layout/evacuated-together a chain of the old array is evacuated as a whole or not at all
//   layout/tophash            a live cell's tophash fits its key's hash
//   layout/right-bucket       a live cell lies in the chain that a look-up would search
//   layout/unique             no two live cells hold equal keys
//   layout/count              count is the number of live cells over both arrays
//   layout/noverflow          below B=16: the number of overflow buckets in use of the current
//   array layout/spares             spare buckets are handed out in order, each once; the last is
//   marked layout/flags              not writing; sameSizeGrow only while growing; old array as
//   large as
//                             flags and B say
//   layout/nevacuate          all old buckets below nevacuate are evacuated, and fewer than all
//   layout/free-elem-zero     an empty cell of the current array reads as the zero elem
std::optional<Verdict> audit(const Snapshot& snapshot, KeyKind kind);

}  // namespace mapproof
