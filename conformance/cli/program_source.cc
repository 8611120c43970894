#include "conformance/cli/program_source.h"

#include <algorithm>
#include <tuple>

#include "oracle/seeded_random.h"

namespace mapproof::cli {
namespace {

constexpr std::size_t kMostOps = 2000;  // what changes make of a program

// Changes a program; pieces of others may be invalid in it.
class Changer {
 public:
  Changer(Program* program, SeededRandom* random) : program_(*program), random_(*random) {}

  void change(const std::vector<Program>& corpus) {
    switch (random_.below(8)) {
      case 0:
        return leave_out();
      case 1:
        return repeat();
      case 2:
        return exchange();
      case 3:
        return insert_of(corpus[random_.below(corpus.size())]);
      case 4:
        return change_key();
      case 5:
        return change_count();
      case 6:
        return change_walk();
      default:
        return change_spec();
    }
  }

 private:
  using At = std::vector<Op>::iterator;

  Op* any_op() {
    return program_.ops.empty() ? nullptr : &program_.ops[random_.below(program_.ops.size())];
  }

  // Not every operation has what is changed.
  template <typename Change>
  void try_op(Change change) {
    Op* op = any_op();
    if (op == nullptr) return;
    Program changed{.spec = program_.spec, .ops = {*op}};
    change(changed.ops[0]);
    if (invalid(changed).empty()) *op = changed.ops[0];
  }

  // A stretch of the operations, of one to sixteen.
  std::pair<At, At> stretch(std::vector<Op>& ops) {
    if (ops.empty()) return {ops.begin(), ops.end()};
    const auto from = ops.begin() + static_cast<std::ptrdiff_t>(random_.below(ops.size()));
    const auto left = static_cast<std::size_t>(ops.end() - from);
    const std::size_t count = 1 + random_.below(std::min<std::size_t>(left, 16));
    return {from, from + static_cast<std::ptrdiff_t>(count)};
  }

  void leave_out() {
    const auto [from, to] = stretch(program_.ops);
    program_.ops.erase(from, to);
  }
  void repeat() { insert_of(program_); }
  void insert_of(Program other) {
    const auto [from, to] = stretch(other.ops);
    const std::size_t at = random_.below(program_.ops.size() + 1);
    program_.ops.insert(program_.ops.begin() + static_cast<std::ptrdiff_t>(at), from, to);
  }
  void exchange() {
    Op* one = any_op();
    Op* other = any_op();
    if (one != nullptr) std::swap(*one, *other);
  }
  // Near ones meet more often than any others.
  void change_key() {
    try_op([this](Op& op) { op.key = static_cast<std::uint16_t>(random_.below(64)); });
  }
  void change_count() {
    try_op([this](Op& op) { op.n = static_cast<std::uint16_t>(1 + random_.below(255)); });
  }
  void change_walk() {
    try_op([this](Op& op) { op.slot = static_cast<std::uint8_t>(random_.below(kIterators)); });
    try_op([this](Op& op) {
      op.bucket = static_cast<std::uint8_t>(random_.below(256));
      op.offset = static_cast<std::uint8_t>(random_.below(8));
    });
  }
  void change_spec() {
    MapSpec& spec = program_.spec;
    spec.hash = static_cast<HashMode>(random_.below(kHashModes));
    if (spec.hash != HashMode::table) spec.hashes.clear();
    spec.hint = static_cast<std::int64_t>(random_.below(2) * random_.below(200));
    spec.seed = static_cast<std::uint8_t>(random_.below(256));
  }

  Program& program_;
  SeededRandom& random_;
};

}  // namespace

ProgramSource::ProgramSource(const Port& port) : port_(port), kinds_(stored_kinds(port)) {}

Program ProgramSource::seeded(std::uint64_t seed, std::size_t ops) const {
  MapSpec spec = generate_spec(seed);
  if (!kinds_.empty() && !port_.supports(spec)) {
    std::tie(spec.key, spec.elem) = kinds_[seed % kinds_.size()];
    spec.hashes.clear();  // they were drawn for the other kind
  }
  GenerateOptions how = options_for(port_.info());
  how.ops = ops;
  return generate(spec, seed, how);
}

Program ProgramSource::fuzzed(std::uint64_t seed, std::uint64_t n,
                              const std::vector<Program>& corpus) const {
  SeededRandom random(seed * 0x9e3779b97f4a7c15ULL + n);
  const auto fresh = [&] {
    const std::size_t ops = std::size_t{4} << random.below(8);
    return seeded(random.next(), ops + random.below(ops));
  };
  if (corpus.empty() || random.below(2) == 0) return fresh();
  Program program = corpus[random.below(corpus.size())];
  Changer changer(&program, &random);
  for (std::size_t changes = 1 + random.below(8); changes > 0; --changes) changer.change(corpus);
  if (program.ops.size() > kMostOps) program.ops.resize(kMostOps);
  return invalid(program).empty() ? program : fresh();  // a piece may name keys of another kind
}

}  // namespace mapproof::cli
