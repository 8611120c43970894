// What the comparison with other maps makes of measured times. The times here are made up, so that
// every figure can be worked out by hand.
#include "impl/bench/comparison.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "impl/bench/comparison_forms.h"
#include "impl/bench/ratio_chart.h"

namespace mapproof {
namespace {

using times = std::vector<double>;

cell made(std::string_view workload, times ours, std::string_view peer, times theirs) {
  cell one{std::string(workload), "uint64", 100, false, {}};
  one.nanoseconds[std::string(the_port)] = std::move(ours);
  one.nanoseconds[std::string(peer)] = std::move(theirs);
  return one;
}
cell made(std::string_view workload, times ours, times theirs) {
  return made(workload, std::move(ours), the_real_go, std::move(theirs));
}

const goal& goal_named(std::string_view name) {
  for (const goal& one : goals) {
    if (one.name == name) return one;
  }
  throw std::logic_error("no such goal");
}
const goal& worst_vs_go() { return goal_named("worst_vs_go"); }
const goal& geomean_vs_go() { return goal_named("geomean_vs_go"); }

TEST(Comparison, TheMedianOfAnOddNumberIsTheMiddleOneWhateverTheirOrder) {
  EXPECT_EQ(median({9, 1, 5}), 5);
}

TEST(Comparison, TheMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle) {
  EXPECT_EQ(median({8, 1, 4, 100}), 6);
}

TEST(Comparison, AFactorAndItsInverseCancelInTheGeometricMean) {
  EXPECT_DOUBLE_EQ(geometric_mean(times{4, 0.25}), 1);
  EXPECT_DOUBLE_EQ(geometric_mean(times{2, 8}), 4);
}

TEST(Comparison, ARatioIsOfMediansSoThatOneOutlierChangesNothing) {
  const auto found = ratio(made("hit", {10, 10, 900, 10, 10}, {20, 20, 20, 20, 20}), the_real_go);
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->value, 0.5);
}

TEST(Comparison, WhatVariesInTheSameWayOnBothSidesWidensNoInterval) {
  // A machine that is at times half as fast: the pairs of a repetition stay together.
  const auto found = ratio(made("hit", {10, 20, 10, 20, 30}, {20, 40, 20, 40, 60}), the_real_go);
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->low, 0.5);
  EXPECT_DOUBLE_EQ(found->high, 0.5);
}

TEST(Comparison, WhatVariesOnOneSideWidensTheIntervalAroundTheRatio) {
  const auto found = ratio(made("hit", {8, 9, 10, 11, 12}, {10, 10, 10, 10, 10}), the_real_go);
  ASSERT_TRUE(found);
  EXPECT_LT(found->low, 0.95);
  EXPECT_DOUBLE_EQ(found->value, 1.0);
  EXPECT_GT(found->high, 1.05);
}

TEST(Comparison, TheSameTimesGiveTheSameInterval) {
  const cell one = made("hit", {8, 9, 10, 11, 12, 13, 14}, {9, 10, 12, 10, 10, 8, 10});
  EXPECT_EQ(ratio(one, the_real_go)->low, ratio(one, the_real_go)->low);
  EXPECT_EQ(ratio(one, the_real_go)->high, ratio(one, the_real_go)->high);
}

TEST(Comparison, WithoutThePeerThereIsNoRatio) {
  const cell one = made("hit", {10}, the_std_map, {10});
  EXPECT_FALSE(ratio(one, the_real_go));
  EXPECT_FALSE(mean_ratio(std::vector{one}, the_real_go));
  EXPECT_FALSE(worst_ratio(std::vector{one}, the_real_go));
}

TEST(Comparison, TheMeanIsGeometricOverTheCells) {
  const std::vector cells{made("hit", {10}, {40}), made("miss", {10}, {10})};
  EXPECT_DOUBLE_EQ(mean_ratio(cells, the_real_go)->value, 0.5);
}

TEST(Comparison, TheWorstCellIsFoundWhereverItStands) {
  const std::vector cells{made("hit", {10}, {40}), made("miss", {10}, {5}),
                          made("update", {10}, {10})};
  const auto worst = worst_ratio(cells, the_real_go);
  ASSERT_TRUE(worst);
  EXPECT_EQ(worst->name, "miss/uint64/100");
  EXPECT_DOUBLE_EQ(worst->ratio.value, 2);
}

TEST(Comparison, ACellReportedApartIsOfNoGoal) {
  std::vector cells{made("hit", {10}, {40}), made("miss", {10}, {1})};
  cells[1].apart = true;
  EXPECT_DOUBLE_EQ(mean_ratio(cells, the_real_go)->value, 0.25);
  EXPECT_EQ(worst_ratio(cells, the_real_go)->name, "hit/uint64/100");
  EXPECT_EQ(rule(worst_vs_go(), cells).found, verdict::met);
}

TEST(Comparison, AGoalIsMetAtItsLimit) {
  EXPECT_EQ(rule(geomean_vs_go(), std::vector{made("hit", {7}, {10})}).found, verdict::met);
}

TEST(Comparison, AGoalIsMissedIfTheWholeIntervalIsAboveTheLimit) {
  const std::vector cells{made("hit", {8, 8, 8}, {10, 10, 10})};
  EXPECT_EQ(rule(geomean_vs_go(), cells).found, verdict::missed);
}

TEST(Comparison, AGoalIsReachedWithinNoiseIfTheLimitLiesInTheInterval) {
  const std::vector cells{made("hit", {6, 7, 8, 8, 8}, {10, 10, 10, 10, 10})};
  EXPECT_EQ(rule(geomean_vs_go(), cells).found, verdict::within_noise);
}

TEST(Comparison, AGoalForEverywhereIsMissedByOneCellHoweverGoodTheMean) {
  const std::vector cells{made("hit", {1}, {100}), made("miss", {11}, {10})};
  const ruling ruled = rule(worst_vs_go(), cells);
  EXPECT_EQ(ruled.found, verdict::missed);
  EXPECT_EQ(ruled.missed, std::vector<std::string>{"miss/uint64/100"});
}

TEST(Comparison, AGoalForEverywhereIsMissedByASureCellBehindAWorseButNoisyOne) {
  const std::vector cells{made("hit", {1, 30, 30}, {10, 10, 10}),
                          made("miss", {11, 11, 11}, {10, 10, 10})};
  const ruling ruled = rule(worst_vs_go(), cells);
  EXPECT_DOUBLE_EQ(ruled.figure->value, 3);
  EXPECT_EQ(ruled.found, verdict::missed);
  EXPECT_EQ(ruled.missed, std::vector<std::string>{"miss/uint64/100"});
}

TEST(Comparison, TheExitStatusTellsMissedFromMetFromNotMeasured) {
  const auto with = [](std::vector<verdict> verdicts) {
    std::vector<ruling> rulings;
    for (const verdict v : verdicts) rulings.push_back({goals[0], v, {}, {}, {}});
    return exit_status(rulings);
  };
  EXPECT_EQ(with({verdict::met, verdict::within_noise}), 0);
  EXPECT_EQ(with({verdict::met, verdict::missed}), 1);
  EXPECT_EQ(with({verdict::missed, verdict::not_measured}), 2);
}

TEST(Comparison, TheTableEndsWithTheMeansOfTheWorkloadsAndOfAllWithoutWhatIsApart) {
  std::vector<cell> cells = {
      made("hit", {10}, the_std_map, {10}), made("miss", {10}, the_std_map, {40}),
      made("hit", {40}, the_std_map, {10}), made("hit", {90}, the_std_map, {1})};
  cells.back().apart = true;
  const std::string table = table_of(cells);
  const auto mean_of = [&](const std::string& name) {
    const std::size_t line = table.find("\n" + name + " ", table.find("geometric mean of"));
    return line == std::string::npos
               ? ""
               : table.substr(line + 1, table.find('\n', line + 1) - line - 1);
  };
  const auto expected = [](const std::string& name, const std::string& mean) {
    return fmt::format("{:<50}{:>22}{:>22}{:>22}{:>22}", name, "-", mean, "-", "-");
  };
  EXPECT_EQ(mean_of("hit"), expected("hit", "2.00"));
  EXPECT_EQ(mean_of("miss"), expected("miss", "0.25"));
  EXPECT_EQ(mean_of("all"), expected("all", "1.00"));
}

TEST(Comparison, AMissedGoalNamesTheCellsThatMissIt) {
  const std::vector<cell> cells = {made("hit", {10}, {10}), made("miss", {20}, {10}),
                                   made("update", {30}, {10})};
  const std::string line = line_of(rule(worst_vs_go(), cells));
  EXPECT_NE(line.find("missed (3 cells of 1e2) by miss/uint64/100, update/uint64/100"),
            std::string::npos)
      << line;
}

// ---- what figures and verdicts are about, and how sure they are ----

TEST(Comparison, AnIntervalIsAsSureAsItsRepetitionsCanMakeItAndNeverSurerThanWanted) {
  EXPECT_DOUBLE_EQ(confidence_of(0), 0);
  EXPECT_DOUBLE_EQ(confidence_of(1), 0);
  EXPECT_DOUBLE_EQ(confidence_of(3), 0.75);
  EXPECT_DOUBLE_EQ(confidence_of(5), 0.9375);
  EXPECT_DOUBLE_EQ(confidence_of(7), 0.984375);
  EXPECT_DOUBLE_EQ(confidence_of(8), 0.99);
  EXPECT_DOUBLE_EQ(confidence_of(1000), 0.99);
}

TEST(Comparison, AVerdictOfTooFewRepetitionsSaysThatItIsNotSureAndStaysWhatItIs) {
  const std::vector few{made("hit", times(4, 1), times(4, 10))};
  const ruling unsure = rule(geomean_vs_go(), few);
  EXPECT_EQ(unsure.found, verdict::met);
  EXPECT_TRUE(line_of(unsure).ends_with("met (1 cell of 1e2); not sure (87.5 %)\n"))
      << line_of(unsure);
  const std::vector enough{made("hit", times(5, 1), times(5, 10))};
  EXPECT_TRUE(line_of(rule(geomean_vs_go(), enough)).ends_with("met (1 cell of 1e2)\n"));
}

// Those that count are 100, 10000 (twice) and 150.
std::vector<cell> cells_of_several_sizes() {
  const times five(5, 1), nine(9, 1);
  std::vector<cell> cells = {made("hit", nine, nine),  made("hit", nine, nine),
                             made("miss", five, five), made("hit", nine, nine),
                             made("hit", {1}, {1}),    made("hit", {1}, the_std_map, {1})};
  cells[1].entries = cells[2].entries = 10'000;
  cells[3].entries = 150;
  cells[4].entries = 1'000'000;
  cells[4].apart = true;
  cells[5].entries = 10'000'000;
  return cells;
}

TEST(Comparison, AVerdictNamesTheSizesOfTheCellsThatItIsAbout) {
  const ruling ruled = rule(worst_vs_go(), cells_of_several_sizes());
  EXPECT_EQ(ruled.about.cells, 4U);
  EXPECT_EQ(ruled.about.sizes, (std::set<std::uint64_t>{100, 150, 10'000}));
  EXPECT_EQ(ruled.about.repetitions, 5U);
  EXPECT_TRUE(line_of(ruled).ends_with("met (4 cells of 1e2, 150, 1e4)\n")) << line_of(ruled);
}

TEST(Comparison, JsonSaysWhatAVerdictIsAboutAndHowSureItIs) {
  const std::vector cells = cells_of_several_sizes();
  const std::vector rulings{rule(worst_vs_go(), cells), rule(goal_named("geomean_vs_absl"), cells)};
  const auto json = nlohmann::json::parse(json_of(cells, rulings));
  EXPECT_EQ(json["goals"][0]["sizes"], (std::vector{100, 150, 10'000}));
  EXPECT_EQ(json["goals"][0]["cells"], 4);
  EXPECT_EQ(json["goals"][0]["confidence"], 0.9375);
  EXPECT_EQ(json["goals"][0]["sure"], true);
  EXPECT_EQ(json["goals"][1]["sizes"], nlohmann::json::array()) << "absl was not measured";
  EXPECT_EQ(json["goals"][1]["sure"], false);
  EXPECT_EQ(json["confidence"], 0) << "the map of std was measured once";
}

TEST(Comparison, TheNotesSayHowSureItIsAndWhetherTenMillionEntriesWereMeasured) {
  std::vector<cell> cells = {made("hit", times(7, 1), times(7, 1))};
  EXPECT_EQ(notes_on(cells),
            "intervals are 98.4 % sure at best (7 repetitions)\n1e7 not measured: --sizes 1e7\n");
  cells[0].entries = 10'000'000;
  EXPECT_EQ(notes_on(cells), "intervals are 98.4 % sure at best (7 repetitions)\n");
}

TEST(Comparison, JsonHasTheFiguresOfTheGoalsAndNullForWhatWasNotMeasured) {
  const std::vector cells{made("hit", {10}, {40})};
  const std::vector rulings{rule(geomean_vs_go(), cells)};
  const auto json = nlohmann::json::parse(json_of(cells, rulings));
  EXPECT_DOUBLE_EQ(json["geomean_vs_go"].get<double>(), 0.25);
  EXPECT_EQ(json["worst_vs_go"]["name"], "hit/uint64/100");
  EXPECT_TRUE(json["geomean_vs_unordered_map"].is_null());
  EXPECT_TRUE(json["geomean_vs_absl"].is_null());
  EXPECT_EQ(json["goals"][0]["verdict"], "met");
  EXPECT_DOUBLE_EQ(json["cells"][0]["ratios"]["go1.19"]["ratio"].get<double>(), 0.25);
  EXPECT_TRUE(json["hashes"].contains("go1.19"));
}

TEST(Comparison, TheChartHasAFieldForEachRatioAndAPanelForEachPeerThatWasMeasured) {
  const std::string chart =
      chart_of(std::vector{made("hit", {10}, {40}), made("miss", {10}, {20})});
  EXPECT_NE(chart.find(">0.25</text>"), std::string::npos);
  EXPECT_NE(chart.find(">0.50</text>"), std::string::npos);
  EXPECT_NE(chart.find("time of go1.19"), std::string::npos);
  EXPECT_EQ(chart.find("time of std::unordered_map"), std::string::npos);
}

}  // namespace
}  // namespace mapproof
