// Draws the buckets of a map as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "oracle/kinds.h"
#include "oracle/snapshot.h"

namespace mapproof {

// Plain ASCII, lines of at most 100 columns, ends with a newline:
//
//   map: count 3, B 1, flags iterator, noverflow 1, hash0 0, nevacuate 0
//   current array: 2 buckets
//     #0              2a        one       rest      rest      ...
//                     17:3      .         .         .         ...
//     +-> #2 heap     05        rest      ...
//                     49:12     .         ...
//     #1 all rest
//
// A bucket is two lines: the states of its eight cells (rest, one, X, Y, evacEmpty, or the tophash
// in hex), and below them key:stamp. Chains of nothing but "rest" are told in one line.
std::string draw(const Snapshot& snapshot, KeyKind kind);

// What drawings say of a cell's state ("rest", "one", "X", "Y", "evacEmpty", "2a"), of a map's
// flags
// ("iterator,sameSizeGrow", "none"), and of the entry in a cell ("17:3"; "." if there is none): of
// `width` characters at most, long keys lose their end, never their stamp.
std::string state_name(std::uint8_t tophash);
std::string flag_names(std::uint8_t flags);
std::string entry_text(const CellView& cell, KeyKind kind, std::size_t width);

}  // namespace mapproof
