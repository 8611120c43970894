#include "fuzz/mutator/outline.h"

#include <algorithm>
#include <bit>

namespace mapproof {
namespace {

// 13 entries for each two buckets, and any number up to 8, as map.go has it.
bool over_load(std::uint32_t entries, unsigned b) {
  return entries > 8 && 2 * std::uint64_t{entries} > 13ULL << b;
}

unsigned apart(unsigned x, unsigned y) { return x > y ? x - y : y - x; }

// 0: at rest; else how much of a growth is left, in quarters.
unsigned quarter(const MapState& state) {
  if (state.unmoved == 0) return 0;
  const std::uint32_t old = state.b == 0 ? 1 : 1U << (state.b - 1);
  return 1 + std::min(3U, 4 * state.unmoved / (old + 1));
}

}  // namespace

unsigned MapState::walks() const { return static_cast<unsigned>(std::popcount(open)); }

unsigned distance(const MapState& x, const MapState& y) {
  return (x.nil == y.nil ? 0 : 64) + 4 * apart(x.b, y.b) +
         ((x.unmoved == 0) == (y.unmoved == 0) ? 0 : 3) + apart(quarter(x), quarter(y)) +
         apart(x.walks(), y.walks()) +
         apart(static_cast<unsigned>(std::bit_width(x.live)),
               static_cast<unsigned>(std::bit_width(y.live)));
}

Outline::Outline(const MapSpec& spec) : kind_(spec.key), lives_(domain_size(spec.key)) {
  constexpr std::int64_t kMostHint = 199;  // what lies beyond is ignored
  if (spec.hint <= 0 || spec.hint > kMostHint) return;
  while (over_load(static_cast<std::uint32_t>(spec.hint), state_.b)) ++state_.b;
}

void Outline::apply(const Op& op) {
  if (steps_ >= kMostForeseen) return;
  switch (op.code) {
    case OpCode::put:
    case OpCode::fill:
    case OpCode::touch:
    case OpCode::putrange:
      for (std::uint32_t i = 0; i < std::max<std::uint32_t>(op.n, 1); ++i) {
        put(key_at(kind_, op, i));
      }
      break;
    case OpCode::del:
    case OpCode::empty:
    case OpCode::delrange:
      for (std::uint32_t i = 0; i < std::max<std::uint32_t>(op.n, 1); ++i) {
        del(key_at(kind_, op, i));
      }
      break;
    case OpCode::clear:
      clear();
      break;
    case OpCode::nil:
      clear();
      state_.nil = true;
      break;
    case OpCode::iter:
    case OpCode::iter_any:
      state_.open = static_cast<std::uint8_t>(state_.open | 1U << op.slot);
      left_[op.slot] = kNotBegun;
      break;
    case OpCode::next:
      walk(op.slot, op.n);
      break;
    case OpCode::drain:
    case OpCode::drop:
      state_.open = static_cast<std::uint8_t>(state_.open & ~(1U << op.slot));
      break;
    default:
      break;
  }
  ++steps_;
}

void Outline::put(std::uint32_t key) {
  ++steps_;
  const KeyClass c = key_class(kind_, key);
  if (state_.nil || c.unhashable) return;
  move_on();
  if (!c.nan) {
    if (lives_[c.equality]) return;
    lives_[c.equality] = true;
  }
  if (state_.unmoved == 0 && over_load(state_.live + 1, state_.b)) {
    state_.unmoved = 1U << state_.b;
    ++state_.b;
    move_on();  // the put looks for its place once more
  }
  ++state_.live;
}

void Outline::del(std::uint32_t key) {
  ++steps_;
  const KeyClass c = key_class(kind_, key);
  if (state_.live == 0) return;
  move_on();
  if (c.nan || c.unhashable || !lives_[c.equality]) return;
  lives_[c.equality] = false;
  --state_.live;
}

// A write moves the bucket that it is about and one more.
void Outline::move_on() { state_.unmoved -= std::min(state_.unmoved, 2U); }

void Outline::clear() {
  lives_.assign(lives_.size(), false);
  state_.live = 0;
  state_.unmoved = 0;
  for (unsigned slot = 0; slot < kIterators; ++slot) {  // those under way end at their next step
    if (left_[slot] != kNotBegun)
      state_.open = static_cast<std::uint8_t>(state_.open & ~(1U << slot));
  }
}

void Outline::walk(unsigned slot, std::uint32_t steps) {
  if (!state_.is_open(slot)) return;
  if (left_[slot] == kNotBegun) left_[slot] = state_.live + 1;  // the end is a step, too
  left_[slot] -= std::min(left_[slot], steps);
  if (left_[slot] == 0) state_.open = static_cast<std::uint8_t>(state_.open & ~(1U << slot));
}

std::vector<MapState> states_of(const Program& program) {
  std::vector<MapState> states;
  states.reserve(program.ops.size() + 1);
  Outline outline(program.spec);
  for (const Op& op : program.ops) {
    states.push_back(outline.state());
    outline.apply(op);
  }
  states.push_back(outline.state());
  return states;
}

}  // namespace mapproof
