#include "conformance/properties/catalogue.h"

#include <algorithm>
#include <array>

#include "conformance/properties/rows.h"
#include "oracle/port.h"

namespace mapproof {

std::string_view name(Level level) {
  constexpr std::array<std::string_view, 3> kNames{"must", "should", "may"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view name(Promise promise) {
  constexpr std::array<std::string_view, 6> kNames{"std", "go",     "go-layout",
                                                   "js",  "python", "port"};
  return kNames[static_cast<std::size_t>(promise)];
}

namespace {

// Properties that another profile promises besides the row's own one.
//
// The rule: its document says the same of every program that asks_only_promised() lets through. So
// Go's rules on walks that stand a deletion bind JavaScript, of which they hold word for word, but
// not Python, where such a walk raises; what a dict says of a changed one of the same size is
// nothing but that no dead or stale entry comes. What the rules for maps in general (std) say binds
// every profile already.
struct AlsoBinds {
  std::string_view id;
  bool js;
  bool python;
};
constexpr std::array kAlsoBinds{
    AlsoBinds{"iter/no-deleted", true, true},
    AlsoBinds{"iter/inserted-at-most-once", true, false},
    AlsoBinds{"iter/current-elem", true, true},
    AlsoBinds{"iter/current-key", true, true},
    AlsoBinds{"iter/clear-stops", true, true},
    AlsoBinds{"iter/reinserted", true, false},
    AlsoBinds{"iter/delete-current", true, false},
    AlsoBinds{"iter/multi", true, true},
    AlsoBinds{"iter/empty-ends", true, true},
    AlsoBinds{"iter/insertion-order", true, true},
    AlsoBinds{"access/zero-on-miss", true, true},
    AlsoBinds{"nan/insert-distinct", false, true},
    AlsoBinds{"nan/not-found", false, true},
    AlsoBinds{"nan/not-deletable", false, true},
    AlsoBinds{"nan/cleared", true, true},
};

}  // namespace

std::vector<Promise> promises(const Property& property) {
  std::vector<Promise> all{property.promise};
  for (const AlsoBinds& one : kAlsoBinds) {
    if (one.id != property.id) continue;
    if (one.js && property.promise != Promise::js) all.push_back(Promise::js);
    if (one.python && property.promise != Promise::python) all.push_back(Promise::python);
  }
  return all;
}

bool binds(Promise promise, const PortInfo& info) {
  switch (promise) {
    case Promise::std_like:
      return true;
    case Promise::go:
      return info.profile == Profile::go;
    case Promise::go_layout:
      return info.profile == Profile::go && info.lays_out_buckets;
    case Promise::js:
      return info.profile == Profile::js;
    case Promise::python:
      return info.profile == Profile::python;
    case Promise::port:
      break;
  }
  return false;
}

namespace {

// Of what a port cannot do at all it can do nothing wrong.
std::string why_not_broken(const Property& property, const PortInfo& info) {
  const std::string_view id = property.id;
  const bool about_nil = id.starts_with("nil/") || id == "iter/nil-ends" || id == "panic/nil-put";
  if (about_nil && !info.nil_maps) return "the map has no nil";
  if (id.starts_with("nan/") && !info.nan_keys) return "the map stores no NaN";
  return "";
}

}  // namespace

std::string why_not_bound(const Property& property, const PortInfo& info) {
  const std::vector<Promise> all = promises(property);
  const bool asked =
      std::any_of(all.begin(), all.end(), [&](Promise one) { return binds(one, info); });
  if (asked) return why_not_broken(property, info);
  return "profile " + std::string(name(info.profile)) + " does not ask for it";
}

bool binds(const Property& property, const PortInfo& info) {
  return why_not_bound(property, info).empty();
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
