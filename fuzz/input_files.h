// Which files of a folder are inputs of a fuzz target.
#pragma once

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace mapproof {

inline bool is_hidden(const std::filesystem::path& path) {
  return path.filename().string().starts_with(".");
}

// Bytes, or a program in text. What a folder offers beside them (pages, sources, records) and what
// is hidden there is left alone.
inline bool is_input(const std::filesystem::directory_entry& entry) {
  const std::filesystem::path suffix = entry.path().extension();
  std::error_code error;
  return entry.is_regular_file(error) && !is_hidden(entry.path()) &&
         (suffix.empty() || suffix == ".bin" || suffix == ".mapproof");
}

// Those of a folder and its folders, sorted.
inline std::vector<std::filesystem::path> input_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (std::filesystem::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
    if (is_input(*entry)) found.push_back(entry->path());
    if (is_hidden(entry->path())) entry.disable_recursion_pending();  // .git
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace mapproof
