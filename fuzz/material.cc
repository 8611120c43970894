// What an engine is given beside a target, as files: seeds in bytes, out of programs in text, and
// dictionaries, which follow the byte form and the words of the text by themselves.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
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

[[noreturn]] void cannot_run(const fs::path& file, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", file.c_str(), why.c_str());
  std::exit(2);
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) cannot_run(file, "cannot be read");
  return text;
}

void write(const fs::path& file, std::string_view what) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << what;
  if (!out.flush()) cannot_run(file, "cannot be written");
}

// Named after the path, since two folders may have programs of one name.
std::string seed_name(const fs::path& file, const fs::path& corpus) {
  std::string name = file.lexically_relative(corpus).replace_extension().string();
  std::ranges::replace(name, '/', '-');
  return name;
}

int write_seeds(bool as_text, const fs::path& corpus, const fs::path& folder) {
  std::size_t seeds = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(corpus)) {
    const fs::path& file = entry.path();
    if (!entry.is_regular_file() || file.extension() != ".mapproof") continue;
    const std::string text = contents(file);
    const auto parsed = parse(text);
    if (const auto* error = std::get_if<TextError>(&parsed)) cannot_run(file, error->message());
    const std::vector<std::uint8_t> bytes = encode(std::get<Program>(parsed));
    const std::string name = seed_name(file, corpus);
    write(folder / (name + ".bin"), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (as_text) write(folder / (name + ".mapproof"), text);
    ++seeds;
  }
  if (seeds == 0) cannot_run(corpus, "no programs in text (*.mapproof) in there");
  return 0;
}

// One operation of each code, with the counts at which a map grows.
std::vector<Op> sample_ops() {
  std::vector<Op> ops;
  for (std::size_t code = 0; code < kOpCodes; ++code) {
    for (const std::uint16_t count : std::initializer_list<std::uint16_t>{1, 9, 14, 27, 53, 105}) {
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
               "usage: %s seeds programs|text CORPUS FOLDER\n"
               "         each program of CORPUS into FOLDER, as bytes; for targets that read text\n"
               "         as text, too\n"
               "       %s dictionary programs|text\n"
               "         words of the byte form or the text form, to stdout\n",
               program, program);
  return 2;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const bool as_text = words.size() > 1 && words[1] == "text";
  if (words.size() > 1 && (as_text || words[1] == "programs")) {
    if (words[0] == "seeds" && words.size() == 4) {
      return mapproof::write_seeds(as_text, words[2], words[3]);
    }
    if (words[0] == "dictionary" && words.size() == 2) {
      return mapproof::print_dictionary(as_text ? mapproof::words_of_text()
                                                : mapproof::words_of_bytes());
    }
  }
  return mapproof::usage(argv[0]);
}
