// The port while many walks are under way: each program has most of its writes among them.
#include "fuzz/shapes.h"
#include "fuzz/two_ports.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() {
  return make_two_ports({.shape = with_many_walks});
}
