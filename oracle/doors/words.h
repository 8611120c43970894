// Words of maps and their processes, which may be anything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mapproof::doors {

inline constexpr std::size_t kMostWords = 300;  // bytes of what is quoted in a verdict

// As one line of UTF-8 of at most so many bytes: cut between two characters, with blanks for
// control characters and U+FFFD for what is no UTF-8.
std::string readable(std::string_view text, std::size_t most);

// Do these words say that memory was found damaged?
bool tells_corruption(std::string_view words);

// The line that says most of why a process came to its end, or "".
std::string_view telling_line(std::string_view text);

}  // namespace mapproof::doors
