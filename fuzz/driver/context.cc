#include "fuzz/driver/context.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <system_error>

#include "conformance/cli/io.h"

namespace mapproof::driver {

void say(const std::string& line) {
  cli::show_progress("");
  fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw cli::CannotRun(folder.string() + " cannot be made: " + error.message());
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw cli::CannotRun(folder.string() + " cannot be written to");
  }
}

std::string last_words(const std::filesystem::path& log) {
  constexpr std::uint64_t kEnough = 600;
  constexpr int kLines = 5;
  std::string words = tail_of(log, kEnough);
  while (words.ends_with('\n')) words.pop_back();
  std::size_t begin = words.size();
  for (int lines = 0; lines < kLines; ++lines) {
    const std::size_t newline = begin == 0 ? words.npos : words.rfind('\n', begin - 1);
    if (newline == words.npos) return words.empty() ? "(none)" : words;
    begin = newline;
  }
  return words.substr(begin + 1);
}

}  // namespace mapproof::driver
