// How much work the tests that make their cases themselves put in.
#pragma once

#include <cstdlib>

namespace mapproof {

// A sanitizer, or counters for an engine, make this build several times slower.
#if defined(__has_feature)
#define MAPPROOF_HAS_FEATURE(x) __has_feature(x)
#else
#define MAPPROOF_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    MAPPROOF_HAS_FEATURE(address_sanitizer) || MAPPROOF_HAS_FEATURE(coverage_sanitizer)
inline constexpr bool kSlow = true;
#else
inline constexpr bool kSlow = false;
#endif

// MAPPROOF_EFFORT; 1 if it is not set.
inline double effort() {
  const char* text = std::getenv("MAPPROOF_EFFORT");
  const double scale = text == nullptr ? 1.0 : std::strtod(text, nullptr);
  return scale > 0 ? scale : 1.0;
}

}  // namespace mapproof
