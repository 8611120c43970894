// What an engine is given beside a target, as files: seeds in bytes, out of programs in text, and
// dictionaries, which follow the byte form and the words of the text by themselves.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oracle/hashing.h"
#include "oracle/kinds.h"
#include "oracle/program.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

using Words = std::set<std::vector<std::uint8_t>>;

bool write_seed(const fs::path& file, const fs::path& folder) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return false;
  }
  const auto parsed = parse(text);
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), error->message().c_str());
    return false;
  }
  const std::vector<std::uint8_t> bytes = encode(std::get<Program>(parsed));
  const fs::path seed = folder / (file.filename().string() + ".bin");
  std::ofstream out(seed, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (out.flush()) return true;
  std::fprintf(stderr, "%s: cannot be written\n", seed.c_str());
  return false;
}

int write_seeds(const fs::path& folder, std::span<char* const> files) {
  return std::ranges::all_of(files, [&](const char* file) { return write_seed(file, folder); }) ? 0
                                                                                                : 2;
}

// One operation of each code, with the counts at which a map grows.
std::vector<Op> sample_ops() {
  std::vector<Op> ops;
  for (std::size_t code = 0; code < kOpCodes; ++code) {
    for (const std::uint16_t count : {1, 9, 14, 27, 53, 105}) {
      Op op;
      op.code = static_cast<OpCode>(code);
      op.key = 1;
      op.n = count;
      ops.push_back(op);
    }
  }
  return ops;
}

// Headers and single records.
Words words_of_bytes() {
  Words words;
  Program program;
  const std::size_t header = encode(program).size();
  for (const Op& op : sample_ops()) {
    program.ops = {op};
    const std::vector<std::uint8_t> bytes = encode(program);
    words.emplace(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
  }
  program.ops.clear();
  for (std::size_t key = 0; key < kKeyKinds; ++key) {
    for (std::size_t hash = 0; hash < kHashModes; ++hash) {
      program.spec.key = static_cast<KeyKind>(key);
      program.spec.hash = static_cast<HashMode>(hash);
      words.insert(encode(program));
    }
  }
  return words;
}

template <typename Kind>
void add_names(std::size_t count, Words* words) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view word = name(static_cast<Kind>(i));
    words->emplace(word.begin(), word.end());
  }
}

// Names, and lines and their pieces out of programs as they are printed.
Words words_of_text() {
  Words words;
  add_names<OpCode>(kOpCodes, &words);
  add_names<KeyKind>(kKeyKinds, &words);
  add_names<ElemKind>(kElemKinds, &words);
  add_names<HashMode>(kHashModes, &words);
  Program program;
  program.spec.hash = HashMode::table;
  program.spec.hash0 = 1;
  program.spec.seed = 1;
  program.spec.hint = 1;
  program.spec.hashes = {KeyHash{.key = 1, .top = 1, .low = 1}};
  program.port = "gomap";
  program.comments = {"word"};
  program.ops = sample_ops();
  program.expect = {"absent"};
  std::string piece;
  for (const char c : print(program)) {
    if (c != ' ' && c != '\n') piece += c;
    if (c == '=' || c == ' ' || c == '\n') {
      if (!piece.empty()) words.emplace(piece.begin(), piece.end());
      piece.clear();
    }
  }
  return words;
}

int print_dictionary(const Words& words) {
  for (const std::vector<std::uint8_t>& word : words) {
    std::fputc('"', stdout);
    for (const std::uint8_t byte : word) std::fprintf(stdout, "\\x%02x", byte);
    std::fputs("\"\n", stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 2;
}

int usage(const char* program) {
  std::fprintf(stderr,
               "usage: %s seeds FOLDER PROGRAM...     each program in text, as bytes, into FOLDER\n"
               "       %s dictionary programs|text    words of the byte form or the text form\n",
               program, program);
  return 2;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  const std::string_view what = argc > 1 ? argv[1] : "";
  const std::string_view second = argc > 2 ? argv[2] : "";
  if (what == "seeds" && argc > 3) return mapproof::write_seeds(second, arguments.subspan(3));
  if (what == "dictionary" && argc == 3 && second == "programs") {
    return mapproof::print_dictionary(mapproof::words_of_bytes());
  }
  if (what == "dictionary" && argc == 3 && second == "text") {
    return mapproof::print_dictionary(mapproof::words_of_text());
  }
  return mapproof::usage(argv[0]);
}
