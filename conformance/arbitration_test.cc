// Who is right: each finding's page carries the ruling, which is asked for again; and each way in
// which the four can disagree has its sentence.
#include "conformance/arbitration.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "conformance/corpus_files.h"
#include "oracle/goruntime/installed.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

// The page is named after the finding, the programs begin with its name: the longest one fits.
fs::path page_of(const fs::path& program) {
  fs::path best;
  for (const auto& entry : fs::directory_iterator(program.parent_path())) {
    const fs::path& page = entry.path();
    if (page.extension() != ".md" || !program.stem().string().starts_with(page.stem().string())) {
      continue;
    }
    if (page.stem().string().size() > best.stem().string().size()) best = page;
  }
  return best;
}

// What stands in the page below the command, up to the next one.
std::string ruling_in_page(const fs::path& program) {
  const std::string page = text_of(page_of(program));
  const std::string command =
      "$ mapproof arbitrate corpus/findings/" + program.filename().string() + "\n";
  const auto at = page.find(command);
  if (at == page.npos) return "";
  const auto begin = at + command.size();
  const auto end = std::min(page.find("\n$ ", begin), page.find("```", begin));
  return page.substr(begin, end - begin);
}

class FindingOnTrial : public testing::TestWithParam<fs::path> {};

TEST_P(FindingOnTrial, IsGosOwnAndItsPageCarriesTheRuling) {
  const std::string stored = ruling_in_page(GetParam());
  EXPECT_NE(stored.find("Go itself breaks "), stored.npos) << stored;
  EXPECT_NE(stored.find("gomap, go1.19    no difference, bit for bit"), stored.npos) << stored;
  for (const go::Known& known : go::known_runtimes()) {
    if (const std::string why = go::why_not(known.name); !why.empty()) GTEST_SKIP() << why;
  }
  EXPECT_EQ(print(arbitrate(read_program(GetParam()))), stored);
}

INSTANTIATE_TEST_SUITE_P(Findings, FindingOnTrial, testing::ValuesIn(corpus_files("findings")),
                         test_name);

// ---- sentences ----

Verdict broken(const std::string& property, std::size_t op) {
  Verdict verdict;
  verdict.property = property;
  verdict.op = op;
  return verdict;
}

std::vector<Ruling> rulings(std::optional<Verdict> faithful, std::optional<Verdict> corrected,
                            std::optional<Verdict> go119, std::optional<Verdict> gccgo) {
  return {{"gomap", "", std::move(faithful)},
          {"gomap-corrected", "", std::move(corrected)},
          {"go1.19", "", std::move(go119)},
          {"gccgo-12", "", std::move(gccgo)}};
}

const Verdict kTwice = broken("iter/once", 7);

TEST(Arbitration, SaysThatNobodyBreaksAnything) {
  EXPECT_EQ(sentence_of(rulings({}, {}, {}, {}), {}),
            "Nobody breaks anything: go1.19 and gccgo-12 agree.");
}

TEST(Arbitration, SaysThatGoBreaksWhatThePortBreaksAndWhereThatIsOnRecord) {
  EXPECT_EQ(sentence_of(rulings(kTwice, {}, kTwice, kTwice), {"a-finding"}),
            "Go itself breaks iter/once: go1.19, gccgo-12 and the faithful port do so at op 7, as "
            "on record in a-finding.");
  EXPECT_EQ(sentence_of(rulings(kTwice, {}, kTwice, kTwice), {}),
            "Go itself breaks iter/once: go1.19, gccgo-12 and the faithful port do so at op 7, "
            "what is not on record.");
}

TEST(Arbitration, BlamesThePortThatBreaksWhatGoKeeps) {
  EXPECT_EQ(sentence_of(rulings(kTwice, {}, {}, {}), {}),
            "The port is wrong: gomap breaks iter/once at op 7, but go1.19 holds.");
}

TEST(Arbitration, BlamesThePortThatKeepsWhatGoBreaksOrBreaksItElsewhere) {
  EXPECT_EQ(sentence_of(rulings({}, {}, kTwice, kTwice), {}),
            "The port is wrong: gomap holds, but go1.19 breaks iter/once at op 7.");
  EXPECT_EQ(sentence_of(rulings(kTwice, {}, kTwice, broken("iter/once", 8)), {}),
            "The port is wrong: gomap breaks iter/once at op 7, but gccgo-12 breaks iter/once at "
            "op 8.");
}

TEST(Arbitration, BlamesTheCorrectedPortThatBreaksAnything) {
  EXPECT_EQ(sentence_of(rulings(kTwice, kTwice, kTwice, kTwice), {}),
            "The port is wrong: the corrected one breaks iter/once at op 7, which must break "
            "nothing.");
}

TEST(Arbitration, LeavesItOpenWithoutARealGo) {
  auto without = rulings(kTwice, {}, {}, {});
  without[2].why_not = without[3].why_not = "real Go: not installed";
  EXPECT_EQ(sentence_of(without, {}),
            "Nobody knows: gomap breaks iter/once at op 7, and no real Go is installed to settle "
            "it.");
}

TEST(Arbitration, NamesWhoWasNotAskedAndWhy) {
  Arbitration arbitration;
  arbitration.rulings = rulings({}, {}, {}, {});
  arbitration.rulings[2].why_not = "its hint must not reach Go";
  EXPECT_NE(print(arbitration).find("go1.19           was not asked: its hint must not reach Go\n"),
            std::string::npos);
}

}  // namespace
}  // namespace mapproof
