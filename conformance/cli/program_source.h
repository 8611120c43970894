// Where a check's random programs come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "oracle/generate.h"
#include "oracle/port.h"
#include "oracle/program.h"

namespace mapproof::cli {

class ProgramSource {
 public:
  explicit ProgramSource(const Port& port);

  // Pairs of kinds that the port stores.
  std::size_t kinds() const { return kinds_.size(); }

  // The program of a seed, of kinds that the port stores.
  Program seeded(std::uint64_t seed, std::size_t ops = GenerateOptions().ops) const;

  // The n-th program of fuzzing: a random one of any length, or a changed one of the corpus. It may
  // ask for more than the port promises.
  Program fuzzed(std::uint64_t seed, std::uint64_t n, const std::vector<Program>& corpus) const;

 private:
  const Port& port_;
  std::vector<std::pair<KeyKind, ElemKind>> kinds_;
};

}  // namespace mapproof::cli
