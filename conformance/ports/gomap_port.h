// The port of Go's map behind the Port interface.
#pragma once

#include <cstdint>
#include <memory>

#include "oracle/port.h"

namespace mapproof {

// A map of gomap, driven through a run-time map type. `corrections`: a set of gomap::correction
// bits; 0 is the faithful port ("gomap"), all of them the corrected one ("gomap-corrected").
//
// It draws from the thread's random source, which make() seeds with the program's seed.
std::unique_ptr<Port> make_gomap_port(std::uint32_t corrections);

// As above, switched at run time: the corrections of a port made by make_gomap_port. Takes effect
// with the next make().
void set_corrections(Port& port, std::uint32_t corrections);

}  // namespace mapproof
