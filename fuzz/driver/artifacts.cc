#include "fuzz/driver/artifacts.h"

#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "conformance/cli/io.h"
#include "fuzz/driver/corpus.h"
#include "fuzz/fnv1a.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;
using std::string_view_literals::operator""sv;

constexpr std::string_view kVerdict = "verdict-";

// "verdict-iter-once-0123.bin": "verdict-iter-once-0123" and the suffix.
fs::path beside(const fs::path& artifact, const char* suffix) {
  return artifact.parent_path() / (artifact.stem().string() + suffix);
}

bool is_artifact(const std::string& name, std::string_view kind) {
  return name.starts_with(kind) && !name.ends_with(".mapproof");
}

// As fuzz/artifacts.h names verdicts, and libFuzzer all else.
bool has_hash_of(const fs::path& artifact, const std::string& contents) {
  const std::string name = artifact.stem().string();
  const std::string hash = name.substr(name.rfind('-') + 1);
  if (!name.starts_with(kVerdict)) return hash == sha1(contents);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(contents.data());
  return hash == fmt::format("{:016x}", fnv1a({bytes, contents.size()}));
}

// All artifacts in a folder, those of the most telling kinds first.
std::vector<fs::path> named_as_artifacts(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const std::string_view kind : {kVerdict, "crash-"sv, "oom-"sv, "timeout-"sv, "leak-"sv}) {
    std::set<fs::path> of_kind;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const fs::path& file = entry.path();
      if (is_artifact(file.filename().string(), kind)) of_kind.insert(file);
    }
    found.insert(found.end(), of_kind.begin(), of_kind.end());
  }
  return found;
}

}  // namespace

std::vector<fs::path> artifacts_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::set<std::string> told;  // libFuzzer keeps the input of an abort(), too: once is enough
  for (const fs::path& file : named_as_artifacts(folder)) {
    const std::string contents = cli::read_file(file.string());
    if (!has_hash_of(file, contents)) continue;
    std::error_code ignored;
    if (told.insert(contents).second) {
      found.push_back(file);
    } else {
      fs::remove(file, ignored);
    }
  }
  return found;
}

std::vector<fs::path> torn_in(const fs::path& folder) {
  std::vector<fs::path> found = named_as_artifacts(folder);
  std::erase_if(
      found, [](const fs::path& file) { return has_hash_of(file, cli::read_file(file.string())); });
  return found;
}

fs::path text_of(const fs::path& artifact) { return beside(artifact, ".mapproof"); }

fs::path shrunk_text_of(const fs::path& artifact) { return beside(artifact, "-shrunk.mapproof"); }

std::array<fs::path, 3> files_of(const fs::path& artifact) {
  return {text_of(artifact), shrunk_text_of(artifact), artifact};
}

}  // namespace mapproof::driver
