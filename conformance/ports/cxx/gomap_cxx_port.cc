// The port of Go's map through the C++ door. It answers as the built-in port `gomap` does, bit for
// bit; so whatever differs between the two is a fault of the door.
#include <mapproof/port.h>

#include "gomap/map.h"

template <class Key, class Elem, class Hash, class Equal>
class Adapter {
  using Map = gomap::map<Key, Elem, Hash, Equal>;

 public:
  explicit Adapter(const mapproof::options& options) : options_(options), map_(make(options)) {
    map_.handle()->hash0 = static_cast<std::uint32_t>(options.seed);
  }
  explicit Adapter(std::nullptr_t) : map_(nullptr) {}

  Elem* find(const Key& key) { return map_.find(key); }
  void assign(const Key& key, const Elem& elem) {
    if (map_.handle() == nullptr) throw mapproof::nil_map_error();
    map_[key] = elem;
  }
  bool erase(const Key& key) { return map_.erase(key); }
  std::size_t size() { return map_.size(); }
  void clear() { map_.clear(); }

  class Walk {
   public:
    explicit Walk(gomap::hmap* h) { gomap::mapiterinit(Map::t, h, &it_); }
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    ~Walk() { gomap::hiter_release(Map::t, &it_); }

    bool next(const Key*& key, const Elem*& elem) {
      if (!std::exchange(first_, false)) gomap::mapiternext(Map::t, &it_);
      key = static_cast<const Key*>(it_.key);
      elem = static_cast<const Elem*>(it_.elem);
      return key != nullptr;
    }

   private:
    gomap::hiter it_;
    bool first_ = true;  // the one that mapiterinit looks up
  };

  // All randomness is mapproof's: a walk over entries draws where it starts.
  Walk iterate(const mapproof_start* start) {
    gomap::hmap* h = map_.handle();
    if (map_.size() != 0) {
      gomap::thread_random().force(
          start == nullptr ? options_.random()
                           : static_cast<std::uint32_t>((start->bucket & gomap::bucketMask(h->B)) |
                                                        (std::uint64_t{start->offset} << h->B)));
    }
    return Walk(h);
  }

 private:
  static Map make(const mapproof::options& options) {
    gomap::thread_random().force(options.random());  // a new map draws its hash0
    return options.hint == 0 ? Map() : Map(options.hint);
  }

  mapproof::options options_;
  Map map_;
};

// The pairs that the examples of all doors have.
template <class Key>
using To = mapproof::pair<Key, std::uint64_t>;
template <class Key>
using ToString = mapproof::pair<Key, std::string>;
using Pairs = mapproof::pairs<To<std::uint64_t>, ToString<std::uint64_t>, To<double>,
                              ToString<double>, To<std::string>, ToString<std::string>>;

MAPPROOF_PORT("gomap", mapproof::profile::go, Adapter, Pairs);
