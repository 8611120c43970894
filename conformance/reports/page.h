// What the pages of this folder have in common.
#pragma once

#include <string>
#include <string_view>

#include "conformance/report.h"

namespace mapproof {

// A whole page. `body` is markup, `title` is text.
std::string page(std::string_view title, std::string_view body, std::string_view more_style = "");

// One character for a state, and the word a reader takes it as: "not promised".
std::string_view mark(PropertyState state);
std::string_view words_for(PropertyState state);

}  // namespace mapproof
