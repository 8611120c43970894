#include "conformance/rapidcheck_programs.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include "oracle/text.h"

namespace mapproof {

void showValue(const Program& program, std::ostream& os) { os << "\n" << print(program); }

namespace {

using Ops = std::vector<Op>;
using rc::Gen;
namespace gen = rc::gen;

// ---- generators; everything shrinks towards its first, smallest or shortest ----

// From low to high, both included.
template <class T>
Gen<T> between(int low, int high) {
  return gen::map(gen::inRange<int>(low, high + 1), [](int n) { return static_cast<T>(n); });
}

// One as often as the other. A range grows with RapidCheck's size: of half the programs the last
// choices would never be.
template <class T>
Gen<T> one_of(std::vector<T> choices) {
  const int last = static_cast<int>(choices.size()) - 1;
  return gen::map(gen::resize(rc::kNominalSize, between<std::size_t>(0, last)),
                  [choices = std::move(choices)](std::size_t i) { return choices[i]; });
}

Gen<std::uint8_t> byte() { return between<std::uint8_t>(0, 255); }
Gen<std::uint8_t> slot() { return between<std::uint8_t>(0, kIterators - 1); }

// Kinds that differ in what the port does with them; the plain ones more often.
Gen<KeyKind> key_kind(bool nans) {
  using enum KeyKind;
  if (!nans) {
    return one_of<KeyKind>({u64, u64, u64, string, owning, owning, big, padded, array, pointer, u16,
                            u8, boolean, empty});
  }
  return one_of<KeyKind>({u64,    u64,       u64,     u64,    f64, f64,      f64,
                          string, interface, owning,  owning, big, bigfloat, c128,
                          padded, array,     pointer, u16,    u8,  boolean,  empty});
}
Gen<ElemKind> elem_kind() {
  using enum ElemKind;
  return one_of<ElemKind>({u64, u64, u64, u32, string, owning, big, pointer, u8, empty});
}
Gen<HashMode> hash_mode() {
  using enum HashMode;
  return one_of<HashMode>(
      {identity, identity, identity, identity, table, table, low, top, constant, strong});
}
Gen<std::int64_t> hint() {
  const auto small = gen::map(between<int>(0, 199), [](int n) { return std::int64_t{n}; });
  return gen::oneOf(gen::just(std::int64_t{0}), gen::just(std::int64_t{0}), small,
                    one_of<std::int64_t>({-1, std::int64_t{1} << 62, INT64_MAX}));
}
Gen<std::vector<KeyHash>> key_hashes() {
  const auto key_hash = gen::map(
      gen::tuple(between<std::uint8_t>(0, kNegativeZero - 1), byte(), byte()), [](const auto& t) {
        return KeyHash{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
      });
  return gen::container<std::vector<KeyHash>>(key_hash);
}

// A specification that is valid whatever was drawn.
MapSpec make_spec(KeyKind key, ElemKind elem, HashMode hash, std::uint8_t hash0, std::uint8_t seed,
                  std::int64_t hint, std::vector<KeyHash> hashes) {
  if (hash != HashMode::table) hashes.clear();
  std::erase_if(hashes, [key](const KeyHash& h) { return h.key >= domain_size(key); });
  const auto by_key = [](const KeyHash& x, const KeyHash& y) { return x.key < y.key; };
  std::stable_sort(hashes.begin(), hashes.end(), by_key);
  const auto same_key = [](const KeyHash& x, const KeyHash& y) { return x.key == y.key; };
  hashes.erase(std::unique(hashes.begin(), hashes.end(), same_key), hashes.end());
  return {key, elem, hash, hash0, seed, hint, std::move(hashes)};
}
Gen<MapSpec> spec(bool nans) {
  return gen::map(
      gen::tuple(key_kind(nans), elem_kind(), hash_mode(), byte(), byte(), hint(), key_hashes()),
      [](auto t) { return std::apply(make_spec, std::move(t)); });
}

// An index that may lie outside the kind's domain; make_program folds it.
Gen<std::uint16_t> key() {
  return gen::weightedOneOf<std::uint16_t>(
      {{8, between<std::uint16_t>(0, 63)},
       {2, between<std::uint16_t>(kNil, kNaN)},  // the awkward ones
       {1, between<std::uint16_t>(0, 1000)}});
}
Gen<std::uint16_t> burst() {
  return gen::weightedOneOf<std::uint16_t>(
      {{6, between<std::uint16_t>(1, 30)}, {1, between<std::uint16_t>(30, 300)}});
}

// Now and then a map of up to 256 buckets, which it takes more than 832 entries to reach; of some
// kinds there are not so many keys.
Gen<Ops> large() {
  const auto entries = gen::weightedOneOf<std::uint16_t>(
      {{1, between<std::uint16_t>(400, 1000)}, {3, between<std::uint16_t>(840, 1000)}});
  const auto range = gen::map(
      entries, [](std::uint16_t n) { return Ops{{.code = OpCode::putrange, .key = 0, .n = n}}; });
  return gen::weightedOneOf<Ops>({{19, gen::just(Ops())}, {1, range}});
}

Gen<Ops> on_key(OpCode code) {
  return gen::map(key(), [code](std::uint16_t k) { return Ops{{.code = code, .key = k}}; });
}
Gen<Ops> bulk(OpCode code) {
  return gen::map(gen::pair(key(), burst()), [code](const auto& p) {
    return Ops{{.code = code, .key = p.first, .n = p.second}};
  });
}
Gen<Ops> on_slot(OpCode code) {
  return gen::map(slot(), [code](std::uint8_t s) { return Ops{{.code = code, .slot = s}}; });
}
Gen<Ops> plain(OpCode code) { return gen::just(Ops{{.code = code}}); }

Op begin_op(std::uint8_t s, std::uint8_t bucket, std::uint8_t offset) {
  return {.code = OpCode::iter, .slot = s, .bucket = bucket, .offset = offset};
}
Op next_op(std::uint8_t s, std::uint16_t n) { return {.code = OpCode::next, .slot = s, .n = n}; }

Gen<Ops> begin_walk() {
  return gen::map(gen::tuple(slot(), between<std::uint8_t>(0, 31), between<std::uint8_t>(0, 7),
                             between<std::uint16_t>(1, 12)),
                  [](const auto& t) {
                    const auto& [s, bucket, offset, n] = t;
                    return Ops{begin_op(s, bucket, offset), next_op(s, n)};
                  });
}
Gen<Ops> go_on() {
  return gen::map(gen::pair(slot(), between<std::uint16_t>(1, 20)),
                  [](const auto& p) { return Ops{next_op(p.first, p.second)}; });
}

// Fills one chain after the other and empties it again: overflow buckets pile up in a thin map,
// until it grows to its own size. A few entries stay, so that there is something to walk over; in
// kinds that have NaNs these may be it, since nothing but a clear takes them away.
Ops churn_ops(std::uint16_t first, int chains, std::uint16_t n, std::uint16_t stay, bool nans) {
  Ops ops;
  for (int i = 0; i < chains; ++i) {
    const auto c = static_cast<std::uint16_t>((first + i) % static_cast<int>(kFillStride));
    ops.push_back({.code = OpCode::fill, .key = c, .n = n});
    ops.push_back({.code = OpCode::empty, .key = c, .n = n});
    if (nans) {
      ops.push_back({.code = OpCode::touch, .key = kNaN, .n = stay});
    } else {
      ops.push_back({.code = OpCode::putrange, .key = c, .n = stay});
    }
  }
  return ops;
}
Gen<Ops> churn() {
  return gen::map(
      gen::tuple(between<std::uint16_t>(0, 63), between<int>(1, 10), between<std::uint16_t>(9, 16),
                 between<std::uint16_t>(1, 6), gen::element(false, true)),
      [](const auto& t) { return std::apply(churn_ops, t); });
}
// The same with a walk begun at some point and stepped now and then, and perhaps a clear under it.
Gen<Ops> walk_over_churn() {
  return gen::map(gen::tuple(begin_walk(), churn(), between<std::size_t>(0, 30),
                             between<std::uint16_t>(1, 3), gen::element(false, true)),
                  [](const auto& t) {
                    const auto& [walk, churned, begins, steps, clears] = t;
                    Ops ops;
                    for (std::size_t i = 0; i < churned.size(); ++i) {
                      if (i == std::min(begins, churned.size() - 1)) {
                        ops.insert(ops.end(), walk.begin(), walk.end());
                      }
                      ops.push_back(churned[i]);
                      if (i > begins) ops.push_back(next_op(walk[0].slot, steps));
                    }
                    if (clears) ops.push_back({.code = OpCode::clear});
                    ops.push_back(next_op(walk[0].slot, steps));
                    return ops;
                  });
}

// A walk among NaNs, which only the low bit of a tophash sends left or right, often in mid-growth.
Gen<Ops> walk_among_nans() {
  return gen::map(gen::tuple(between<std::uint16_t>(20, 120), begin_walk(),
                             between<std::uint16_t>(1, 9), between<std::uint16_t>(1, 30)),
                  [](const auto& t) {
                    const auto& [n, walk, more, steps] = t;
                    const Op last = {.code = OpCode::touch, .key = kNaN, .n = more};
                    Ops ops = {{.code = OpCode::touch, .key = kNaN, .n = n}};
                    ops.insert(ops.end(), walk.begin(), walk.end());
                    ops.insert(ops.end(), {last, next_op(walk[0].slot, steps), last});
                    ops.push_back({.code = OpCode::drain, .slot = walk[0].slot});
                    return ops;
                  });
}

// A few operations that belong together; also shrinks to some of them.
Gen<Ops> phrase() {
  using enum OpCode;
  auto any =
      gen::weightedOneOf<Ops>({{4, on_key(put)},   {3, on_key(del)},       {1, on_key(get)},
                               {1, on_key(has)},   {1, plain(len)},        {4, begin_walk()},
                               {6, go_on()},       {1, on_slot(iter_any)}, {2, on_slot(drain)},
                               {1, on_slot(drop)}, {3, bulk(fill)},        {2, bulk(OpCode::empty)},
                               {2, bulk(touch)},   {2, bulk(putrange)},    {2, bulk(delrange)},
                               {2, churn()},       {5, walk_over_churn()}, {2, walk_among_nans()},
                               {2, plain(clear)},  {1, plain(audit)}});
  return gen::shrink(std::move(any), [](const Ops& ops) {
    return ops.size() > 1 ? rc::shrink::removeChunks(ops) : rc::Seq<Ops>();
  });
}

void fold_key(KeyKind kind, Op& op) {
  std::uint32_t bound = std::min(domain_size(kind), 65536U);
  if (op.code == OpCode::fill || op.code == OpCode::empty) bound = kFillStride;
  if (op.code == OpCode::touch || op.code == OpCode::putrange || op.code == OpCode::delrange) {
    bound = std::min(bound, kMaxBurstKey + 1);
  }
  op.key = static_cast<std::uint16_t>(op.key % bound);
}

Program make_program(const MapSpec& map, std::vector<Ops> phrases, bool goes_nil,
                     const Ops& large_one, std::size_t large_at) {
  phrases.insert(phrases.begin() + static_cast<std::ptrdiff_t>(large_at % (phrases.size() + 1)),
                 large_one);
  Program program;
  program.spec = map;
  for (const Ops& ops : phrases) {
    for (Op op : ops) {
      fold_key(map.key, op);
      program.ops.push_back(op);
    }
  }
  // Walks go on over a map that nobody else holds; nothing else would be left to do.
  if (goes_nil) program.ops.push_back({.code = OpCode::nil});
  for (unsigned s = 0; s < kIterators; ++s) {
    program.ops.push_back({.code = OpCode::drain, .slot = static_cast<std::uint8_t>(s)});
  }
  return program;
}
Gen<Program> make_gen(bool nans) {
  // RapidCheck begins with size 0; a program of a few operations hardly ever reaches anything.
  const auto phrases = gen::withSize(
      [](int size) { return gen::resize(25 + size, gen::container<std::vector<Ops>>(phrase())); });
  return gen::map(gen::tuple(spec(nans), phrases, gen::element(false, false, false, true), large(),
                             between<std::size_t>(0, 100)),
                  [](auto t) { return std::apply(make_program, std::move(t)); });
}

}  // namespace

Gen<Program> programs() { return make_gen(true); }
Gen<Program> programs_without_nans() { return make_gen(false); }

}  // namespace mapproof
