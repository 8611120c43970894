#include "conformance/picture.h"

#include <gtest/gtest.h>

#include <string>

namespace mapproof {
namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) n++;
  return n;
}

TEST(Picture, HasARowForEachLine) {
  EXPECT_EQ(count(picture_of("one\n\ntwo\n"), "<text "), 3U);
  EXPECT_EQ(count(picture_of("one\ntwo"), "<text "), 2U);
}

TEST(Picture, EscapesWhatXmlWouldMisread) {
  const std::string svg = picture_of("a < b & c -> d\n");
  EXPECT_NE(svg.find("a &lt; b &amp; c -&gt; d"), svg.npos);
}

TEST(Picture, MakesTheBrokenLineStandOut) {
  const std::string svg = picture_of("next a  -> 7   # breaks iter/once\nnext a  -> 8\n");
  EXPECT_EQ(count(svg, "class=\"bad\""), 1U);
  EXPECT_EQ(count(svg, "class=\"plain\""), 1U);
}

TEST(Picture, IsAsWideAsItsWidestLineInCharactersNotBytes) {
  const std::string ascii = picture_of(std::string(60, 'x'));
  std::string arrows;
  for (int i = 0; i < 60; i++) arrows += "\xe2\x86\x92";
  const std::string wide = picture_of(arrows);
  EXPECT_EQ(ascii.substr(0, ascii.find("viewBox")), wide.substr(0, wide.find("viewBox")));
}

}  // namespace
}  // namespace mapproof
