// The maps that the tools know by name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/port.h"

namespace mapproof {

struct PortEntry {
  std::string name;
  std::string summary;  // one line for people
  std::function<std::unique_ptr<Port>()> make;
};

const std::vector<PortEntry>& ports();
// By name or by a short name such as "std"; null if there is none.
const PortEntry* find_port(std::string_view name);

}  // namespace mapproof
