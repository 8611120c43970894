#include "fuzz/mutator/mutations.h"

namespace mapproof::mutations {

bool insert_op(Edit& edit) {
  edit.insert(edit.any_gap(), {draw_op(edit, draw_code(edit))});
  return true;
}

// Long programs cost an engine less for each operation, and lead to larger maps; one operation at
// a time they hardly ever get there.
bool insert_run(Edit& edit) {
  Ops run;
  for (std::uint32_t left = 4 + edit.below(60); left != 0; --left) {
    run.push_back(draw_op(edit, draw_code(edit)));
  }
  edit.insert(edit.any_gap(), run);
  return true;
}

bool delete_run(Edit& edit) {
  if (edit.ops().empty()) return false;
  erase(edit, any_run(edit, edit.random.one_in(4) ? 32 : 4));
  return true;
}

bool duplicate_run(Edit& edit) {
  if (edit.ops().empty()) return false;
  const Ops run = copy(edit, any_run(edit, 16));
  edit.insert(edit.any_gap(), run);
  return true;
}

bool move_run(Edit& edit) {
  if (edit.ops().size() < 2) return false;
  const Run from = any_run(edit, 8);
  const Ops run = copy(edit, from);
  erase(edit, from);
  edit.insert(edit.any_gap(), run);
  return true;
}

bool repeat_run(Edit& edit) {
  if (edit.ops().empty()) return false;
  const Run from = any_run(edit, 6);
  const Ops run = copy(edit, from);
  const std::uint32_t step = edit.random.one_in(2) ? 1 + edit.below(2) : 0;
  const std::uint32_t times = 1 + edit.below(edit.random.one_in(4) ? 16 : 4);
  Ops all;
  for (std::uint32_t i = 1; i <= times; ++i) {
    for (Op op : run) {  // each turn with the next keys, half of the time
      op.key = folded(edit.program.spec.key, op.code, op.key + i * step);
      all.push_back(op);
    }
  }
  edit.insert(from.begin + from.size, all);
  return true;
}

}  // namespace mapproof::mutations
