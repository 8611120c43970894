// What the one fuzz target of a process has: where artifacts go, and its statistics.
#pragma once

#include "fuzz/artifacts.h"
#include "fuzz/statistics.h"

namespace mapproof {

struct Process {
  ArtifactOptions artifacts;
  Statistics statistics;  // written to $MAPPROOF_STATS
};
Process& process();

// Reads -artifact_prefix from the command line. To be called before the first input.
void initialize(int argc, char** argv);

// The failure is kept; this writes what is known and stops the process.
[[noreturn]] void stop_at(const std::string& property);

}  // namespace mapproof
