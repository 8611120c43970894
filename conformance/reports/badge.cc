#include "conformance/reports/badge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "conformance/reports/markup.h"

namespace mapproof {
namespace {

// Of 11 pixel Verdana, in tenths of a pixel, from ' ' to '~'.
constexpr std::array<std::uint8_t, 95> kWidths = {
    39, 43,  50, 90, 70, 118, 80, 30, 50, 50, 70, 90, 40, 50,  40, 50, 70, 70,  70,
    70, 70,  70, 70, 70, 70,  70, 50, 50, 90, 90, 90, 60, 110, 75, 75, 77, 85,  70,
    63, 85,  83, 46, 50, 76,  61, 93, 82, 87, 66, 87, 76, 75,  68, 81, 75, 109, 75,
    68, 75,  50, 50, 50, 90,  70, 70, 66, 69, 57, 69, 66, 39,  69, 70, 30, 38,  65,
    30, 107, 70, 67, 69, 69,  47, 57, 43, 70, 65, 90, 65, 65,  58, 70, 50, 70,  90};

// Pixels; what is not in the table counts as wide.
int width_of(std::string_view text) {
  int tenths = 0;
  for (const char c : text) {
    if ((c & 0xc0) == 0x80) continue;
    tenths += c >= ' ' && c <= '~' ? kWidths[static_cast<std::size_t>(c - ' ')] : 110;
  }
  return (tenths + 9) / 10;
}

struct Message {
  std::string text;
  std::string_view colour;  // white stands out from it
};

Message message_of(const Report& report) {
  const auto bad = std::count_if(
      report.properties.begin(), report.properties.end(), [](const PropertyLine& line) {
        return line.state == PropertyState::fails || line.state == PropertyState::fixed;
      });
  const std::string profile(name(report.info.profile));
  if (report.holds) return {profile + ": holds", "#1a7f37"};
  if (bad != 0) return {fmt::format("{}: {} fail", profile, bad), "#b42318"};
  return {profile + (report.runs == 0 ? ": not run" : ": fails"), "#b42318"};
}

}  // namespace

std::string badge(const Report& report) {
  constexpr std::string_view kLabel = "mapproof";
  constexpr int kPad = 6;
  const Message message = message_of(report);
  const int left = width_of(kLabel) + 2 * kPad;
  const int right = width_of(message.text) + 2 * kPad;
  const std::string text = escaped(message.text);
  // textLength keeps the text inside, whatever font there is.
  const auto words = [](int x, int width, std::string_view of) {
    return fmt::format(
        "    <text x=\"{}\" y=\"14\" textLength=\"{}\" "
        "lengthAdjust=\"spacingAndGlyphs\">{}</text>\n",
        x, width, of);
  };
  return fmt::format(
      R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="20" viewBox="0 0 {0} 20" role="img" aria-label="{1} | {2}">
  <title>{1} | {2}</title>
  <clipPath id="r"><rect width="{0}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{3}" height="20" fill="#444c56"/>
    <rect x="{3}" width="{4}" height="20" fill="{5}"/>
  </g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
{6}{7}  </g>
</svg>
)svg",
      left + right, kLabel, text, left, right, message.colour, words(kPad, left - 2 * kPad, kLabel),
      words(left + kPad, right - 2 * kPad, text));
}

}  // namespace mapproof
