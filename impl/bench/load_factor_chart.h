// The table of load factors as a picture: SVG, one panel a column.
#pragma once

#include <array>
#include <span>
#include <string>

namespace mapproof {

struct load_factor_panel {
  std::string name;
  // (load factor, figure) by rising load factor; both have the same load factors.
  std::span<const std::array<double, 2>> go;    // drawn as circles
  std::span<const std::array<double, 2>> here;  // drawn as a line
};

// Precondition: at least two rows a panel.
std::string chart_of(std::span<const load_factor_panel> panels);

}  // namespace mapproof
