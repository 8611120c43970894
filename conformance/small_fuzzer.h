// A fuzzer in small, for tests of targets: no engine, no coverage, the same each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "fuzz/harness.h"
#include "fuzz/mutator.h"
#include "oracle/program.h"

namespace mapproof {

// Mutates on from what it has, starting anew where a program becomes long. The property that stops
// the target first, or "".
inline std::string first_property_broken(Target& target, std::uint64_t runs = 3000) {
  constexpr std::size_t kLong = 60;
  Program program;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    Random random(seed);
    mutate(program, random);
    const Program run = program_of(encode(program), target);
    if (const std::optional<Stop> stop = target.examine(run, nullptr)) {
      return stop->verdict.property;
    }
    if (program.ops.size() > kLong) program = {};
  }
  return "";
}

}  // namespace mapproof
