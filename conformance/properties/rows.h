// The parts of the catalogue, one file each.
#pragma once

#include <span>

#include "conformance/properties/catalogue.h"

namespace mapproof::rows {

std::span<const Property> operations();  // operations.cc
std::span<const Property> iteration();   // iteration.cc
std::span<const Property> layout();      // layout.cc
std::span<const Property> go_tests();    // go_tests.cc
std::span<const Property> port();        // port.cc
std::span<const Property> doors();       // doors.cc

}  // namespace mapproof::rows
