// Text as it would stand on a terminal, as an SVG image: for READMEs and reports.
#pragma once

#include <string>
#include <string_view>

namespace mapproof {

// One row for each line of `text`, in a fixed-width font; readable in light and dark surroundings.
// Lines that tell a failure (see style_of in picture.cc) stand out, comments stand back.
// Self-contained.
std::string picture_of(std::string_view text);

}  // namespace mapproof
