// A report as a badge: "mapproof | go: holds".
#pragma once

#include <string>

#include "conformance/report.h"

namespace mapproof {

std::string badge(const Report& report);  // SVG

}  // namespace mapproof
