// What maps from outside owe to whoever runs them.
#include <array>

#include "conformance/properties/rows.h"

namespace mapproof::rows {

std::span<const Property> doors() {
  static constexpr std::array kRows{
      Property{"port/crash", "no operation ends the process that the map lives in", Level::must,
               Promise::std_like, "oracle/doors", "", "doors"},
      Property{"port/hang", "a program comes to its end within its time limit", Level::must,
               Promise::std_like, "oracle/doors", "", "doors"},
      Property{"port/corruption", "no memory is written but the map's own", Level::must,
               Promise::std_like, "oracle/doors", "", "doors"},
      Property{"port/leak", "when map and walks are closed, their memory is given back",
               Level::must, Promise::std_like, "oracle/doors", "", "doors"},
      Property{"port/answer", "each answer is one that the door's description allows", Level::must,
               Promise::std_like, "oracle/doors", "", "doors"},
      Property{"port/features", "a port has the features that it declares", Level::must,
               Promise::std_like, "oracle/doors", "", "doors"},
  };
  return kRows;
}

}  // namespace mapproof::rows
