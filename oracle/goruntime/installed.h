// The Go runtimes that this build has found, loaded when they are first asked for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/goruntime/go_runtime.h"

namespace mapproof::go {

struct Known {
  std::string name;      // "go1.19", "gccgo-12": a port's name, too
  std::string package;   // of Debian, that brings it
  const char* variable;  // names the file, if it is not to be the one that this build made
};
const std::vector<Known>& known_runtimes();

// Loads the file in $variable, else `built`; throws Unavailable if that is "" as well, with "real
// Go: not installed" and what to install.
std::unique_ptr<Runtime> load(const Known& known, const std::string& built);

// The one of $variable or of this build, loaded when it is first asked for. Throws as load().
// Precondition: one of known_runtimes().
Runtime& runtime(std::string_view name);

// Why runtime() would throw, or "". Loads it.
std::string why_not(std::string_view name);

}  // namespace mapproof::go
