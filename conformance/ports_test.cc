// Other people's maps through the ready adapter: they keep what they promise, and the adapter hides
// nothing of a map that does not.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "conformance/effort.h"
#include "conformance/ports/registry.h"
#include "conformance/ports/std_like.h"
#include "conformance/test_program.h"
#include "oracle/generate.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

using Kinds = std::pair<KeyKind, ElemKind>;
constexpr std::array kPairs = {
    Kinds{KeyKind::u64, ElemKind::u64},       Kinds{KeyKind::u32, ElemKind::u8},
    Kinds{KeyKind::f64, ElemKind::u64},       Kinds{KeyKind::string, ElemKind::string},
    Kinds{KeyKind::interface, ElemKind::u64}, Kinds{KeyKind::owning, ElemKind::owning},
    Kinds{KeyKind::big, ElemKind::big},       Kinds{KeyKind::padded, ElemKind::u64},
    Kinds{KeyKind::array, ElemKind::u32},     Kinds{KeyKind::pointer, ElemKind::pointer},
    Kinds{KeyKind::empty, ElemKind::empty}};

constexpr std::array kHandwritten = {
    "map u64 u64\nput 1\nput 1\nget 1\nget 2\nhas 2\ndel 1\ndel 1\nlen\n",
    // The entry that a walk stands on may be erased, up to the last one.
    "map u64 u64\nput 1\niter a\nnext a\ndel 1\ndrain a\nlen\n",
    "map u64 u64\nputrange 0 3\niter a\nnext a\niter b\nnext b 3\ndrain b\ndrain a\n",
    "map u64 u64 hash=constant\nputrange 0 40\ndelrange 0 39\nlen\nhas 39\niter a\ndrain a\n",
    // Any entry may be, while two walks are under way.
    "map u64 u64\nputrange 0 9\niter a\nnext a\niter b\nnext b 4\ndelrange 0 8\ndrain a\ndrain b\n",
    "map str str\nput \"\"\nput 1\nhas \"\"\ndel \"\"\niter a\ndrain a\n",
    "map f64 u64\nput 0\nput 0\nlen\nhas -0\niter a\ndrain a\ndel -0\nput -0\niter a\ndrain a\n",
    "map iface u64\nput nil\nput 0\nput unhashable\nget unhashable\ndel unhashable\nlen\n",
    "map iface u64\nhas unhashable\nnil\nput unhashable\nhas unhashable\nlen\n",
    "map u64 u64\nputrange 0 5\niter a\nnext a\nnil\nput 1\nget 1\nlen\ndrain a\niter b\nnext b\n",
    "map owning owning\nfill 3 200\nempty 3 100\niter a\ndrain a\nclear\nlen\nfill 3 10\nlen\n",
    "map u64 u64\nclear\nput 1\nclear\nhas 1\nlen\niter a\ndrain a\n",
};

// By the short names that the tools take.
class ForeignMap : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const PortEntry* entry = find_port(GetParam());
    ASSERT_NE(entry, nullptr);
    const std::string why_not = entry->why_not ? entry->why_not() : "";
    if (!why_not.empty()) {
      EXPECT_EQ(why_not.rfind("not built in: install lib", 0), 0U) << why_not;
      EXPECT_THROW(entry->make(), std::runtime_error);
      GTEST_SKIP() << entry->name << ": " << why_not;
    }
    port_ = entry->make();
  }
  // Of google::dense_hash_map: two keys must be left over.
  bool stores(KeyKind kind) const {
    return kind != KeyKind::empty || port_->info().name != "google::dense_hash_map";
  }

  std::unique_ptr<Port> port_;
};

INSTANTIATE_TEST_SUITE_P(Ports, ForeignMap,
                         testing::Values("std", "absl", "node", "boost", "dense", "hopscotch"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(ForeignMap, PassesWrittenPrograms) {
  Judge judge;
  for (const char* text : kHandwritten) {
    const Program program = program_of(text);
    ASSERT_TRUE(port_->supports(program.spec)) << text;
    const RunResult result = run(program, *port_, &judge);
    EXPECT_TRUE(result.ok()) << result.verdict->sentence() << "\n" << text;
  }
}

// Runs generated programs of one pair of kinds; gives the property broken first, or "".
std::string broken(Port& port, const Kinds& kinds, std::uint64_t programs, std::uint64_t* steps) {
  Judge judge;
  for (std::uint64_t seed = 0; seed < programs; ++seed) {
    MapSpec spec = generate_spec(seed);
    spec.key = kinds.first;
    spec.elem = kinds.second;
    spec.hashes.clear();
    spec.hint = static_cast<std::int64_t>(seed % 100);
    const Program program = generate(spec, seed, options_for(port.info()));
    std::string why;
    EXPECT_TRUE(asks_only_promised(program, port.info(), &why)) << why;
    const RunResult result = run(program, port, &judge);
    *steps += result.steps;
    if (result.verdict) {
      return result.verdict->property;
    }
  }
  return "";
}

TEST_P(ForeignMap, PassesGeneratedPrograms) {
  constexpr std::uint64_t kPrograms = kSlow ? 50 : 500;
  for (const Kinds& kinds : kPairs) {
    MapSpec spec;
    spec.key = kinds.first;
    spec.elem = kinds.second;
    EXPECT_EQ(port_->supports(spec), stores(kinds.first)) << name(kinds.first);
    if (!stores(kinds.first)) continue;
    std::uint64_t steps = 0;
    EXPECT_EQ(broken(*port_, kinds, kPrograms, &steps), "") << name(kinds.first);
    EXPECT_GT(steps, kPrograms * 30) << name(kinds.first);
  }
}

TEST_P(ForeignMap, LeaksNoObject) {
  const std::int64_t before = Owning::live();
  Judge judge;
  EXPECT_TRUE(
      run(program_of("map owning owning\nfill 3 200\niter a\nnext a\n"), *port_, &judge).ok());
  EXPECT_GT(Owning::live(), before);  // they are real objects, as long as the port has them
  port_.reset();
  EXPECT_EQ(Owning::live(), before);
}

TEST_P(ForeignMap, RefusesKindsItHasNoMapFor) {
  const Program program = program_of("map c64 u32\nput 1\n");
  EXPECT_FALSE(port_->supports(program.spec));
  const RunResult result = run(program, *port_, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "panic/unexpected");
}

TEST_P(ForeignMap, PromisesNothingAboutNaNs) {
  std::string why;
  EXPECT_FALSE(asks_only_promised(program_of("map f64 u64\nput nan\n"), port_->info(), &why));
  EXPECT_EQ(why, "NaN keys");
}

TEST_P(ForeignMap, LetsTheCurrentEntryOfAWalkBeErased) {
  ASSERT_TRUE(port_->info().erases_in_walk);
  constexpr std::uint32_t kEntries = 100;
  port_->make(MapSpec{});
  for (std::uint32_t key = 0; key < kEntries; ++key) port_->put({key, 0}, key + 1);
  std::set<std::uint32_t> seen;
  for (Step step = port_->begin(0, {}); !step.end; step = port_->next(0)) {
    EXPECT_TRUE(seen.insert(step.key.index).second);
    port_->del(step.key);
  }
  EXPECT_EQ(seen.size(), kEntries);
  EXPECT_EQ(port_->len(), 0U);
}

TEST_P(ForeignMap, KeepsTheKeyThatIsThere) {
  ASSERT_FALSE(port_->info().updates_keys);
  port_->make(program_of("map f64 u64\n").spec);
  port_->put({0, 0}, 1);
  port_->put({kNegativeZero, 0}, 2);
  const Step step = port_->begin(0, {});
  EXPECT_EQ(step.key, (KeyId{0, 0}));
  EXPECT_EQ(step.stamp, 2U);
  EXPECT_TRUE(port_->next(0).end);
}

TEST_P(ForeignMap, StatesItsOtherLimits) {
  EXPECT_EQ(port_->info().profile, Profile::std_like);
  EXPECT_TRUE(port_->info().forces_hashes);
  EXPECT_FALSE(port_->info().forces_starts);
  EXPECT_FALSE(port_->info().nil_maps);
  EXPECT_FALSE(port_->info().lays_out_buckets);
  std::string why;
  EXPECT_FALSE(asks_only_promised(program_of("map f64 u64\nnil\n"), port_->info(), &why));
}

// ---- maps that break their promise, through the same adapter ----

template <class Key, class Elem, class Hash, class Equal>
using Base = std::unordered_map<Key, Elem, Hash, Equal>;

// Forgets to erase one entry in ten.
struct ForgetfulMaps {
  static constexpr const char* kName = "forgetful";
  template <class Key, class Elem, class Hash, class Equal>
  struct Map : Base<Key, Elem, Hash, Equal> {
    using Base<Key, Elem, Hash, Equal>::Base;
    void erase(typename Base<Key, Elem, Hash, Equal>::iterator at) {
      if (++erased % 10 != 0) {
        Base<Key, Elem, Hash, Equal>::erase(at);
      }
    }
    unsigned erased = 0;
  };
};

struct MiscountingMaps {
  static constexpr const char* kName = "miscounting";
  template <class Key, class Elem, class Hash, class Equal>
  struct Map : Base<Key, Elem, Hash, Equal> {
    using Base<Key, Elem, Hash, Equal>::Base;
    std::size_t size() const { return Base<Key, Elem, Hash, Equal>::size() + 1; }
  };
};

// Starts its walks at the second entry.
struct SkippingMaps {
  static constexpr const char* kName = "skipping";
  template <class Key, class Elem, class Hash, class Equal>
  struct Map : Base<Key, Elem, Hash, Equal> {
    using Base<Key, Elem, Hash, Equal>::Base;
    auto begin() {
      auto at = Base<Key, Elem, Hash, Equal>::begin();
      return at == this->end() ? at : ++at;
    }
  };
};

template <class Family>
std::string broken_by() {
  StdLikePort<Family> port;
  std::uint64_t steps = 0;
  return broken(port, {KeyKind::u64, ElemKind::u64}, 300, &steps);
}

TEST(BrokenMap, IsCaughtWhenItForgetsToErase) {
  const std::string property = broken_by<ForgetfulMaps>();
  EXPECT_TRUE(property == "len/exact" || property == "access/absent" ||
              property == "iter/no-deleted" || property == "access/zero-on-miss")
      << property;
}

TEST(BrokenMap, IsCaughtWhenItMiscounts) { EXPECT_EQ(broken_by<MiscountingMaps>(), "len/exact"); }

TEST(BrokenMap, IsCaughtWhenItSkipsAnEntry) {
  EXPECT_EQ(broken_by<SkippingMaps>(), "iter/complete");
}

}  // namespace
}  // namespace mapproof
