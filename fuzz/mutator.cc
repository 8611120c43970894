#include "fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <set>

namespace mapproof {
namespace {

using Ops = std::vector<Op>;

// The last entry that fits below each growth, and the first that does not.
constexpr std::array<std::uint16_t, 14> kBoundaries = {1,  2,  7,  8,  9,   13,  14,
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

bool is_class_burst(OpCode code) { return code == OpCode::fill || code == OpCode::empty; }
bool is_burst(OpCode code) {
  return is_class_burst(code) || code == OpCode::touch || code == OpCode::putrange ||
         code == OpCode::delrange;
}
bool is_iterator(OpCode code) { return code >= OpCode::iter && code <= OpCode::drop; }
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

std::uint16_t count(Edit& edit) {
  if (edit.random.one_in(3)) return static_cast<std::uint16_t>(1 + edit.below(20));
  return kBoundaries[edit.below(kBoundaries.size())];
}

// A key that the program uses, so that operations meet each other.
std::uint32_t used_key(Edit& edit) {
  for (int i = 0; i < 4 && !edit.ops().empty(); ++i) {
    const Op& op = edit.ops()[edit.any_op()];
    if (has_key(op.code)) return op.key;
  }
  return edit.below(16);
}

std::uint16_t key(Edit& edit) {
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

std::uint8_t slot(Edit& edit) {
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
  if (has_count(code)) op.n = from.n != 0 ? from.n : count(edit);
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
  from.key = key(edit);
  from.slot = slot(edit);
  from.n = code == OpCode::next ? static_cast<std::uint16_t>(1 + edit.below(9)) : count(edit);
  draw_start(edit, from);
  return shaped(edit, code, from);
}

// The number of buckets, as a power of two, that the program has reached before operation `at`:
// a guess from what was put, since keys may be the same.
unsigned guess_b(Edit& edit, std::size_t at) {
  std::uint64_t entries =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(edit.program.spec.hint, 0, 199));
  std::uint64_t live = 0;
  for (std::size_t i = 0; i < at; ++i) {
    const Op& op = edit.ops()[i];
    if (op.code == OpCode::put) live += 1;
    if (op.code == OpCode::fill || op.code == OpCode::putrange) live += op.n;
    if (op.code == OpCode::del) live -= std::min<std::uint64_t>(live, 1);
    if (op.code == OpCode::empty || op.code == OpCode::delrange) {
      live -= std::min<std::uint64_t>(live, op.n);
    }
    if (op.code == OpCode::clear) live = 0;
    entries = std::max(entries, live);
  }
  unsigned b = 0;
  while (b < 5 && entries > 8 && entries * 2 > (13ULL << b)) ++b;
  return b;
}

// ---- runs of operations ----

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

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

// ---- the mutations; each returns false if the program gives no occasion for it ----

bool insert_op(Edit& edit) {
  edit.insert(edit.any_gap(), {draw_op(edit, draw_code(edit))});
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

bool change_op(Edit& edit) {
  if (edit.ops().empty()) return false;
  Op& op = edit.ops()[edit.any_op()];
  op = shaped(edit, draw_code(edit), op);
  return true;
}

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

bool change_key(Edit& edit) {
  Op* op = find_op(edit, has_key);
  if (op == nullptr) return false;
  op->key = folded(edit.program.spec.key, op->code, key(edit));
  return true;
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
      n = count(edit);
      break;
  }
  op->n = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(n, 1, most));
  return true;
}

bool insert_burst(Edit& edit) {
  static constexpr std::array<OpCode, 5> kBursts = {OpCode::fill, OpCode::empty, OpCode::putrange,
                                                    OpCode::delrange, OpCode::touch};
  edit.insert(edit.any_gap(), {draw_op(edit, kBursts[edit.below(kBursts.size())])});
  return true;
}

Ops finishing_touch(Edit& edit, unsigned b) {
  Op touch = draw_op(edit, OpCode::touch);
  touch.n = static_cast<std::uint16_t>((1U << b) + edit.below(3));
  // Half of the time one write short of the end, or many: iterators see every stage.
  if (edit.random.one_in(2)) touch.n = static_cast<std::uint16_t>(1 + edit.below(1U << b));
  return {touch};
}

// Chains of two buckets whose entries went again leave overflow buckets behind; as many of them as
// there are chains, and the next new key starts a growth to the same size.
bool same_size_growth(Edit& edit) {
  const std::size_t at = edit.any_gap();
  unsigned b = edit.random.one_in(2) ? guess_b(edit, at) : 1 + edit.below(4);
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
  edit.insert(at, finishing_touch(edit, guess_b(edit, at)));
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

bool iterator_start(Edit& edit) {
  Op* op =
      find_op(edit, [](OpCode code) { return code == OpCode::iter || code == OpCode::iter_any; });
  if (op == nullptr) return false;
  Op from = *op;
  draw_start(edit, from);
  if (edit.random.one_in(8)) from.slot = slot(edit);
  *op = shaped(edit, from.code, from);
  return true;
}

void change_table(Edit& edit) {
  std::vector<KeyHash>& hashes = edit.program.spec.hashes;
  if (!hashes.empty() && edit.random.one_in(4)) {
    hashes.erase(hashes.begin() + static_cast<std::ptrdiff_t>(edit.below(hashes.size())));
    return;
  }
  KeyHash hash;
  const KeyKind kind = edit.program.spec.key;
  hash.key = static_cast<std::uint8_t>(key(edit) % std::min(256U, domain_size(kind)));
  if (!hashes.empty() && !edit.random.one_in(3)) {
    const KeyHash& other = hashes[edit.below(hashes.size())];  // collide with one of the others
    hash.low = static_cast<std::uint8_t>(other.low ^ (edit.below(2) << edit.below(6)));
    hash.top = other.top;
  } else {
    hash.low = static_cast<std::uint8_t>(edit.below(64));
    // Top bytes below minTopHash are moved up by map.go: the edge is worth more than the middle.
    hash.top = static_cast<std::uint8_t>(edit.random.one_in(2) ? edit.below(12) : edit.below(256));
  }
  const std::uint32_t equality = key_class(kind, hash.key).equality;
  std::erase_if(hashes, [&](const KeyHash& entry) {
    return entry.key == hash.key || key_class(kind, entry.key).equality == equality;
  });
  const auto at =
      std::lower_bound(hashes.begin(), hashes.end(), hash.key,
                       [](const KeyHash& entry, std::uint8_t index) { return entry.key < index; });
  hashes.insert(at, hash);
}

std::int64_t draw_hint(Edit& edit) {
  switch (edit.below(8)) {
    case 0:
      return capped_hint(-1);
    case 1:
      return capped_hint(std::int64_t{1} << 62);
    case 2:
      return 0;
    default:
      return capped_hint(std::min<std::int64_t>(kBoundaries[edit.below(kBoundaries.size())], 199));
  }
}

bool change_spec(Edit& edit) {
  MapSpec& spec = edit.program.spec;
  switch (edit.below(8)) {
    case 0:
      spec.key = static_cast<KeyKind>(edit.below(kKeyKinds));
      break;
    case 1:
      spec.elem = static_cast<ElemKind>(edit.below(kElemKinds));
      break;
    case 2:
      spec.hash = static_cast<HashMode>(edit.below(kHashModes));
      break;
    case 3:
      spec.hash0 = static_cast<std::uint8_t>(edit.below(256));
      break;
    case 4:
      spec.seed = static_cast<std::uint8_t>(edit.below(256));
      break;
    case 5:
      spec.hint = draw_hint(edit);
      break;
    default:
      spec.hash = HashMode::table;
      change_table(edit);
      break;
  }
  return true;
}

struct Kind {
  Mutation mutation;
  std::string_view name;
  std::uint32_t weight;
  bool (*apply)(Edit&);
};
constexpr std::array<Kind, kMutations> kKinds = {{
    {Mutation::insert_op, "insert_op", 20, insert_op},
    {Mutation::delete_run, "delete_run", 10, delete_run},
    {Mutation::duplicate_run, "duplicate_run", 6, duplicate_run},
    {Mutation::move_run, "move_run", 5, move_run},
    {Mutation::repeat_run, "repeat_run", 5, repeat_run},
    {Mutation::change_op, "change_op", 6, change_op},
    {Mutation::change_key, "change_key", 14, change_key},
    {Mutation::change_count, "change_count", 10, change_count},
    {Mutation::insert_burst, "insert_burst", 7, insert_burst},
    {Mutation::same_size_growth, "same_size_growth", 4, same_size_growth},
    {Mutation::finish_growth, "finish_growth", 4, finish_growth},
    {Mutation::wrap_walk, "wrap_walk", 8, wrap_walk},
    {Mutation::iterator_start, "iterator_start", 7, iterator_start},
    {Mutation::change_spec, "change_spec", 7, change_spec},
    {Mutation::raw_bytes, "raw_bytes", 0, nullptr},
}};

const Kind& draw_kind(Random& random) {
  std::uint32_t total = 0;
  for (const Kind& kind : kKinds) total += kind.weight;
  std::uint32_t at = random.below(total);
  for (const Kind& kind : kKinds) {
    if (at < kind.weight) return kind;
    at -= kind.weight;
  }
  return kKinds.front();
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

// Encodes within max_size, giving up operations at random places until it fits. max_size >= 8.
std::vector<std::uint8_t> encode_within(Program& program, Random& random, std::size_t max_size) {
  for (;;) {
    std::vector<std::uint8_t> bytes = encode(program);
    if (bytes.size() <= max_size) return bytes;
    const std::size_t excess = (bytes.size() - max_size + 3) / 4;
    Edit edit{program, random};
    if (program.ops.empty()) {
      if (program.spec.hashes.empty()) {  // not even the header: cannot be, but must end
        bytes.resize(max_size);
        return bytes;
      }
      program.spec.hashes.pop_back();
      continue;
    }
    const std::size_t run = std::min(excess, program.ops.size());
    erase(edit, {edit.below(program.ops.size() - run + 1), run});
  }
}

constexpr std::size_t kHeader = 8;

}  // namespace

std::uint64_t Random::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint32_t Random::below(std::uint32_t bound) {
  return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
}

std::string_view name(Mutation mutation) {
  return kKinds.at(static_cast<std::size_t>(mutation)).name;
}

Mutation mutate(Program& program, Random& random, std::optional<Mutation> wanted) {
  Edit edit{program, random};
  const Kind* kind = wanted && *wanted != Mutation::raw_bytes
                         ? &kKinds.at(static_cast<std::size_t>(*wanted))
                         : &draw_kind(random);
  if (!kind->apply(edit)) {
    kind = &kKinds.front();  // always possible
    kind->apply(edit);
  }
  fold_keys(program);
  program.comments.clear();
  program.notes.clear();
  program.expect.clear();
  program.port.clear();
  return kind->mutation;
}

std::size_t mutate_bytes(std::uint8_t* data, std::size_t size, std::size_t max_size,
                         std::uint64_t seed, RawMutator raw, std::vector<Mutation>* log) {
  Random random(seed);
  if (raw != nullptr && (max_size < kHeader || random.one_in(5))) {
    if (log != nullptr) log->push_back(Mutation::raw_bytes);
    return raw(data, size, max_size);
  }
  if (max_size < kHeader) return std::min(size, max_size);
  Program program = decode({data, size});
  do {
    const Mutation done = mutate(program, random);
    if (log != nullptr) log->push_back(done);
  } while (random.one_in(3));
  const std::vector<std::uint8_t> bytes = encode_within(program, random, max_size);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t cross_over_bytes(std::span<const std::uint8_t> first,
                             std::span<const std::uint8_t> second, std::uint8_t* out,
                             std::size_t max_size, std::uint64_t seed) {
  Random random(seed);
  if (max_size < kHeader || !random.one_in(4)) return 0;
  Program program = decode(first);
  const Program other = decode(second);
  if (other.ops.empty()) return 0;
  Edit edit{program, random};
  const std::size_t from = random.below(static_cast<std::uint32_t>(other.ops.size()));
  const std::size_t size = 1 + random.below(static_cast<std::uint32_t>(other.ops.size() - from));
  const auto begin = other.ops.begin() + static_cast<std::ptrdiff_t>(from);
  const Ops run(begin, begin + static_cast<std::ptrdiff_t>(size));
  const std::size_t at = edit.any_gap();
  if (random.one_in(2)) program.ops.resize(at);  // head of one, tail of the other; else a graft
  edit.insert(at, run);
  fold_keys(program);
  const std::vector<std::uint8_t> bytes = encode_within(program, random, max_size);
  std::memcpy(out, bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace mapproof
