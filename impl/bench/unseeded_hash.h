// The hash function of the maps that know no seeds.
#pragma once

#include <cstddef>
#include <type_traits>

#include "gomap/hash.h"

namespace mapproof {

// The port's, under a fixed seed. Where it takes long, std::unordered_map shall keep what it gave,
// which it does if the function may throw.
template <class K>
struct unseeded_hash {
  std::size_t operator()(const K& key) const noexcept(std::is_integral_v<K>) {
    return gomap::hash<K>{}(key, 0x9d5f2c31);
  }
};

}  // namespace mapproof
