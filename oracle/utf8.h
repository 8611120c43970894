// Characters out of bytes that may be anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mapproof {

// U+FFFD, for what is no character.
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: what begins here is no character
};

// The one that the text, which is not empty, begins with. None is one that ends too soon, is
// written too long, is half of a UTF-16 pair, or lies beyond Unicode.
Character first_character(std::string_view text);

}  // namespace mapproof
