// A report as JUnit XML, which build servers show.
#pragma once

#include <string>

#include "conformance/report.h"

namespace mapproof {

// One test suite, a test case for each property. What is known is skipped with its reason, as are
// properties that were not promised or not reached; a check that does not hold never looks green.
// Depends on the report only: no time, no host.
std::string junit_xml(const Report& report);

}  // namespace mapproof
