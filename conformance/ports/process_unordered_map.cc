// std::unordered_map through the process door.
#include <cstdint>
#include <functional>
#include <iomanip>  // whose std::quoted has to be left alone by the kit
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "oracle/doors/kits/mapproof_kit.hpp"

namespace {

// An erase spares all iterators but those to the erased entry, so walks are told before.
template <class Key, class Elem>
class UnorderedMap {
 public:
  explicit UnorderedMap(const mapproof_kit::Spec<Key>& spec)
      : map_(spec.hint > 0 && spec.hint < 1000 ? static_cast<std::size_t>(spec.hint) : 0,
             Hash{spec}) {}

  void put(const Key& key, const Elem& elem) { map_.insert_or_assign(key, elem); }
  std::optional<Elem> get(const Key& key) {
    const auto at = map_.find(key);
    return at == map_.end() ? std::nullopt : std::optional(at->second);
  }
  void del(const Key& key) {
    const auto at = map_.find(key);
    if (at == map_.end()) return;
    for (Iterator& walk : walks_) {
      if (walk == at) ++walk;
    }
    map_.erase(at);
  }
  std::size_t size() const { return map_.size(); }
  std::function<std::optional<std::pair<Key, Elem>>()> walk(const mapproof_kit::Start*) {
    Iterator* const at = &walks_.emplace_back(map_.begin());
    return [this, at]() -> std::optional<std::pair<Key, Elem>> {
      if (*at == map_.end()) return std::nullopt;
      const std::pair<Key, Elem> entry = **at;
      ++*at;
      return entry;
    };
  }
  void clear() {
    map_.clear();
    for (Iterator& walk : walks_) walk = map_.end();
  }

 private:
  struct Hash {
    mapproof_kit::Spec<Key> spec;
    std::size_t operator()(const Key& key) const { return spec.hash(key); }
  };
  using Map = std::unordered_map<Key, Elem, Hash>;
  using Iterator = typename Map::iterator;

  Map map_;
  std::list<Iterator> walks_;  // where each stands: the entry that it gives next
};

template <class Key>
void serve(mapproof_kit::Kit* kit, const std::string& key) {
  kit->serve<UnorderedMap, Key, std::uint64_t>(key, "u64");
  kit->serve<UnorderedMap, Key, std::uint8_t>(key, "u8");
  kit->serve<UnorderedMap, Key, std::string>(key, "str");
}

}  // namespace

int main() {
  mapproof_kit::Kit kit("std::unordered_map in a process", "std", {"hashes", "erase_in_walk"});
  serve<std::uint64_t>(&kit, "u64");
  serve<std::uint8_t>(&kit, "u8");
  serve<bool>(&kit, "bool");
  serve<double>(&kit, "f64");
  serve<std::string>(&kit, "str");
  return kit.run();
}
