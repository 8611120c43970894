// Programs given away as tests and programs of other kinds.
#pragma once

#include <string>

#include "conformance/cli/port_choice.h"
#include "oracle/program.h"

namespace mapproof::cli {

struct EmitOptions {
  std::string form;  // "gtest", "go", "c"
  std::string out;   // a file, or "": the standard output
};

// Writes the program, which was read from `file`, in that form. Throws CannotRun if there is none.
void emit(const std::string& file, const Program& program, const EmitOptions& options,
          const PortOptions& port);

}  // namespace mapproof::cli
