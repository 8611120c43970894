// Runs a fuzz target over files and folders without an engine: what a plain build and ctest use.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <variant>
#include <vector>

#include "fuzz/input_files.h"
#include "oracle/program.h"
#include "oracle/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kCannotRun = 2;

struct Arguments {
  bool help = false;
  bool raw = false;
  const char* unknown = nullptr;  // an option
  std::vector<std::filesystem::path> roots;
};

Arguments read_arguments(int argc, char** argv) {
  Arguments given;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help" || word == "-h") {
      given.help = true;
    } else if (word == "--raw") {
      given.raw = true;
    } else if (!word.starts_with("-")) {
      given.roots.emplace_back(word);
    } else if (!word.starts_with("-artifact_prefix=")) {  // that one is for the target
      given.unknown = argv[i];
    }
  }
  return given;
}

void print_usage(std::FILE* out, const char* name) {
  std::fprintf(out,
               "usage: %s [--raw] [-artifact_prefix=FOLDER/] FILE_OR_FOLDER...\n"
               "Runs each file (bytes; or a program in text, named *.mapproof) once.\n"
               "  --raw  text as it is, for a target that reads text\n",
               name);
}

bool read(const std::filesystem::path& path, Bytes* bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  bytes->assign(std::istreambuf_iterator<char>(in), {});
  return true;
}

// Programs in text (*.mapproof) become their byte form; everything else is taken as it is.
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

// Whoever names a file means it, whatever it is called.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& root) {
  if (!std::filesystem::is_directory(root)) return {root};
  return mapproof::input_files(root);
}

// Counts those that ran. False: one cannot be read.
bool run(const Arguments& given, std::size_t* done) {
  for (const auto& root : given.roots) {
    for (const auto& path : files_of(root)) {
      Bytes bytes;
      if (!load(path, given.raw, &bytes)) return false;
      std::fprintf(stderr, "running %s\n", path.c_str());
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++*done;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments given = read_arguments(argc, argv);
  if (given.help) {
    print_usage(stdout, argv[0]);
    return 0;
  }
  // What was misspelt must not look like success.
  if (given.unknown != nullptr) {
    std::fprintf(stderr, "unknown option: %s\n", given.unknown);
    print_usage(stderr, argv[0]);
    return kCannotRun;
  }
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  std::size_t done = 0;
  if (!run(given, &done)) return kCannotRun;
  if (done == 0) {  // nor must an empty corpus
    print_usage(stderr, argv[0]);
    return kCannotRun;
  }
  std::fprintf(stderr, "%zu inputs run\n", done);
  return 0;
}
