#include "conformance/ports/std_ports.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/node_hash_map.h>

#include <boost/unordered_map.hpp>
#include <stdexcept>
#include <unordered_map>

#include "conformance/ports/std_like.h"

#ifdef MAPPROOF_HAVE_SPARSEHASH
#include "conformance/ports/dense_map.h"
#endif
#ifdef MAPPROOF_HAVE_TSL_HOPSCOTCH
#include <tsl/hopscotch_map.h>
#endif

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

struct AbslNodeMaps {
  static constexpr const char* kName = "absl::node_hash_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = absl::node_hash_map<Key, Elem, Hash, Equal>;
};

struct BoostMaps {
  static constexpr const char* kName = "boost::unordered_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = boost::unordered_map<Key, Elem, Hash, Equal>;
};

#ifdef MAPPROOF_HAVE_SPARSEHASH
struct DenseMaps {
  static constexpr const char* kName = "google::dense_hash_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = DenseMap<Key, Elem, Hash, Equal>;
  template <class Key>
  static constexpr bool stores() {
    return LeavesKeysFree<Key>;
  }
};
#endif

#ifdef MAPPROOF_HAVE_TSL_HOPSCOTCH
struct HopscotchMaps {
  static constexpr const char* kName = "tsl::hopscotch_map";
  template <class Key, class Elem, class Hash, class Equal>
  using Map = tsl::hopscotch_map<Key, Elem, Hash, Equal>;
};
#endif

[[maybe_unused]] std::string not_built_in(const char* package) {
  return std::string("not built in: install ") + package + " and build again";
}

}  // namespace

std::unique_ptr<Port> make_std_unordered_map_port() {
  return std::make_unique<StdLikePort<StdMaps>>();
}
std::unique_ptr<Port> make_absl_flat_hash_map_port() {
  return std::make_unique<StdLikePort<AbslMaps>>();
}
std::unique_ptr<Port> make_absl_node_hash_map_port() {
  return std::make_unique<StdLikePort<AbslNodeMaps>>();
}
std::unique_ptr<Port> make_boost_unordered_map_port() {
  return std::make_unique<StdLikePort<BoostMaps>>();
}

std::string why_no_google_dense_hash_map() {
#ifdef MAPPROOF_HAVE_SPARSEHASH
  return "";
#else
  return not_built_in("libsparsehash-dev");
#endif
}
std::unique_ptr<Port> make_google_dense_hash_map_port() {
#ifdef MAPPROOF_HAVE_SPARSEHASH
  return std::make_unique<StdLikePort<DenseMaps>>();
#else
  throw std::runtime_error(why_no_google_dense_hash_map());
#endif
}

std::string why_no_tsl_hopscotch_map() {
#ifdef MAPPROOF_HAVE_TSL_HOPSCOTCH
  return "";
#else
  return not_built_in("libtsl-hopscotch-map-dev");
#endif
}
std::unique_ptr<Port> make_tsl_hopscotch_map_port() {
#ifdef MAPPROOF_HAVE_TSL_HOPSCOTCH
  return std::make_unique<StdLikePort<HopscotchMaps>>();
#else
  throw std::runtime_error(why_no_tsl_hopscotch_map());
#endif
}

}  // namespace mapproof
