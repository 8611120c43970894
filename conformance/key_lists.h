// Lists of keys, to compare what walks give.
#pragma once

#include <algorithm>
#include <vector>

#include "conformance/port_by_hand.h"

namespace mapproof {

using Keys = std::vector<u64>;

inline Keys sorted(Keys keys) {
  std::sort(keys.begin(), keys.end());
  return keys;
}
// 0 to n - 1.
inline Keys range(u64 n) {
  Keys keys(n);
  for (u64 i = 0; i < n; i++) keys[i] = i;
  return keys;
}

}  // namespace mapproof
