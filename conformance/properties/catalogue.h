// The one list of properties: what each says, where it comes from, and who checks it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mapproof {

enum class Level : std::uint8_t { must, should, may };
std::string_view name(Level level);

// Whom a property binds: every map (std), maps with Go's semantics (go), those that lay out their
// memory as map.go does, too (go_layout), or just the C++ port of this project (port).
enum class Promise : std::uint8_t { std_like, go, go_layout, port };
std::string_view name(Promise promise);  // "std", "go", "go-layout", "port"

struct Property {
  std::string_view id;    // "iter/once"; never changes
  std::string_view rule;  // one sentence, without its full stop
  Level level;
  Promise promise;
  std::string_view source;
  std::string_view bugs;  // on record, of known_bugs(), that a check of this would have found
  // Who checks it: judge, audit, watch (oracle/rules.h) and test files without ".cc".
  std::string_view checks;
};

// By area, as the README says; within an area in the order of the rules.
const std::vector<Property>& properties();
const Property* find_property(std::string_view id);  // null if there is none
// "iter/once: no entry is produced twice by one walk (Go spec, ...)"; just the id if unknown.
std::string sentence(std::string_view id);

// What a map may promise and nobody here checks.
struct LeftOut {
  std::string_view what;
  std::string_view reason;
  std::string_view bugs;
};
std::span<const LeftOut> left_out();

// A bug on record of some hash map.
struct Bug {
  std::string_view
      id;  // "G08"; G: Go's own map, R and X: maps with walks that stand changes, C: others
  std::string_view where;  // issue, commit or change
  std::string_view subject;
};
std::span<const Bug> known_bugs();

// The words of a list such as Property::bugs.
std::vector<std::string_view> words(std::string_view list);

}  // namespace mapproof
