#include "oracle/verdict.h"

#include <fmt/format.h>

namespace mapproof {

std::string Verdict::sentence() const {
  const std::string place =
      step == 0 ? fmt::format("op {}", op) : fmt::format("op {}, step {}", op, step);
  return fmt::format("{} at {}: expected {}, got {}", property, place, expected, got);
}

}  // namespace mapproof
