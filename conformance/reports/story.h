// The story of a failure: what each operation answered, and the buckets as they changed.
#pragma once

#include <string>
#include <vector>

#include "conformance/report.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"

namespace mapproof {

inline constexpr std::size_t kStoryPictures = 8;

// Runs the program again under a judge of its own and tells it up to the operation that breaks. The
// trace of `options` is not called. Of a port that shows its buckets the last kStoryPictures
// changes are kept; such a port is run twice.
std::vector<StoryStep> tell(const Program& program, Port& port, const RunOptions& options);

// The results of an operation's steps in one line, as it stands after "->": steps without a result
// are left out, of many the first and the last are shown.
std::string compact(const std::vector<std::string>& results);

}  // namespace mapproof
