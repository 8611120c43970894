#include "impl/bench/ratio_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/bench/comparison_forms.h"

namespace mapproof {
namespace {

inline constexpr int left = 130, field_width = 46, field_height = 20, head = 56, gap = 24;

// What stands along the two sides, in the order in which the cells come.
struct axes {
  std::vector<std::string> rows;
  std::vector<std::pair<std::string, std::uint64_t>> columns;  // key, entries

  explicit axes(std::span<const cell> cells) {
    for (const cell& one : cells) {
      add(rows, one.workload);
      add(columns, std::pair(one.key, one.entries));
    }
  }
  int panel_height() const { return head + static_cast<int>(rows.size()) * field_height; }
  int width() const { return left + static_cast<int>(columns.size()) * field_width + gap; }

  template <class T>
  static int index(const std::vector<T>& all, const T& one) {
    return static_cast<int>(std::find(all.begin(), all.end(), one) - all.begin());
  }

 private:
  template <class T>
  static void add(std::vector<T>& to, const T& one) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
  }
};

// From white at 1 to the full colour at a factor of four.
std::string colour(double ratio) {
  const double strength = std::min(1.0, std::abs(std::log2(ratio)) / 2);
  const auto mixed = [strength](int full) {
    return static_cast<int>(std::lround(255 + (full - 255) * strength));
  };
  return ratio < 1 ? fmt::format("rgb({},{},{})", mixed(49), mixed(130), mixed(189))
                   : fmt::format("rgb({},{},{})", mixed(230), mixed(109), mixed(30));
}

std::string text(int x, int y, std::string_view anchor, std::string_view words) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, words);
}

std::string frame(const axes& sides, int top, std::string_view peer) {
  std::string out = fmt::format(
      "<text x=\"4\" y=\"{}\" font-weight=\"bold\">time of the port / time of {}</text>\n",
      top + 14, peer);
  for (int c = 0; c < static_cast<int>(sides.columns.size()); c++) {
    const auto& [key, entries] = sides.columns[static_cast<std::size_t>(c)];
    const int x = left + c * field_width;
    if (c == 0 || sides.columns[static_cast<std::size_t>(c) - 1].first != key) {
      out += text(x, top + 32, "start", key);
    }
    out += text(x + field_width / 2, top + 48, "middle", short_number(entries));
  }
  for (int r = 0; r < static_cast<int>(sides.rows.size()); r++) {
    out += text(left - 6, top + head + r * field_height + 14, "end",
                sides.rows[static_cast<std::size_t>(r)]);
  }
  return out;
}

std::string field(const axes& sides, int top, const cell& one, const estimate& found) {
  const int x = left + axes::index(sides.columns, std::pair(one.key, one.entries)) * field_width;
  const int y = top + head + axes::index(sides.rows, one.workload) * field_height;
  return fmt::format(
             "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\">"
             "<title>{}: {:.3f} ({:.3f} to {:.3f})</title></rect>\n",
             x, y, field_width - 1, field_height - 1, colour(found.value), one.name(), found.value,
             found.low, found.high) +
         text(x + field_width / 2, y + 14, "middle", fmt::format("{:.2f}", found.value));
}

}  // namespace

std::string chart_of(std::span<const cell> cells) {
  const axes sides(cells);
  std::string body;
  int top = gap / 2;
  for (const std::string_view peer : peers) {
    std::string fields;
    for (const cell& one : cells) {
      if (const auto found = ratio(one, peer)) fields += field(sides, top, one, *found);
    }
    if (fields.empty()) continue;
    body += frame(sides, top, peer) + fields;
    top += sides.panel_height() + gap;
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n{2}</svg>\n",
      sides.width(), top, body);
}

}  // namespace mapproof
