// The port where pointers and sizes have 32 bits: hints that overflow, shifts at their limits, and
// the operations on a map in all phases of a growth. A plain program, since no 32-bit GoogleTest
// can be installed everywhere; it prints what fails and exits with 1.
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "gomap/inspect.h"
#include "gomap/map.h"
#include "gomap/reflect.h"

namespace {

static_assert(sizeof(void*) == 4, "build this with -m32");

int failures = 0;

void check(const char* property, bool well, const char* what, long long of = 0) {
  if (well) return;
  ++failures;
  std::printf("%s fails: %s (%lld)\n", property, what, of);
}

using Key = std::uint32_t;

gomap::maptype numbers() {
  return gomap::make_maptype(
      gomap::describe<Key, std::equal_to<Key>>("key"), gomap::describe<std::uint64_t>("elem"),
      [](const void* key, gomap::uintptr) { return gomap::uintptr{*static_cast<const Key*>(key)}; },
      gomap::key_flags<Key>());
}

void hints_that_are_none() {
  const gomap::maptype t = numbers();
  constexpr std::int64_t kHints[] = {-1,
                                     std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max(),
                                     std::int64_t{1} << 32,
                                     (std::int64_t{1} << 32) + 100,
                                     std::int64_t{1} << 62,
                                     std::numeric_limits<std::int64_t>::max()};
  for (const std::int64_t hint : kHints) {
    gomap::hmap* h = gomap::makemap64(t, hint, nullptr);
    check("make/hint-bogus", h->B == 0 && h->buckets == nullptr, "a bogus hint makes B=0", hint);
    const Key key = 7;
    *static_cast<std::uint64_t*>(gomap::mapassign(t, h, &key)) = 8;
    check("make/hint-bogus", gomap::mapaccess2(t, h, &key).second, "the map works", hint);
    gomap::unref_hmap(t, h);
  }
}

void hints() {
  const gomap::maptype t = numbers();
  constexpr std::pair<int, int> kRight[] = {{0, 0},  {8, 0},  {9, 1},  {13, 1},
                                            {14, 2}, {27, 3}, {53, 4}, {6000, 10}};
  for (const auto& [hint, B] : kRight) {
    gomap::hmap* h = gomap::makemap(t, hint, nullptr);
    check("make/hint-b", h->B == B, "a hint picks the number of buckets", hint);
    gomap::unref_hmap(t, h);
  }
}

void shifts() {
  check("build/shift-safe", gomap::bucketShift(0) == 1, "1 << 0");
  check("build/shift-safe", gomap::bucketShift(31) == gomap::uintptr{1} << 31, "1 << 31");
  check("build/shift-safe", gomap::bucketShift(32) == 1, "shifts are masked by the word");
  check("build/shift-safe", gomap::bucketMask(31) == 0x7fffffffU, "the mask of the last bit");
  // The top byte of a hash is that of 32 bits.
  check("layout/tophash", gomap::tophash(0xab000001U) == 0xab, "the top byte of a hash");
  check("layout/tophash", gomap::tophash(0x01ffffffU) == 0x01 + gomap::minTopHash, "lifted");
}

// All entries of a walk that is begun now.
std::map<Key, int> walked(const gomap::maptype& t, gomap::hmap* h, std::uint32_t start) {
  std::map<Key, int> seen;
  gomap::hiter it;
  gomap::thread_random().force(start);
  gomap::mapiterinit(t, h, &it);
  for (int steps = 0; it.key != nullptr && steps < 100'000; ++steps) {
    ++seen[*static_cast<const Key*>(it.key)];
    gomap::mapiternext(t, &it);
  }
  gomap::hiter_release(t, &it);
  return seen;
}

bool each_once(const std::map<Key, int>& seen, Key n) {
  for (const auto& [key, times] : seen) {
    if (times != 1 || key >= n) return false;
  }
  return seen.size() == n;
}

void growth_and_walks() {
  const gomap::maptype t = numbers();
  gomap::hmap* h = gomap::makemap_small();
  for (Key key = 0; key < 3000; ++key) {
    *static_cast<std::uint64_t*>(gomap::mapassign(t, h, &key)) = key;
    check("len/exact", h->count == static_cast<std::intptr_t>(key) + 1, "count", key);
    if (key < 60 || key % 97 == 0) {
      check("iter/once", each_once(walked(t, h, key), key + 1), "a walk sees all, once", key);
    }
  }
  for (Key key = 0; key < 3000; ++key) {
    const auto [elem, ok] = gomap::mapaccess2(t, h, &key);
    check("access/present", ok && *static_cast<const std::uint64_t*>(elem) == key, "found", key);
  }
  for (Key key = 0; key < 3000; key += 2) gomap::mapdelete(t, h, &key);
  check("len/exact", h->count == 1500, "count after deletes", h->count);
  for (Key key = 0; key < 3000; ++key) {
    check("access/absent", gomap::mapaccess2(t, h, &key).second == (key % 2 == 1), "deleted", key);
  }
  gomap::mapclear(t, h);
  check("clear/reset", h->count == 0 && walked(t, h, 5).empty(), "nothing after a clear");
  gomap::unref_hmap(t, h);
}

// The one bucket of B=0 is split: its old mask is 0, and no shift is by B-1.
void the_first_growth() {
  const gomap::maptype t = numbers();
  gomap::hmap* h = gomap::makemap_small();
  for (Key key = 0; key < 9; ++key) {
    *static_cast<std::uint64_t*>(gomap::mapassign(t, h, &key)) = key;
  }
  check("build/shift-safe", h->B == 1 && !h->growing(), "the ninth entry doubles the map", h->B);
  check("iter/complete", each_once(walked(t, h, 1), 9), "nine entries after the first growth");
  gomap::unref_hmap(t, h);
}

void same_size_growth() {
  const gomap::maptype t = numbers();
  gomap::hmap* h = gomap::makemap(t, 60, nullptr);  // sixteen buckets
  bool same_size = false;
  for (Key round = 0; round < 400 && !same_size; ++round) {
    // Nine of one chain, and eight of them go: each chain gets an overflow bucket.
    for (Key i = 0; i < 9; ++i) {
      const Key key = round % 16 + 16 * i + 4096 * round;
      *static_cast<std::uint64_t*>(gomap::mapassign(t, h, &key)) = key;
      same_size = same_size || gomap::sameSizeGrowing(h);
    }
    for (Key i = 0; i < 8; ++i) {
      const Key key = round % 16 + 16 * i + 4096 * round;
      gomap::mapdelete(t, h, &key);
    }
  }
  check("grow/same-size-trigger", same_size, "overflow buckets start a growth to the same size");
  check("len/exact", walked(t, h, 3).size() == static_cast<std::size_t>(h->count), "all there");
  gomap::unref_hmap(t, h);
}

void nans_and_strings() {
  gomap::map<double, int> nans;
  for (int i = 0; i < 100; ++i) nans[std::numeric_limits<double>::quiet_NaN()] = i;
  check("nan/insert-distinct", nans.size() == 100, "each NaN is an entry");
  std::set<int> elems;
  for (const auto& [key, elem] : nans) elems.insert(elem);
  check("nan/iterated-once", elems.size() == 100, "each NaN is produced");
  nans.clear();
  check("nan/cleared", nans.size() == 0, "NaNs are cleared");

  gomap::map<std::string, std::string> words;
  for (int i = 0; i < 500; ++i) words[std::to_string(i)] = std::to_string(2 * i);
  bool right = true;
  for (const auto& [key, elem] : words) right = right && std::stoi(elem) == 2 * std::stoi(key);
  check("access/current-elem", right && words.size() == 500, "strings");
}

}  // namespace

int main() {
  shifts();
  hints();
  hints_that_are_none();
  the_first_growth();
  growth_and_walks();
  same_size_growth();
  nans_and_strings();
  std::printf(failures == 0 ? "all holds in 32 bits\n" : "%d checks fail\n", failures);
  return failures == 0 ? 0 : 1;
}
