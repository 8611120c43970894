#include "conformance/reports/markup.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace mapproof {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: what begins here is no character
};

Character first_of(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes > text.size()) return {};
  std::uint32_t code = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  // Written too long, half of a UTF-16 pair, or beyond Unicode.
  const bool wrong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000) ||
                     (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff;
  return wrong ? Character{} : Character{code, bytes};
}

bool is_control(std::uint32_t code) {
  return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0);
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_of(text);
    if (c.bytes == 0 || c.code == 0xfffe || c.code == 0xffff) {
      out += kReplacement;
    } else if (!is_control(c.code)) {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':  // "]]>" may not stand in text
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string cut(std::string_view text, std::size_t most) {
  const std::string whole = clean(text);
  const auto begins = [](char c) { return (c & 0xc0) != 0x80; };
  if (static_cast<std::size_t>(std::count_if(whole.begin(), whole.end(), begins)) <= most) {
    return whole;
  }
  std::size_t seen = 0;
  const auto end =
      std::find_if(whole.begin(), whole.end(), [&](char c) { return begins(c) && ++seen >= most; });
  return std::string(whole.begin(), end) + "~";
}

std::string_view area_of(std::string_view id) { return id.substr(0, id.find('/')); }

}  // namespace mapproof
