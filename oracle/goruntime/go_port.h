// The real Go map behind the Port interface.
#pragma once

#include <memory>
#include <string>

#include "oracle/goruntime/go_runtime.h"
#include "oracle/port.h"

namespace mapproof::go {

// A map of that runtime, one record an operation (about 2 us each). Hashes and starts are the
// program's; starts that it leaves to chance are drawn from its seed, as the port does. hash0
// stays what the program says, as in 1.14.6: Go 1.19's new draw when a map becomes empty is undone.
//
// Go cannot take a panic in the middle of a write back; after one every operation on the map is a
// MapPanic. A hint that would make Go set much memory aside is not supported.
std::unique_ptr<Port> make_go_port(Runtime& runtime, const std::string& name);

}  // namespace mapproof::go
