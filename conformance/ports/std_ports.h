// Maps that others wrote, behind the interface of a map under test.
#pragma once

#include <memory>
#include <string>

#include "oracle/port.h"

namespace mapproof {

std::unique_ptr<Port> make_std_unordered_map_port();
std::unique_ptr<Port> make_absl_flat_hash_map_port();
std::unique_ptr<Port> make_absl_node_hash_map_port();
std::unique_ptr<Port> make_boost_unordered_map_port();

// Those whose headers may be missing when this is built. Then the first function of each pair says
// so, and the second one throws that; else the first one gives "".
std::string why_no_google_dense_hash_map();
std::unique_ptr<Port> make_google_dense_hash_map_port();
std::string why_no_tsl_hopscotch_map();
std::unique_ptr<Port> make_tsl_hopscotch_map_port();

}  // namespace mapproof
