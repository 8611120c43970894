#include "fuzz/mutator/edit.h"

#include <set>
#include <utility>

namespace mapproof {
namespace {

bool is_class_burst(OpCode code) { return code == OpCode::fill || code == OpCode::empty; }
bool is_burst(OpCode code) {
  return is_class_burst(code) || code == OpCode::touch || code == OpCode::putrange ||
         code == OpCode::delrange;
}
bool is_iterator(OpCode code) { return code >= OpCode::iter && code <= OpCode::drop; }

// A key that the program uses, so that operations meet each other.
std::uint32_t used_key(Edit& edit) {
  for (int i = 0; i < 4 && !edit.ops().empty(); ++i) {
    const Op& op = edit.ops()[edit.any_op()];
    if (has_key(op.code)) return op.key;
  }
  return edit.below(16);
}

}  // namespace

bool has_key(OpCode code) { return code <= OpCode::del || is_burst(code); }
bool has_count(OpCode code) { return is_burst(code) || code == OpCode::next; }

// The nearest thing to `index` that the operation may hold.
std::uint16_t folded(KeyKind kind, OpCode code, std::uint32_t index) {
  if (!has_key(code)) return 0;
  std::uint32_t keys = domain_size(kind);
  if (is_burst(code)) keys = std::min(keys, kMaxBurstKey + 1);
  if (is_class_burst(code)) keys = kFillStride;
  return static_cast<std::uint16_t>(index % keys);
}

// ---- operands ----

std::uint16_t draw_count(Edit& edit) {
  if (edit.random.one_in(3)) return static_cast<std::uint16_t>(1 + edit.below(20));
  return kBoundaries[edit.below(kBoundaries.size())];
}

std::uint16_t draw_key(Edit& edit) {
  std::uint32_t index = used_key(edit);
  switch (edit.below(8)) {
    case 0:
      index = kNil + edit.below(4);  // NaN, -0, infinity, nil, unhashable, "", by kind
      break;
    case 1:
      index = edit.below(32);
      break;
    case 2:
      index += 1;
      break;
    case 3:
      index -= 1;
      break;
    case 4:
      index += kFillStride * (1 + edit.below(4));  // the same chain in small identity maps
      break;
    case 5:
      index ^= 1U << edit.below(7);  // the other half of a bucket that splits
      break;
    default:
      break;
  }
  return static_cast<std::uint16_t>(index % domain_size(edit.program.spec.key));
}

std::uint8_t draw_slot(Edit& edit) {
  return static_cast<std::uint8_t>(edit.random.one_in(3) ? edit.below(kIterators) : edit.below(2));
}

void draw_start(Edit& edit, Op& op) {
  op.code = edit.random.one_in(4) ? OpCode::iter_any : OpCode::iter;
  op.bucket = static_cast<std::uint8_t>(edit.random.one_in(4) ? edit.below(256) : edit.below(8));
  op.offset = static_cast<std::uint8_t>(edit.below(8));
}

// Fills in what `code` needs and clears the rest, so that the operation is canonical.
Op shaped(Edit& edit, OpCode code, const Op& from) {
  Op op;
  op.code = code;
  op.key = folded(edit.program.spec.key, code, from.key);
  if (is_iterator(code)) op.slot = static_cast<std::uint8_t>(from.slot % kIterators);
  if (has_count(code)) op.n = from.n != 0 ? from.n : draw_count(edit);
  if (code == OpCode::next) op.n = std::min<std::uint16_t>(op.n, 255);
  if (code == OpCode::iter) {
    op.bucket = from.bucket;
    op.offset = from.offset;
  }
  return op;
}

OpCode draw_code(Edit& edit) {
  // Writes and steps of walks are what growth and iteration are made of; clear and nil end things.
  static constexpr auto kWeights =
      std::to_array<std::pair<OpCode, std::uint8_t>>({{OpCode::put, 22},
                                                      {OpCode::get, 4},
                                                      {OpCode::has, 3},
                                                      {OpCode::del, 14},
                                                      {OpCode::clear, 3},
                                                      {OpCode::len, 1},
                                                      {OpCode::iter, 8},
                                                      {OpCode::iter_any, 3},
                                                      {OpCode::next, 16},
                                                      {OpCode::drain, 4},
                                                      {OpCode::drop, 1},
                                                      {OpCode::fill, 4},
                                                      {OpCode::empty, 3},
                                                      {OpCode::touch, 3},
                                                      {OpCode::putrange, 5},
                                                      {OpCode::delrange, 4},
                                                      {OpCode::nil, 1},
                                                      {OpCode::audit, 1}});
  static_assert(kWeights.size() == kOpCodes);
  std::uint32_t total = 0;
  for (const auto& [code, weight] : kWeights) total += weight;
  std::uint32_t at = edit.below(total);
  for (const auto& [code, weight] : kWeights) {
    if (at < weight) return code;
    at -= weight;
  }
  return OpCode::put;
}

Op draw_op(Edit& edit, OpCode code) {
  Op from;
  from.key = draw_key(edit);
  from.slot = draw_slot(edit);
  from.n = code == OpCode::next ? static_cast<std::uint16_t>(1 + edit.below(9)) : draw_count(edit);
  draw_start(edit, from);
  return shaped(edit, code, from);
}

// ---- runs of operations ----

Run any_run(Edit& edit, std::size_t longest) {
  const std::size_t begin = edit.any_op();
  return {begin, 1 + edit.below(std::min(longest, edit.ops().size() - begin))};
}

Ops copy(Edit& edit, const Run& run) {
  const auto from = edit.ops().begin() + static_cast<std::ptrdiff_t>(run.begin);
  return {from, from + static_cast<std::ptrdiff_t>(run.size)};
}

void erase(Edit& edit, const Run& run) {
  const auto from = edit.ops().begin() + static_cast<std::ptrdiff_t>(run.begin);
  edit.ops().erase(from, from + static_cast<std::ptrdiff_t>(run.size));
}

// Another key kind may have a smaller domain.
void fold_keys(Program& program) {
  const std::uint32_t domain = domain_size(program.spec.key);
  for (Op& op : program.ops) op.key = folded(program.spec.key, op.code, op.key);
  if (program.spec.hash != HashMode::table) program.spec.hashes.clear();
  std::vector<KeyHash>& hashes = program.spec.hashes;
  std::erase_if(hashes, [domain](const KeyHash& hash) { return hash.key >= domain; });
  std::set<std::uint32_t> classes;  // keys that were different may be equal in another kind
  std::erase_if(hashes, [&](const KeyHash& hash) {
    return !classes.insert(key_class(program.spec.key, hash.key).equality).second;
  });
}

}  // namespace mapproof
