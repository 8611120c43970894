#include "impl/bench/panel_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace mapproof {
namespace {

constexpr double left = 46, top = 34, plot_width = 200, plot_height = 130, gap = 22, foot = 34;
constexpr double panel_width = left + plot_width + gap, panel_height = top + plot_height + foot;

// From figures to places in the picture.
class scale {
 public:
  scale(const chart_panel& panel, double x)
      : log_x_(panel.scale != axes::linear), log_y_(panel.scale == axes::logarithmic), x_(x) {
    first_ = along(log_x_, panel.expected.front()[0]);
    last_ = along(log_x_, panel.expected.back()[0]);
    double least = panel.found.front()[1], most = 0;
    for (const auto& points : {panel.expected, panel.found}) {
      for (const auto& [_, y] : points) {
        least = std::min(least, y);
        most = std::max(most, y);
      }
    }
    least_ = log_y_ ? along(true, least) : 0;
    most_ = log_y_ ? along(true, most) : most * 1.05;
  }
  double x(double value) const {
    return x_ + left + plot_width * (along(log_x_, value) - first_) / (last_ - first_);
  }
  double y(double value) const {
    return top + plot_height * (1 - (along(log_y_, value) - least_) / (most_ - least_));
  }
  // The value so far up the axis: 0 is the bottom, 1 the top.
  double at_height(double part) const {
    const double height = least_ + part * (most_ - least_);
    return log_y_ ? std::pow(10, height) : height;
  }
  std::string x_label(double value) const {
    return log_x_ ? fmt::format("10^{:.0f}", std::log10(value)) : fmt::format("{:.0f}", value);
  }

 private:
  static double along(bool logarithmic, double value) {
    return logarithmic ? std::log10(value) : value;
  }
  bool log_x_, log_y_;
  double x_, first_ = 0, last_ = 0, least_ = 0, most_ = 0;
};

std::string text(double x, double y, std::string_view anchor, std::string_view words) {
  return fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     words);
}

// Figures of any size in few letters.
std::string short_form(double figure) {
  if (figure == 0) return "0";
  return figure >= 10'000 ? fmt::format("{:.0e}", figure)
                          : fmt::format("{:.{}f}", figure, figure < 1 ? 2 : 1);
}

std::string frame(const chart_panel& panel, double x, const scale& at) {
  std::string out = fmt::format(
      "<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" fill=\"none\" "
      "stroke=\"#bbb\"/>\n",
      x + left, top, plot_width, plot_height);
  out += text(x + left, top - 8, "start", panel.name);
  for (const double part : {0.0, 0.5, 1.0}) {
    const double figure = at.at_height(part);
    out += text(x + left - 4, at.y(figure) + 4, "end", short_form(figure));
  }
  for (std::size_t i = 0; i < panel.expected.size(); i += 2) {
    const double value = panel.expected[i][0];
    out += text(at.x(value), top + plot_height + 14, "middle", at.x_label(value));
  }
  return out;
}

std::string drawn(const chart_panel& panel, double x) {
  const scale at(panel, x);
  std::string out = frame(panel, x, at);
  std::string line;
  for (const auto& [value, figure] : panel.found) {
    line += fmt::format("{:.1f},{:.1f} ", at.x(value), at.y(figure));
  }
  out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"#3182bd\"/>\n", line);
  for (const auto& [value, figure] : panel.expected) {
    out += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"none\" "
        "stroke=\"#e66d1e\"/>\n",
        at.x(value), at.y(figure));
  }
  return out;
}

}  // namespace

std::string chart_of(std::span<const chart_panel> panels, std::string_view caption) {
  const double width = panel_width * static_cast<double>(panels.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"11\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      width, panel_height);
  double x = 0;
  for (const chart_panel& panel : panels) {
    out += drawn(panel, x);
    x += panel_width;
  }
  out += text(width / 2, panel_height - 6, "middle", caption);
  return out + "</svg>\n";
}

void write_chart(std::span<const chart_panel> panels, std::string_view caption,
                 const std::string& file) {
  std::ofstream out(file);
  out << chart_of(panels, caption);
  if (!out.flush()) throw std::runtime_error(file + " cannot be written");
}

}  // namespace mapproof
