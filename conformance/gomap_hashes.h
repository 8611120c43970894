// Hashers for those of the oracle's types whose bytes are not their value.
#pragma once

#include "gomap/hash.h"
#include "oracle/kinds.h"

template <>
struct gomap::hash<mapproof::Owning> {
  uintptr operator()(const mapproof::Owning& key, uintptr seed) const {
    return int64hash(key.value(), seed);
  }
};
template <>
struct gomap::hash<mapproof::Padded> {
  uintptr operator()(const mapproof::Padded& key, uintptr seed) const {
    return int64hash(key.c, int64hash(key.b, int64hash(key.a, seed)));
  }
};
template <>
struct gomap::hash<mapproof::BigFloat> {
  uintptr operator()(const mapproof::BigFloat& key, uintptr seed) const {
    return f64hash(key.value, seed);
  }
};
