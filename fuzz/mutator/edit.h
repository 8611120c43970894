// What the mutations are made of: a program being changed, and how operations and their operands
// are drawn.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/mutator/random.h"
#include "oracle/program.h"

namespace mapproof {

using Ops = std::vector<Op>;

// The last entry that fits below each growth, and the first that does not.
inline constexpr std::array<std::uint16_t, 14> kBoundaries = {1,  2,  7,  8,  9,   13,  14,
                                                              26, 27, 52, 53, 104, 105, 208};

struct Edit {
  Program& program;
  Random& random;

  Ops& ops() { return program.ops; }
  std::uint32_t below(std::size_t bound) {
    return random.below(static_cast<std::uint32_t>(std::min<std::size_t>(bound, 1U << 30)));
  }
  std::size_t any_op() { return below(ops().size()); }
  std::size_t any_gap() { return below(ops().size() + 1); }
  void insert(std::size_t at, const Ops& run) {
    ops().insert(ops().begin() + static_cast<std::ptrdiff_t>(at), run.begin(), run.end());
  }
};

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};
// A run of 1 to `longest` operations. Precondition: there are some.
Run any_run(Edit& edit, std::size_t longest);
Ops copy(Edit& edit, const Run& run);
void erase(Edit& edit, const Run& run);

bool has_key(OpCode code);
bool has_count(OpCode code);

// The nearest thing to `index` that the operation may hold.
std::uint16_t folded(KeyKind kind, OpCode code, std::uint32_t index);

// ---- operands ----

std::uint16_t draw_count(Edit& edit);
std::uint16_t draw_key(Edit& edit);  // one in use, a neighbour of it, one that collides, NaN, ...
std::uint8_t draw_slot(Edit& edit);
void draw_start(Edit& edit, Op& op);  // of an iterator, forced or free
OpCode draw_code(Edit& edit);
Op draw_op(Edit& edit, OpCode code);

// Fills in what `code` needs and clears the rest, so that the operation is canonical.
Op shaped(Edit& edit, OpCode code, const Op& from);

// Another key kind may have a smaller domain, another mode no table.
void fold_keys(Program& program);

// A random operation that satisfies `wanted`, or null.
template <typename Wanted>
Op* find_op(Edit& edit, Wanted wanted) {
  const std::size_t size = edit.ops().size();
  const std::size_t start = edit.any_op();  // 0 if there is none
  for (std::size_t i = 0; i < size; ++i) {
    Op& op = edit.ops()[(start + i) % size];
    if (wanted(op.code)) return &op;
  }
  return nullptr;
}

}  // namespace mapproof
