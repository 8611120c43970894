// A list of entries that misbehaves in the way that it is compiled for.
#include <mapproof/port.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <utility>
#include <vector>

enum class Way { lies, crashes, hangs, talks_nonsense, is_late, forgets };
constexpr Way kWay = Way::MAPPROOF_WAY;

template <class Key, class Elem, class Hash, class Equal>
class Adapter {
  using Entries = std::vector<std::pair<Key, Elem>>;

 public:
  // `lies`: the hashes that it claims to use are never asked for.
  static constexpr std::uint32_t features =
      (kWay == Way::lies ? MAPPROOF_HASHES : 0) | MAPPROOF_ERASE_IN_WALK;

  Elem* find(const Key& key) {
    if (kWay == Way::is_late) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    for (auto& [k, elem] : entries_) {
      if (k == key) return &elem;
    }
    return nullptr;
  }
  void assign(const Key& key, const Elem& elem) {
    for (auto& [k, old] : entries_) {
      if (k == key) {
        old = elem;
        return;
      }
    }
    entries_.emplace_back(key, elem);
    if (entries_.size() != 9) return;
    if (kWay == Way::crashes) std::raise(SIGSEGV);
    while (kWay == Way::hangs) std::this_thread::yield();
    if (kWay == Way::forgets) entries_.erase(entries_.begin());
  }
  bool erase(const Key& key) {
    return std::erase_if(entries_, [&](const auto& entry) { return entry.first == key; }) != 0;
  }
  std::size_t size() { return entries_.size(); }
  void clear() { entries_.clear(); }

  struct Walk {
    Entries* entries;
    std::size_t at = 0;
    Key nonsense{};
    bool next(const Key*& key, const Elem*& elem) {
      if (at >= entries->size()) return false;
      // A key that nobody has put, beside an elem that somebody has.
      key = kWay == Way::talks_nonsense ? &nonsense : &(*entries)[at].first;
      elem = &(*entries)[at++].second;
      return true;
    }
  };
  Walk iterate() { return {&entries_}; }

 private:
  Entries entries_;
};

MAPPROOF_PORT("broken", mapproof::profile::std, Adapter,
              mapproof::pairs<mapproof::pair<std::uint64_t, std::uint64_t>>);
