// Draws the buckets of a map as SVG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/report.h"
#include "oracle/kinds.h"
#include "oracle/snapshot.h"

namespace mapproof {

// The old array above the current one, a row for each bucket, overflow buckets below the bucket
// they hang on; in each cell its state (rest, one, X, Y, evacEmpty, or the tophash in hex) above
// key:stamp; the letter of a walk at the cell whose entry it gave last.
//
// Bounded, however large the map is: runs of chains that hold nothing are one line, and of more
// than 16 chains those with walks and the first ones are shown. `title` is read aloud.
// For a page that has bucket_svg_style() in its style sheet.
std::string bucket_svg(const Snapshot& snapshot, KeyKind kind,
                       const std::vector<StoryStep::Standing>& walks, std::string_view title);

// CSS, light and dark.
std::string_view bucket_svg_style();

}  // namespace mapproof
