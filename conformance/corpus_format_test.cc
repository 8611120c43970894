// The committed programs: each is stored as the tools print it, so that a diff of the corpus shows
// changes of meaning only.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "conformance/corpus_files.h"
#include "oracle/program.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

std::vector<Program> programs(const std::string& folder) {
  std::vector<Program> result;
  for (const auto& file : corpus_files(folder)) result.push_back(read_program(file));
  return result;
}

TEST(Corpus, EveryProgramIsStoredAsItIsPrinted) {
  for (const auto& file : corpus_files("")) {
    EXPECT_EQ(print(read_program(file)), text_of(file)) << file;
  }
}

TEST(Corpus, EveryProgramSaysWhatItIsAbout) {
  for (const auto& file : corpus_files("")) {
    EXPECT_TRUE(text_of(file).starts_with("mapproof 1\n# ")) << file;
  }
}

TEST(Corpus, EveryProgramHasAByteFormThatComesBack) {
  for (const Program& program : programs("")) {
    std::string error;
    EXPECT_EQ(decode_strict(encode(program), &error), program) << error;
  }
}

TEST(Seeds, AreManyAndDifferent) {
  std::set<std::vector<std::uint8_t>> different;
  for (const Program& program : programs("seeds")) different.insert(encode(program));
  EXPECT_GE(different.size(), 40U);
  EXPECT_EQ(different.size(), corpus_files("seeds").size()) << "two files hold the same program";
}

TEST(Seeds, UseEveryKindHashModeAndOperation) {
  std::set<KeyKind> keys;
  std::set<ElemKind> elems;
  std::set<HashMode> modes;
  std::set<OpCode> codes;
  for (const Program& program : programs("seeds")) {
    keys.insert(program.spec.key);
    elems.insert(program.spec.elem);
    modes.insert(program.spec.hash);
    for (const Op& op : program.ops) codes.insert(op.code);
  }
  EXPECT_EQ(keys.size(), kKeyKinds);
  EXPECT_EQ(elems.size(), kElemKinds);
  EXPECT_EQ(modes.size(), kHashModes);
  EXPECT_EQ(codes.size(), kOpCodes);
}

}  // namespace
}  // namespace mapproof
