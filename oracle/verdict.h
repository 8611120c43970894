// A verdict: which property a run broke, where, and how.
#pragma once

#include <cstddef>
#include <string>

namespace mapproof {

// Says that a property was broken. `property` is a stable id such as "iter/once".
struct Verdict {
  std::string property;
  std::size_t op = 0;    // index of the operation in Program::ops
  std::size_t step = 0;  // index of the elementary step inside a burst, else 0
  std::string expected;
  std::string got;

  // "iter/once at op 17: expected ..., got ..."
  std::string sentence() const;
};

}  // namespace mapproof
