// The maps that the tools know by name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/port.h"

namespace mapproof {

enum class Door : std::uint8_t { none, library, program };  // what a map is reached through

struct PortEntry {
  std::string name;
  std::string summary;                          // one line for people
  std::function<std::unique_ptr<Port>()> make;  // throws, in one line, if it is not installed
  // Why make() would throw, or ""; null: it never does.
  std::function<std::string()> why_not = {};
  Door door = Door::none;
};

const std::vector<PortEntry>& ports();
// By name or by a short name such as "std"; null if there is none.
const PortEntry* find_port(std::string_view name);

}  // namespace mapproof
