// Maps that stand ready to be measured with the same keys.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/bench/go_contender.h"
#include "impl/bench/workloads.h"

namespace mapproof {

struct contender {
  std::string_view map;  // a name of comparison.h
  std::function<sample(std::string_view workload)> run;
};

// One kind of key at one size. The contenders own the keys.
struct contest {
  std::string key;
  std::size_t entries;
  bool apart;  // Go has no such key
  std::vector<contender> contenders;
};

// `go` may be null: then Go is not among them. Precondition: entries is at least 16.
using contest_maker = contest (*)(std::size_t entries, const go_library* go);

struct key_kind {
  std::string_view name;
  contest_maker make;
};
const std::vector<key_kind>& integer_kinds();
const std::vector<key_kind>& string_kinds();
const std::vector<key_kind>& struct_kinds();

}  // namespace mapproof
