// One map through both faces of the port: gomap::map and the functions of map.go on a run-time map
// type, with the same operations, hash seeds and random draws. A walk of each goes with them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gomap/map.h"
#include "gomap/reflect.h"

namespace mapproof {

using u64 = std::uint64_t;
using Wide = std::array<u64, 17>;  // stored apart

inline std::string long_text(u64 n) {
  return "a text that is too long for its object " + std::to_string(n);
}
// It stays where it is.
inline std::string_view kept_text(u64 n) {
  static std::deque<std::string> texts;
  while (texts.size() <= n) texts.push_back(long_text(texts.size()));
  return texts[n];
}

template <class K>
K key_of_both(u64 n) {
  if constexpr (std::is_same_v<K, std::string>) {
    return n == 0 ? "" : long_text(n);
  } else if constexpr (std::is_same_v<K, std::string_view>) {
    return kept_text(n);
  } else if constexpr (std::is_same_v<K, Wide>) {
    return {n};
  } else if constexpr (std::is_same_v<K, double>) {
    return n % 8 == 7 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n) / 2;
  } else {
    return static_cast<K>(n);
  }
}

// A NaN is the same as itself here.
template <class K>
bool same_key(const K& a, const K& b) {
  return a == b || (a != a && b != b);
}

template <class K, class Policy = gomap::go1_14>
class TwoFaces : public testing::Test {
 public:
  using Typed = gomap::map<K, u64, gomap::hash<K>, std::equal_to<K>, Policy>;
  static_assert(!Typed::t.calls_out(), "or it would go the long ways too");

  TwoFaces() { type.corrections = Policy::corrections; }
  ~TwoFaces() override {
    end_walks();
    gomap::unref_hmap(type, plain);
  }

  // With two empty maps.
  void begin(u64 seed, std::int64_t hint = 0) {
    end_walks();
    gomap::unref_hmap(type, plain);
    random.seed(seed);
    both([&] { typed = hint == 0 ? Typed() : Typed(hint); },
         [&] {
           plain = hint == 0 ? gomap::makemap_small() : gomap::makemap64(type, hint, nullptr);
         });
    ASSERT_EQ(plain->hash0, typed.handle()->hash0);
  }
  void put(u64 n) {
    const K key = key_of_both<K>(n);
    both([&] { typed[key] = stamp; },
         [&] { *static_cast<u64*>(gomap::mapassign(type, plain, &key)) = stamp; });
    stamp++;
  }
  void del(u64 n) {
    const K key = key_of_both<K>(n);
    both([&] { typed.erase(key); }, [&] { gomap::mapdelete(type, plain, &key); });
  }
  void clear() {
    both([&] { typed.clear(); }, [&] { gomap::mapclear(type, plain); });
  }

  void begin_walk() {
    if (typed.empty()) return;
    both([&] { fast.emplace(typed.walk()); }, [&] { gomap::mapiterinit(type, plain, &slow); });
  }
  // Both walks stand on the same entry.
  void compare() {
    if (!fast) return;
    ASSERT_EQ(static_cast<bool>(*fast), slow.key != nullptr);
    if (slow.key == nullptr) {
      ends++;
      end_walks();
      return;
    }
    ASSERT_TRUE(same_key(fast->key(), *static_cast<const K*>(slow.key)));
    ASSERT_EQ(fast->elem(), *static_cast<const u64*>(slow.elem));
    steps += 1;
    in_growth += plain->growing() ? 1 : 0;
  }
  void step() {
    both([&] { fast->next(); }, [&] { gomap::mapiternext(type, &slow); });
    compare();
  }
  void end_walks() {
    fast.reset();
    gomap::hiter_release(type, &slow);
  }

  bool growing() const { return plain->growing(); }
  void finish_growth() {
    for (u64 n = 0; growing(); n++) put(n % 7);
  }
  // Of a map with 8 buckets. Gives chains overflow buckets and empties them, until it packs itself.
  void begin_same_size_growth() {
    u64 n = 1000;
    for (u64 bucket = 0;; bucket = (bucket + 1) % 8) {
      std::vector<u64> keys;
      for (; keys.size() < 9; n++) {
        const K key = key_of_both<K>(n);
        if (key != key || (type.hasher(&key, plain->hash0) & 7) != bucket) continue;
        keys.push_back(n);
        put(n);
        if (!growing()) continue;
        ASSERT_TRUE(gomap::sameSizeGrowing(plain));
        return;
      }
      for (const u64 used : keys) del(used);
    }
  }

  std::mt19937_64 random;
  Typed typed;
  gomap::maptype type = gomap::maptype_of<K, u64>();
  gomap::hmap* plain = nullptr;
  std::optional<typename Typed::walker> fast;
  gomap::hiter slow;
  u64 stamp = 0, steps = 0, in_growth = 0, ends = 0;

 private:
  // With the same draws, such as the hash of a NaN and where a walk starts.
  template <class OnTyped, class OnPlain>
  void both(const OnTyped& on_typed, const OnPlain& on_plain) {
    const u64 draws = random();
    gomap::thread_random().seed(draws);
    on_typed();
    gomap::thread_random().seed(draws);
    on_plain();
    done();
  }
  // Called after each operation.
  virtual void done() {}
};

}  // namespace mapproof
