// The layout rules of map.go over one picture of a map's memory.
//
// Its rules are kAuditRules of rules.h; the catalogue (conformance/properties) says what each
// means. What takes two pictures is watch.h's.
#pragma once

#include <optional>

#include "oracle/snapshot.h"
#include "oracle/verdict.h"

namespace mapproof {

// Checks what the picture shows: the whole map, O(buckets), or some chains (ArrayView::shown),
// whose counters and spare buckets nobody can judge. The verdict's op and step are left to the
// caller.
std::optional<Verdict> audit(const Snapshot& snapshot, KeyKind kind);

}  // namespace mapproof
