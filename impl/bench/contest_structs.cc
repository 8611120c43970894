#include "impl/bench/contest_of.h"

namespace mapproof {

const std::vector<key_kind>& struct_kinds() {
  static const std::vector<key_kind> kinds{{pair_keys::name, contest_of<pair_keys>},
                                           {wide_keys::name, contest_of<wide_keys>}};
  return kinds;
}

}  // namespace mapproof
