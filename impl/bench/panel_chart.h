// Small plots side by side as SVG: what is expected as circles, what was found as a line.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace mapproof {

enum class axes { linear, logarithmic, logarithmic_x };

struct chart_panel {
  std::string name;
  // (x, y) by rising x; both lists have the same x. Where an axis is logarithmic, above 0.
  std::span<const std::array<double, 2>> expected;
  std::span<const std::array<double, 2>> found;
  axes scale = axes::linear;
};

// Precondition: at least two points a panel.
std::string chart_of(std::span<const chart_panel> panels, std::string_view caption);

// Throws std::runtime_error if the file cannot be written.
void write_chart(std::span<const chart_panel> panels, std::string_view caption,
                 const std::string& file);

}  // namespace mapproof
