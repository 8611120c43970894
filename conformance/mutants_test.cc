// The mutants on paper: each says what it breaks, each changes one header of the port, and no
// function of map.go is without one. Whether they die is the business of conformance/mutants/run.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/properties/catalogue.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

const fs::path kConformance = MAPPROOF_CONFORMANCE_DIR;
const fs::path kImpl = kConformance / "../impl";

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(text.empty()) << path;
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Mutant {
  std::map<std::string, std::vector<std::string>> head;  // the lines above the diff, by their label
  std::vector<std::string> before, after;                // the files that the diff names
  std::vector<std::string> removed, added;               // its lines

  std::string said(const std::string& label) const {
    const auto found = head.find(label);
    return found == head.end() || found->second.size() != 1 ? "" : found->second[0];
  }
  std::vector<std::string> functions() const {
    static const std::regex comma(", ");
    const std::string all = said("Function");
    return {std::sregex_token_iterator(all.begin(), all.end(), comma, -1), {}};
  }
};

Mutant read_mutant(const std::string& text) {
  static const std::regex label("^(Promise|Function|Property|Lockstep): (.+)$");
  Mutant mutant;
  for (const std::string& line : lines_of(text)) {
    std::smatch match;
    if (line.starts_with("--- ")) {
      mutant.before.push_back(line.substr(4));
    } else if (line.starts_with("+++ ")) {
      mutant.after.push_back(line.substr(4));
    } else if (mutant.after.empty()) {
      if (std::regex_match(line, match, label)) mutant.head[match[1]].push_back(match[2]);
    } else if (line.starts_with('-')) {
      mutant.removed.push_back(line.substr(1));
    } else if (line.starts_with('+')) {
      mutant.added.push_back(line.substr(1));
    }
  }
  return mutant;
}

const std::map<std::string, Mutant>& mutants() {
  static const auto all = [] {
    std::map<std::string, Mutant> found;
    for (const auto& entry : fs::directory_iterator(kConformance / "mutants")) {
      if (entry.path().extension() != ".patch") continue;
      found.emplace(entry.path().stem().string(), read_mutant(contents(entry.path())));
    }
    return found;
  }();
  return all;
}

// The functions in the first column of the table in impl/README.md: those whose twin is one.
std::set<std::string> functions_of_map_go() {
  static const std::regex row(R"(^\| `(\w+)`( \(method\))? \| `(\w+)` \((\w+\.h)\) \|.*\|$)");
  std::set<std::string> found;
  for (const std::string& line : lines_of(contents(kImpl / "README.md"))) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    const std::regex head("\\b" + match[3].str() + R"(\([^;{]*\)( const)?( noexcept)? \{)");
    if (std::regex_search(contents(kImpl / "gomap" / match[4].str()), head)) found.insert(match[1]);
  }
  return found;
}

TEST(Mutants, AreAtLeastSixty) { EXPECT_GE(mutants().size(), 60U); }

TEST(Mutants, SayWhatTheyBreak) {
  static const std::regex promise(R"(^[A-Z].*[^ .] \([PIS]\d\d(, [PIS]\d\d)*\)\.$)");
  std::map<std::string, std::string> promises;
  for (const auto& [name, mutant] : mutants()) {
    EXPECT_TRUE(std::regex_match(mutant.said("Promise"), promise))
        << name << " wants one sentence that ends with ids: " << mutant.said("Promise");
    EXPECT_NE(find_property(mutant.said("Property")), nullptr)
        << name << " breaks no property of the catalogue: " << mutant.said("Property");
    const auto [other, is_new] = promises.emplace(mutant.said("Promise"), name);
    EXPECT_TRUE(is_new) << name << " breaks what " << other->second << " breaks";
  }
}

TEST(Mutants, ChangeOneHeaderOfThePort) {
  static const std::regex side("^([ab])/(impl/gomap/\\w+\\.h)$");
  for (const auto& [name, mutant] : mutants()) {
    ASSERT_EQ(mutant.before.size(), 1U) << name;
    ASSERT_EQ(mutant.after.size(), 1U) << name;
    std::smatch before, after;
    ASSERT_TRUE(std::regex_match(mutant.before[0], before, side)) << name;
    ASSERT_TRUE(std::regex_match(mutant.after[0], after, side)) << name;
    EXPECT_EQ(before[1], "a") << name;
    EXPECT_EQ(after[1], "b") << name;
    EXPECT_EQ(before[2], after[2]) << name;
    EXPECT_NE(mutant.removed, mutant.added) << name << " changes nothing";
  }
}

// Whoever claims that the real Go cannot show a mistake, says why.
TEST(Mutants, AreOutOfReachOfLockstepOnlyForAReason) {
  std::size_t beyond = 0;
  for (const auto& [name, mutant] : mutants()) {
    if (!mutant.head.contains("Lockstep")) continue;
    ++beyond;
    EXPECT_TRUE(mutant.said("Lockstep").starts_with("out of reach, ")) << name;
  }
  EXPECT_LE(beyond, 22U) << "most mutants change what Go can be compared in";
}

// A patch that has gone stale would only show when the mutants are run.
TEST(Mutants, RemoveLinesThatAreThere) {
  for (const auto& [name, mutant] : mutants()) {
    if (mutant.after.size() != 1 || mutant.after[0].size() < 2) continue;  // told above
    const auto lines = lines_of(contents(kConformance / ".." / mutant.after[0].substr(2)));
    for (const std::string& line : mutant.removed) {
      EXPECT_NE(std::find(lines.begin(), lines.end(), line), lines.end()) << name << ": " << line;
    }
  }
}

TEST(Mutants, LeaveNoFunctionOfMapGoOut) {
  const std::set<std::string> functions = functions_of_map_go();
  EXPECT_EQ(functions.size(), 46U) << "as many as map.go has";
  std::set<std::string> mutated;
  for (const auto& [name, mutant] : mutants()) {
    EXPECT_FALSE(mutant.functions().empty()) << name;
    for (const std::string& function : mutant.functions()) {
      EXPECT_TRUE(functions.contains(function)) << name << ": map.go has no " << function;
      mutated.insert(function);
    }
  }
  for (const std::string& function : functions) {
    EXPECT_TRUE(mutated.contains(function)) << "no mutant of " << function;
  }
}

}  // namespace
}  // namespace mapproof
