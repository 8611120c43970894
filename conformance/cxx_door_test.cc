// The C++ door: adapters become tables of the C door that hide nothing and add nothing. What the
// compiler says of adapters that lack something is tested by cxx_door/messages.cmake, and what
// users install by cxx_door/consumers.cmake.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/effort.h"
#include "conformance/ports/registry.h"
#include "conformance/test_program.h"
#include "oracle/doors/c_port.h"
#include "oracle/doors/include/mapproof/port.h"
#include "oracle/doors/library_port.h"
#include "oracle/generate.h"
#include "oracle/run.h"

namespace {

using mapproof::ElemKind;
using mapproof::KeyKind;
using mapproof::Port;
using mapproof::Program;
using mapproof::program_of;
using mapproof::doors::make_c_port;

// All that a port answers to a program, and what the judge says.
std::string answers(const Program& program, Port& port) {
  std::string text;
  mapproof::RunOptions options;
  options.trace = [&text](std::size_t op, std::size_t step, const std::string& result) {
    text += std::to_string(op) + "." + std::to_string(step) + " " + result + "\n";
  };
  mapproof::Judge judge;
  const auto result = mapproof::run(program, port, &judge, options);
  return text + (result.ok() ? "holds" : result.verdict->sentence());
}

constexpr std::pair<KeyKind, ElemKind> kGomapPairs[] = {
    {KeyKind::u64, ElemKind::u64},    {KeyKind::u64, ElemKind::string},
    {KeyKind::f64, ElemKind::u64},    {KeyKind::f64, ElemKind::string},
    {KeyKind::string, ElemKind::u64}, {KeyKind::string, ElemKind::string}};

// ---- the port of Go's map: both doors to it give the same ----

TEST(GomapThroughTheCxxDoor, AnswersRandomProgramsAsTheBuiltInPort) {
  const auto port = make_c_port(mapproof::doors::load_port(MAPPROOF_GOMAP_CXX_PORT));
  const auto built_in = mapproof::find_port("gomap")->make();
  std::size_t broken = 0;
  for (std::uint64_t seed = 0; seed < (mapproof::kSlow ? 150 : 600); ++seed) {
    mapproof::MapSpec spec = mapproof::generate_spec(seed);
    std::tie(spec.key, spec.elem) = kGomapPairs[seed % std::size(kGomapPairs)];
    spec.hashes.clear();
    const Program program = mapproof::generate(spec, seed, {});
    ASSERT_TRUE(port->supports(program.spec));
    const std::string expected = answers(program, *built_in);
    ASSERT_EQ(answers(program, *port), expected) << mapproof::print(program);
    broken += expected.ends_with("holds") ? 0 : 1;
  }
  EXPECT_LT(broken, 100U);  // so that most programs were compared to their end
}

TEST(GomapThroughTheCxxDoor, AnswersTheCorpusAsTheBuiltInPort) {
  const auto port = make_c_port(mapproof::doors::load_port(MAPPROOF_GOMAP_CXX_PORT));
  const auto built_in = mapproof::find_port("gomap")->make();
  std::size_t compared = 0;
  std::size_t broken = 0;
  for (const auto& file : mapproof::corpus_files(".")) {
    const Program program = mapproof::read_program(file);
    if (!port->supports(program.spec)) continue;
    const std::string expected = answers(program, *built_in);
    ASSERT_EQ(answers(program, *port), expected) << file;
    ++compared;
    broken += expected.ends_with("holds") ? 0 : 1;
  }
  EXPECT_GT(compared, 50U);
  EXPECT_GT(broken, 0U);  // the defects on record get through the door, too
}

TEST(GomapThroughTheCxxDoor, ClaimsWhatTheBuiltInPortClaims) {
  const auto port = make_c_port(mapproof::doors::load_port(MAPPROOF_GOMAP_CXX_PORT));
  const auto built_in = mapproof::find_port("gomap")->make();
  const mapproof::PortInfo& claimed = port->info();
  const mapproof::PortInfo& wanted = built_in->info();
  EXPECT_EQ(claimed.name, wanted.name);
  EXPECT_EQ(claimed.profile, wanted.profile);
  EXPECT_EQ(claimed.forces_hashes, wanted.forces_hashes);
  EXPECT_EQ(claimed.forces_starts, wanted.forces_starts);
  EXPECT_EQ(claimed.nan_keys, wanted.nan_keys);
  EXPECT_EQ(claimed.nil_maps, wanted.nil_maps);
  EXPECT_EQ(claimed.erases_in_walk, wanted.erases_in_walk);
  EXPECT_EQ(claimed.updates_keys, wanted.updates_keys);
  for (std::size_t key = 0; key < mapproof::kKeyKinds; ++key) {
    for (std::size_t elem = 0; elem < mapproof::kElemKinds; ++elem) {
      const mapproof::MapSpec spec{.key = static_cast<KeyKind>(key),
                                   .elem = static_cast<ElemKind>(elem)};
      const bool listed = std::find(std::begin(kGomapPairs), std::end(kGomapPairs),
                                    std::pair(spec.key, spec.elem)) != std::end(kGomapPairs);
      EXPECT_EQ(port->supports(spec), listed) << name(spec.key) << " " << name(spec.elem);
    }
  }
}

// ---- std-like maps ----

// The property that a port breaks first on random programs of a pair of kinds, or "".
std::string broken_by(Port& port, KeyKind key, ElemKind elem, std::uint64_t programs = 150) {
  mapproof::Judge judge;
  std::uint64_t steps = 0;
  for (std::uint64_t seed = 0; seed < programs; ++seed) {
    mapproof::MapSpec spec = mapproof::generate_spec(seed);
    spec.key = key;
    spec.elem = elem;
    spec.hashes.clear();
    EXPECT_TRUE(port.supports(spec));
    Program program = mapproof::generate(
        spec, seed, {.profile = port.info().profile, .nan_keys = port.info().nan_keys});
    std::erase_if(program.ops, [&](const mapproof::Op& op) {
      return op.code == mapproof::OpCode::nil && !port.info().nil_maps;
    });
    std::string why;
    if (!asks_only_promised(program, port.info(), &why)) continue;
    const auto result = run(program, port, &judge);
    if (result.verdict) return result.verdict->property;
    steps += result.steps;
  }
  EXPECT_GT(steps, programs * 20);
  return "";
}

TEST(StdLikePort, KeepsWhatItPromisesForEachPairOfKinds) {
  const auto port = make_c_port(mapproof::doors::load_port(MAPPROOF_STD_CXX_PORT));
  EXPECT_EQ(port->info().name, "std::unordered_map");
  EXPECT_EQ(port->info().profile, mapproof::Profile::std_like);
  for (const auto& [key, elem] : kGomapPairs) EXPECT_EQ(broken_by(*port, key, elem), "");
  EXPECT_EQ(broken_by(*port, KeyKind::u32, ElemKind::u32), "");
  EXPECT_EQ(broken_by(*port, KeyKind::i64, ElemKind::u64), "");
  EXPECT_EQ(broken_by(*port, KeyKind::owning, ElemKind::owning), "");
  EXPECT_EQ(broken_by(*port, KeyKind::big, ElemKind::u64), "");
}

TEST(StdLikePort, GoesOnWithAWalkWhenItsNextEntryIsErased) {
  const auto port = make_c_port(mapproof::doors::load_port(MAPPROOF_STD_CXX_PORT));
  mapproof::Judge judge;
  for (const char* text :
       {"map u64 u64\nput 1\niter a\nnext a\ndel 1\ndrain a\nlen\n",
        "map u64 u64\nputrange 0 9\niter a\nnext a\niter b\nnext b 4\ndelrange 0 8\ndrain a\n"
        "drain b\n",
        "map str str\nputrange 0 40\niter a\nnext a 3\ndelrange 0 40\ndrain a\nlen\n"}) {
    const auto result = run(program_of(text), *port, &judge);
    EXPECT_TRUE(result.ok()) << result.verdict->sentence() << "\n" << text;
  }
}

TEST(StdLikePort, HashesAsTheProgramSays) {
  const auto port = make_c_port(mapproof::doors::load_port(MAPPROOF_STD_CXX_PORT));
  EXPECT_TRUE(port->info().forces_hashes);
  mapproof::Judge judge;
  // The host objects to a port that claims to ask for hashes and does not.
  EXPECT_TRUE(run(program_of("map u64 u64 hash=constant\nputrange 0 200\n"), *port, &judge).ok());
}

template <class K, class E, class H, class Eq>
struct SkippingMap : std::unordered_map<K, E, H, Eq> {
  using Base = std::unordered_map<K, E, H, Eq>;
  using Base::Base;
  auto begin() {
    auto at = Base::begin();
    return at == this->end() ? at : ++at;
  }
};
template <class K, class E, class H, class Eq>
struct ForgettingMap : std::unordered_map<K, E, H, Eq> {
  using Base = std::unordered_map<K, E, H, Eq>;
  using Base::Base;
  void erase(typename Base::iterator at) {
    if (++erased % 10 != 0) Base::erase(at);
  }
  unsigned erased = 0;
};
using OnePair = mapproof::pairs<mapproof::pair<std::uint64_t, std::uint64_t>>;

TEST(StdLikePort, HidesNothingOfABrokenMap) {
  const auto skipping = make_c_port(mapproof::detail::std_like_port<SkippingMap, OnePair>("s"));
  EXPECT_EQ(broken_by(*skipping, KeyKind::u64, ElemKind::u64), "iter/complete");
  const auto forgetting = make_c_port(mapproof::detail::std_like_port<ForgettingMap, OnePair>("f"));
  EXPECT_NE(broken_by(*forgetting, KeyKind::u64, ElemKind::u64), "");
}

// ---- adapters of one's own ----

// As little as will do, over a map that knows nothing of hashes.
template <class Key, class Elem, class Hash, class Equal>
class Minimal {
 public:
  Elem* find(const Key& key) {
    const auto at = map_.find(key);
    return at == map_.end() ? nullptr : &at->second;
  }
  void assign(const Key& key, const Elem& elem) { map_[key] = elem; }
  bool erase(const Key& key) { return map_.erase(key) != 0; }
  std::size_t size() const { return map_.size(); }

 protected:
  std::map<Key, Elem> map_;
};

TEST(OwnAdapter, NeedsFourMembers) {
  const mapproof_port_api* api =
      mapproof::detail::port<mapproof::profile::std, Minimal, OnePair>("minimal");
  EXPECT_EQ(mapproof::doors::objection(api), "");
  EXPECT_EQ(api->clear, nullptr);
  EXPECT_EQ(api->features, MAPPROOF_ERASE_IN_WALK);
  const auto port = make_c_port(api);
  mapproof::Judge judge;
  const auto result =
      run(program_of("map u64 u64\nputrange 0 9\nget 3\nhas 10\ndel 3\ndel 3\nhas 3\nlen\n"), *port,
          &judge);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
  const auto walked = run(program_of("map u64 u64\nput 1\niter a\nnext a\n"), *port, &judge);
  ASSERT_FALSE(walked.ok());
  EXPECT_NE(walked.verdict->sentence().find("no member iterate"), std::string::npos)
      << walked.verdict->sentence();
}

struct Seen {
  std::size_t reserved = 0;
  std::int64_t hint = -7;
  std::size_t room = 0;
  std::uint64_t seed = 0;
};
Seen g_seen;

// All members.
template <class Key, class Elem, class Hash, class Equal>
class Maximal : public Minimal<Key, Elem, Hash, Equal> {
 public:
  explicit Maximal(const mapproof::options& options) {
    g_seen = {.reserved = 0, .hint = options.hint, .room = options.room, .seed = options.seed};
  }
  explicit Maximal(std::nullptr_t) : nil_(true) {}
  void assign(const Key& key, const Elem& elem) {
    if (nil_) throw mapproof::nil_map_error();
    Minimal<Key, Elem, Hash, Equal>::assign(key, elem);
  }
  void reserve(std::size_t room) { g_seen.reserved = room; }
  void clear() { this->map_.clear(); }
  struct Walk {
    std::map<Key, Elem>* map;
    typename std::map<Key, Elem>::iterator at = map->begin();
    bool next(const Key*& key, const Elem*& elem) {
      if (at == map->end()) return false;
      key = &at->first;
      elem = &at++->second;
      return true;
    }
  };
  Walk iterate(const mapproof_start*) { return {&this->map_}; }

 private:
  bool nil_ = false;
};

const mapproof_port_api* maximal() {
  return mapproof::detail::port<mapproof::profile::go, Maximal, OnePair>("maximal");
}

TEST(OwnAdapter, ClaimsWhatItsMembersAndItsProfileSay) {
  EXPECT_STREQ(maximal()->profile, "go");
  EXPECT_NE(maximal()->clear, nullptr);
  EXPECT_EQ(maximal()->features, MAPPROOF_HASHES | MAPPROOF_STARTS | MAPPROOF_NAN_KEYS |
                                     MAPPROOF_NIL_MAPS | MAPPROOF_ERASE_IN_WALK |
                                     MAPPROOF_KEY_UPDATE);
}

template <class Key, class Elem, class Hash, class Equal>
struct Modest : Minimal<Key, Elem, Hash, Equal> {
  static constexpr std::uint32_t features = MAPPROOF_KEY_UPDATE;
};
TEST(OwnAdapter, ClaimsWhatItSaysItself) {
  const auto* api = mapproof::detail::port<mapproof::profile::go, Modest, OnePair>("modest");
  EXPECT_EQ(api->features, MAPPROOF_KEY_UPDATE);
}

TEST(OwnAdapter, IsToldHintAndSeed) {
  const auto port = make_c_port(maximal());
  port->make(program_of("map u64 u64 hint=40 hash0=9\nlen\n").spec);
  EXPECT_EQ(g_seen.hint, 40);
  EXPECT_EQ(g_seen.room, 40U);
  EXPECT_EQ(g_seen.reserved, 40U);
  EXPECT_EQ(g_seen.seed, 9U);
  mapproof::MapSpec absurd;
  for (const std::int64_t hint : {std::int64_t{-1}, std::int64_t{1} << 62, INT64_MAX}) {
    absurd.hint = hint;
    port->make(absurd);
    EXPECT_EQ(g_seen.hint, hint);
    EXPECT_EQ(g_seen.room, 0U);
    EXPECT_EQ(g_seen.reserved, 0U);
  }
}

TEST(OwnAdapter, AnswersForItsNilMap) {
  const auto port = make_c_port(maximal());
  mapproof::Judge judge;
  const auto result = run(program_of("map u64 u64\nput 1\niter a\nnil\ndrain a\nhas 1\nget 1\nlen\n"
                                     "del 1\nclear\niter b\ndrain b\nput 1\nlen\n"),
                          *port, &judge);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
}

// ---- errors ----

// The key says what is thrown.
template <class Key, class Elem, class Hash, class Equal>
class Throwing : public Minimal<Key, Elem, Hash, Equal> {
 public:
  void assign(const Key& key, const Elem&) {
    switch (key) {
      case 0:
        throw mapproof::nil_map_error();
      case 1:
        throw mapproof::unhashable_error();
      case 2:
        throw mapproof::changed_error();
      case 3:
        throw std::runtime_error("two\nlines");
      default:
        throw 7;
    }
  }
  Elem* find(const Key&) { throw std::runtime_error(std::string(1000, 'x')); }
  std::size_t size() const { throw std::runtime_error("cannot count"); }
};

// A host of as little as will do.
struct TinyHost {
  mapproof_host table{};
  TinyHost() {
    table.struct_size = sizeof table;
    table.key = {"u64", 8};
    table.elem = {"u64", 8};
    table.hash = [](void*, mapproof_bytes, std::uint64_t) { return std::uint64_t{0}; };
    table.hashable = [](void*, mapproof_bytes key) {
      return *static_cast<const std::uint64_t*>(key.data) == 99 ? 0 : 1;
    };
  }
};
mapproof_bytes image(const std::uint64_t& value) { return {&value, sizeof value}; }

TEST(Errors, NeverCrossTheDoor) {
  const auto* api = mapproof::detail::port<mapproof::profile::std, Throwing, OnePair>("throwing");
  const TinyHost host;
  void* map = api->create(&host.table);
  ASSERT_NE(map, nullptr);
  const std::uint64_t elem = 5;
  const auto assign = [&](std::uint64_t key) { return api->assign(map, image(key), image(elem)); };
  EXPECT_EQ(assign(0), MAPPROOF_NIL_MAP);
  EXPECT_EQ(assign(1), MAPPROOF_UNHASHABLE);
  EXPECT_EQ(assign(2), MAPPROOF_CHANGED);
  EXPECT_EQ(assign(3), MAPPROOF_FAILED);
  EXPECT_STREQ(api->last_error(), "two lines");
  EXPECT_EQ(assign(4), MAPPROOF_FAILED);
  EXPECT_STREQ(api->last_error(), "something was thrown that is no std::exception");
  mapproof_bytes found{};
  EXPECT_EQ(api->find(map, image(elem), &found), MAPPROOF_FAILED);
  EXPECT_EQ(std::strlen(api->last_error()), 255U);  // cut, not overrun
  EXPECT_EQ(api->size(map), static_cast<std::size_t>(-1));
  // Keys that the host calls unhashable do not get to the map.
  EXPECT_EQ(assign(99), MAPPROOF_UNHASHABLE);
  EXPECT_EQ(api->erase(map, image(99)), MAPPROOF_UNHASHABLE);
  // Nor do images of another size.
  EXPECT_EQ(api->erase(map, {&elem, 3}), MAPPROOF_FAILED);
  EXPECT_STREQ(api->last_error(), "3 bytes are no u64");
  api->destroy(map);
}

TEST(Errors, ThatANilMapIsNotThereIsOne) {
  const auto* api = mapproof::detail::port<mapproof::profile::std, Minimal, OnePair>("minimal");
  const TinyHost host;
  void* map = api->create(&host.table);
  const std::uint64_t number = 5;
  EXPECT_EQ(api->erase(nullptr, image(number)), MAPPROOF_FAILED);
  EXPECT_STREQ(api->last_error(), "there is no nil map of this kind");
  api->destroy(map);
}

TEST(Errors, KindsThatThereIsNoMapForAreRefused) {
  const auto* api = mapproof::detail::port<mapproof::profile::std, Minimal, OnePair>("minimal");
  TinyHost host;
  EXPECT_EQ(api->supports(host.table.key, host.table.elem), 1);
  host.table.key.name = "i64";
  EXPECT_EQ(api->supports(host.table.key, host.table.elem), 0);
  EXPECT_EQ(api->create(&host.table), nullptr);
  EXPECT_STREQ(api->last_error(), "no map of these kinds");
}

// ---- objects that own memory ----

std::string verdict_on(const std::string& way, const std::string& program,
                       std::chrono::milliseconds time_limit = std::chrono::minutes(1)) {
  mapproof::doors::LibraryOptions options;
  options.time_limit = time_limit;
  const auto port = mapproof::doors::make_library_port(
      MAPPROOF_PORTS_DIR "/libcxx_port_that_" + way + ".so", options);
  mapproof::Judge judge;
  const auto result = mapproof::run(program_of(program), *port, &judge);
  return result.ok() ? "holds" : result.verdict->property;
}

TEST(BrokenCxxPorts, AreToldForWhatTheyAre) {
  constexpr std::chrono::milliseconds kShort(500);  // a late one takes three times 300
  EXPECT_EQ(verdict_on("lies", "map u64 u64\nputrange 0 64\n"), "port/features");
  EXPECT_EQ(verdict_on("crashes", "map u64 u64\nputrange 0 9\n"), "port/crash");
  EXPECT_EQ(verdict_on("hangs", "map u64 u64\nputrange 0 9\n", kShort), "port/hang");
  EXPECT_EQ(verdict_on("is_late", "map u64 u64\nput 1\nget 1\nget 1\nget 1\n", kShort),
            "port/hang");
  EXPECT_EQ(verdict_on("talks_nonsense", "map u64 u64\nput 1\niter a\ndrain a\n"), "iter/known");
  EXPECT_EQ(verdict_on("forgets", "map u64 u64\nputrange 0 9\nlen\n"), "len/exact");
}

TEST(BrokenCxxPorts, HoldWhereTheyDoNotMisbehave) {
  for (const char* way : {"lies", "crashes", "hangs", "talks_nonsense", "forgets"}) {
    EXPECT_EQ(verdict_on(way, "map u64 u64\nputrange 0 8\nhas 3\ndel 3\nlen\n"), "holds") << way;
  }
}

TEST(OwningObjects, ShowWhatIsForgotten) {
  const auto port = mapproof::doors::make_library_port(MAPPROOF_LEAKING_CXX_PORT);
  const auto result = run(program_of("map owning owning\nput 1\ndel 1\n"), *port, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "port/leak");
}

TEST(OwningObjects, ShowWhatIsDestroyedTwice) {
  const auto port = mapproof::doors::make_library_port(MAPPROOF_DESTROYING_CXX_PORT);
  const auto result = run(program_of("map owning owning\nput 1\ndel 1\n"), *port, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.verdict->property, "port/crash");
}

TEST(OwningObjects, LoseNothingInAMapThatIsCareful) {
  const auto port = mapproof::doors::make_library_port(MAPPROOF_STD_CXX_PORT);
  mapproof::Judge judge;
  const auto result =
      run(program_of("map owning owning\nfill 3 200\nempty 3 100\niter a\nnext a 5\nclear\nlen\n"
                     "fill 3 10\n"),
          *port, &judge);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
}

}  // namespace
