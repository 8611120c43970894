// What shrinking costs: programs that fail on the faithful port are made and shrunk.
#pragma once

#include <cstddef>
#include <vector>

namespace mapproof {

// Program by program.
struct ShrinkTimes {
  std::vector<double> milliseconds;
  std::vector<double> ops_before;
  std::vector<double> ops_after;
};

// `count` programs as long as a fuzzer's, which the mutator makes, of those that break a promise.
ShrinkTimes time_shrinking(std::size_t count);

}  // namespace mapproof
