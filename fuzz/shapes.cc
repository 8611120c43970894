#include "fuzz/shapes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "fuzz/mutator/outline.h"

namespace mapproof {
namespace {

bool is_iterator_op(OpCode code) { return code >= OpCode::iter && code <= OpCode::drop; }

// Operations on the map, and how many of them come where there are many walks, or no entries for
// any.
bool has_many_walks(const Program& program) {
  const std::vector<MapState> states = states_of(program);
  std::size_t all = 0;
  std::size_t among = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (is_iterator_op(program.ops[i].code)) continue;
    ++all;
    among += states[i].live == 0 || states[i].walks() >= kManyWalks ? 1 : 0;
  }
  return 2 * among >= all;
}

// Where a walk begins decides what it still has to see; the numbers of the walks spread them out.
Op started(unsigned slot, std::size_t number) {
  Op iter;
  iter.code = OpCode::iter;
  iter.slot = static_cast<std::uint8_t>(slot);
  iter.bucket = static_cast<std::uint8_t>(number * 5 % 256);
  iter.offset = static_cast<std::uint8_t>(number * 3 % 8);
  return iter;
}

Op stepped(unsigned slot) {
  Op next;
  next.code = OpCode::next;
  next.slot = static_cast<std::uint8_t>(slot);
  next.n = 1;
  return next;
}

}  // namespace

Program with_many_walks(Program program) {
  if (has_many_walks(program)) return program;
  Outline outline(program.spec);
  std::vector<Op> ops;
  ops.reserve(2 * program.ops.size());
  const auto add = [&](const Op& op) {
    ops.push_back(op);
    outline.apply(op);
  };
  std::size_t number = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    if (!is_iterator_op(op.code) && outline.state().live != 0 && !outline.state().nil) {
      for (unsigned slot = 0; outline.state().walks() < kManyWalks && slot < kIterators; ++slot) {
        if (outline.state().is_open(slot)) continue;
        add(started(slot, number++));
        add(stepped(slot));
      }
      const auto slot = static_cast<unsigned>(i % kIterators);  // each goes on now and then
      if (i % 3 == 0 && outline.state().is_open(slot)) add(stepped(slot));
    }
    add(op);
  }
  program.ops = std::move(ops);
  return program;
}

namespace {

// The kinds that have NaN, and their special members.
constexpr std::array kFloating = {KeyKind::f64,  KeyKind::interface, KeyKind::f32,
                                  KeyKind::c128, KeyKind::bigfloat,  KeyKind::c64};
constexpr std::array<std::uint16_t, 8> kSpecial = {kNaN, kNaN,          kNegativeZero, 0,
                                                   kNaN, kNaNImaginary, kInfinity,     kNaN};

bool is_floating(KeyKind kind) {
  return std::find(kFloating.begin(), kFloating.end(), kind) != kFloating.end();
}

bool is_put(OpCode code) {
  return code == OpCode::put || code == OpCode::touch || code == OpCode::fill ||
         code == OpCode::putrange;
}
// That may be about a special member: those of a class or a range are about many keys.
bool takes_special(OpCode code) { return code == OpCode::put || code == OpCode::touch; }

bool is_special(std::uint16_t key) { return key == 0 || (key >= kNaNImaginary && key <= kNaN); }

bool has_nan_keys(const Program& program) {
  if (!is_floating(program.spec.key)) return false;
  std::size_t puts = 0;
  std::size_t special = 0;
  for (const Op& op : program.ops) {
    puts += is_put(op.code) ? 1 : 0;
    special += takes_special(op.code) && is_special(op.key) ? 1 : 0;
  }
  return special != 0 && 4 * special >= puts;
}

}  // namespace

Program with_nan_keys(Program program) {
  if (has_nan_keys(program)) return program;
  if (!is_floating(program.spec.key)) {
    program.spec.key = kFloating[static_cast<std::size_t>(program.spec.key) % kFloating.size()];
    program.spec.hashes.clear();  // keys that were different may be equal in another kind
    const std::uint32_t domain = domain_size(program.spec.key);
    for (Op& op : program.ops) op.key = static_cast<std::uint16_t>(op.key % domain);
  }
  std::size_t puts = 0;
  for (Op& op : program.ops) {
    if (op.code == OpCode::has || op.code == OpCode::get || op.code == OpCode::del) {
      if (puts % 2 == 1) op.key = kSpecial[op.key % kSpecial.size()];
    }
    if (!is_put(op.code) || puts++ % 3 != 0) continue;
    if (!takes_special(op.code)) op.code = OpCode::touch;
    op.key = kSpecial[(op.key + puts) % kSpecial.size()];
  }
  if (puts == 0) program.ops.insert(program.ops.begin(), Op{.code = OpCode::put, .key = kNaN});
  return program;
}

}  // namespace mapproof
