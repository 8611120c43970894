// The port through its other faces, as reflection and the fat look-ups are: the same map.
#include "conformance/ports/faces_port.h"
#include "fuzz/one_port.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  return std::make_unique<OnePort>(make_faces_port(), "gomap-corrected", "build/faces_replay");
}
