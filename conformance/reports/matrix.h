// What many maps hold, side by side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/report.h"
#include "oracle/port.h"

namespace mapproof {

struct MatrixColumn {
  std::string port;
  Profile profile = Profile::go;
  std::string why_not;  // of a map that was not run: what is missing
  bool ran = false;
  std::vector<PropertyLine> properties;
  bool holds = false;
  std::uint64_t operations = 0;  // not shown: it varies
};

// Nothing in these depends on machine, time or on how much was run.

// For a terminal of 100 columns: a line for each map with the number of properties in each state,
// and below it what fails.
std::string matrix_text(const std::vector<MatrixColumn>& columns);
// Properties by maps, one mark each, and a legend.
std::string matrix_markdown(const std::vector<MatrixColumn>& columns);
// Likewise, a page of its own.
std::string matrix_html(const std::vector<MatrixColumn>& columns);

}  // namespace mapproof
