// What shrinking costs: programs that fail on the faithful port are made and shrunk.
#pragma once

#include <cstddef>

namespace mapproof {

struct ShrinkTimes {
  std::size_t programs = 0;
  double median_ms = 0;
  double most_ms = 0;
  double median_ops_before = 0;
  double median_ops_after = 0;
};

// `count` programs as long as a fuzzer's, which the mutator makes, of those that break a promise.
ShrinkTimes time_shrinking(std::size_t count);

}  // namespace mapproof
