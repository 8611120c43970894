// Two programs become one, where the second can go on from what the first has made.
#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/mutator.h"
#include "fuzz/mutator/edit.h"
#include "fuzz/mutator/encode_within.h"
#include "fuzz/mutator/outline.h"

namespace mapproof {
namespace {

// An operation of the program whose state is as near to `wanted` as any; which one of those is
// drawn. Precondition: there are operations.
std::size_t place_like(const MapState& wanted, const Program& program, Random& random) {
  const std::vector<MapState> states = states_of(program);
  unsigned best = ~0U;
  std::uint32_t ties = 0;
  std::size_t place = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const unsigned far = distance(wanted, states[i]);
    if (far > best) continue;
    ties = far < best ? 1 : ties + 1;
    best = far;
    if (random.one_in(ties)) place = i;
  }
  return place;
}

MapState state_before(const Program& program, std::size_t at) {
  Outline outline(program.spec);
  for (std::size_t i = 0; i < at; ++i) outline.apply(program.ops[i]);
  return outline.state();
}

// Which slot a walk of the tail goes on in: open ones in open ones, so that steps find a walk.
std::array<std::uint8_t, kIterators> slots_for(const MapState& head, const MapState& tail) {
  std::array<std::uint8_t, kIterators> to{};
  unsigned used = 0;
  const auto match = [&](bool open) {
    for (unsigned from = 0; from < kIterators; ++from) {
      if (tail.is_open(from) != open) continue;
      unsigned best = 0;
      while ((used >> best & 1U) != 0) ++best;
      for (unsigned slot = best; slot < kIterators; ++slot) {
        if ((used >> slot & 1U) == 0 && head.is_open(slot) == open) {
          best = slot;
          break;
        }
      }
      used |= 1U << best;
      to[from] = static_cast<std::uint8_t>(best);
    }
  };
  match(true);
  match(false);
  return to;
}

}  // namespace

Program cross_over(const Program& first, const Program& second, Random& random) {
  Program program = first;
  Edit edit{program, random};
  const std::size_t at = edit.any_gap();
  const MapState head = state_before(first, at);
  // Now and then anywhere: surprises are worth something, too.
  const std::size_t from =
      random.one_in(4) ? edit.below(second.ops.size()) : place_like(head, second, random);
  const bool graft = random.one_in(2);  // into the first one; else the second one's tail ends it
  const std::size_t left = second.ops.size() - from;
  const std::size_t size = graft || random.one_in(4) ? 1 + edit.below(left) : left;
  const auto begin = second.ops.begin() + static_cast<std::ptrdiff_t>(from);
  Ops run(begin, begin + static_cast<std::ptrdiff_t>(size));
  const auto slots = slots_for(head, state_before(second, from));
  for (Op& op : run) {
    if (op.code >= OpCode::iter && op.code <= OpCode::drop) op.slot = slots[op.slot];
  }
  if (!graft) program.ops.resize(at);
  edit.insert(at, run);
  fold_keys(program);
  return program;
}

std::size_t cross_over_bytes(std::span<const std::uint8_t> first,
                             std::span<const std::uint8_t> second, std::uint8_t* out,
                             std::size_t max_size, std::uint64_t seed) {
  Random random(seed);
  if (max_size < kHeader || !random.one_in(4)) return 0;
  const Program other = decode(second);
  if (other.ops.empty()) return 0;
  Program program = cross_over(decode(first), other, random);
  const std::vector<std::uint8_t> bytes = encode_within(program, random, max_size);
  std::memcpy(out, bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace mapproof
