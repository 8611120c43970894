// Fuzzes the two forms of programs: what is decoded or parsed comes back unchanged from either
// form, and text that is refused is refused at a place inside it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oracle/program.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

void require(bool condition, const char* what, const std::string& detail = "") {
  if (condition) return;
  std::fprintf(stderr, "program_fuzzer: %s\n%s\n", what, detail.c_str());
  std::abort();
}

void check_text_of(const Program& program) {
  const std::string text = print(program);
  const auto parsed = parse(text);
  const auto* error = std::get_if<TextError>(&parsed);
  require(error == nullptr, "printed text is refused", error ? error->message() + "\n" + text : "");
  const auto& again = std::get<Program>(parsed);
  require(again == program, "text changes the program", text);
  require(again.port == program.port && again.comments == program.comments &&
              again.expect == program.expect && again.notes == program.notes,
          "text changes the annotations", text);
  require(print(again) == text, "printing is not idempotent", text);
}

void check_bytes_of(const Program& program) {
  const std::string fault = invalid(program);
  require(fault.empty(), "an invalid program was accepted", fault);
  const std::vector<std::uint8_t> bytes = encode(program);
  require(decode(bytes) == program, "bytes change the program", print(program));
  std::string error;
  const auto strict = decode_strict(bytes, &error);
  require(strict && *strict == program, "canonical bytes are refused", error);
  require(encode(*strict) == bytes, "encoding is not idempotent", print(program));
}

void check_as_bytes(std::span<const std::uint8_t> bytes) {
  const Program program = decode(bytes);
  check_bytes_of(program);
  check_text_of(program);
  std::string error;
  const auto strict = decode_strict(bytes, &error);
  require(strict.has_value() == error.empty(), "refused without a word", error);
  require(!strict || std::ranges::equal(encode(*strict), bytes), "bytes that are not canonical",
          print(program));
}

// Is the error's place a character of the text, or the end of one of its lines?
void check_place(const TextError& error, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t line = 1; line < error.line; ++line) {
    const std::size_t end = text.find('\n', begin);
    require(end != std::string_view::npos, "refused behind the last line", error.message());
    begin = end + 1;
  }
  const std::size_t length = std::min(text.find('\n', begin), text.size()) - begin;
  require(error.line >= 1 && error.column >= 1 && error.column <= length + 1,
          "refused outside the line", error.message());
  require(!error.expected.empty() && !error.found.empty(), "refused without a word");
}

void check_as_text(std::string_view text) {
  const auto parsed = parse(text);
  if (const auto* error = std::get_if<TextError>(&parsed)) return check_place(*error, text);
  check_bytes_of(std::get<Program>(parsed));
  check_text_of(std::get<Program>(parsed));
}

}  // namespace
}  // namespace mapproof

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mapproof::check_as_bytes({data, size});
  mapproof::check_as_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
