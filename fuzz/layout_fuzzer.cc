// The memory of the port, looked at after every operation: the rules of the layout, and what the
// operation may have changed of it.
#include "fuzz/two_ports.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() { return make_two_ports(kLayoutPlan); }
