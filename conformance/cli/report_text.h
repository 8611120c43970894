// A check's report for people at a terminal.
#pragma once

#include <string>

#include "conformance/report.h"

namespace mapproof::cli {

// `corpus`: the folder that was read, or "".
void print_report(const Report& report, const std::string& corpus);

}  // namespace mapproof::cli
