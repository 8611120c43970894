#include "fuzz/artifacts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "conformance/shrink.h"
#include "fuzz/fnv1a.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

// Whole under its name, or not at all: whoever looks for artifacts meanwhile, or after this process
// was killed, finds no half a one.
bool write_file(const std::filesystem::path& path, std::string_view contents) {
  const std::filesystem::path unfinished =
      path.parent_path() / ("." + path.filename().string() + ".new");
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  out << contents;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(unfinished, path, error);
  if (out && !error) return true;
  std::filesystem::remove(unfinished, error);
  return false;
}

std::string property_in_file_name(std::string property) {
  std::replace(property.begin(), property.end(), '/', '-');
  return property;
}

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void write_shrunk(const FailureToKeep& failure, const std::string& path,
                  const ArtifactOptions& options) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(options.shrink_seconds);
  const auto still_fails = [&](const Program& candidate) {
    return std::chrono::steady_clock::now() <= deadline && failure.still_fails(candidate);
  };
  const bool as_shown = still_fails(failure.shown);
  if (!as_shown && !still_fails(failure.program)) return;
  const Program small = shrink(as_shown ? failure.shown : failure.program, still_fails, nullptr);
  if (small == failure.program || !write_file(path + "-shrunk.mapproof", print(small))) return;
  say(fmt::format("==== shrunk from {} to {} operations: {}-shrunk.mapproof\n{}\n",
                  failure.program.ops.size(), small.ops.size(), path, print(small)));
}

}  // namespace

std::string keep(const FailureToKeep& failure, std::span<const std::uint8_t> bytes,
                 const ArtifactOptions& options) {
  std::string path = fmt::format("{}verdict-{}-{:016x}", options.prefix,
                                 property_in_file_name(failure.property), fnv1a(bytes));
  // The bytes first: whatever happens next, the input is kept.
  const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool kept = write_file(path + ".bin", raw);
  const std::string text = print(failure.shown);
  const bool kept_text = write_file(path + ".mapproof", text);
  say(fmt::format("\n==== {}\n{}\n", failure.words, text));
  if (kept && kept_text) {
    say(fmt::format("==== kept as {}.bin and .mapproof; see it again with\n{} {}.mapproof\n", path,
                    failure.replay, path));
  } else {
    say(fmt::format("==== {}.bin could not be written (disk full, or no such folder)\n", path));
  }
  if (options.shrink_seconds > 0) write_shrunk(failure, path, options);
  return path;
}

}  // namespace mapproof
