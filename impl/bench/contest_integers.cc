#include "impl/bench/contest_of.h"

namespace mapproof {

const std::vector<key_kind>& integer_kinds() {
  static const std::vector<key_kind> kinds{{uint32_keys::name, contest_of<uint32_keys>},
                                           {uint64_keys::name, contest_of<uint64_keys>}};
  return kinds;
}

}  // namespace mapproof
