// Many threads read one map at a time, by all ways in, in every phase of a growth, with keys and
// elems of every way of storing them. Made for the thread sanitizer; without it these tests still
// see wrong answers.
#include <atomic>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "conformance/properties/checks.h"
#include "conformance/together.h"
#include "gomap/map.h"
#include "gomap/reflect.h"
#include "oracle/kinds.h"

namespace mapproof {
namespace {

template <class T>
T item(std::uint64_t n) {
  if constexpr (std::is_same_v<T, std::string>) {
    return "item number " + std::to_string(n) + ", somewhere on the heap";
  } else if constexpr (std::is_same_v<T, Big>) {
    return Big{{n}};
  } else {
    return static_cast<T>(n);
  }
}

template <class K, class V>
struct Pair {
  using Key = K;
  using Elem = V;
};

enum class Phase { idle, bigger, same_size };

template <class P>
class ParallelReads : public testing::Test {
 protected:
  using K = typename P::Key;
  using V = typename P::Elem;
  using Map = gomap::map<K, V>;

  // A map that has grown, or is growing, some of its old buckets evacuated.
  static Map map_in(Phase phase, std::uint64_t n) {
    Map map;
    for (std::uint64_t i = 0; i < n; i++) map[item<K>(i)] = item<V>(i);
    while (map.handle()->growing()) map.erase(item<K>(n));
    if (phase == Phase::idle) return map;
    const auto count = map.handle()->count;
    if (phase == Phase::bigger) map.handle()->count = std::intptr_t{1} << 30;  // asks for more room
    gomap::hashGrow(Map::t, map.handle());
    map.handle()->count = count;
    map.erase(item<K>(n));
    EXPECT_TRUE(map.handle()->growing());
    return map;
  }
  // Wrong answers of a reader that asks for each key and as many absent ones.
  static unsigned wrong_finds(const Map& map, std::uint64_t n) {
    unsigned wrong = 0;
    for (std::uint64_t i = 0; i < 2 * n; i++) {
      const V* elem = map.find(item<K>(i));
      wrong += (elem != nullptr) != (i < n);
      if (i < n) wrong += elem == nullptr || !(*elem == item<V>(i));
      wrong += !(map.get(item<K>(i)) == (i < n ? item<V>(i) : V()));
    }
    return wrong;
  }
  static unsigned wrong_walks(const Map& map, std::uint64_t n) {
    std::uint64_t produced = 0;
    for (auto walk = map.walk(); walk; walk.next()) produced++;
    return produced != n;
  }
  static unsigned wrong_reflections(const gomap::maptype& t, const Map& map, std::uint64_t n) {
    unsigned wrong = gomap::reflect_maplen(map.handle()) != static_cast<std::intptr_t>(n);
    for (std::uint64_t i = 0; i < 2 * n; i++) {
      const K key = item<K>(i);
      wrong += (gomap::reflect_mapaccess(t, map.handle(), &key) != nullptr) != (i < n);
    }
    std::uint64_t produced = 0;
    gomap::hiter* it = gomap::reflect_mapiterinit(t, map.handle());
    for (; gomap::reflect_mapiterkey(it) != nullptr; gomap::reflect_mapiternext(it)) produced++;
    gomap::hiter_release(t, it);
    delete it;
    return wrong + (produced != n);
  }
};
using Pairs = testing::Types<Pair<std::uint64_t, std::uint64_t>, Pair<double, std::uint64_t>,
                             Pair<std::string, std::string>, Pair<Big, Big>>;
TYPED_TEST_SUITE(ParallelReads, Pairs);

// 110 entries leave spare overflow buckets in use, 20 do not.
TYPED_TEST(ParallelReads, ByAllWaysInGiveTheSameInEveryPhase) {
  CHECKS("threads/parallel-reads", "access/no-mutate");
  const auto t = gomap::maptype_of<typename TestFixture::K, typename TestFixture::V>();
  for (const Phase phase : {Phase::idle, Phase::bigger, Phase::same_size}) {
    for (const std::uint64_t n : {20U, 110U}) {
      const typename TestFixture::Map map = this->map_in(phase, n);
      const auto moved = map.handle()->nevacuate;
      std::atomic<unsigned> wrong{0};
      together([&](unsigned i) {
        for (int round = 0; round < 3; round++) {
          if (i % 2 == 0) wrong += this->wrong_finds(map, n);
          wrong += this->wrong_walks(map, n);
          if (i % 2 == 1) wrong += this->wrong_reflections(t, map, n);
        }
      });
      EXPECT_EQ(wrong, 0U);
      EXPECT_EQ(map.handle()->nevacuate, moved) << "reading moves nothing";
      EXPECT_EQ(map.handle()->refs.load(), 1U) << "no walk is left";
    }
  }
}

// A walk of each thread, begun before the others read; all see each entry once.
TYPED_TEST(ParallelReads, WalksThatBeganEarlierGoOnBesideNewOnes) {
  CHECKS("threads/parallel-reads", "iter/multi");
  for (const Phase phase : {Phase::idle, Phase::bigger, Phase::same_size}) {
    const typename TestFixture::Map map = this->map_in(phase, 60);
    std::vector<typename TestFixture::Map::walker> walks;
    for (unsigned i = 0; i < kThreads; i++) walks.push_back(map.walk());
    std::atomic<unsigned> produced{0}, wrong{0};
    together([&](unsigned i) {
      for (; walks[i]; walks[i].next()) {
        produced++;
        if (produced % 16 == 0) wrong += this->wrong_walks(map, 60);
      }
    });
    EXPECT_EQ(produced, kThreads * 60);
    EXPECT_EQ(wrong, 0U);
  }
}

}  // namespace
}  // namespace mapproof
