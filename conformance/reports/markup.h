// Text from anywhere, made fit for XML, HTML and JSON.
#pragma once

#include <string>
#include <string_view>

namespace mapproof {

// Valid UTF-8 of characters that XML 1.0 can hold: broken bytes become U+FFFD, control characters
// other than tab and newline vanish.
std::string clean(std::string_view text);
// clean(), and fit to stand in XML and HTML: as text and between double quotes.
std::string escaped(std::string_view text);
// At most `most` characters (not bytes) of valid UTF-8, the last one "~" if it was longer.
std::string cut(std::string_view text, std::size_t most);

// "iter" of "iter/once".
std::string_view area_of(std::string_view id);

}  // namespace mapproof
