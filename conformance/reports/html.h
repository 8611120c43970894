// A report as a page for people.
#pragma once

#include <string>

#include "conformance/report.h"

namespace mapproof {

// One file without scripts and without anything from elsewhere; for screens of 360 pixels and up,
// light and dark, and for paper. Well-formed XML, so that tests can look into it.
std::string html(const Report& report);

}  // namespace mapproof
