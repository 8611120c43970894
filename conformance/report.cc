#include "conformance/report.h"

#include <array>

namespace mapproof {

std::string_view name(PropertyState state) {
  constexpr std::array<std::string_view, 6> kNames = {"holds", "fails",     "known",
                                                      "fixed", "unreached", "unpromised"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace mapproof
