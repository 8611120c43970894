// The port against the model, in the eyes of the judge.
#include "fuzz/two_ports.h"

std::unique_ptr<mapproof::Target> mapproof::make_target() { return make_two_ports(); }
