// The catalogue against what is really there: the rules of the oracle, the CHECKS of the test
// files, the findings on record. Whatever one side has and the other has not, fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "conformance/attribution.h"
#include "conformance/properties/catalogue.h"
#include "oracle/port.h"
#include "oracle/rules.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = MAPPROOF_CONFORMANCE_DIR;

std::string contents_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// One test of a source file.
struct Case {
  std::string name;
  bool has_checks = false;  // as its first statement
  std::vector<std::string> ids;
};

struct Source {
  std::string stem;
  bool is_suite = false;  // its tests judge a map
  std::vector<Case> tests;
};

std::vector<std::string> ids_in(const std::string& arguments) {
  static const std::regex literal("\"([^\"]*)\"");
  std::vector<std::string> ids;
  for (std::sregex_iterator it(arguments.begin(), arguments.end(), literal), end; it != end; ++it) {
    ids.push_back((*it)[1]);
  }
  return ids;
}

std::vector<Case> tests_of(const std::string& code) {
  static const std::regex head(
      R"((?:^|\n)(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST_PROP)\(([^)]*)\)\s*\{\s*)");
  static const std::regex checks(R"(^CHECKS\(([^;]*)\);)");
  std::vector<Case> tests;
  for (std::sregex_iterator it(code.begin(), code.end(), head), end; it != end; ++it) {
    std::smatch match;
    const auto body = code.cbegin() + it->position() + it->length();
    const bool has =
        std::regex_search(body, code.cend(), match, checks, std::regex_constants::match_continuous);
    tests.push_back({(*it)[1], has, has ? ids_in(match[1]) : std::vector<std::string>()});
  }
  return tests;
}

// The suites of this folder. The 32-bit program has no GoogleTest; its CHECKS stand in comments.
std::vector<Source> sources() {
  std::vector<Source> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".cc") continue;
    const std::string code = contents_of(entry.path());
    if (stem == "shift_safe_32") {
      static const std::regex check(R"(\bcheck\(\s*("[^"]*"))");
      Source source{stem, true, {}};
      for (std::sregex_iterator it(code.begin(), code.end(), check), end; it != end; ++it) {
        source.tests.push_back({stem, true, ids_in((*it)[1])});
      }
      found.push_back(source);
    } else if (stem.ends_with("_test")) {
      const bool uses = code.find("#include \"conformance/properties/checks.h\"") != code.npos;
      found.push_back({stem, uses || stem.starts_with("port_"), tests_of(code)});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Source& x, const Source& y) { return x.stem < y.stem; });
  return found;
}

// Who really checks each property, in the order in which a row names them.
std::map<std::string, std::vector<std::string>> checkers() {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto id : kJudgeRules) found[std::string(id)].emplace_back("judge");
  for (const auto id : kAuditRules) found[std::string(id)].emplace_back("audit");
  for (const auto id : kWatchRules) found[std::string(id)].emplace_back("watch");
  for (const auto id : kPortRules) found[std::string(id)].emplace_back("doors");
  for (const Source& source : sources()) {
    std::set<std::string> ids;
    for (const Case& test : source.tests) ids.insert(test.ids.begin(), test.ids.end());
    for (const std::string& id : ids) found[id].push_back(source.stem);
  }
  return found;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

TEST(Catalogue, NamesForEachPropertyWhoReallyChecksIt) {
  auto who = checkers();
  for (const Property& property : properties()) {
    const std::string is = joined(who[std::string(property.id)]);
    EXPECT_NE(is, "") << property.id << " is checked by nobody";
    EXPECT_EQ(property.checks, is) << "the row of " << property.id << " should say: " << is;
  }
}

TEST(Catalogue, HasEachPropertyThatIsChecked) {
  for (const auto& [id, who] : checkers()) {
    EXPECT_NE(find_property(id), nullptr) << id << ", checked by " << joined(who);
  }
}

TEST(Catalogue, EachTestOfAMapNamesItsProperty) {
  std::size_t tests = 0;
  for (const Source& source : sources()) {
    if (!source.is_suite) continue;
    EXPECT_FALSE(source.tests.empty()) << source.stem;
    for (const Case& test : source.tests) {
      EXPECT_TRUE(test.has_checks) << source.stem << ": " << test.name << " begins without CHECKS";
      ++tests;
    }
  }
  EXPECT_GT(tests, 300U) << "the search for tests finds too few";
}

// A rule that was never seen to catch something may be unable to.
TEST(Catalogue, EachRuleOfTheOracleIsSeenCatchingItsHarm) {
  const auto expect_all = [](const auto& rules, const char* file) {
    const std::string code = contents_of(kFolder / file);
    ASSERT_FALSE(code.empty()) << file;
    for (const std::string_view id : rules) {
      EXPECT_NE(code.find("\"" + std::string(id) + "\""), code.npos) << id << " in " << file;
    }
  };
  expect_all(kJudgeRules, "judge_test.cc");
  expect_all(kAuditRules, "audit_test.cc");
  expect_all(kWatchRules, "watch_test.cc");
  expect_all(kPortRules, "c_ports_test.cc");
}

TEST(Catalogue, KnowsWhatTheFindingsOnRecordBreak) {
  for (const KnownPair& pair : known_pairs()) {
    EXPECT_NE(find_property(pair.property), nullptr) << pair.property;
  }
}

TEST(Catalogue, NamesNothingTwice) {
  std::set<std::string_view> ids;
  std::set<std::string_view> rules;
  for (const Property& property : properties()) {
    EXPECT_TRUE(ids.insert(property.id).second) << property.id;
    EXPECT_TRUE(rules.insert(property.rule).second) << property.rule;
  }
  EXPECT_EQ(find_property("iter/twice"), nullptr);
}

TEST(Catalogue, RowsAreCompleteAndWellFormed) {
  static const std::regex path("[a-z0-9]+/[a-z0-9-]+");
  for (const Property& property : properties()) {
    EXPECT_TRUE(std::regex_match(std::string(property.id), path)) << property.id;
    EXPECT_FALSE(property.rule.empty() || property.rule.ends_with('.')) << property.id;
    EXPECT_FALSE(property.source.empty()) << property.id;
    // It has to fit one line of a report.
    EXPECT_LE(property.rule.size(), 110U) << property.id;
  }
}

TEST(Catalogue, BugsThatAreNamedAreOnRecordAndNoneIsForgotten) {
  std::set<std::string_view> named;
  for (const Property& property : properties()) {
    for (const auto bug : words(property.bugs)) named.insert(bug);
  }
  for (const LeftOut& one : left_out()) {
    for (const auto bug : words(one.bugs)) named.insert(bug);
  }
  std::set<std::string_view> all;
  for (const Bug& bug : known_bugs()) all.insert(bug.id);
  EXPECT_EQ(named, all);
}

TEST(Catalogue, ASentenceTellsRuleAndSource) {
  EXPECT_EQ(sentence("iter/once"),
            "iter/once: no entry is produced twice by one walk "
            "(Go spec, For statements with range clause)");
  EXPECT_EQ(sentence("no/such"), "no/such");
}

TEST(Binds, APromiseBindsThePortsOfItsProfile) {
  PortInfo info;
  const auto bound = [&info] {
    std::string names;
    for (const Promise promise : {Promise::std_like, Promise::go, Promise::go_layout, Promise::js,
                                  Promise::python, Promise::port}) {
      if (binds(promise, info)) names += (names.empty() ? "" : " ") + std::string(name(promise));
    }
    return names;
  };
  EXPECT_EQ(bound(), "std go");
  info.lays_out_buckets = true;
  EXPECT_EQ(bound(), "std go go-layout");
  info.profile = Profile::std_like;
  EXPECT_EQ(bound(), "std");
  info.profile = Profile::js;
  EXPECT_EQ(bound(), "std js");
  info.profile = Profile::python;
  EXPECT_EQ(bound(), "std python");
}

TEST(Binds, SomePropertiesOfOneProfileHoldForAnotherToo) {
  PortInfo js, python, std_like;
  js.profile = Profile::js;
  python.profile = Profile::python;
  std_like.profile = Profile::std_like;
  const auto of = [](std::string_view id) -> const Property& { return *find_property(id); };
  EXPECT_TRUE(binds(of("iter/no-deleted"), PortInfo()));
  EXPECT_TRUE(binds(of("iter/no-deleted"), js));
  EXPECT_FALSE(binds(of("iter/no-deleted"), std_like));
  EXPECT_TRUE(binds(of("iter/insertion-order"), python));
  EXPECT_FALSE(binds(of("iter/insertion-order"), PortInfo()));
  EXPECT_TRUE(binds(of("nan/not-found"), python));
  EXPECT_FALSE(binds(of("nan/not-found"), js));
  EXPECT_FALSE(binds(of("iter/added-visited"), python));
  EXPECT_FALSE(binds(of("iter/order-varies"), js));
  EXPECT_FALSE(binds(of("panic/nil-put"), js));
  EXPECT_EQ(promises(of("iter/insertion-order")),
            (std::vector<Promise>{Promise::js, Promise::python}));
  EXPECT_EQ(promises(of("iter/once")), std::vector<Promise>{Promise::std_like});
}

TEST(Binds, NoPropertyBindsAPortThatCannotGetThere) {
  PortInfo info;
  for (const std::string_view id : {"nil/len-zero", "iter/nil-ends", "panic/nil-put"}) {
    info.nil_maps = true;
    EXPECT_TRUE(binds(*find_property(id), info)) << id;
    info.nil_maps = false;
    EXPECT_FALSE(binds(*find_property(id), info)) << id;
  }
  EXPECT_TRUE(binds(*find_property("nan/not-found"), info));
  info.nan_keys = false;
  EXPECT_FALSE(binds(*find_property("nan/not-found"), info));
  EXPECT_TRUE(binds(*find_property("access/absent"), info));
}

TEST(Binds, TheReasonIsThePortsOwnWhereItsProfileAsks) {
  PortInfo info;
  info.nil_maps = info.nan_keys = false;
  const auto why = [&info](std::string_view id) { return why_not_bound(*find_property(id), info); };
  EXPECT_EQ(why("panic/nil-put"), "the map has no nil");
  EXPECT_EQ(why("iter/nil-ends"), "the map has no nil");
  EXPECT_EQ(why("nan/not-found"), "the map stores no NaN");
  EXPECT_EQ(why("iter/once"), "");
  info.profile = Profile::std_like;
  EXPECT_EQ(why("panic/nil-put"), "profile std does not ask for it");
}

// What a profile is judged by binds it: the judge reports nothing that a port never promised.
TEST(Binds, EveryRuleOfTheJudgeThatAProfileCanBreak) {
  // No program gets there: nothing nil or unhashable, and no slot that a put hands out.
  const std::set<std::string_view> never{"iter/nil-ends", "panic/nil-put", "panic/unhashable",
                                         "assign/new-elem-zero"};
  PortInfo js, python;
  js.profile = Profile::js;
  python.profile = Profile::python;
  for (const std::string_view id : kJudgeRules) {
    const Property& property = *find_property(id);
    EXPECT_EQ(binds(property, js), never.count(id) == 0 && id != "iter/size-change-raises") << id;
    EXPECT_EQ(binds(property, python), never.count(id) == 0 && id != "iter/added-visited") << id;
  }
}

TEST(Words, AreWhatSpacesPart) {
  EXPECT_EQ(words(""), std::vector<std::string_view>());
  EXPECT_EQ(words("G08 R09"), (std::vector<std::string_view>{"G08", "R09"}));
}

// The search for tests itself, on code that has every case.
TEST(SearchForTests, SeesWhatATestBeginsWith) {
  const std::vector<Case> found = tests_of(
      "TEST(A, B) {\n  CHECKS(\"x/y\",\n         \"z/w\");\n  f();\n}\n"
      "TYPED_TEST(A, C) { f(); CHECKS(\"x/y\"); }\n"
      "TEST_P(A, D) { CHECKS(\"p/q\"); }\n");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].ids, (std::vector<std::string>{"x/y", "z/w"}));
  EXPECT_FALSE(found[1].has_checks);
  EXPECT_EQ(found[2].ids, std::vector<std::string>{"p/q"});
}

}  // namespace
}  // namespace mapproof
