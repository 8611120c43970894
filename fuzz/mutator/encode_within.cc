#include "fuzz/mutator/encode_within.h"

#include <algorithm>

#include "fuzz/mutator/edit.h"

namespace mapproof {

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

}  // namespace mapproof
