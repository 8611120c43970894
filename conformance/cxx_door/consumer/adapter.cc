#include <mapproof/port.h>

#include "my/map.h"

template <class Key, class Elem, class Hash, class Equal>
struct Adapter {
  my::map<Key, Elem> map;

  Elem* find(const Key& key) { return map.get(key); }
  void assign(const Key& key, const Elem& elem) { map.set(key, elem); }
  bool erase(const Key& key) { return map.remove(key); }
  std::size_t size() { return map.count(); }
  void clear() { map = {}; }

  struct Walk {
    my::map<Key, Elem>& map;
    typename std::list<std::pair<Key, Elem>>::iterator at = map.entries().begin();
    bool next(const Key*& key, const Elem*& elem) {
      if (at == map.entries().end()) return false;
      key = &at->first;
      elem = &at++->second;
      return true;
    }
  };
  Walk iterate() { return {map}; }
};

MAPPROOF_PORT("my::map", mapproof::profile::std, Adapter);
