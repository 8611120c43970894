// Each fuzz target finds what it is there for: a map, an oracle or a reader that is wrong in one
// point stops it, and an honest one does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/fake_port.h"
#include "conformance/port_wrappers.h"
#include "conformance/ports/faces_port.h"
#include "conformance/ports/gomap_observed.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/ports/unasked.h"
#include "conformance/small_fuzzer.h"
#include "conformance/test_program.h"
#include "fuzz/faults_target.h"
#include "fuzz/judge_target.h"
#include "fuzz/lockstep_target.h"
#include "fuzz/mutator/outline.h"
#include "fuzz/one_port.h"
#include "fuzz/round_trip.h"
#include "fuzz/shapes.h"
#include "fuzz/two_ports.h"
#include "oracle/doors/c_port.h"
#include "oracle/generate.h"
#include "oracle/goruntime/installed.h"

namespace mapproof {
namespace {

Attribution of_no_finding(const Program&, const Verdict&, const RunOptions&) {
  Attribution attribution;
  attribution.sentence = "not on record";
  return attribution;
}

template <class Corrected>
TwoPorts with_plan(const TwoPortsPlan& plan) {
  return TwoPorts(std::make_unique<Corrected>(), std::make_unique<FakePort>(), of_no_finding, plan);
}

Program random_program(std::uint64_t seed) {
  Program program;
  Random random(seed);
  for (int i = 0; i < 40; ++i) mutate(program, random);
  return program;
}

// ---- iteration ----

// Loses its way when four walks are under way and an entry goes.
class LosesWalks : public FakePort {
 public:
  void del(KeyId key) override {
    FakePort::del(key);
    std::size_t running = 0;
    for (unsigned slot = 0; slot < kIterators; ++slot) running += is_running(slot) ? 1 : 0;
    if (running < kManyWalks) return;
    for (unsigned slot = 0; slot < kIterators; ++slot) at(slot) = entries().size();
  }
  void make(const MapSpec& spec) override {
    FakePort::make(spec);
    running_.fill(false);
  }
  Step begin(unsigned slot, const IterStart& start) override {
    const Step step = FakePort::begin(slot, start);
    running_[slot] = !step.end;
    return step;
  }
  Step next(unsigned slot) override {
    const Step step = FakePort::next(slot);
    running_[slot] = !step.end;
    return step;
  }
  void drop(unsigned slot) override { running_[slot] = false; }

 private:
  bool is_running(unsigned slot) const { return running_[slot]; }
  std::array<bool, kIterators> running_ = {};
};

TEST(IterationTarget, FindsAMapThatLosesManyWalks) {
  TwoPorts target = with_plan<LosesWalks>({.shape = with_many_walks});
  EXPECT_EQ(first_property_broken(target), "iter/complete");
}

TEST(IterationTarget, HasMostOperationsAmongManyWalks) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Program before = random_program(seed);
    const Program program = with_many_walks(before);
    ASSERT_EQ(invalid(program), "") << seed;
    EXPECT_EQ(with_many_walks(program), program) << seed;
    const std::vector<MapState> states = states_of(program);
    std::size_t all = 0;
    std::size_t among = 0;
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      const OpCode code = program.ops[i].code;
      if (code >= OpCode::iter && code <= OpCode::drop) continue;
      if (states[i].live == 0 || states[i].nil) continue;
      ++all;
      among += states[i].walks() >= kManyWalks ? 1 : 0;
    }
    EXPECT_GE(2 * among + (before == program ? all : 0), all) << seed;
  }
}

TEST(IterationTarget, KeepsTheOperationsOfTheProgramInTheirOrder) {
  const Program before =
      program_of("map u64 u64\nputrange 0 9\ndel 1\nput 20\nlen\nclear\nput 2\n");
  const Program after = with_many_walks(before);
  EXPECT_GT(after.ops.size(), before.ops.size());
  std::vector<Op> kept;
  std::copy_if(after.ops.begin(), after.ops.end(), std::back_inserter(kept),
               [](const Op& op) { return op.code < OpCode::iter || op.code > OpCode::drop; });
  EXPECT_EQ(kept, before.ops);
}

// ---- nan ----

struct FindsNaNs : FakePort {
  KeyClass class_of(std::uint32_t index) const override {
    KeyClass c = FakePort::class_of(index);
    c.nan = false;
    return c;
  }
};

struct TellsZerosApart : FakePort {
  KeyClass class_of(std::uint32_t index) const override {
    KeyClass c = FakePort::class_of(index);
    if (index == kNegativeZero) c.equality = index;
    return c;
  }
};

TEST(NanTarget, FindsAMapThatFindsNaNs) {
  TwoPorts target = with_plan<FindsNaNs>({.shape = with_nan_keys});
  EXPECT_NE(first_property_broken(target, 60), "");
}

TEST(NanTarget, FindsAMapThatTellsZerosApart) {
  TwoPorts target = with_plan<TellsZerosApart>({.shape = with_nan_keys});
  EXPECT_NE(first_property_broken(target, 200), "");
}

TEST(NanTarget, HasSpecialKeysInEachProgram) {
  std::set<KeyKind> kinds;
  std::size_t with_nan = 0;
  constexpr std::uint64_t kPrograms = 300;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    Program program = random_program(seed);
    program.spec.key = static_cast<KeyKind>(seed % kKeyKinds);
    program = with_nan_keys(decode(encode(program)));
    ASSERT_EQ(invalid(program), "") << seed;
    EXPECT_EQ(with_nan_keys(program), program) << seed;
    kinds.insert(program.spec.key);
    const auto puts_nan = [&](const Op& op) {
      return (op.code == OpCode::put || op.code == OpCode::touch) &&
             key_class(program.spec.key, op.key).nan;
    };
    with_nan += std::any_of(program.ops.begin(), program.ops.end(), puts_nan) ? 1 : 0;
  }
  EXPECT_EQ(kinds, (std::set{KeyKind::f32, KeyKind::f64, KeyKind::c64, KeyKind::c128,
                             KeyKind::interface, KeyKind::bigfloat}));
  EXPECT_GT(with_nan, kPrograms * 9 / 10);
}

// ---- layout ----

// Shows, for the length of one operation, a count that is wrong: when it has just come to five.
class MiscountsForAMoment final : public PortWrapper {
 public:
  MiscountsForAMoment() : PortWrapper(make_gomap_port(~0U)) {}
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const PutResult result = PortWrapper::put(key, stamp);
    wrong_ = port().len() == 5 && !std::exchange(was_five_, true);
    return result;
  }
  void del(KeyId key) override {
    wrong_ = false;
    PortWrapper::del(key);
  }
  void make(const MapSpec& spec) override {
    wrong_ = was_five_ = false;
    PortWrapper::make(spec);
  }
  bool snapshot(Snapshot* out) override {
    const bool told = PortWrapper::snapshot(out);
    if (std::exchange(wrong_, false)) ++out->count;
    return told;
  }

 private:
  bool wrong_ = false;
  bool was_five_ = false;
};

TEST(LayoutTarget, FindsWhatIsWrongForOneOperation) {
  const Program program = program_of("map u64 u64\nputrange 0 5\nput 6\nput 7\nlen\n");
  TwoPorts every = with_plan<MiscountsForAMoment>(kLayoutPlan);
  const auto stop = every.examine(program, nullptr);
  ASSERT_TRUE(stop);
  EXPECT_TRUE(stop->verdict.property.starts_with("layout/")) << stop->verdict.sentence();
  EXPECT_TRUE(first_property_broken(every).starts_with("layout/"));
}

TEST(LayoutTarget, HoldsForThePort) {
  TwoPorts target(make_gomap_port(~0U), make_gomap_port(0), attribute, kLayoutPlan);
  EXPECT_EQ(first_property_broken(target, 100), "");
}

// ---- faults ----

// An honest map, of which an entry is gone after a failure: at the third put of a program.
class LosesAtAFailure final : public FaultInjector {
 public:
  explicit LosesAtAFailure(bool loses) : port_(this), loses_(loses) {}

  void fail_at(std::uint64_t n) override { at_ = n; }
  Port& port() override { return port_; }
  const FaultReport& report() const override { return report_; }

 private:
  struct Points final : FakePort {
    explicit Points(LosesAtAFailure* to) : owner(to) {}
    void make(const MapSpec& spec) override {
      owner->report_ = {};
      FakePort::make(spec);
    }
    PutResult put(KeyId key, std::uint32_t stamp) override {
      std::uint64_t& passed = owner->report_.passed[0];
      if (++passed == owner->at_) {
        ++owner->report_.failures;
        if (owner->loses_ && passed == 3) owner->report_.damage.emplace_back("an entry is gone");
      }
      return FakePort::put(key, stamp);
    }
    LosesAtAFailure* owner;
  };

  Points port_;
  bool loses_;
  std::uint64_t at_ = 0;
  FaultReport report_;
};

TEST(FaultsTarget, FindsAMapThatLosesAnEntryAtAFailure) {
  FaultsTarget target(std::make_unique<LosesAtAFailure>(true));
  EXPECT_EQ(first_property_broken(target), "except/strong");
}

TEST(FaultsTarget, FailsAtEachPointOfAShortProgramAndIsQuietAboutAnHonestMap) {
  const Program program = program_of("map u64 u64\nput 1\nput 2\nput 3\nput 4\n");
  FaultsTarget honest(std::make_unique<LosesAtAFailure>(false));
  EXPECT_FALSE(honest.examine(program, nullptr));
  FaultsTarget losing(std::make_unique<LosesAtAFailure>(true));
  const auto stop = losing.examine(program, nullptr);
  ASSERT_TRUE(stop);
  EXPECT_NE(stop->verdict.sentence().find("point 3"), std::string::npos)
      << stop->verdict.sentence();
}

TEST(FaultsTarget, HoldsForThePort) {
  FaultsTarget target(std::make_unique<FaultyPort>());
  EXPECT_EQ(first_property_broken(target, 500), "");
}

// ---- faces ----

class LosesAFound final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  Found has(KeyId key) override {
    Found found = PortWrapper::has(key);
    found.present = false;
    return found;
  }
};

TEST(FacesTarget, HoldsForThePort) {
  OnePort target(make_faces_port(), "gomap-corrected");
  EXPECT_EQ(first_property_broken(target, 1000), "");
}

TEST(FacesTarget, HoldsForAllSeedsAndKindsAMapIsMadeWith) {
  const auto port = make_faces_port();
  for (std::size_t key = 0; key < kKeyKinds; ++key) {
    for (std::size_t elem = 0; elem < kElemKinds; ++elem) {
      for (unsigned seed = 0; seed < 32; ++seed) {
        MapSpec spec;
        spec.key = static_cast<KeyKind>(key);
        spec.elem = static_cast<ElemKind>(elem);
        spec.seed = static_cast<std::uint8_t>(seed);
        ASSERT_NO_THROW(port->make(spec)) << key << ' ' << elem << ' ' << seed;
      }
    }
  }
}

TEST(FacesTarget, FindsAnEntryThatLosesAFound) {
  OnePort target(std::make_unique<LosesAFound>(make_faces_port()), "gomap-corrected");
  EXPECT_EQ(first_property_broken(target), "access/present");
}

// Heeds half of a hint.
class HeedsHalf final : public PortWrapper {
 public:
  using PortWrapper::PortWrapper;
  void make(const MapSpec& spec) override {
    MapSpec half = spec;
    half.hint /= 2;
    PortWrapper::make(half);
  }
};

TEST(FacesTarget, FindsAHintThatIsNotHeeded) {
  const Program program = program_of("map u64 u64 hint=100\nputrange 0 9\n");
  OnePort honest(make_faces_port(), "gomap-corrected");
  EXPECT_FALSE(honest.examine(program, nullptr));
  OnePort target(std::make_unique<HeedsHalf>(make_faces_port()), "gomap-corrected");
  const auto stop = target.examine(program, nullptr);
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->verdict.property, "make/hint-b");
}

// The mutants of conformance/mutants break what unasked() looks at; a descriptor a test can break,
// too: this one has cells that are too small for its keys, until one rule is to be broken.
TEST(FacesTarget, TellsOfADescriptorThatIsNotRefused) {
  gomap::maptype t = gomap::maptype_of<std::uint64_t, std::uint64_t>();
  std::set<std::string> broken;
  const auto look = [&](std::uint32_t number) {
    try {
      unasked(t, number);
    } catch (const PortFailure& failure) {
      broken.insert(failure.property());
    }
  };
  for (std::uint32_t number = 0; number < 96; ++number) look(number);
  EXPECT_EQ(broken, std::set<std::string>());
  --t.keysize_;
  for (std::uint32_t number = 0; number < 96; ++number) look(number);
  EXPECT_EQ(broken, std::set<std::string>{"reflect/refusals"});
}

// ---- goruntime ----

TEST(GoruntimeTarget, FindsAPortThatAnswersOtherwiseThanGo) {
  if (const std::string why = go::why_not("go1.19"); !why.empty()) GTEST_SKIP() << why;
  const Program program = program_of("map u64 u64\nput 7\nhas 6\nhas 7\n");
  LockstepTarget honest(make_observed_gomap_port(), go::runtime("go1.19"));
  EXPECT_FALSE(honest.examine(program, nullptr));
  go::ObservedPort port = make_observed_gomap_port();
  port.port = std::make_unique<LosesAFound>(std::move(port.port));
  LockstepTarget target(std::move(port), go::runtime("go1.19"));
  const auto stop = target.examine(program, nullptr);
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->verdict.op, 2U);
  EXPECT_EQ(first_property_broken(target), "lockstep/differs");
}

// ---- port ----

// Another Go map that has Go's defects is quiet, one that has a defect of its own is not.
TEST(PortTarget, StepsOverWhatTheFaithfulPortBreaksInTheSameWay) {
  const Program finding =
      program_of("map u64 u64\nputrange 0 27\niter a bucket=3 offset=0\nnext a\nclear\ndrain a\n");
  OnePort strict(make_gomap_port(0), "gomap");
  EXPECT_TRUE(strict.examine(finding, nullptr));
  OnePort target(make_gomap_port(0), "gomap", "", attribute_by_faithful);
  Statistics statistics("");
  EXPECT_FALSE(target.examine(finding, &statistics));
  EXPECT_NE(statistics.json().find("clear-"), std::string::npos) << statistics.json();
  EXPECT_EQ(first_property_broken(target), "");
  OnePort broken(std::make_unique<LosesAFound>(make_gomap_port(0)), "broken", "",
                 attribute_by_faithful);
  EXPECT_EQ(first_property_broken(broken), "access/present");
}

#ifdef MAPPROOF_HAVE_C
std::unique_ptr<Target> behind_the_c_door(const std::string& name) {
  const std::string library = std::string(MAPPROOF_PORTS_DIR) + "/lib" + name + ".so";
  return std::make_unique<OnePort>(doors::make_c_port(doors::load_port(library)), library);
}

TEST(PortTarget, FindsWhatTheNaiveMapBreaks) {
  const std::string property = first_property_broken(*behind_the_c_door("naive_chained_map"));
  EXPECT_TRUE(property == "iter/once" || property == "iter/complete" ||
              property == "iter/current-key")
      << property;
}

TEST(PortTarget, IsQuietAboutAnHonestMap) {
  EXPECT_EQ(first_property_broken(*behind_the_c_door("template_port"), 500), "");
}

// As port_fuzzer.cc has it: keys of its own size, and torn ones that the door stops at.
TEST(PortTarget, IsQuietAboutAFaithfulGoMapBehindTheCDoor) {
  const std::string library = std::string(MAPPROOF_PORTS_DIR) + "/libgomap_port.so";
  auto port = doors::make_c_port(doors::load_port(library));
  EXPECT_TRUE(runs_as_faithful(port->info()));
  OnePort target(std::move(port), library, "", attribute_by_faithful);
  std::vector<Program> programs = {program_of(
      "map owning u64 hint=53\nfill 0 26\niter a bucket=0 offset=0\nnext a 25\nclear\nnext a\n")};
  for (const auto& file : corpus_files("findings")) programs.push_back(read_program(file));
  for (const Program& program : programs) {
    const auto stop = target.examine(program_of(encode(program), target), nullptr);
    EXPECT_FALSE(stop) << print(program) << (stop ? stop->verdict.sentence() + stop->why : "");
  }
  EXPECT_EQ(first_property_broken(target), "");
}

TEST(PortTarget, SaysWhyALibraryCannotBeLoaded) {
  EXPECT_THROW(doors::load_port("/nowhere/libmap.so"), std::runtime_error);
}
#endif

// Stores integers alone, and keeps the promises of std.
class Modest final : public FakePort {
 public:
  Modest() {
    info_.profile = Profile::std_like;
    info_.nan_keys = info_.nil_maps = info_.updates_keys = false;
  }
  bool supports(const MapSpec& spec) const override {
    return spec.key == KeyKind::u32 && spec.elem == ElemKind::u8;
  }
};

TEST(PortTarget, AsksAPortForNoMoreThanItPromises) {
  OnePort target(std::make_unique<Modest>(), "modest");
  std::size_t operations = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Program program = program_of(encode(random_program(seed)), target);
    std::string why;
    EXPECT_TRUE(asks_only_promised(program, Modest().info(), &why)) << why;
    EXPECT_TRUE(Modest().supports(program.spec));
    EXPECT_EQ(invalid(program), "");
    EXPECT_EQ(target.shaped(program), program);
    operations += program.ops.size();
  }
  EXPECT_GT(operations, 300U * 10);  // and not for nothing at all
  EXPECT_EQ(first_property_broken(target), "");
}

// ---- js and python ----

// Walks that an order is not asked of: the judge lets entries be skipped for the time being, but
// accepts no other lie.
struct WithoutAnOrder final : JsFakePort {
  WithoutAnOrder() { info_.profile = Profile::go; }
};

struct MovesOnUpdate final : JsFakePort {
  PutResult put(KeyId key, std::uint32_t stamp) override {
    if (find(key) != nullptr) JsFakePort::del(key);
    return JsFakePort::put(key, stamp);
  }
};

struct NeverRaises final : PythonFakePort {
  Step next(unsigned slot) override { return FakePort::next(slot); }
};

TEST(JudgeTarget, IsQuietWhereJudgeAndHonestMapAgree) {
  JudgeTarget js(std::make_unique<JsFakePort>());
  EXPECT_EQ(first_property_broken(js), "");
  JudgeTarget python(std::make_unique<PythonFakePort>());
  EXPECT_EQ(first_property_broken(python), "");
}

TEST(JudgeTarget, FindsAModelThatTheJudgeRefuses) {
  JudgeTarget js(std::make_unique<MovesOnUpdate>());
  EXPECT_TRUE(first_property_broken(js).starts_with("iter/"));
  JudgeTarget python(std::make_unique<NeverRaises>());
  EXPECT_EQ(first_property_broken(python), "iter/size-change-raises");
}

// What stands for a judge that is too mild: one that has been told of no order.
TEST(JudgeTarget, FindsALieThatTheJudgeAccepts) {
  const Program program = program_of(
      "map u64 u64\nputrange 0 9\niter a\nnext a 3\niter b\nnext b 3\niter c\nnext c 3\niter "
      "d\nnext d 3\n");
  JudgeTarget js(std::make_unique<JsFakePort>());
  EXPECT_FALSE(js.examine(program, nullptr));
  JudgeTarget mild(std::make_unique<WithoutAnOrder>());
  const auto stop = mild.examine(program, nullptr);
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->verdict.property, "judge/refuses-lies");
}

// ---- program ----

std::string round_trips_broken(const Codec& codec) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string broken = broken_promise(encode(random_program(seed)), codec);
    if (!broken.empty()) return broken.substr(0, broken.find('\n'));
  }
  return "";
}

TEST(ProgramTarget, IsQuietAboutReadersAndWritersThatAgree) {
  EXPECT_EQ(round_trips_broken(Codec()), "");
  EXPECT_EQ(broken_promise({}), "");
}

TEST(ProgramTarget, FindsAWriterThatForgetsAnOffset) {
  Codec codec;
  codec.encode = [](Program program) {
    for (Op& op : program.ops) op.offset = 0;
    return encode(program);
  };
  EXPECT_EQ(round_trips_broken(codec), "bytes change the program");
}

TEST(ProgramTarget, FindsAReaderOfTextThatForgetsASeed) {
  Codec codec;
  codec.parse = [](std::string_view text) {
    auto parsed = parse(text);
    if (auto* program = std::get_if<Program>(&parsed)) program->spec.seed = 0;
    return parsed;
  };
  EXPECT_EQ(round_trips_broken(codec), "text changes the program");
}

}  // namespace
}  // namespace mapproof
