// The port of Go's map, used through its other faces: the entries for reflection, and the look-ups
// that no program needs.
#pragma once

#include <cstdint>
#include <memory>

#include "oracle/port.h"

namespace mapproof {

// The corrected port as make_gomap_port makes it, entered by other doors. It stops with PortFailure
// and the property concerned where it can tell by itself that a promise is broken:
//   - when a map is made, what unasked() of unasked.h looks at;
//   - now and then, when a write hashes what it moves, all operations must be refused;
//   - now and then, a put first fails to copy its elem, and must leave no entry;
//   - walks begin where they are told to, and one over nothing cannot be stepped.
std::unique_ptr<Port> make_faces_port();

}  // namespace mapproof
