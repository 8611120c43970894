// The port against the map of a real Go, layout and all. Made at the first input: a Go runtime that
// is loaded then leaves the engine's signal handlers in order.
#include "conformance/ports/gomap_observed.h"
#include "fuzz/lockstep_target.h"
#include "oracle/goruntime/installed.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  try {
    return std::make_unique<LockstepTarget>(make_observed_gomap_port(), go::runtime("go1.19"));
  } catch (const go::Unavailable& why) {
    cannot_run(why.what());
  }
}
