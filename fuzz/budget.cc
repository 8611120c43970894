#include "fuzz/budget.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "oracle/hashing.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

bool puts(const Op& op) {
  return op.code == OpCode::put || op.code == OpCode::fill || op.code == OpCode::touch ||
         op.code == OpCode::putrange;
}

// A nil map answers each put alike, with a panic, which costs as much as some hundred operations:
// two are enough, as of any burst.
void shorten_on_nil(Program& program) {
  constexpr std::uint16_t kEnough = 2;
  bool nil = false;
  unsigned put = 0;
  std::erase_if(program.ops, [&](Op& op) {
    nil = nil || op.code == OpCode::nil;
    if (nil && op.code != OpCode::next && op.n > kEnough) op.n = kEnough;
    return nil && puts(op) && ++put > kEnough;
  });
}

// Foresees what the operations of a program cost, as if nothing was ever deleted.
class Costs {
 public:
  Costs(const MapSpec& spec, std::uint64_t most)
      : kind_(spec.key), hashing_(hashing_of(spec)), most_(most), known_(domain_size(spec.key)) {}

  // Is all within the bound, this operation included?
  bool bears(const Op& op) {
    switch (op.code) {
      case OpCode::drain:
        spent_ += live_ + 1;
        break;
      case OpCode::next:
        spent_ += op.n;
        break;
      case OpCode::put:
      case OpCode::get:
      case OpCode::has:
      case OpCode::del:
        of_key(op, 0);
        break;
      case OpCode::fill:
      case OpCode::empty:
      case OpCode::touch:
      case OpCode::putrange:
      case OpCode::delrange:
        for (std::uint32_t step = 0; step < op.n && spent_ <= most_; ++step) of_key(op, step);
        break;
      case OpCode::clear:
      case OpCode::nil:
        forget();
        [[fallthrough]];
      default:
        ++spent_;
    }
    return spent_ <= most_;
  }

 private:
  // Comparing this many keys takes about as long as the rest of an operation.
  static constexpr std::uint64_t kCompared = 16;

  void of_key(const Op& op, std::uint32_t step) {
    ++spent_;
    const std::uint32_t index = key_at(kind_, op, step);
    const KeyClass c = key_class(kind_, index);
    if (c.unhashable) return;
    std::uint32_t& chain = chains_[hashing_(index, 0) % chains_.size()];
    spent_ += chain / kCompared;
    if (!puts(op) || (known_[index] && !c.nan)) return;
    known_[index] = true;
    ++chain;
    ++live_;
  }

  void forget() {
    if (live_ == 0) return;
    std::fill(known_.begin(), known_.end(), false);
    chains_.fill(0);
    live_ = 0;
  }

  KeyKind kind_;
  Hashing hashing_;
  std::uint64_t most_;
  std::uint64_t spent_ = 0;
  std::uint64_t live_ = 0;
  std::vector<bool> known_;                     // the keys put so far, by index
  std::array<std::uint32_t, 256> chains_ = {};  // how many of them share the low byte of a hash
};

}  // namespace

void keep_within(Program& program, std::uint64_t most_steps) {
  shorten_on_nil(program);
  Costs costs(program.spec, most_steps);
  const auto last = std::find_if(program.ops.begin(), program.ops.end(),
                                 [&](const Op& op) { return !costs.bears(op); });
  program.ops.erase(last, program.ops.end());
}

}  // namespace mapproof
