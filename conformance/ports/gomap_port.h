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

// The corrections that have made a difference to such a port since its last make(), or would have
// if they were on. None: any other set of corrections would have given the same run, up to now.
std::uint32_t asked_corrections(const Port& port);

}  // namespace mapproof
