// Other people's maps through the ready adapter: they keep what they promise, and the adapter hides
// nothing of a map that does not.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "conformance/ports/std_like.h"
#include "conformance/ports/std_ports.h"
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
    "map f64 u64\nput 0\nput -0\nlen\niter a\ndrain a\nput 0\niter a\ndrain a\n",
    "map iface u64\nput nil\nput 0\nput unhashable\nget unhashable\ndel unhashable\nlen\n",
    "map iface u64\nhas unhashable\nnil\nput unhashable\nhas unhashable\nlen\n",
    "map u64 u64\nputrange 0 5\niter a\nnext a\nnil\nput 1\nget 1\nlen\ndrain a\niter b\nnext b\n",
    "map owning owning\nfill 3 200\nempty 3 100\niter a\ndrain a\nclear\nlen\nfill 3 10\nlen\n",
    "map u64 u64\nclear\nput 1\nclear\nhas 1\nlen\niter a\ndrain a\n",
};

class ForeignMap : public testing::TestWithParam<std::unique_ptr<Port> (*)()> {};

constexpr std::array kMakers = {&make_std_unordered_map_port, &make_absl_flat_hash_map_port,
                                &make_boost_unordered_map_port};
constexpr std::array kMakerNames = {"Std", "Absl", "Boost"};

INSTANTIATE_TEST_SUITE_P(Ports, ForeignMap, testing::ValuesIn(kMakers),
                         [](const auto& test) { return kMakerNames.at(test.index); });

TEST_P(ForeignMap, PassesWrittenPrograms) {
  const auto port = GetParam()();
  Judge judge;
  for (const char* text : kHandwritten) {
    const Program program = program_of(text);
    ASSERT_TRUE(port->supports(program.spec)) << text;
    const RunResult result = run(program, *port, &judge);
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
  const auto port = GetParam()();
  for (const Kinds& kinds : kPairs) {
    std::uint64_t steps = 0;
    EXPECT_EQ(broken(*port, kinds, 150, &steps), "") << name(kinds.first);
    EXPECT_GT(steps, 150U * 30U) << name(kinds.first);
  }
}

TEST_P(ForeignMap, LeaksNoObject) {
  const std::int64_t before = Owning::live();
  {
    const auto port = GetParam()();
    Judge judge;
    EXPECT_TRUE(
        run(program_of("map owning owning\nfill 3 200\niter a\nnext a\n"), *port, &judge).ok());
    EXPECT_GT(Owning::live(), before);  // they are real objects, as long as the port has them
  }
  EXPECT_EQ(Owning::live(), before);
}

TEST_P(ForeignMap, RefusesKindsItHasNoMapFor) {
  const auto port = GetParam()();
  const Program program = program_of("map c64 u32\nput 1\n");
  EXPECT_FALSE(port->supports(program.spec));
  const RunResult result = run(program, *port, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "panic/unexpected");
}

TEST_P(ForeignMap, PromisesNothingAboutNaNs) {
  const auto port = GetParam()();
  std::string why;
  EXPECT_FALSE(asks_only_promised(program_of("map f64 u64\nput nan\n"), port->info(), &why));
  EXPECT_EQ(why, "NaN keys");
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
