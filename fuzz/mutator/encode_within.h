// From a changed program back to bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/mutator/random.h"
#include "oracle/program.h"

namespace mapproof {

// The bytes that every program takes, at least.
inline constexpr std::size_t kHeader = 8;

// Encodes within max_size, giving up operations at random places until it fits. max_size >=
// kHeader.
std::vector<std::uint8_t> encode_within(Program& program, Random& random, std::size_t max_size);

}  // namespace mapproof
