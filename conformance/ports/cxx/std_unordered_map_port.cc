// std::unordered_map through the C++ door: all that a map with the usual members needs.
#include <mapproof/port.h>

#include <unordered_map>

template <class Key, class Elem, class Hash, class Equal>
using Map = std::unordered_map<Key, Elem, Hash, Equal>;

MAPPROOF_STD_LIKE_PORT("std::unordered_map", Map);
