// The contest of one kind of key. All maps of C++ use one hash function, the port's.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <boost/unordered_map.hpp>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gomap/map.h"
#include "impl/bench/comparison.h"
#include "impl/bench/contest.h"
#include "impl/bench/key_kinds.h"
#include "impl/bench/unseeded_hash.h"
#include "impl/bench/workloads.h"

namespace mapproof {

// The keys of a kind, with what they point to.
template <class Kind>
struct kept_keys {
  text_arena texts;
  key_lists<typename Kind::type> lists;

  explicit kept_keys(std::size_t n)
      : lists(n, [this](std::uint64_t i) { return Kind::key(i, texts); }) {}
};

template <class Kind>
contest contest_of(std::size_t entries, const go_library* go) {
  using K = typename Kind::type;
  using hash = unseeded_hash<K>;
  constexpr bool in_go = !std::is_same_v<K, std::string>;
  const auto keys = std::make_shared<const kept_keys<Kind>>(entries);
  contest made{Kind::name, entries, !in_go, {}};
  const auto enter = [&]<class Map>(std::string_view name, std::type_identity<Map>) {
    made.contenders.push_back({name, [keys](std::string_view workload) {
                                 return workloads<Map, K>(keys->lists).run(workload);
                               }});
  };
  enter(the_port, std::type_identity<gomap::map<K, std::uint64_t>>());
  if constexpr (in_go) {
    if (go != nullptr) {
      const auto view = std::make_shared<const go_keys<K>>(keys->lists);
      made.contenders.push_back({the_real_go, [keys, view, go](std::string_view workload) {
                                   return go->run(Kind::name, workload, *view);
                                 }});
    }
  }
  enter(the_std_map, std::type_identity<std::unordered_map<K, std::uint64_t, hash>>());
  enter(the_absl_map, std::type_identity<absl::flat_hash_map<K, std::uint64_t, hash>>());
  enter(the_boost_map, std::type_identity<boost::unordered_map<K, std::uint64_t, hash>>());
  return made;
}

}  // namespace mapproof
