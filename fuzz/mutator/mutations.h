// The mutations, one function each. Each returns false, and has changed nothing, if the program
// gives no occasion for it.
#pragma once

#include "fuzz/mutator/edit.h"

namespace mapproof::mutations {

// runs.cc: operations come, go and move.
bool insert_op(Edit& edit);  // always possible
bool insert_run(Edit& edit);
bool delete_run(Edit& edit);
bool duplicate_run(Edit& edit);
bool move_run(Edit& edit);
bool repeat_run(Edit& edit);

// operands.cc: operations stay where they are.
bool change_op(Edit& edit);
bool change_key(Edit& edit);
bool collide_run(Edit& edit);
bool change_count(Edit& edit);
bool iterator_start(Edit& edit);

// scenes.cc: what random operations hardly ever come to.
bool insert_burst(Edit& edit);
bool same_size_growth(Edit& edit);
bool finish_growth(Edit& edit);
bool clear_in_growth(Edit& edit);
bool wrap_walk(Edit& edit);
bool open_walks(Edit& edit);

// spec.cc: the map is made otherwise.
bool change_spec(Edit& edit);

}  // namespace mapproof::mutations
