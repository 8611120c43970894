// Reports to try the renderers on.
#pragma once

#include <vector>

#include "conformance/report.h"
#include "conformance/reports/matrix.h"

namespace mapproof {

// The built-in port with a defect of Go's map on record, which here counts as new, and one of each
// state among the properties. Shaped as a check makes it, with a true story.
Report failing_report();
Report holding_report();
// A report whose strings are the worst that a map and a user can come up with.
Report hostile_report();

std::vector<MatrixColumn> sample_matrix();

}  // namespace mapproof
