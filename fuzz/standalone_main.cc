// Runs a fuzz target over files and folders without an engine: what a plain build and ctest use.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oracle/program.h"
#include "oracle/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

using Bytes = std::vector<std::uint8_t>;

bool read(const std::filesystem::path& path, Bytes* bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  bytes->assign(std::istreambuf_iterator<char>(in), {});
  return true;
}

// Programs in text (*.map, *.mapproof) become their byte form; everything else is taken as it is.
bool load(const std::filesystem::path& path, bool raw, Bytes* bytes) {
  if (!read(path, bytes)) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    return false;
  }
  if (raw) return true;
  if (path.extension() != ".mapproof") return true;
  const auto parsed =
      mapproof::parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (const auto* error = std::get_if<mapproof::TextError>(&parsed)) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), error->message().c_str());
    return false;
  }
  *bytes = mapproof::encode(std::get<mapproof::Program>(parsed));
  return true;
}

// What a folder offers beside programs (pages, Go sources, records) is left alone.
bool is_input(const std::filesystem::directory_entry& entry) {
  const std::string suffix = entry.path().extension().string();
  return entry.is_regular_file() && entry.path().filename().string().front() != '.' &&
         (suffix.empty() || suffix == ".bin" || suffix == ".mapproof");
}

std::vector<std::filesystem::path> inputs(const std::filesystem::path& root) {
  if (!std::filesystem::is_directory(root)) return {root};
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (is_input(entry)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

int usage(const char* name) {
  std::fprintf(stderr,
               "usage: %s [--raw] [-artifact_prefix=FOLDER/] FILE_OR_FOLDER...\n"
               "Runs each file (bytes; or a program in text, named *.map or *.mapproof) once.\n"
               "  --raw  text as it is, for a target that reads text\n",
               name);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  std::size_t done = 0;
  bool raw = false;
  for (int i = 1; i < argc; ++i) {
    raw = raw || std::string_view(argv[i]) == "--raw";
    if (std::string_view(argv[i]).starts_with("-")) continue;
    for (const auto& path : inputs(argv[i])) {
      Bytes bytes;
      if (!load(path, raw, &bytes)) return 2;
      std::fprintf(stderr, "running %s\n", path.c_str());
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++done;
    }
  }
  if (done == 0) return usage(argv[0]);  // an empty corpus must not look like success
  std::fprintf(stderr, "%zu inputs run\n", done);
  return 0;
}
