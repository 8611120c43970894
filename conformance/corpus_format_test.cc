// The committed programs: each is stored as the tools print it, so that a diff of the corpus shows
// changes of meaning only.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "oracle/program.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

struct Stored {
  fs::path path;
  std::string text;
};

std::vector<Stored> stored(const fs::path& folder) {
  std::vector<Stored> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".mapproof") continue;
    std::stringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files.push_back({entry.path(), text.str()});
  }
  return files;
}

// Parses all files; a file that is no program fails the test and is left out.
std::vector<Program> programs(const fs::path& folder) {
  std::vector<Program> result;
  for (const Stored& file : stored(folder)) {
    auto parsed = parse(file.text);
    if (const auto* error = std::get_if<TextError>(&parsed)) {
      ADD_FAILURE() << file.path << ": " << error->message();
    } else {
      result.push_back(std::get<Program>(std::move(parsed)));
    }
  }
  return result;
}

const fs::path kCorpus = MAPPROOF_CORPUS_DIR;
const fs::path kSeeds = kCorpus / "seeds";

TEST(Corpus, EveryProgramIsStoredAsItIsPrinted) {
  for (const Stored& file : stored(kCorpus)) {
    const auto parsed = parse(file.text);
    if (const auto* error = std::get_if<TextError>(&parsed)) {
      ADD_FAILURE() << file.path << ": " << error->message();
    } else {
      EXPECT_EQ(print(std::get<Program>(parsed)), file.text) << file.path;
    }
  }
}

TEST(Corpus, EveryProgramSaysWhatItIsAbout) {
  for (const Stored& file : stored(kCorpus)) {
    EXPECT_TRUE(file.text.starts_with("mapproof 1\n# ")) << file.path;
  }
}

TEST(Corpus, EveryProgramHasAByteFormThatComesBack) {
  for (const Program& program : programs(kCorpus)) {
    std::string error;
    EXPECT_EQ(decode_strict(encode(program), &error), program) << error;
  }
}

TEST(Seeds, AreManyAndDifferent) {
  std::set<std::vector<std::uint8_t>> different;
  for (const Program& program : programs(kSeeds)) different.insert(encode(program));
  EXPECT_GE(different.size(), 40U);
  EXPECT_EQ(different.size(), stored(kSeeds).size()) << "two files hold the same program";
}

TEST(Seeds, UseEveryKindHashModeAndOperation) {
  std::set<KeyKind> keys;
  std::set<ElemKind> elems;
  std::set<HashMode> modes;
  std::set<OpCode> codes;
  for (const Program& program : programs(kSeeds)) {
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
