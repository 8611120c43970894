// What maps are measured with, for any map of C++. go/workloads/workloads.go is its twin,
// operation by operation: change both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "impl/bench/key_lists.h"
#include "impl/bench/thread_clock.h"

namespace mapproof {

struct sample {
  double seconds = 0;            // of the thread's CPU time, without what prepares the maps
  std::uint64_t operations = 0;  // one entry inserted, found, walked over, ...
  std::uint64_t checksum = 0;    // the same for every map that did the work
};

// ---- what maps call differently ----

template <class Map>
concept go_like = requires(const Map& m) {
  m.walk();
};

template <class Map>
Map with_room_for(std::size_t n) {
  if constexpr (go_like<Map>) {
    return Map(static_cast<std::int64_t>(n));
  } else {
    Map m;
    m.reserve(n);
    return m;
  }
}

// The elem, or null.
template <class Map, class K>
const std::uint64_t* elem_of(const Map& m, const K& key) {
  if constexpr (go_like<Map>) {
    return m.find(key);
  } else {
    const auto at = m.find(key);
    return at == m.end() ? nullptr : &at->second;
  }
}

// A walk over all entries.
template <class Map>
std::uint64_t sum_of(const Map& m) {
  std::uint64_t sum = 0;
  if constexpr (go_like<Map>) {
    for (auto w = m.walk(); w; w.next()) sum += w.elem() + 1;
  } else {
    for (const auto& entry : m) sum += entry.second + 1;
  }
  return sum;
}

// ---- workloads ----

template <class Map, class K>
class workloads {
 public:
  explicit workloads(const key_lists<K>& keys) : keys_(keys), all_(keys.rounds * keys.n) {}

  // The workload of that name (workload_names).
  sample run(std::string_view name) {
    if (name == "insert") return insert(false);
    if (name == "insert-hint") return insert(true);
    if (name == "hit") return look_up(keys_.present);
    if (name == "miss") return look_up(keys_.absent);
    if (name == "update") return update();
    if (name == "delete") return erase();
    if (name == "iterate") return iterate(keys_.n);
    if (name == "iterate-growing") return iterate(growing_size());
    if (name == "refill") return refill();
    if (name == "churn") return churn();
    if (name == "mixed") return mixed();
    return {};
  }

 private:
  static void fill(Map& m, std::span<const K> keys) {
    std::uint64_t elem = 0;
    for (const K& key : keys) m[key] = elem++;
  }
  std::span<const K> inserted(std::size_t round) const {
    return keys_.of_round(keys_.inserted, round);
  }
  Map filled() const {
    Map m;
    fill(m, inserted(0));
    return m;
  }

  // As many as make a map of Go's grow with the last one; nothing else then moves its growth on.
  std::size_t growing_size() const {
    std::size_t full = 13;
    while (full * 2 < keys_.n) full *= 2;
    return full + 1;
  }

  sample insert(bool hinted) const {
    sample s{0, all_, 0};
    std::vector<Map> maps;  // taken down later: Go leaves that to its collector
    maps.reserve(keys_.rounds);
    const double start = thread_seconds();
    for (std::size_t r = 0; r < keys_.rounds; r++) {
      maps.push_back(hinted ? with_room_for<Map>(keys_.n) : Map());
      fill(maps.back(), inserted(r));
    }
    s.seconds = thread_seconds() - start;
    for (const Map& m : maps) s.checksum += m.size();
    return s;
  }

  sample look_up(const std::vector<K>& wanted) const {
    sample s{0, all_, 0};
    const Map m = filled();
    const double start = thread_seconds();
    for (const K& key : wanted) {
      if (const std::uint64_t* elem = elem_of(m, key)) s.checksum += *elem + 1;
    }
    s.seconds = thread_seconds() - start;
    return s;
  }

  sample update() const {
    sample s{0, all_, 0};
    Map m = filled();
    const double start = thread_seconds();
    fill(m, keys_.present);
    s.seconds = thread_seconds() - start;
    s.checksum = sum_of(m);
    return s;
  }

  sample erase() const {
    sample s{0, all_, 0};
    std::vector<Map> maps;
    maps.reserve(keys_.rounds);
    for (std::size_t r = 0; r < keys_.rounds; r++) {
      maps.emplace_back();
      fill(maps.back(), inserted(r));
    }
    const double start = thread_seconds();
    for (std::size_t r = 0; r < keys_.rounds; r++) {
      for (const K& key : keys_.of_round(keys_.deleted, r)) maps[r].erase(key);
    }
    s.seconds = thread_seconds() - start;
    for (const Map& m : maps) s.checksum += m.size();
    return s;
  }

  sample iterate(std::size_t entries) const {
    sample s{0, keys_.rounds * entries, 0};
    Map m;
    fill(m, inserted(0).first(entries));
    const double start = thread_seconds();
    for (std::size_t r = 0; r < keys_.rounds; r++) s.checksum += sum_of(m);
    s.seconds = thread_seconds() - start;
    return s;
  }

  sample refill() const {
    sample s{0, all_, 0};
    Map m = filled();
    const double start = thread_seconds();
    for (std::size_t r = 0; r < keys_.rounds; r++) {
      m.clear();
      fill(m, inserted(r));
    }
    s.seconds = thread_seconds() - start;
    s.checksum = sum_of(m);
    return s;
  }

  // The oldest goes, a new one comes: n entries at any time.
  sample churn() const {
    sample s{0, 2 * all_, 0};
    Map m = filled();
    const std::vector<K>& fresh = keys_.absent;
    const double start = thread_seconds();
    for (std::size_t i = 0; i < all_; i++) {
      m.erase(i < keys_.n ? keys_.inserted[i] : fresh[i - keys_.n]);
      m[fresh[i]] = i;
    }
    s.seconds = thread_seconds() - start;
    s.checksum = sum_of(m);
    return s;
  }

  // Of ten operations eight hit, one inserts and one deletes what was inserted a while ago.
  sample mixed() const {
    const std::size_t turns = all_ / 8;
    const std::size_t lag = keys_.n / 8;
    sample s{0, 10 * turns, 0};
    Map m = filled();
    fill(m, std::span(keys_.absent).first(lag));
    const double start = thread_seconds();
    for (std::size_t i = 0; i < turns; i++) {
      for (std::size_t j = 8 * i; j < 8 * i + 8; j++) {
        if (const std::uint64_t* elem = elem_of(m, keys_.present[j])) s.checksum += *elem + 1;
      }
      m[keys_.absent[i + lag]] = i;
      m.erase(keys_.absent[i]);
    }
    s.seconds = thread_seconds() - start;
    s.checksum += m.size();
    return s;
  }

  const key_lists<K>& keys_;
  std::size_t all_;
};

inline constexpr std::string_view workload_names[] = {
    "insert",  "insert-hint",     "hit",    "miss",  "update", "delete",
    "iterate", "iterate-growing", "refill", "churn", "mixed"};

}  // namespace mapproof
