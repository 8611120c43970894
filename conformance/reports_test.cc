// The forms of a report: whether they are well-formed, whatever is in the report, and whether they
// tell what the report says.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/ports/gomap_port.h"
#include "conformance/reports/badge.h"
#include "conformance/reports/bucket_svg.h"
#include "conformance/reports/html.h"
#include "conformance/reports/json.h"
#include "conformance/reports/junit.h"
#include "conformance/reports/markup.h"
#include "conformance/reports/matrix.h"
#include "conformance/reports/story.h"
#include "conformance/reports/test/sample_report.h"
#include "conformance/schema_errors.h"
#include "conformance/test_program.h"

namespace mapproof {
namespace {

::testing::AssertionResult has(std::string_view text, std::string_view part) {
  if (text.find(part) != text.npos) {
    return ::testing::AssertionSuccess() << "\"" << part << "\" is in the text";
  }
  return ::testing::AssertionFailure() << "no \"" << part << "\" in:\n" << text.substr(0, 2000);
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// What an XML parser that is not ours says: "" if it takes the text.
std::string xml_error(const std::string& text) {
  const auto path = std::filesystem::path(::testing::TempDir()) /
                    ("mapproof-" + std::to_string(getpid()) + "-" +
                     std::to_string(std::hash<std::string>()(text)) + ".xml");
  std::ofstream(path, std::ios::binary) << text;
  const std::string command =
      "python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' " + path.string() +
      " 2>&1";
  std::string said;
  FILE* pipe = popen(command.c_str(), "r");
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) said += static_cast<char>(c);
  const int status = pclose(pipe);
  std::filesystem::remove(path);
  return status == 0 ? "" : "status " + std::to_string(status) + "\n" + said;
}

std::vector<std::string> schema_errors(const nlohmann::json& document) {
  return mapproof::schema_errors(
      std::string(MAPPROOF_CONFORMANCE_DIR) + "/reports/report.schema.json", document);
}

const PropertyLine& line_of(const Report& report, std::string_view id) {
  return *std::find_if(report.properties.begin(), report.properties.end(),
                       [id](const PropertyLine& line) { return line.id == id; });
}

// ---- text ----

TEST(Markup, KeepsWhatXmlCanHold) {
  EXPECT_EQ(clean("tab\t, line\n, \xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x98\x80"),
            "tab\t, line\n, \xc3\xa9 \xe2\x9c\x93 \xf0\x9f\x98\x80");
}

TEST(Markup, DropsControlCharactersAndReplacesBrokenBytes) {
  const std::string broken = "\xef\xbf\xbd";
  EXPECT_EQ(clean(std::string_view("a\0b\x1b[0m\r\x7f\xc2\x85", 11)), "ab[0m");
  EXPECT_EQ(clean("\xff"), broken);
  EXPECT_EQ(clean("\xe2\x9c"), broken + broken);                            // ends too soon
  EXPECT_EQ(clean("\xc0\x80"), broken + broken);                            // written too long
  EXPECT_EQ(clean("\xed\xa0\x80"), broken + broken + broken);               // half a pair of UTF-16
  EXPECT_EQ(clean("\xf4\x90\x80\x80"), broken + broken + broken + broken);  // beyond Unicode
  EXPECT_EQ(clean("\xef\xbf\xbf"), broken);                                 // U+FFFF: not in XML
}

TEST(Markup, Escapes) {
  EXPECT_EQ(escaped("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}

TEST(Markup, CutsCharactersNotBytes) {
  EXPECT_EQ(cut("\xc3\xa9\xc3\xa9\xc3\xa9", 3), "\xc3\xa9\xc3\xa9\xc3\xa9");
  EXPECT_EQ(cut("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3), "\xc3\xa9\xc3\xa9~");
}

// ---- all of them ----

TEST(Reports, AreWellFormedWhateverIsInThem) {
  for (const Report& report : {holding_report(), failing_report(), hostile_report(), Report()}) {
    EXPECT_EQ(xml_error(junit_xml(report)), "");
    EXPECT_EQ(xml_error(html(report)), "");
    EXPECT_EQ(xml_error(badge(report)), "");
    EXPECT_EQ(schema_errors(report_json(report)), std::vector<std::string>());
    EXPECT_NO_THROW(report_json(report).dump());
  }
  EXPECT_EQ(xml_error(matrix_html(sample_matrix())), "");
  EXPECT_NE(xml_error("<a>&</a>"), "");  // the parser does look
}

TEST(Reports, SayWhatFailsOnlyAfterOtherPrograms) {
  Report report = failing_report();
  const auto say = [&report] {
    return std::vector{junit_xml(report).find(kNotAlone) != std::string::npos,
                       html(report).find(kNotAlone) != std::string::npos,
                       report_json(report).at("failures").at(0).at("alone") == false};
  };
  EXPECT_EQ(say(), std::vector(3, false));
  report.failures[0].alone = false;
  EXPECT_EQ(say(), std::vector(3, true));
}

TEST(Reports, AreTheSameFromTheSameReport) {
  EXPECT_EQ(junit_xml(failing_report()), junit_xml(failing_report()));
  EXPECT_EQ(html(failing_report()), html(failing_report()));
}

// ---- JUnit ----

TEST(Junit, HasACaseForEachProperty) {
  const Report report = failing_report();
  const std::string xml = junit_xml(report);
  EXPECT_EQ(count(xml, "<testcase "), report.properties.size());
  EXPECT_EQ(count(xml, "<failure "), 2U);  // iter/once, and the one that is fixed
  EXPECT_TRUE(has(xml, "<testcase classname=\"iter\" name=\"iter/once\""));
  EXPECT_TRUE(has(xml, "failures=\"2\" errors=\"0\""));
  EXPECT_TRUE(has(xml, "drain a"));  // the program
  EXPECT_TRUE(has(xml, "<skipped message=\"known failure: finding"));
  EXPECT_TRUE(has(xml, "<skipped message=\"not reached: no kind of key"));
  EXPECT_TRUE(has(xml, "<skipped message=\"not promised: for the built-in port only\""));
  EXPECT_EQ(count(junit_xml(holding_report()), "<failure "), 0U);
}

TEST(Junit, IsNotGreenWhereNothingWasRun) {
  Report report = holding_report();
  report.runs = 0;
  report.holds = false;
  EXPECT_TRUE(has(junit_xml(report), "<error message=\"nothing was run\""));
  EXPECT_TRUE(has(junit_xml(report), "errors=\"1\""));
}

TEST(Junit, TellsAFailureWhosePropertyIsNotListed) {
  Report report = failing_report();
  report.properties.clear();
  EXPECT_TRUE(has(junit_xml(report), "tests=\"1\" failures=\"1\""));
}

// ---- JSON ----

TEST(Json, SaysWhatTheReportSays) {
  const Report report = failing_report();
  const nlohmann::json json = report_json(report);
  EXPECT_EQ(json.at("port"), "gomap");
  EXPECT_EQ(json.at("profile"), "go");
  EXPECT_EQ(json.at("failing_runs"), 3);
  EXPECT_EQ(json.at("holds"), false);
  EXPECT_EQ(json.at("known").at("clear-in-mid-growth"), 5);
  EXPECT_EQ(json.at("properties").size(), report.properties.size());
  const auto& failure = json.at("failures").at(0);
  EXPECT_EQ(failure.at("verdict").at("property"), "iter/once");
  EXPECT_EQ(failure.at("source"), "seed 17");
  EXPECT_EQ(failure.at("known"), nullptr);
  EXPECT_EQ(failure.at("story").back().at("breaks"), true);
}

TEST(Json, SchemaRefusesWhatIsNoReport) {
  nlohmann::json json = report_json(failing_report());
  json["runs"] = "many";
  json.erase("seed");
  json["more"] = 1;
  json["properties"][0]["state"] = "good";
  EXPECT_GE(schema_errors(json).size(), 4U);
}

// ---- badge ----

TEST(Badge, SaysTheVerdict) {
  EXPECT_TRUE(has(badge(holding_report()), "<title>mapproof | go: holds</title>"));
  EXPECT_TRUE(has(badge(failing_report()), "<title>mapproof | go: 2 fail</title>"));
  Report nothing;
  nothing.info.profile = Profile::std_like;
  EXPECT_TRUE(has(badge(nothing), "mapproof | std: not run"));
}

// ---- stories ----

class Stories : public ::testing::Test {
 protected:
  std::vector<StoryStep> tell(std::string_view program) {
    return mapproof::tell(program_of(program), *port_, options_);
  }

  std::unique_ptr<Port> port_ = make_gomap_port(0);
  RunOptions options_;
};

TEST_F(Stories, TellAnswersAndTheBreakingStep) {
  const Report report = failing_report();
  const auto& story = report.failures[0].story;
  ASSERT_EQ(story.size(), report.failures[0].small.ops.size());
  EXPECT_EQ(story[1].text, "iter a bucket=3 offset=0");
  EXPECT_EQ(story[1].answer, "");
  EXPECT_EQ(story[2].answer, "3, stamp 4");
  EXPECT_TRUE(story.back().breaks);
  EXPECT_EQ(std::count_if(story.begin(), story.end(), [](const auto& s) { return s.breaks; }), 1);
}

TEST_F(Stories, EndWhereTheProgramBreaks) {
  const Report report = failing_report();
  Program longer = report.failures[0].small;
  longer.ops.push_back({.code = OpCode::len});
  EXPECT_EQ(mapproof::tell(longer, *port_, options_).size(), longer.ops.size() - 1);
}

TEST_F(Stories, HavePicturesWhereBucketsChange) {
  const auto story = tell("map u64 u64\nput 1\nget 1\nput 2\nlen\n");
  ASSERT_EQ(story.size(), 4U);
  EXPECT_TRUE(story[0].picture.has_value());
  EXPECT_FALSE(story[1].picture.has_value());
  ASSERT_TRUE(story[2].picture.has_value());
  EXPECT_EQ(story[2].picture->count, 2U);
  EXPECT_FALSE(story[3].picture.has_value());
}

TEST_F(Stories, KeepTheLastPictures) {
  std::string text = "map u64 u64\n";
  for (int i = 0; i < 30; ++i) text += "put " + std::to_string(i) + "\n";
  const auto story = tell(text);
  for (std::size_t op = 0; op < story.size(); ++op) {
    EXPECT_EQ(story[op].picture.has_value(), op + kStoryPictures >= story.size()) << op;
  }
}

TEST_F(Stories, SayWhereWalksStand) {
  const auto story = tell(
      "map u64 u64\nputrange 0 8\niter a bucket=0 offset=3\nnext a\niter b bucket=0 offset=0\n"
      "next b 2\ndrop a\nput 64\ndrain b\n");
  ASSERT_EQ(story.size(), 8U);
  ASSERT_EQ(story[2].walks.size(), 1U);
  EXPECT_EQ(story[2].walks[0].slot, 'a');
  EXPECT_EQ(story[2].walks[0].bucket, 0U);
  EXPECT_EQ(story[2].walks[0].offset, 3U);
  ASSERT_EQ(story[4].walks.size(), 2U);
  EXPECT_EQ(story[4].walks[1].offset, 1U);
  ASSERT_EQ(story[5].walks.size(), 1U);
  // The ninth entry begins a growth and moves the bucket: the walk stays in the old one.
  ASSERT_TRUE(story[6].picture.has_value());
  ASSERT_EQ(story[6].walks.size(), 1U);
  EXPECT_EQ(story[6].walks[0].slot, 'b');
  EXPECT_TRUE(story[6].walks[0].in_old || story[6].walks[0].left);
  EXPECT_TRUE(story[7].walks.empty());
}

TEST_F(Stories, SayWhenAWalkStandsInTheOldArray) {
  // 8 buckets, in the middle of a growth to 16.
  const auto story = tell("map u64 u64\nputrange 0 52\niter a bucket=5 offset=0\nnext a\nput 52\n");
  ASSERT_TRUE(story[3].picture.has_value());
  ASSERT_TRUE(story[3].picture->old.has_value());
  ASSERT_EQ(story[3].walks.size(), 1U);
  EXPECT_TRUE(story[3].walks[0].in_old);
  EXPECT_FALSE(story[3].walks[0].left);
  EXPECT_EQ(story[3].walks[0].bucket, 5U);
  EXPECT_EQ(story[3].walks[0].offset, 0U);
}

TEST_F(Stories, SayWhenAWalkStandsInAnArrayThatIsGone) {
  const auto story =
      tell("map u64 u64\nputrange 0 8\niter a bucket=0 offset=0\nnext a\nputrange 8 100\n");
  ASSERT_EQ(story.back().walks.size(), 1U);
  EXPECT_TRUE(story.back().walks[0].left);
}

// The position agrees with the picture: the entry in that cell is the one that came last.
TEST_F(Stories, WalksStandAtTheEntryThatTheyGaveLast) {
  std::string text = "map u64 u64\nfill 0 20\niter a bucket=0 offset=5\n";  // one long chain
  for (int i = 0; i < 20; ++i) text += "next a\n";
  const auto story = tell(text);
  int seen = 0;
  for (const StoryStep& step : story) {
    if (step.text != "next a" || !step.picture || step.answer == "end") continue;
    ASSERT_EQ(step.walks.size(), 1U) << step.answer;
    const auto& at = step.walks[0];
    const auto& array = at.in_old ? *step.picture->old : *step.picture->current;
    const CellView& cell = array.buckets.at(at.bucket).cells.at(at.offset);
    ASSERT_TRUE(cell.key && cell.stamp);
    EXPECT_EQ(step.answer,
              std::to_string(cell.key->index) + ", stamp " + std::to_string(*cell.stamp));
    ++seen;
  }
  EXPECT_EQ(seen, static_cast<int>(kStoryPictures));
}

TEST(Compact, ShowsFirstAndLastOfMany) {
  EXPECT_EQ(compact({"", "a", "", "b"}), "a; b");
  EXPECT_EQ(compact({"1", "2", "3", "4", "5", "6", "7", "8", "9"}),
            "1; 2; 3; 4; 5; 6; ... 2 more ...; 9");
}

// ---- drawings ----

Snapshot large(std::size_t bases) {
  Snapshot snapshot;
  snapshot.current.emplace().base = static_cast<std::uint32_t>(bases);
  snapshot.current->buckets.resize(bases);
  for (std::size_t i = 0; i < bases; ++i) {
    auto& cell = snapshot.current->buckets[i].cells[0];
    cell = {.tophash = 7, .key = KeyId{}, .stamp = 1, .hash = 0, .elem_zero = false};
    cell.key->index = static_cast<std::uint32_t>(i);
  }
  return snapshot;
}

TEST(BucketSvg, IsBoundedAndSaysWhatIsLeftOut) {
  const std::string svg =
      bucket_svg(large(4096), KeyKind::u64, {{.slot = 'c', .bucket = 4000, .offset = 2}}, "a map");
  EXPECT_LT(svg.size(), 60000U);
  EXPECT_TRUE(has(svg, "#15 to #3999: 3985 chains with entries left out"));
  EXPECT_TRUE(has(svg, ">#4000<"));  // a walk stands there
  EXPECT_EQ(count(svg, "class=\"walk\""), 1U);
  EXPECT_EQ(xml_error(svg), "");
}

TEST(BucketSvg, BoundsALongChain) {
  Snapshot snapshot = large(1);
  auto& buckets = snapshot.current->buckets;
  buckets.resize(100);
  for (std::size_t i = 0; i < 99; ++i) buckets[i].overflow = static_cast<std::int32_t>(i + 1);
  std::string svg = bucket_svg(snapshot, KeyKind::u64, {{.slot = 'a', .bucket = 50}}, "");
  EXPECT_TRUE(has(svg, "43 more overflow buckets"));  // 7 to 49
  EXPECT_TRUE(has(svg, "49 more overflow buckets"));  // 51 to 99
  buckets[99].overflow = 3;
  svg = bucket_svg(snapshot, KeyKind::u64, {}, "");
  EXPECT_TRUE(has(svg, "a chain that leads back or nowhere"));
  EXPECT_LT(svg.size(), 30000U);
}

TEST(BucketSvg, TellsBlankChainsInOneLine) {
  Snapshot snapshot = large(8);
  for (std::size_t i = 2; i < 7; ++i) snapshot.current->buckets[i] = {};
  EXPECT_TRUE(has(bucket_svg(snapshot, KeyKind::u64, {}, ""), "#2 to #6: all rest"));
}

TEST(BucketSvg, NamesEachStateOfACell) {
  Snapshot snapshot = large(1);
  auto& cells = snapshot.current->buckets[0].cells;
  for (std::uint8_t i = 1; i < 8; ++i) cells[i].tophash = i == 7 ? std::uint8_t{0x2a} : i;
  const std::string svg = bucket_svg(snapshot, KeyKind::u64, {}, "<map>");
  for (const char* state : {">one<", ">X<", ">Y<", ">evacEmpty<", ">05<", ">2a<"}) {
    EXPECT_TRUE(has(svg, state));
  }
  EXPECT_TRUE(has(svg, "<title>&lt;map&gt;</title>"));
}

TEST(BucketSvg, TellsWalksThatStandNowhere) {
  const std::string svg = bucket_svg(large(1), KeyKind::u64,
                                     {{.slot = 'a', .left = true}, {.slot = 'b', .bucket = 9}}, "");
  EXPECT_TRUE(has(svg, "walk a stands in an array that the map has left"));
  EXPECT_TRUE(has(svg, "walk b stands in bucket #9 of the current array, on no chain"));
}

TEST(BucketSvg, DrawsTheOldArrayAndMapsWithoutBuckets) {
  Snapshot snapshot = large(2);
  snapshot.old = large(1).current;
  EXPECT_TRUE(has(bucket_svg(snapshot, KeyKind::u64, {}, ""), "old array (growing): 1 bucket<"));
  snapshot.flags = map_flag::kSameSizeGrow;
  EXPECT_TRUE(has(bucket_svg(snapshot, KeyKind::u64, {}, ""), "growing at the same size"));
  EXPECT_TRUE(has(bucket_svg(Snapshot(), KeyKind::u64, {}, ""), "no buckets yet"));
}

// ---- pages ----

TEST(Html, HasNothingFromElsewhereAndNoScript) {
  for (const std::string& page :
       {html(failing_report()), html(hostile_report()), matrix_html(sample_matrix())}) {
    for (const char* bad : {"<script", "<link", " src=", "@import", "url(", "<iframe", "onload"}) {
      EXPECT_FALSE(has(page, bad));
    }
  }
}

TEST(Html, TellsTheFailure) {
  const Report report = failing_report();
  const std::string page = html(report);
  EXPECT_TRUE(has(page, "✗ Fails: 2 properties"));
  EXPECT_TRUE(has(page, "✗ breaks iter/once"));
  EXPECT_TRUE(has(page, escaped(report.failures[0].rule)));
  EXPECT_TRUE(has(page, report.failures[0].command));
  EXPECT_TRUE(has(page, "known failure"));
  EXPECT_TRUE(has(page, "class=\"walk\""));
  EXPECT_EQ(count(page, "<section class=\"failure"), 2U);
  EXPECT_LE(count(page, "<svg "), 12U);
  EXPECT_GE(count(page, "<svg "), 7U);
  EXPECT_EQ(count(page, "<svg "), count(page, "role=\"img\""));
  EXPECT_EQ(count(page, "<th scope=\"row\">"), report.properties.size());
  EXPECT_TRUE(has(page, line_of(report, "panic/unhashable").why));
  EXPECT_TRUE(has(html(holding_report()), "✓ Holds"));
  EXPECT_TRUE(has(html(Report()), "✗ Nothing was run"));
}

TEST(Html, LinksToTheWebOnly) {
  Report report = failing_report();
  for (PropertyLine& line : report.properties) {
    if (line.state == PropertyState::known) line.link = "javascript:alert(1)";
  }
  EXPECT_FALSE(has(html(report), "href=\"javascript"));
}

TEST(Html, BoundsLongStories) {
  Report report = failing_report();
  ReportFailure& failure = report.failures[0];
  std::vector<StoryStep> steps(5000);
  steps.push_back(failure.story.back());
  failure.story = steps;
  const std::string page = html(report);
  EXPECT_TRUE(has(page, "4761 more steps"));
  EXPECT_TRUE(has(page, "✗ breaks iter/once"));
}

// ---- matrix ----

TEST(Matrix, FitsATerminal) {
  auto columns = sample_matrix();
  columns.back().why_not += std::string(" and more") + std::string(200, ' ') + "words";
  const std::string text = matrix_text(columns);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 110U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_TRUE(has(text, "✗ fails: iter/once"));
  EXPECT_TRUE(has(text, "not run"));
  EXPECT_TRUE(has(text, "install the Debian package golang-1.22"));
}

TEST(Matrix, HasARowForEachPropertyAndAColumnForEachMap) {
  const auto columns = sample_matrix();
  const std::string markdown = matrix_markdown(columns);
  const std::size_t rows = columns[0].properties.size();
  EXPECT_EQ(count(markdown, "\n| "), rows + 2);  // and profile, verdict
  const std::string first = markdown.substr(0, markdown.find('\n'));
  EXPECT_EQ(count(first, "|"), columns.size() + 2);
  EXPECT_TRUE(has(markdown, "| iter/once | ✗ | ✓ |"));
  EXPECT_TRUE(has(markdown, "| len/exact | + | ✓ |"));
  EXPECT_EQ(count(matrix_html(columns), "<th scope=\"row\" title="), rows);
}

TEST(Matrix, DoesNotDependOnHowMuchWasRun) {
  const auto columns = sample_matrix();
  auto others = columns;
  for (MatrixColumn& column : others) {
    column.operations += 1000;
    for (PropertyLine& line : column.properties) line.failures += 7;
  }
  EXPECT_EQ(matrix_text(columns), matrix_text(others));
  EXPECT_EQ(matrix_markdown(columns), matrix_markdown(others));
  EXPECT_EQ(matrix_html(columns), matrix_html(others));
}

TEST(Matrix, KeepsOddNamesInTheirCells) {
  auto columns = sample_matrix();
  columns[0].port = "a|b<c>";
  EXPECT_TRUE(has(matrix_markdown(columns), "| a\\|b&lt;c&gt; |"));
  EXPECT_EQ(xml_error(matrix_html(columns)), "");
}

}  // namespace
}  // namespace mapproof
