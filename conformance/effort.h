// How much work the tests that make their cases themselves put in.
#pragma once

#include <cstdlib>

namespace mapproof {

// MAPPROOF_EFFORT; 1 if it is not set.
inline double effort() {
  const char* text = std::getenv("MAPPROOF_EFFORT");
  const double scale = text == nullptr ? 1.0 : std::strtod(text, nullptr);
  return scale > 0 ? scale : 1.0;
}

}  // namespace mapproof
