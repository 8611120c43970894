#include "fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/mutator/edit.h"
#include "fuzz/mutator/encode_within.h"
#include "fuzz/mutator/mutations.h"

namespace mapproof {
namespace {

struct Kind {
  Mutation mutation;
  std::string_view name;
  std::uint32_t weight;
  bool (*apply)(Edit&);
};
constexpr std::array<Kind, kMutations> kKinds = {{
    {Mutation::insert_op, "insert_op", 20, mutations::insert_op},
    {Mutation::delete_run, "delete_run", 10, mutations::delete_run},
    {Mutation::duplicate_run, "duplicate_run", 6, mutations::duplicate_run},
    {Mutation::move_run, "move_run", 5, mutations::move_run},
    {Mutation::repeat_run, "repeat_run", 5, mutations::repeat_run},
    {Mutation::change_op, "change_op", 6, mutations::change_op},
    {Mutation::change_key, "change_key", 14, mutations::change_key},
    {Mutation::change_count, "change_count", 10, mutations::change_count},
    {Mutation::insert_burst, "insert_burst", 7, mutations::insert_burst},
    {Mutation::same_size_growth, "same_size_growth", 4, mutations::same_size_growth},
    {Mutation::finish_growth, "finish_growth", 4, mutations::finish_growth},
    {Mutation::clear_in_growth, "clear_in_growth", 3, mutations::clear_in_growth},
    {Mutation::wrap_walk, "wrap_walk", 8, mutations::wrap_walk},
    {Mutation::iterator_start, "iterator_start", 7, mutations::iterator_start},
    {Mutation::change_spec, "change_spec", 7, mutations::change_spec},
    {Mutation::open_walks, "open_walks", 5, mutations::open_walks},
    {Mutation::collide_run, "collide_run", 5, mutations::collide_run},
    {Mutation::insert_run, "insert_run", 8, mutations::insert_run},
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

}  // namespace

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

}  // namespace mapproof
