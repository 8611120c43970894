#include <algorithm>
#include <array>

#include "fuzz/mutator/mutations.h"
#include "fuzz/mutator/outline.h"

namespace mapproof::mutations {

namespace {

Outline outline_before(Edit& edit, std::size_t at) {
  Outline outline(edit.program.spec);
  for (std::size_t i = 0; i < at; ++i) outline.apply(edit.ops()[i]);
  return outline;
}

// The number of buckets, as a power of two, that the program has probably reached before operation
// `at`; not more than keys of bursts can fill evenly.
unsigned foreseen_b(Edit& edit, std::size_t at) {
  return std::min<unsigned>(outline_before(edit, at).state().b, 5);
}

Ops finishing_touch(Edit& edit, unsigned b) {
  Op touch = draw_op(edit, OpCode::touch);
  touch.n = static_cast<std::uint16_t>((1U << b) + edit.below(3));
  // Half of the time one write short of the end, or many: iterators see every stage.
  if (edit.random.one_in(2)) touch.n = static_cast<std::uint16_t>(1 + edit.below(1U << b));
  return {touch};
}

enum class Growth : std::uint8_t { done, under_way };

// Makes a `putrange` long enough for the next growth to 2^b buckets or more. False: there are not
// so many keys.
bool grows_to(Edit& edit, Outline& outline, Op& put, unsigned b, Growth growth) {
  const auto there = [&] {
    return outline.state().b >= b && (outline.state().unmoved == 0) == (growth == Growth::done);
  };
  for (put.n = 0; !there(); ++put.n) {
    if (put.n == 256) return false;
    Op one;
    one.code = OpCode::put;
    one.key = static_cast<std::uint16_t>(key_at(edit.program.spec.key, put, put.n));
    outline.apply(one);
  }
  return true;
}

}  // namespace

bool insert_burst(Edit& edit) {
  static constexpr std::array<OpCode, 5> kBursts = {OpCode::fill, OpCode::empty, OpCode::putrange,
                                                    OpCode::delrange, OpCode::touch};
  edit.insert(edit.any_gap(), {draw_op(edit, kBursts[edit.below(kBursts.size())])});
  return true;
}

// Chains of two buckets whose entries went again leave overflow buckets behind; as many of them as
// there are chains, and the next new key starts a growth to the same size.
bool same_size_growth(Edit& edit) {
  const std::size_t at = edit.any_gap();
  unsigned b = edit.random.one_in(2) ? foreseen_b(edit, at) : 1 + edit.below(4);
  b = std::clamp(b, 1U, 5U);
  const std::uint32_t first = edit.random.one_in(2) ? 0 : edit.below(kFillStride);
  const auto stay = static_cast<std::uint16_t>(edit.below(3));  // entries left in each chain
  Ops run;
  for (std::uint32_t c = 0; c < (1U << b); ++c) {
    Op fill;
    fill.code = OpCode::fill;
    fill.key = static_cast<std::uint16_t>((first + c) % kFillStride);
    fill.n = static_cast<std::uint16_t>(9 + (edit.random.one_in(8) ? 8 : 0));
    Op empty = fill;
    empty.code = OpCode::empty;
    empty.n = static_cast<std::uint16_t>(fill.n - stay);
    run.push_back(fill);
    run.push_back(empty);
  }
  Op trigger = draw_op(edit, OpCode::putrange);
  trigger.n = static_cast<std::uint16_t>(1 + edit.below(3));
  run.push_back(trigger);
  if (edit.random.one_in(2)) {
    const Ops touch = finishing_touch(edit, b);
    run.insert(run.end(), touch.begin(), touch.end());
  }
  edit.insert(at, run);
  return true;
}

bool finish_growth(Edit& edit) {
  const std::size_t at = edit.any_gap();
  edit.insert(at, finishing_touch(edit, foreseen_b(edit, at)));
  return true;
}

// A small map's growth is over after a few writes, so that a clear seldom meets one; seldomer still
// under a walk that stands on an entry which growths have moved.
bool clear_in_growth(Edit& edit) {
  const std::size_t at = edit.any_gap();
  Outline outline = outline_before(edit, at);
  Op few = draw_op(edit, OpCode::putrange);
  few.n = static_cast<std::uint16_t>(1 + edit.below(8));
  outline.apply(few);
  Op iter = draw_op(edit, OpCode::iter);
  draw_start(edit, iter);
  iter = shaped(edit, iter.code, iter);
  Op next = shaped(edit, OpCode::next, iter);
  next.n = static_cast<std::uint16_t>(1 + edit.below(2));
  Ops run = {few, iter, next};

  Op put = few;
  if (edit.random.one_in(2)) {  // after a growth the walk comes to entries that are new
    if (!grows_to(edit, outline, put, outline.state().b + 1U, Growth::done)) return false;
    Op del = few;
    del.code = OpCode::delrange;
    outline.apply(del);
    outline.apply(few);
    run.insert(run.end(), {put, del, few, next});
  }
  const unsigned b = outline.state().b + 1 + edit.below(3);
  if (!grows_to(edit, outline, put, b, Growth::under_way)) return false;
  Op clear;
  clear.code = OpCode::clear;
  run.insert(run.end(), {put, clear});
  if (edit.random.one_in(2)) run.push_back(next);  // else the walk stands on what is gone
  edit.insert(at, run);
  return true;
}

bool wrap_walk(Edit& edit) {
  Op iter = draw_op(edit, OpCode::iter);
  draw_start(edit, iter);
  iter = shaped(edit, iter.code, iter);
  Op next = draw_op(edit, OpCode::next);
  next.slot = iter.slot;
  Op drain = shaped(edit, OpCode::drain, iter);
  const std::size_t begin = edit.any_gap();
  std::size_t end = edit.ops().size();
  if (edit.random.one_in(3)) end = begin + edit.below(end - begin + 1);
  edit.insert(end, {drain});
  if (edit.random.one_in(2) && end > begin + 1) {  // and a step somewhere in between
    edit.insert(begin + 1 + edit.below(end - begin), {next});
  }
  edit.insert(begin, {iter, next});
  return true;
}

// Several walks in one another's life: each begins where the map has come a little further, and
// they end one by one, or not at all.
bool open_walks(Edit& edit) {
  const std::uint32_t walks = edit.random.one_in(3) ? kIterators : 2 + edit.below(4);
  const std::uint32_t first = edit.below(kIterators);
  std::size_t at = edit.any_gap();
  for (std::uint32_t i = 0; i < walks; ++i) {
    Op iter;
    draw_start(edit, iter);
    iter.slot = static_cast<std::uint8_t>((first + i) % kIterators);
    iter = shaped(edit, iter.code, iter);
    Op next = shaped(edit, OpCode::next, iter);
    next.n = static_cast<std::uint16_t>(1 + edit.below(3));
    edit.insert(at, {iter, next});
    at += 2 + edit.below(std::min<std::size_t>(4, edit.ops().size() - at - 1));
    if (edit.random.one_in(4)) continue;  // left standing
    const Op drain = shaped(edit, OpCode::drain, iter);
    edit.insert(at + edit.below(edit.ops().size() - at + 1), {drain});
  }
  return true;
}

}  // namespace mapproof::mutations
