// What the one fuzz target of a process has: where artifacts go, its statistics and its switches.
#pragma once

#include <string>

#include "fuzz/artifacts.h"
#include "fuzz/statistics.h"

namespace mapproof {

struct Process {
  ArtifactOptions artifacts;
  Statistics statistics;         // written to $MAPPROOF_STATS
  bool mutates_programs = true;  // $MAPPROOF_MUTATOR is not 0
  bool tells_situations = true;  // to the engine: $MAPPROOF_SITUATIONS is not 0
};
Process& process();

// Reads -artifact_prefix from the command line. To be called before the first input.
void initialize(int argc, char** argv);

// The failure is kept; this writes what is known and stops the process.
[[noreturn]] void stop_at(const std::string& property);

}  // namespace mapproof
