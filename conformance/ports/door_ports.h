// Maps of other people that come through a door: libraries of <build>/ports, and scripts.
#pragma once

#include <vector>

#include "conformance/ports/registry.h"

namespace mapproof {

std::vector<PortEntry> door_ports();

}  // namespace mapproof
