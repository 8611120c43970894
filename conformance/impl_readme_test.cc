// impl/README.md tells of every piece of map.go where its C++ twin is, and the twin is there.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace mapproof {
namespace {

const std::string kImplFolder = std::string(MAPPROOF_CORPUS_DIR) + "/../impl/";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

// All that map.go declares, in its order.
const std::vector<std::string> kFunctions = {
    "isEmpty",
    "bucketShift",
    "bucketMask",
    "tophash",
    "evacuated",
    "overflow",
    "setoverflow",
    "keys",
    "incrnoverflow",
    "newoverflow",
    "createOverflow",
    "makemap64",
    "makemap_small",
    "makemap",
    "makeBucketArray",
    "mapaccess1",
    "mapaccess2",
    "mapaccessK",
    "mapaccess1_fat",
    "mapaccess2_fat",
    "mapassign",
    "mapdelete",
    "mapiterinit",
    "mapiternext",
    "mapclear",
    "hashGrow",
    "overLoadFactor",
    "tooManyOverflowBuckets",
    "growing",
    "sameSizeGrow",
    "noldbuckets",
    "oldbucketmask",
    "growWork",
    "bucketEvacuated",
    "evacuate",
    "advanceEvacuationMark",
    "reflect_makemap",
    "reflect_mapaccess",
    "reflect_mapassign",
    "reflect_mapdelete",
    "reflect_mapiterinit",
    "reflect_mapiternext",
    "reflect_mapiterkey",
    "reflect_mapiterelem",
    "reflect_maplen",
    "reflectlite_maplen",
};
const std::vector<std::string> kTypesAndConstants = {
    "hmap",          "mapextra",       "bmap",       "hiter",       "evacDst",
    "bucketCntBits", "bucketCnt",      "maxKeySize", "maxElemSize", "loadFactorNum",
    "loadFactorDen", "dataOffset",     "emptyRest",  "emptyOne",    "evacuatedX",
    "evacuatedY",    "evacuatedEmpty", "minTopHash", "iterator",    "oldIterator",
    "hashWriting",   "sameSizeGrow",   "noCheck",    "maxZero",     "zeroVal",
};

struct Row {
  std::string twin;
  std::string file;
};

// The rows of the table by the names in their first column.
std::multimap<std::string, Row> rows() {
  std::multimap<std::string, Row> found;
  const std::regex row(R"(^\| (`.*?) \| `(\w+)` \((\w+\.h)\) \|.*\|$)");
  const std::regex name(R"(`(\w+)`)");
  std::istringstream lines(contents(kImplFolder + "README.md"));
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    const std::string names = match[1];
    for (std::sregex_iterator it(names.begin(), names.end(), name), end; it != end; ++it) {
      found.emplace((*it)[1], Row{match[2], match[3]});
    }
  }
  return found;
}

TEST(ImplReadme, NamesATwinForEveryFunctionOfMapGo) {
  ASSERT_EQ(kFunctions.size(), 46U) << "as many as map.go has";
  const auto table = rows();
  for (const std::string& function : kFunctions) EXPECT_TRUE(table.contains(function)) << function;
  EXPECT_EQ(table.count("sameSizeGrow"), 2U) << "a constant and a method";
}

TEST(ImplReadme, NamesATwinForEveryTypeAndConstantOfMapGo) {
  const auto table = rows();
  for (const std::string& name : kTypesAndConstants) EXPECT_TRUE(table.contains(name)) << name;
}

TEST(ImplReadme, EveryTwinStandsInItsFile) {
  for (const auto& [name, row] : rows()) {
    EXPECT_TRUE(std::regex_search(contents(kImplFolder + "gomap/" + row.file),
                                  std::regex("\\b" + row.twin + "\\b")))
        << name << " -> " << row.twin << " (" << row.file << ")";
  }
}

TEST(ImplReadme, EveryNumberInTheTableLeadsToADeliberateDifference) {
  const std::string text = contents(kImplFolder + "README.md");
  const std::size_t list = text.find("## Deliberate differences");
  ASSERT_NE(list, std::string::npos);
  const std::regex number(R"((?:\| |, |: )(\d+)(?=[ ,;]))");
  unsigned references = 0;
  std::istringstream lines(text.substr(0, list));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    const std::string third = line.substr(line.rfind(" | ") + 1);
    for (std::sregex_iterator it(third.begin(), third.end(), number), end; it != end; ++it) {
      references++;
      EXPECT_NE(text.find("\n" + (*it)[1].str() + ". **", list), std::string::npos) << line;
    }
  }
  EXPECT_GE(references, 20U);
}

}  // namespace
}  // namespace mapproof
