// The port of Go's map through the process door. It answers as through the C door and the C++
// door; so whatever differs between them is a fault of a door.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gomap/map.h"
#include "oracle/doors/kits/mapproof_kit.hpp"

namespace {

// gomap hashes by type, so the hashes of the program in hand are kept by type, too. Its seed is in
// them already.
template <class Key>
struct Hash {
  static inline std::optional<mapproof_kit::Spec<Key>> spec;
  std::size_t operator()(const Key& key, std::size_t) const { return spec->hash(key); }
};

template <class Key, class Elem>
class Gomap {
  using Map = gomap::map<Key, Elem, Hash<Key>>;

 public:
  explicit Gomap(const mapproof_kit::Spec<Key>& spec)
      : map_((begin(spec), spec.hint == 0 ? Map() : Map(spec.hint))) {}

  void put(const Key& key, const Elem& elem) { map_[key] = elem; }
  std::optional<Elem> get(const Key& key) {
    const Elem* elem = map_.find(key);
    return elem == nullptr ? std::nullopt : std::optional(*elem);
  }
  void del(const Key& key) { map_.erase(key); }
  std::size_t size() { return map_.size(); }
  void clear() { map_.clear(); }

  std::function<std::optional<std::pair<Key, Elem>>()> walk(const mapproof_kit::Start* start) {
    gomap::hmap* h = map_.handle();
    if (start != nullptr && map_.size() != 0) {
      gomap::thread_random().force(static_cast<std::uint32_t>(
          (start->bucket & gomap::bucketMask(h->B)) | (std::uint64_t{start->offset} << h->B)));
    }
    auto at = std::make_shared<Walk>(h);
    return [at]() -> std::optional<std::pair<Key, Elem>> {
      if (!std::exchange(at->first, false)) gomap::mapiternext(Map::t, &at->it);
      if (at->it.key == nullptr) return std::nullopt;
      return std::pair(*static_cast<const Key*>(at->it.key),
                       *static_cast<const Elem*>(at->it.elem));
    };
  }

 private:
  struct Walk {
    explicit Walk(gomap::hmap* h) { gomap::mapiterinit(Map::t, h, &it); }
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    ~Walk() { gomap::hiter_release(Map::t, &it); }
    gomap::hiter it;
    bool first = true;  // the entry that mapiterinit looks up
  };

  static void begin(const mapproof_kit::Spec<Key>& spec) {
    Hash<Key>::spec = spec;
    gomap::thread_random().seed(spec.seed);
  }

  Map map_;
};

template <class Key>
void serve(mapproof_kit::Kit* kit, const std::string& key) {
  kit->serve<Gomap, Key, std::uint64_t>(key, "u64");
  kit->serve<Gomap, Key, std::string>(key, "str");
}

}  // namespace

int main() {
  mapproof_kit::Kit kit(
      "gomap", "go", {"hashes", "starts", "nan_keys", "nil_maps", "erase_in_walk", "key_update"});
  serve<std::uint64_t>(&kit, "u64");
  serve<double>(&kit, "f64");
  serve<std::string>(&kit, "str");
  return kit.run();
}
