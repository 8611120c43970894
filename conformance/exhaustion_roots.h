// The prepared maps from which conformance/exhaustion.h begins.
#pragma once

#include <string>
#include <vector>

#include "conformance/exhaustion.h"

namespace mapproof {

// What the roots are made of: types that the port treats differently.
struct Variant {
  std::string name;
  std::string types;                // "f64 u64", as in a program's first line
  std::vector<std::uint32_t> keys;  // of the programs
};
const std::vector<Variant>& variants();

// The roots of a variant: each prepared map without a walk, with one begun before the last of its
// operations (the one that begins a growth, where it has one), and with one begun after it.
std::vector<Root> roots(const Variant& variant);
// Of each map one of the three.
std::vector<Root> one_root_a_map(const Variant& variant);

}  // namespace mapproof
