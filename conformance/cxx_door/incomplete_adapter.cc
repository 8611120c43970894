// Adapters that lack something: what does the compiler say?
#include <mapproof/port.h>

#include <unordered_map>

#if defined(LACKS_ALL)
template <class Key, class Elem, class Hash, class Equal>
struct Adapter {
  explicit Adapter(int) {}
  Adapter(const Adapter&) = delete;
  struct Walk {
    void next() {}
  };
  Walk iterate() { return {}; }
};
MAPPROOF_PORT("lacks all", mapproof::profile::std, Adapter);
#elif defined(LACKS_FIND)
template <class Key, class Elem, class Hash, class Equal>
struct Adapter {
  void assign(const Key&, const Elem&) {}
  bool erase(const Key&) { return false; }
  std::size_t size() { return 0; }
};
MAPPROOF_PORT("lacks find", mapproof::profile::std, Adapter);
#else
template <class Key, class Elem, class Hash, class Equal>
class Map {
 public:
  Map(std::size_t, Hash, Equal) {}
  auto begin() { return map_.begin(); }
  auto end() { return map_.end(); }
  auto find(const Key& key) { return map_.find(key); }
  auto try_emplace(const Key& key, const Elem& elem) { return map_.try_emplace(key, elem); }
  std::size_t size() const { return map_.size(); }
  void clear() { map_.clear(); }
#ifndef LACKS_ERASE
  void erase(typename std::unordered_map<Key, Elem, Hash, Equal>::iterator at) { map_.erase(at); }
#endif

 private:
  std::unordered_map<Key, Elem, Hash, Equal> map_;
};
MAPPROOF_STD_LIKE_PORT("a map", Map, mapproof::pairs<mapproof::pair<double, std::string>>);
#endif
