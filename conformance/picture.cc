#include "conformance/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace mapproof {
namespace {

constexpr double kColumn = 7.8;  // pixels; the width of a 13 pixel monospace character
constexpr int kRow = 18;
constexpr int kBorder = 14;

// How the characters of XML are written in XML.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::vector<std::string_view> rows_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == text.npos ? "" : text.substr(end + 1);
  }
  return lines;
}

// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string_view style_of(std::string_view line) {
  if (line.find("# breaks ") != line.npos || line.find(": expected ") != line.npos) return "bad";
  if (line.rfind("known finding", 0) == 0 || line.rfind("NEW:", 0) == 0) return "cause";
  if (line.rfind("#", 0) == 0) return "quiet";
  if (line.rfind("$ ", 0) == 0) return "prompt";
  return "plain";
}

}  // namespace

std::string picture_of(std::string_view text) {
  const std::vector<std::string_view> lines = rows_of(text);
  std::size_t widest = 40;
  for (const std::string_view line : lines) widest = std::max(widest, columns(line));
  const int width = static_cast<int>(static_cast<double>(widest) * kColumn) + 2 * kBorder;
  const int height = static_cast<int>(lines.size()) * kRow + 2 * kBorder;
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}">
<style>
text {{ font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre; fill: #d7dae0 }}
.bad {{ fill: #ff7b72; font-weight: bold }}
.cause {{ fill: #e3b341 }}
.quiet {{ fill: #8b949e }}
.prompt {{ fill: #7ee787 }}
</style>
<rect width="{0}" height="{1}" rx="8" fill="#161b22"/>
)",
      width, height);
  int y = kBorder + 13;
  for (const std::string_view line : lines) {
    svg += fmt::format(R"(<text x="{}" y="{}" class="{}" xml:space="preserve">{}</text>)", kBorder,
                       y, style_of(line), escaped(line));
    svg += '\n';
    y += kRow;
  }
  return svg + "</svg>\n";
}

}  // namespace mapproof
