// The port with keys that are not equal to themselves, or to one of another sign: each program has
// many of them.
#include "fuzz/shapes.h"
#include "fuzz/two_ports.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  return make_two_ports({.shape = with_nan_keys});
}
