#include "conformance/properties/catalogue.h"

#include <algorithm>
#include <array>

#include "conformance/properties/rows.h"

namespace mapproof {

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 3> kNames{"must", "should", "may"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name(Promise promise) {
  constexpr std::array<std::string_view, 4> kNames{"std", "go", "go-layout", "port"};
  return kNames[static_cast<std::size_t>(promise)];
}

const std::vector<Property>& properties() {
  static const std::vector<Property> all = [] {
    std::vector<Property> joined;
    for (const auto part : {rows::operations(), rows::iteration(), rows::layout(), rows::go_tests(),
                            rows::port(), rows::doors()}) {
      joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
  }();
  return all;
}

const Property* find_property(std::string_view id) {
  const auto& all = properties();
  const auto found =
      std::find_if(all.begin(), all.end(), [id](const Property& one) { return one.id == id; });
  return found == all.end() ? nullptr : &*found;
}

std::string sentence(std::string_view id) {
  std::string text(id);
  if (const Property* property = find_property(id)) {
    text.append(": ").append(property->rule).append(" (").append(property->source).append(")");
  }
  return text;
}

std::span<const LeftOut> left_out() {
  static constexpr std::array kLeftOut{
      LeftOut{"equal keys hash alike on big-endian machines", "no such machine runs the suite",
              "G25"},
      LeftOut{"a clone equals its source and shares no elem with it",
              "map.go of Go 1.14 has no clone", "G28 G29 G30"},
      LeftOut{"the seed is drawn anew when a map empties", "Go 1.14 keeps its seed; see hash/seed",
              ""},
      LeftOut{"what a compiler makes of assignments with several map operands",
              "not the map's work", "G19"},
      LeftOut{"write barriers, and fast paths for keys of 32 and 64 bits and strings",
              "the port has one path and no collector", "G24"},
      LeftOut{"an entry reached before its deletion is not produced",
              "it may be: the reports were no bugs", "G34"},
      LeftOut{"crashes whose cause is not on record", "nobody knows what to look for", "G39"},
  };
  return kLeftOut;
}

std::vector<std::string_view> words(std::string_view list) {
  std::vector<std::string_view> found;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end != 0) found.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return found;
}

}  // namespace mapproof
