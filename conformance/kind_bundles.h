// Programs for every pair of a key kind and an elem kind: what any map must bear, whatever it
// holds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "oracle/program.h"

namespace mapproof {

// The operations of a program, one call each.
class Bundle {
 public:
  explicit Bundle(MapSpec spec) { program_.spec = std::move(spec); }

  Bundle& op(OpCode code) { return add({.code = code}); }
  Bundle& key(OpCode code, std::uint32_t key) {
    return add({.code = code, .key = static_cast<std::uint16_t>(key)});
  }
  // Keys 0 to n - 1.
  Bundle& range(OpCode code, std::uint32_t n) {
    return n == 0 ? *this : add({.code = code, .n = static_cast<std::uint16_t>(n)});
  }
  Bundle& walk(OpCode code, unsigned slot, std::uint32_t n = 0, std::uint8_t bucket = 0,
               std::uint8_t offset = 0) {
    return add({.code = code,
                .slot = static_cast<std::uint8_t>(slot),
                .n = static_cast<std::uint16_t>(n),
                .bucket = bucket,
                .offset = offset});
  }
  // All that can be asked of keys 0 to n.
  Bundle& look(std::uint32_t n) {
    op(OpCode::len).op(OpCode::audit);
    for (std::uint32_t i = 0; i <= n && i < domain(); i++) key(OpCode::has, i).key(OpCode::get, i);
    return walk(OpCode::iter_any, 7).walk(OpCode::drain, 7);
  }
  std::uint32_t domain() const { return domain_size(program_.spec.key); }
  Program done() { return std::move(program_); }

 private:
  Bundle& add(const Op& op) {
    program_.ops.push_back(op);
    return *this;
  }
  Program program_;
};

// Sizes on both sides of each growth. Up to 200, but where hashes collide the cost is quadratic.
inline std::vector<std::uint32_t> bundle_sizes(const MapSpec& spec) {
  std::vector<std::uint32_t> sizes{0, 1, 2, 7, 8, 9, 13, 14, 26, 27, 53};
  if (spec.hash == HashMode::strong) sizes.insert(sizes.end(), {52, 104, 105, 200});
  return sizes;
}

// Put, read, update, delete, reuse of cells, clear; at every size.
inline Program changes_at_all_sizes(const MapSpec& spec) {
  Bundle b(spec);
  for (const std::uint32_t n : bundle_sizes(spec)) {
    b.range(OpCode::putrange, n).look(n);
    b.range(OpCode::putrange, n).look(n);
    for (std::uint32_t i = 0; i < std::min(n, b.domain()); i += 3) b.key(OpCode::del, i);
    b.look(n).range(OpCode::putrange, n).look(n);
    b.range(OpCode::delrange, n).look(n);
    b.range(OpCode::putrange, n).op(OpCode::clear).look(n);
  }
  return b.done();
}

// Walks from several starts while entries are put, updated and deleted under them and the map
// grows; nothing that 1.14.6 gets wrong.
inline Program changes_under_walks(const MapSpec& spec) {
  Bundle b(spec);
  for (const std::uint32_t n : bundle_sizes(spec)) {
    b.range(OpCode::putrange, n);
    for (unsigned slot = 0; slot < 4; slot++) {
      b.walk(OpCode::iter, slot, 0, static_cast<std::uint8_t>(7 * slot),
             static_cast<std::uint8_t>(2 * slot));
      b.walk(OpCode::next, slot, 1 + slot);
    }
    b.range(OpCode::putrange, n + 1).walk(OpCode::next, 0, 2);
    b.range(OpCode::delrange, n / 2).walk(OpCode::next, 1, 2);
    b.range(OpCode::putrange, n / 3).walk(OpCode::next, 2, 2);
    for (unsigned slot = 0; slot < 4; slot++) b.walk(OpCode::drain, slot);
    b.range(OpCode::delrange, n + 1).look(n);
    b.op(OpCode::clear);
  }
  return b.done();
}

// Clears under walks, in growths and with overflow buckets: for maps without the known defects.
inline Program clears_under_walks(const MapSpec& spec) {
  Bundle b(spec);
  for (const std::uint32_t n : bundle_sizes(spec)) {
    b.range(OpCode::putrange, n).walk(OpCode::iter, 0, 0, 1, 3).walk(OpCode::next, 0, 2);
    b.op(OpCode::clear).walk(OpCode::next, 0, 1).range(OpCode::putrange, n / 2);
    b.walk(OpCode::drain, 0).look(n).op(OpCode::clear);
  }
  return b.done();
}

// The awkward members of a kind: NaN, -0, nil, the empty string, what cannot be hashed.
inline Program awkward_keys(const MapSpec& spec) {
  Bundle b(spec);
  for (std::uint32_t round = 0; round < 3; round++) {
    for (std::uint32_t i = std::min(b.domain(), 256U); i-- > 0 && i >= 250;) {
      b.key(OpCode::has, i).key(OpCode::put, i).key(OpCode::put, i).key(OpCode::get, i);
      b.key(OpCode::put, 0).key(OpCode::put, i).look(2).key(OpCode::del, i);
      b.walk(OpCode::iter, 0, 0, 2, 5).walk(OpCode::next, 0, 2).key(OpCode::put, i);
      b.range(OpCode::putrange, 20).walk(OpCode::drain, 0).look(2);
    }
    b.op(OpCode::clear).look(2);
  }
  return b.op(OpCode::nil).look(2).key(OpCode::put, 0).op(OpCode::clear).done();
}

}  // namespace mapproof
