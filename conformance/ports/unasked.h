// Promises of the port that no operation of a program asks for, or none of a bearable length.
#pragma once

#include <cstdint>

#include "gomap/maptype.h"

namespace mapproof {

// Looks at them for maps of type `t`. `number` chooses among what could be looked at. Throws
// PortFailure with the property that is broken. Forces draws of the thread's random source.
void unasked(const gomap::maptype& t, std::uint32_t number);

}  // namespace mapproof
