#include <algorithm>

#include "fuzz/mutator/mutations.h"

namespace mapproof::mutations {

bool change_op(Edit& edit) {
  if (edit.ops().empty()) return false;
  Op& op = edit.ops()[edit.any_op()];
  op = shaped(edit, draw_code(edit), op);
  return true;
}

bool change_key(Edit& edit) {
  Op* op = find_op(edit, has_key);
  if (op == nullptr) return false;
  op->key = folded(edit.program.spec.key, op->code, draw_key(edit));
  return true;
}

// Makes the keys of a run neighbours in one chain: of small maps whose hashes are the keys.
bool collide_run(Edit& edit) {
  if (edit.ops().empty()) return false;
  const Run run = any_run(edit, 12);
  const std::uint32_t first = draw_key(edit);
  const std::uint32_t stride = edit.random.one_in(4) ? 1U << edit.below(6) : kFillStride;
  std::uint32_t members = 0;
  for (std::size_t i = run.begin; i < run.begin + run.size; ++i) {
    Op& op = edit.ops()[i];
    if (!has_key(op.code)) continue;
    // Now and then the same key again: what was put comes back, or goes.
    if (members == 0 || !edit.random.one_in(3)) ++members;
    op.key = folded(edit.program.spec.key, op.code, first + stride * (members - 1));
  }
  return members != 0;
}

bool change_count(Edit& edit) {
  Op* op = find_op(edit, has_count);
  if (op == nullptr) return false;
  const std::uint32_t most = op->code == OpCode::next ? 255 : kMaxBurst;
  std::uint32_t n = op->n;
  switch (edit.below(4)) {
    case 0:
      n += 1;
      break;
    case 1:
      n -= 1;
      break;
    case 2:
      n = edit.random.one_in(2) ? n * 2 : n / 2;
      break;
    default:
      n = draw_count(edit);
      break;
  }
  op->n = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(n, 1, most));
  return true;
}

bool iterator_start(Edit& edit) {
  Op* op =
      find_op(edit, [](OpCode code) { return code == OpCode::iter || code == OpCode::iter_any; });
  if (op == nullptr) return false;
  Op from = *op;
  draw_start(edit, from);
  if (edit.random.one_in(8)) from.slot = draw_slot(edit);
  *op = shaped(edit, from.code, from);
  return true;
}

}  // namespace mapproof::mutations
