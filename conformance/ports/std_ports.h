// Maps that others wrote, behind the interface of a map under test.
#pragma once

#include <memory>

#include "oracle/port.h"

namespace mapproof {

std::unique_ptr<Port> make_std_unordered_map_port();
std::unique_ptr<Port> make_absl_flat_hash_map_port();
std::unique_ptr<Port> make_boost_unordered_map_port();

}  // namespace mapproof
