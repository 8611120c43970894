// The ratios of a comparison as a picture: SVG, one panel a peer.
#pragma once

#include <span>
#include <string>

#include "impl/bench/comparison.h"

namespace mapproof {

// Workloads down, kinds of keys and sizes across, the ratio in each field; blue: the port is
// faster, orange: the peer is.
std::string chart_of(std::span<const cell> cells);

}  // namespace mapproof
