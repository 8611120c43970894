#include "impl/bench/contest_of.h"

namespace mapproof {

const std::vector<key_kind>& string_kinds() {
  static const std::vector<key_kind> kinds{{short_string_keys::name, contest_of<short_string_keys>},
                                           {long_string_keys::name, contest_of<long_string_keys>},
                                           {std_string_keys::name, contest_of<std_string_keys>}};
  return kinds;
}

}  // namespace mapproof
