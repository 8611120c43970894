// Each finding is pinned: the faithful port shows it, the corrected one does not, and the record of
// findings says why.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conformance/attribution.h"
#include "conformance/corpus_files.h"
#include "conformance/ports/gomap_port.h"
#include "gomap/corrections.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

std::optional<Verdict> verdict_with(const Program& program, std::uint32_t corrections) {
  const auto port = make_gomap_port(corrections);
  Judge judge;
  RunOptions options;
  options.audit_at_end = true;
  return run(program, *port, &judge, options).verdict;
}

const std::filesystem::path kFolder = std::filesystem::path(MAPPROOF_CORPUS_DIR) / "findings";

class Finding : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Finding, IsShownByTheFaithfulPortAndNotByTheCorrectedOne) {
  const Program program = read_program(GetParam());
  ASSERT_TRUE(verdict_with(program, 0));
  const auto corrected = verdict_with(program, gomap::correction::all);
  EXPECT_FALSE(corrected) << corrected->sentence();
}

TEST_P(Finding, IsAttributedToTheFindingThatTheFileIsNamedAfter) {
  const Program program = read_program(GetParam());
  const auto verdict = verdict_with(program, 0);
  ASSERT_TRUE(verdict);
  const Attribution attribution = attribute(program, *verdict);
  ASSERT_TRUE(attribution.known) << attribution.sentence;
  EXPECT_EQ(attribution.findings.size(), 1U) << attribution.sentence;
  const std::string name = GetParam().stem().string();
  EXPECT_EQ(name.rfind(attribution.finding, 0), 0U) << attribution.finding;
}

// What is not needed would only distract.
TEST_P(Finding, LosesItsVerdictWhenAnyOperationIsDropped) {
  const Program program = read_program(GetParam());
  const auto verdict = verdict_with(program, 0);
  ASSERT_TRUE(verdict);
  for (std::size_t i = 0; i < program.ops.size(); i++) {
    Program without = program;
    without.ops.erase(without.ops.begin() + static_cast<std::ptrdiff_t>(i));
    const auto other = verdict_with(without, 0);
    EXPECT_FALSE(other && other->property == verdict->property) << "operation " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Findings, Finding, testing::ValuesIn(corpus_files("findings")), test_name);

TEST(FindingsOnRecord, EachPairHasAProgramThatShowsIt) {
  std::set<std::pair<std::uint32_t, std::string>> shown;
  for (const auto& file : corpus_files("findings")) {
    const Program program = read_program(file);
    const auto verdict = verdict_with(program, 0);
    ASSERT_TRUE(verdict) << file;
    shown.emplace(attribute(program, *verdict).corrections, verdict->property);
  }
  EXPECT_FALSE(known_pairs().empty());
  for (const KnownPair& pair : known_pairs()) {
    EXPECT_TRUE(shown.contains({pair.corrections, pair.property}))
        << correction_names(pair.corrections) << " and " << pair.property;
  }
}

TEST(FindingsOnRecord, EachHasAPageAGoProgramAndALineInTheList) {
  std::ifstream in(kFolder / "README.md");
  const std::string list{std::istreambuf_iterator<char>(in), {}};
  for (const KnownPair& pair : known_pairs()) {
    const std::filesystem::path base = kFolder / pair.finding;
    EXPECT_TRUE(std::filesystem::exists(base.string() + ".md")) << pair.finding;
    EXPECT_TRUE(std::filesystem::exists(base.string() + ".go") ||
                std::filesystem::exists(base / "main.go"))
        << pair.finding;
    EXPECT_NE(list.find("[" + pair.finding + "]"), list.npos) << pair.finding;
  }
}

TEST(FindingsOnRecord, EachCorrectionIsNeededBySomeFinding) {
  std::uint32_t needed = 0;
  for (const KnownPair& pair : known_pairs()) needed |= pair.corrections;
  EXPECT_EQ(correction_names(needed), correction_names(gomap::correction::all));
}

// A correction must not be credited with what it is not on record for.
TEST(Attribution, CallsAPairNewThatIsNotOnRecord) {
  // No program is known to break iter/complete by this defect; one that breaks something else
  // stands in for it.
  const Program program = read_program(kFolder / "clear-in-mid-growth.mapproof");
  const auto rerun = [&](std::uint32_t corrections) {
    auto verdict = verdict_with(program, corrections);
    if (verdict) verdict->property = "iter/complete";
    return verdict;
  };
  const Attribution attribution = attribute_by(rerun, *rerun(0));
  EXPECT_FALSE(attribution.known);
  EXPECT_NE(attribution.sentence.find("not on record"), std::string::npos) << attribution.sentence;
}

// The walk stands in a spare bucket that another chain gets after a clear, and gives key 577 twice.
// Where it leaves that bucket, it comes to the cells that the second clear left as they were.
TEST(Attribution, GoesOnWhereARepairLeadsToAnotherDefectSooner) {
  const Program program = std::get<Program>(
      parse("mapproof 1\nmap u64 u64 hint=53\nfill 0 9\niter a bucket=0 offset=0\nnext a 9\nclear\n"
            "fill 1 89\nputrange 0 17\nclear\nfill 1 10\ndrain a\n"));
  const auto verdict = verdict_with(program, 0);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->property, "iter/once");
  const Attribution attribution = attribute(program, *verdict);
  EXPECT_TRUE(attribution.known) << attribution.sentence;
  EXPECT_EQ(attribution.findings,
            (std::vector<std::string>{"clear-reuses-spare-bucket", "clear-in-mid-growth"}));
}

}  // namespace
}  // namespace mapproof
