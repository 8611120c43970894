// The Go runtimes that this build has found, loaded when they are first asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oracle/goruntime/go_runtime.h"

namespace mapproof::go {

struct Known {
  std::string name;     // "go1.19", "gccgo-12": a port's name, too
  std::string package;  // of Debian, that brings it
};
const std::vector<Known>& known_runtimes();

// Throws Unavailable, with "real Go: not installed" and what to install if there is none. A runtime
// comes from the file in $MAPPROOF_GO119 or $MAPPROOF_GCCGO12, else from where this build put it.
// Precondition: one of known_runtimes().
Runtime& runtime(std::string_view name);

// Why runtime() would throw, or "". Loads it.
std::string why_not(std::string_view name);

}  // namespace mapproof::go
