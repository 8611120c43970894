#include "conformance/reports/markup.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "oracle/utf8.h"

namespace mapproof {
namespace {

bool is_control(std::uint32_t code) {
  return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0);
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.bytes == 0 || c.code == 0xfffe || c.code == 0xffff) {
      out += kReplacementCharacter;
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
