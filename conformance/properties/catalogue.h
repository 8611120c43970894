// The one list of properties: what each says, where it comes from, and who checks it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mapproof {

struct PortInfo;

enum class Level : std::uint8_t { must, should, may };
std::string_view name(Level level);

// Whom a property binds: every map (std), maps with Go's semantics (go), those that lay out their
// memory as map.go does, too (go_layout), maps like JavaScript's (js) or Python's (python), or just
// the C++ port of this project (port).
enum class Promise : std::uint8_t { std_like, go, go_layout, js, python, port };
std::string_view name(Promise promise);  // "std", "go", "go-layout", "js", "python", "port"

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

// Does what makes this promise bind such a port? What Promise::port binds is none that a PortInfo
// could describe.
bool binds(Promise promise, const PortInfo& info);
// The same of one property. Some are written for one profile and hold for another, too: those of
// which the other one's own document says the same. Those on nil maps and NaN keys bind no port
// that has none.
bool binds(const Property& property, const PortInfo& info);
// Why it does not, in words; "" if it does.
std::string why_not_bound(const Property& property, const PortInfo& info);
// The promises that a property belongs to: its own one first.
std::vector<Promise> promises(const Property& property);

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
