// The product of what a walk can meet (phases.h), cell by cell: the corrected port keeps every
// promise, the faithful one breaks only what is on record. Each cell is a family of programs, which
// differ in the moment at which the walk begins, in its first bucket and cell, and in its steps.
//
// A family has 4 members for each moment, of two events in a row one for every third moment;
// MAPPROOF_EFFORT scales that, up to all there are. A sanitized build makes a quarter of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "conformance/attribution.h"
#include "conformance/both_ports.h"
#include "conformance/effort.h"
#include "conformance/phases.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/properties/checks.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

double phase_effort() { return effort() * (kSlow ? 0.25 : 1); }

constexpr std::array<std::uint16_t, 4> kSteps = {1, 3, 8, 20};
constexpr std::size_t kOffsets = 8;

// The members of a family that differ in how the walk goes: `wanted` of them, or all. Each number
// stands for a start bucket, a start offset and a number of steps.
std::vector<std::size_t> members(const Moment& moment, double wanted, std::size_t cell) {
  const std::size_t buckets = std::size_t{1}
                              << (moment.B + (moment.phase == Phase::bigger ? 1 : 0));
  const std::size_t all = 2 * buckets * kOffsets * kSteps.size();
  const auto n = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(wanted)), 1, all);
  // `all` is a power of two, so an odd stride visits each once; cells begin at different ones.
  const std::size_t stride = (all * 5 / 8) | 1;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < n; ++i) chosen.push_back((cell * 11 + i * stride) % all);
  return chosen;
}

PhaseCase make_case(const Moment& moment, std::vector<Then> thens, Storage storage, bool nan,
                    std::size_t member) {
  PhaseCase c;
  c.moment = moment;
  c.thens = std::move(thens);
  c.storage = storage;
  c.nan = nan;
  c.crowded = member % 2 == 1;
  member /= 2;
  c.steps_before = kSteps[member % kSteps.size()];
  c.start_offset = static_cast<std::uint8_t>(member / kSteps.size() % kOffsets);
  c.start_bucket = static_cast<std::uint8_t>(member / kSteps.size() / kOffsets);
  c.seed = static_cast<std::uint8_t>(member * 37 + moment.evacuated);
  return c;
}

std::string words(const PhaseCase& c) {
  std::ostringstream out;
  out << name(c.moment.phase) << " B=" << int{c.moment.B} << " evacuated=" << c.moment.evacuated
      << " trigger=" << c.moment.trigger << ", then";
  for (const Then then : c.thens) out << " " << name(then);
  out << ", " << name(c.storage) << (c.nan ? " with NaNs" : "") << (c.crowded ? ", crowded" : "");
  return out.str();
}

class PhaseTest : public testing::Test {
 protected:
  // Every third moment of the cell, or every one, as `scale` says.
  void check_pair(Phase phase, const std::vector<Then>& thens, Storage storage, bool nan,
                  std::size_t cell, double scale) {
    const auto stride = std::max<std::size_t>(1, static_cast<std::size_t>(3 / scale));
    const std::vector<Moment> all = moments(phase);
    for (std::size_t i = cell % stride; i < all.size(); i += stride) {
      for (const std::size_t member : members(all[i], stride > 1 ? 1 : scale / 3, cell * 3 + i)) {
        check(make_case(all[i], thens, storage, nan, member), false);
        if (HasFatalFailure()) return;
      }
    }
  }

  // The program of the case reaches what it is to reach, and both ports stand it.
  void check(const PhaseCase& c, bool look_closer) {
    const PhaseProgram made = phase_program(c, *guide_);
    ASSERT_EQ(made.unreached, "") << words(c) << "\n" << print(made.program);
    ASSERT_EQ(invalid(made.program), "") << words(c);
    if (look_closer) confirm(c, made);
    const auto failure = [this](const Program& p) {
      const std::string corrected = ports_.corrected_failure(p);
      return corrected.empty() ? ports_.faithful_failure(p) : corrected;
    };
    ASSERT_EQ(failure(made.program), "")
        << words(c) << "\n"
        << smallest_failing(made.program, "iterator_phases", failure);
    findings_.insert(ports_.findings().begin(), ports_.findings().end());
    ++programs_;
  }

  int programs_ = 0;
  std::set<std::string> findings_;  // that the faithful port showed

 private:
  // That a walk begins in the phase is not believed: the faithful port is asked during the run.
  void confirm(const PhaseCase& c, const PhaseProgram& made) {
    std::string departed = "the walk did not begin";
    RunOptions options;
    options.trace = [&](std::size_t op, std::size_t step, const std::string&) {
      if (op != made.walk_begins || step != 0) return;
      Snapshot now;
      faithful_->snapshot(&now);
      departed = departure(c.moment, now);
    };
    run(made.program, *faithful_, nullptr, options);
    ASSERT_EQ(departed, "") << words(c) << "\n" << print(made.program);
  }

  const std::unique_ptr<Port> guide_ = make_gomap_port(~0U);
  const std::unique_ptr<Port> faithful_ = make_gomap_port(0);
  BothPorts ports_;
};

// ---- one event ----

using Cell = std::tuple<Phase, Then, Storage, bool>;

class IteratorPhases : public PhaseTest, public testing::WithParamInterface<Cell> {};

TEST_P(IteratorPhases, KeepTheirPromises) {
  CHECKS("iter/phases", "iter/once", "iter/complete", "iter/no-deleted", "iter/clear-stops",
         "iter/current-elem", "iter/terminates");
  const auto& [phase, then, storage, nan] = GetParam();
  const auto cell = static_cast<std::size_t>(phase) + static_cast<std::size_t>(then) * 3 +
                    static_cast<std::size_t>(storage) * 27;
  for (const Moment& moment : moments(phase)) {
    bool first = true;
    for (const std::size_t member : members(moment, 4 * phase_effort(), cell)) {
      check(make_case(moment, {then}, storage, nan, member), first);
      if (HasFatalFailure()) return;
      first = false;
    }
  }
  EXPECT_GT(programs_, 0);
}

std::string cell_name(const testing::TestParamInfo<Cell>& info) {
  const auto& [phase, then, storage, nan] = info.param;
  std::ostringstream out;
  out << name(phase) << "_" << name(then) << "_" << name(storage) << (nan ? "_NaN" : "");
  return out.str();
}
INSTANTIATE_TEST_SUITE_P(Cell, IteratorPhases,
                         testing::Combine(testing::ValuesIn(kPhases), testing::ValuesIn(kThens),
                                          testing::ValuesIn(kStorages), testing::Bool()),
                         cell_name);

// ---- two events in a row ----

using Pair = std::tuple<Phase, Then>;

class IteratorPhasePairs : public PhaseTest, public testing::WithParamInterface<Pair> {};

TEST_P(IteratorPhasePairs, KeepTheirPromises) {
  CHECKS("iter/phases", "iter/once", "iter/complete", "iter/no-deleted", "iter/clear-stops",
         "iter/current-elem", "iter/terminates");
  const auto& [phase, first] = GetParam();
  std::size_t cell = static_cast<std::size_t>(phase);
  for (const Then second : kThens) {
    for (const Storage storage : kStorages) {
      for (const bool nan : {false, true}) {
        check_pair(phase, {first, second}, storage, nan, ++cell, phase_effort());
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(programs_, 0);
}

std::string pair_name(const testing::TestParamInfo<Pair>& info) {
  return std::string(name(std::get<Phase>(info.param))) + "_" +
         std::string(name(std::get<Then>(info.param)));
}
INSTANTIATE_TEST_SUITE_P(Cell, IteratorPhasePairs,
                         testing::Combine(testing::ValuesIn(kPhases), testing::ValuesIn(kThens)),
                         pair_name);

// A product that misses what is known would miss what is not.
TEST_F(PhaseTest, MeetsEveryDefectOnRecord) {
  CHECKS("iter/phases");
  std::set<std::string> known;
  for (const KnownPair& pair : known_pairs()) known.insert(pair.finding);
  std::size_t cell = 0;
  for (const Phase phase : kPhases) {
    for (const Then first : kThens) {
      for (const Then second : kThens) {
        for (const bool nan : {false, true}) {
          check_pair(phase, {first, second}, Storage::owning, nan, ++cell, effort());
          ASSERT_FALSE(HasFatalFailure());
          if (findings_ == known) return;
        }
      }
    }
  }
  EXPECT_EQ(findings_, known);
}

}  // namespace
}  // namespace mapproof
