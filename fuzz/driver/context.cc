#include "fuzz/driver/context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <sstream>
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
  constexpr std::uint64_t kEnough = 1000;
  constexpr std::size_t kLines = 5;
  std::istringstream tail(tail_of(log, kEnough));
  std::deque<std::string> words;
  for (std::string line; std::getline(tail, line);) {
    if (line.starts_with("stat::")) continue;  // the engine's figures come behind what ended it
    words.push_back(line);
    if (words.size() > kLines) words.pop_front();
  }
  while (!words.empty() && words.back().empty()) words.pop_back();
  return words.empty() ? "(none)" : fmt::format("{}", fmt::join(words, "\n"));
}

}  // namespace mapproof::driver
