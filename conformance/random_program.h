// Valid programs that use every field up to its bounds, for the tests of the two forms.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>

#include "oracle/program.h"

namespace mapproof {

// Draws numbers alike on every machine, which std::uniform_int_distribution does not.
class RandomProgram {
 public:
  explicit RandomProgram(std::uint32_t seed) : engine_(seed) {}

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine_() % n); }

  Program operator()(std::size_t ops) {
    Program program;
    program.spec = spec();
    for (std::size_t i = 0; i < ops; ++i) program.ops.push_back(op(program.spec.key));
    return program;
  }

 private:
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

  MapSpec spec() {
    MapSpec spec;
    spec.key = static_cast<KeyKind>(below(kKeyKinds));
    spec.elem = static_cast<ElemKind>(below(kElemKinds));
    spec.hash = static_cast<HashMode>(below(kHashModes));
    spec.hash0 = byte();
    spec.seed = byte();
    const std::int64_t hints[] = {0, 8, 9, 199, -1, std::int64_t{1} << 62, INT64_MAX};
    spec.hint = hints[below(std::size(hints))];
    if (spec.hash == HashMode::table) add_hashes(spec);
    return spec;
  }

  // Leaves out -0, which is no other key than 0.
  void add_hashes(MapSpec& spec) {
    for (std::uint32_t key = 0; key < std::min(domain_size(spec.key), 256U); ++key) {
      if (key != kNegativeZero && below(8) == 0) {
        spec.hashes.push_back({static_cast<std::uint8_t>(key), byte(), byte()});
      }
    }
  }

  Op op(KeyKind kind) {
    Op op;
    op.code = static_cast<OpCode>(below(kOpCodes));
    const auto key = [&](std::uint32_t most) {
      op.key = static_cast<std::uint16_t>(below(std::min(domain_size(kind), most)));
    };
    switch (op.code) {
      case OpCode::put:
      case OpCode::get:
      case OpCode::has:
      case OpCode::del:
        key(below(2) == 0 ? 256 : 65536);
        break;
      case OpCode::fill:
      case OpCode::empty:
        op.key = static_cast<std::uint16_t>(below(kFillStride));
        op.n = burst();
        break;
      case OpCode::touch:
      case OpCode::putrange:
      case OpCode::delrange:
        key(256);
        op.n = burst();
        break;
      case OpCode::iter:
        op.bucket = byte();
        op.offset = static_cast<std::uint8_t>(below(8));
        [[fallthrough]];
      case OpCode::iter_any:
      case OpCode::drain:
      case OpCode::drop:
        op.slot = static_cast<std::uint8_t>(below(kIterators));
        break;
      case OpCode::next:
        op.slot = static_cast<std::uint8_t>(below(kIterators));
        op.n = static_cast<std::uint16_t>(1 + below(255));
        break;
      case OpCode::clear:
      case OpCode::len:
      case OpCode::nil:
      case OpCode::audit:
        break;
    }
    return op;
  }

  std::uint16_t burst() { return static_cast<std::uint16_t>(1 + below(kMaxBurst)); }

  std::mt19937 engine_;
};

}  // namespace mapproof
