#include "impl/bench/load_factor_chart.h"

#include <fmt/format.h>

#include <algorithm>

namespace mapproof {
namespace {

constexpr double left = 46, top = 34, plot_width = 200, plot_height = 130, gap = 22, foot = 34;
constexpr double panel_width = left + plot_width + gap, panel_height = top + plot_height + foot;

// From figures to places in the picture.
class scale {
 public:
  scale(const load_factor_panel& panel, double x) : x_(x) {
    first_ = panel.go.front()[0];
    last_ = panel.go.back()[0];
    for (const auto& rows : {panel.go, panel.here}) {
      for (const auto& [load, figure] : rows) most_ = std::max(most_, figure);
    }
    most_ *= 1.05;
  }
  double x(double load) const {
    return x_ + left + plot_width * (load - first_) / (last_ - first_);
  }
  double y(double figure) const { return top + plot_height * (1 - figure / most_); }
  double most() const { return most_; }

 private:
  double x_, first_ = 0, last_ = 0, most_ = 0;
};

std::string text(double x, double y, std::string_view anchor, std::string_view words) {
  return fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     words);
}

std::string frame(const load_factor_panel& panel, double x, const scale& at) {
  std::string out = fmt::format(
      "<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" fill=\"none\" "
      "stroke=\"#bbb\"/>\n",
      x + left, top, plot_width, plot_height);
  out += text(x + left, top - 8, "start", panel.name);
  for (const double part : {0.0, 0.5, 1.0}) {
    const double figure = at.most() * part;
    out += text(x + left - 4, at.y(figure) + 4, "end", fmt::format("{:.1f}", figure));
  }
  for (std::size_t i = 0; i < panel.go.size(); i += 2) {
    const double load = panel.go[i][0];
    out += text(at.x(load), top + plot_height + 14, "middle", fmt::format("{:.0f}", load));
  }
  return out;
}

std::string drawn(const load_factor_panel& panel, double x) {
  const scale at(panel, x);
  std::string out = frame(panel, x, at);
  std::string line;
  for (const auto& [load, figure] : panel.here) {
    line += fmt::format("{:.1f},{:.1f} ", at.x(load), at.y(figure));
  }
  out += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"#3182bd\"/>\n", line);
  for (const auto& [load, figure] : panel.go) {
    out += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"none\" "
        "stroke=\"#e66d1e\"/>\n",
        at.x(load), at.y(figure));
  }
  return out;
}

}  // namespace

std::string chart_of(std::span<const load_factor_panel> panels) {
  const double width = panel_width * static_cast<double>(panels.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"11\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      width, panel_height);
  double x = 0;
  for (const load_factor_panel& panel : panels) {
    out += drawn(panel, x);
    x += panel_width;
  }
  out += text(width / 2, panel_height - 6, "middle",
              "entries a bucket at which a map grows; circles: map.go's comment, line: the port");
  return out + "</svg>\n";
}

}  // namespace mapproof
