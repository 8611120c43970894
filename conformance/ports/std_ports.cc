#include "conformance/ports/std_ports.h"

#include <absl/container/flat_hash_map.h>

#include <boost/unordered_map.hpp>
#include <unordered_map>

#include "conformance/ports/std_like.h"

namespace mapproof {
namespace {

struct StdMaps {
  static constexpr const char* kName = "std::unordered_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = std::unordered_map<Key, Elem, Hash, Equal>;
};

struct AbslMaps {
  static constexpr const char* kName = "absl::flat_hash_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = absl::flat_hash_map<Key, Elem, Hash, Equal>;
};

struct BoostMaps {
  static constexpr const char* kName = "boost::unordered_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = boost::unordered_map<Key, Elem, Hash, Equal>;
};

}  // namespace

std::unique_ptr<Port> make_std_unordered_map_port() {
  return std::make_unique<StdLikePort<StdMaps>>();
}
std::unique_ptr<Port> make_absl_flat_hash_map_port() {
  return std::make_unique<StdLikePort<AbslMaps>>();
}
std::unique_ptr<Port> make_boost_unordered_map_port() {
  return std::make_unique<StdLikePort<BoostMaps>>();
}

}  // namespace mapproof
