// The port of Go's map, shown bit for bit, for the comparison with a Go runtime.
#pragma once

#include <cstdint>

#include "oracle/goruntime/observed.h"

namespace mapproof {

// As make_gomap_port(). Only the faithful port (no corrections) is meant to be like Go.
go::ObservedPort make_observed_gomap_port(std::uint32_t corrections = 0);

}  // namespace mapproof
