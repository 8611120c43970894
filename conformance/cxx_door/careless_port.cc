// A list of entries that is careless with what it owns, in a way that only objects with memory of
// their own show.
#include <mapproof/port.h>

#include <memory>
#include <new>
#include <vector>

template <class Key, class Elem, class Hash, class Equal>
class Adapter {
 public:
  Elem* find(const Key& key) {
    for (Entry* entry : entries_) {
      if (entry->key == key) return &entry->elem;
    }
    return nullptr;
  }
  void assign(const Key& key, const Elem& elem) {
    if (Elem* old = find(key)) {
      *old = elem;
    } else {
      entries_.push_back(new Entry{key, elem});
    }
  }
  bool erase(const Key& key) {
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (!((*at)->key == key)) continue;
#ifdef MAPPROOF_LEAK
      ::operator delete(*at);  // forgets that key and elem own something
#else
      std::destroy_at(&(*at)->elem);  // and delete does it again
      delete *at;
#endif
      entries_.erase(at);
      return true;
    }
    return false;
  }
  std::size_t size() { return entries_.size(); }
  ~Adapter() {
    for (Entry* entry : entries_) delete entry;
  }
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

 private:
  struct Entry {
    Key key;
    Elem elem;
  };
  std::vector<Entry*> entries_;
};

MAPPROOF_PORT("careless", mapproof::profile::std, Adapter,
              mapproof::pairs<mapproof::pair<mapproof::owning, mapproof::owning>>);
