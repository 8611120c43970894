// The programs of the corpus, for tests that have one case for each.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "oracle/program.h"
#include "oracle/text.h"

namespace mapproof {

// All programs under corpus/`folder`, sorted.
inline std::vector<std::filesystem::path> corpus_files(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  const auto root = std::filesystem::path(MAPPROOF_CORPUS_DIR) / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".mapproof") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A file that is no program fails the test.
inline Program read_program(const std::filesystem::path& file) {
  const std::string text = text_of(file);
  auto parsed = parse(text);
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    ADD_FAILURE() << file << ": " << error->message();
    return {};
  }
  return std::get<Program>(std::move(parsed));
}

// A file's name as the name of a test.
inline std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

}  // namespace mapproof
