// The keys that maps are measured with: distinct, scattered, and looked up in another order than
// they were inserted in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace mapproof {

// A bijection (the finalizer of splitmix64): distinct numbers give distinct keys.
inline std::uint64_t scatter(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// Enough keys for a number of rounds with n entries each. A few thousand operations that are the
// same each time would be learnt by the branch predictor, so there are at least 2^17 in all.
template <class K>
struct key_lists {
  std::size_t n;
  std::size_t rounds;
  std::vector<K> inserted;  // n for each round, in the order of insertion
  std::vector<K> deleted;   // likewise, in the order of deletion
  std::vector<K> present;   // those of the first round, again and again in other orders
  std::vector<K> absent;

  // `key(i)` is the i-th key, from 1 on.
  template <class Key>
  key_lists(std::size_t entries, Key key)
      : n(entries), rounds(std::max<std::size_t>(1, (std::size_t{1} << 17) / entries)) {
    const std::size_t all = rounds * n;
    inserted.reserve(all);
    absent.reserve(all);
    for (std::size_t i = 1; i <= all; i++) {
      inserted.push_back(key(i));
      absent.push_back(key(i + all));
    }
    std::mt19937_64 random(n);
    for (std::size_t r = 0; r < rounds; r++) {
      append_shuffled(deleted, of_round(inserted, r), random);
      append_shuffled(present, of_round(inserted, 0), random);
    }
  }

  std::span<const K> of_round(const std::vector<K>& all, std::size_t round) const {
    return std::span(all).subspan(round % rounds * n, n);
  }

 private:
  static void append_shuffled(std::vector<K>& to, std::span<const K> keys,
                              std::mt19937_64& random) {
    to.insert(to.end(), keys.begin(), keys.end());
    std::shuffle(to.end() - std::ssize(keys), to.end(), random);
  }
};

}  // namespace mapproof
