#include "fuzz/driver/summary.h"

#include <cmath>

namespace mapproof::driver {

Numbers Summary::totals() const {
  Numbers all;
  for (const TargetResult& one : targets) all.add(one.numbers);
  return all;
}

std::uint64_t Summary::ops_per_s() const {
  if (seconds <= 0) return 0;
  return static_cast<std::uint64_t>(
      std::llround(static_cast<double>(totals().operations) / seconds));
}

int Summary::status() const {
  if (interrupted) return 130;
  if (!failures.empty()) return 1;
  return troubles.empty() ? 0 : 2;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace mapproof::driver
