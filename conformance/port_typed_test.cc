// Every pair of key kind and elem kind: some through the typed face, all through the descriptor.
// The same programs, under the judge.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "conformance/gomap_hashes.h"
#include "conformance/kind_bundles.h"
#include "conformance/port_by_hand.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/ports/gomap_port_of.h"
#include "conformance/properties/checks.h"
#include "gomap/map.h"
#include "oracle/generate.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// gomap::map<K, V> as a map under test, with its own hashes and starts.
template <KeyKind K, ElemKind E>
class TypedPort final : public Port {
  using Key = KeyType<K>;
  using Elem = ElemType<E>;
  using Map = gomap::map<Key, Elem, gomap::hash<Key>, std::equal_to<Key>, gomap::corrected>;

 public:
  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec& spec) const override { return spec.key == K && spec.elem == E; }

  void make(const MapSpec& spec) override {
    for (auto& walk : walks_) walk.reset();
    gomap::thread_random().seed(spec.seed);
    map_ = spec.hint == 0 ? Map() : Map(spec.hint);
  }
  void release() override { map_ = Map(nullptr); }

  PutResult put(KeyId id, std::uint32_t stamp) override {
    const std::size_t before = map_.size();
    return gomap_adapter::guarded([&] {
      Elem& elem = map_[make_key<K>(id)];
      PutResult result;
      if (map_.size() != before) result.slot_was_dirty = elem_stamp<E>(elem) != 0U;
      elem = make_elem<E>(stamp);
      return result;
    });
  }
  Found get(KeyId id) override {
    return gomap_adapter::guarded([&] {
      const Elem elem = map_.get(make_key<K>(id));
      return found(true, &elem);
    });
  }
  Found has(KeyId id) override {
    return gomap_adapter::guarded([&] {
      const Elem* elem = map_.find(make_key<K>(id));
      return elem != nullptr ? found(true, elem) : Found{};
    });
  }
  void del(KeyId id) override {
    gomap_adapter::guarded([&] { map_.erase(make_key<K>(id)); });
  }
  void clear() override {
    gomap_adapter::guarded([&] { map_.clear(); });
  }
  std::uint64_t len() override { return map_.size(); }

  Step begin(unsigned slot, const IterStart&) override {
    return gomap_adapter::guarded([&] {
      walks_[slot].emplace(map_.walk());
      return step(*walks_[slot]);
    });
  }
  Step next(unsigned slot) override {
    return gomap_adapter::guarded([&] {
      walks_[slot]->next();
      return step(*walks_[slot]);
    });
  }
  void drop(unsigned slot) override { walks_[slot].reset(); }

 private:
  static Found found(bool present, const Elem* elem) {
    const auto stamp = elem_stamp<E>(*elem);
    return {.present = present, .stamp = stamp.value_or(0), .torn = !stamp};
  }
  static Step step(const typename Map::walker& walk) {
    if (!walk) return {.end = true, .torn = false, .key = {}, .stamp = 0};
    const auto id = key_id<K>(walk.key());
    const auto stamp = elem_stamp<E>(walk.elem());
    return {.end = false,
            .torn = !id || !stamp,
            .key = id.value_or(KeyId{}),
            .stamp = stamp.value_or(0)};
  }

  PortInfo info_{.name = "gomap::map"};
  Map map_;
  std::array<std::optional<typename Map::walker>, kIterators> walks_;
};

void expect_passes(const Program& program, Port& port, const RunOptions& options = {}) {
  ASSERT_EQ(invalid(program), "");
  Judge judge;
  const RunResult result = run(program, port, &judge, options);
  ASSERT_TRUE(result.ok()) << result.verdict->sentence() << "\n" << print(program);
  EXPECT_GT(result.steps, 10U) << "the program does something";
}

MapSpec spec_of(KeyKind key, ElemKind elem, HashMode hash = HashMode::strong,
                std::uint8_t seed = 1) {
  MapSpec spec;
  spec.key = key;
  spec.elem = elem;
  spec.hash = hash;
  spec.seed = seed;
  return spec;
}

// ---- typed: each key kind once, each elem kind twice or more, large ones of either side paired
// with small, large, owning and empty ones of the other ----

template <KeyKind K, ElemKind E>
struct Pair {
  static constexpr KeyKind key = K;
  static constexpr ElemKind elem = E;
};
using Pairs =
    testing::Types<Pair<KeyKind::u8, ElemKind::big>, Pair<KeyKind::u16, ElemKind::u8>,
                   Pair<KeyKind::u32, ElemKind::string>, Pair<KeyKind::u64, ElemKind::empty>,
                   Pair<KeyKind::i64, ElemKind::owning>, Pair<KeyKind::f32, ElemKind::u32>,
                   Pair<KeyKind::f64, ElemKind::pointer>, Pair<KeyKind::c64, ElemKind::big>,
                   Pair<KeyKind::c128, ElemKind::u64>, Pair<KeyKind::boolean, ElemKind::string>,
                   Pair<KeyKind::string, ElemKind::u8>, Pair<KeyKind::interface, ElemKind::owning>,
                   Pair<KeyKind::array, ElemKind::u32>, Pair<KeyKind::padded, ElemKind::pointer>,
                   Pair<KeyKind::owning, ElemKind::string>, Pair<KeyKind::big, ElemKind::empty>,
                   Pair<KeyKind::bigfloat, ElemKind::big>, Pair<KeyKind::empty, ElemKind::u64>,
                   Pair<KeyKind::pointer, ElemKind::owning>>;

template <class P>
class TypedFace : public testing::Test {
 protected:
  using ThePort = TypedPort<P::key, P::elem>;
  static MapSpec spec(std::uint8_t seed) {
    return spec_of(P::key, P::elem, HashMode::strong, seed);
  }
};
struct PairNames {
  template <class P>
  static std::string GetName(int) {
    return std::string(name(P::key)) + "_" + std::string(name(P::elem));
  }
};
TYPED_TEST_SUITE(TypedFace, Pairs, PairNames);

TYPED_TEST(TypedFace, KeepsItsPromisesAtAllSizes) {
  CHECKS("len/exact", "access/present", "access/absent", "access/current-elem",
         "assign/new-elem-zero", "access/zero-on-miss", "iter/complete", "iter/once");
  typename TestFixture::ThePort port;
  expect_passes(changes_at_all_sizes(this->spec(1)), port);
}
TYPED_TEST(TypedFace, KeepsItsPromisesUnderWalks) {
  CHECKS("iter/complete", "iter/once", "iter/no-deleted", "iter/current-elem", "iter/clear-stops");
  typename TestFixture::ThePort port;
  for (std::uint8_t seed = 0; seed < 8; seed++) {
    expect_passes(changes_under_walks(this->spec(seed)), port);
    expect_passes(clears_under_walks(this->spec(seed)), port);
  }
}
TYPED_TEST(TypedFace, KeepsItsPromisesForAwkwardKeys) {
  CHECKS("nan/insert-distinct", "nan/not-found", "nan/iterated-once", "zero/sign-key-update",
         "panic/unhashable", "nil/read-ok", "panic/nil-put", "nil/len-zero");
  typename TestFixture::ThePort port;
  expect_passes(awkward_keys(this->spec(1)), port);
}
TYPED_TEST(TypedFace, KeepsItsPromisesInGeneratedPrograms) {
  CHECKS("len/exact", "access/present", "iter/complete", "iter/once", "panic/unexpected");
  typename TestFixture::ThePort port;
  for (std::uint8_t seed = 0; seed < 40; seed++) {
    expect_passes(generate(this->spec(seed), seed, {.ops = 100}), port);
  }
}

// ---- descriptor: all pairs ----

class EveryPair : public testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {
 protected:
  static MapSpec spec(HashMode hash, std::uint8_t seed = 1) {
    const auto [key, elem] = GetParam();
    return spec_of(static_cast<KeyKind>(key), static_cast<ElemKind>(elem), hash, seed);
  }
  static RunOptions audited() {
    RunOptions options;
    options.audit_at_end = true;
    options.audit_every = 97;
    return options;
  }
};
std::string pair_name(const testing::TestParamInfo<EveryPair::ParamType>& pair) {
  const auto [key, elem] = pair.param;
  return std::string(name(KeyKind(key))) + "_" + std::string(name(ElemKind(elem)));
}
INSTANTIATE_TEST_SUITE_P(Kinds, EveryPair,
                         testing::Combine(testing::Range(std::size_t{0}, kKeyKinds),
                                          testing::Range(std::size_t{0}, kElemKinds)),
                         pair_name);

constexpr HashMode kModes[] = {HashMode::strong, HashMode::identity, HashMode::low, HashMode::top,
                               HashMode::constant};

TEST_P(EveryPair, KeepsItsPromisesAtAllSizes) {
  CHECKS("len/exact", "access/present", "access/absent", "access/current-elem", "hash/degenerate",
         "assign/new-elem-zero", "access/zero-on-miss", "layout/cell-sizes");
  const auto port = make_gomap_port(0);
  for (const HashMode mode : kModes) {
    expect_passes(changes_at_all_sizes(spec(mode)), *port, audited());
  }
}
TEST_P(EveryPair, KeepsItsPromisesUnderWalks) {
  CHECKS("iter/complete", "iter/once", "iter/no-deleted", "iter/current-elem", "iter/clear-stops");
  const auto corrected = make_gomap_port(gomap::correction::all);
  for (const HashMode mode : kModes) {
    expect_passes(changes_under_walks(spec(mode)), *corrected, audited());
    expect_passes(clears_under_walks(spec(mode)), *corrected, audited());
  }
}
TEST_P(EveryPair, KeepsItsPromisesForAwkwardKeys) {
  CHECKS("nan/insert-distinct", "nan/not-found", "nan/iterated-once", "zero/sign-key-update",
         "panic/unhashable", "nil/read-ok", "panic/nil-put", "nil/len-zero");
  const auto corrected = make_gomap_port(gomap::correction::all);
  for (const HashMode mode : kModes) {
    expect_passes(awkward_keys(spec(mode)), *corrected, audited());
  }
}
TEST_P(EveryPair, KeepsItsPromisesInGeneratedPrograms) {
  CHECKS("len/exact", "access/present", "iter/complete", "iter/once", "panic/unexpected");
  const auto corrected = make_gomap_port(gomap::correction::all);
  for (std::uint8_t seed = 0; seed < 10; seed++) {
    const HashMode mode = kModes[seed % std::size(kModes)];
    expect_passes(generate(spec(mode, seed), seed, {.ops = 60}), *corrected, audited());
  }
}

}  // namespace
}  // namespace mapproof
