#include "fuzz/round_trip.h"

#include <fmt/format.h>

#include <algorithm>

namespace mapproof {
namespace {

struct Broken {
  std::string words;
};

void require(bool condition, const char* what, const std::string& detail = "") {
  if (!condition) throw Broken{fmt::format("{}\n{}", what, detail)};
}

class RoundTrip {
 public:
  explicit RoundTrip(const Codec& codec) : codec_(codec) {}

  void check_as_bytes(std::span<const std::uint8_t> bytes) {
    const Program program = codec_.decode(bytes);
    check_bytes_of(program);
    check_text_of(program);
    std::string error;
    const auto strict = codec_.decode_strict(bytes, &error);
    require(strict.has_value() == error.empty(), "refused without a word", error);
    require(!strict || std::ranges::equal(codec_.encode(*strict), bytes),
            "bytes that are not canonical", codec_.print(program));
  }

  void check_as_text(std::string_view text) {
    const auto parsed = codec_.parse(text);
    if (const auto* error = std::get_if<TextError>(&parsed)) return check_place(*error, text);
    check_bytes_of(std::get<Program>(parsed));
    check_text_of(std::get<Program>(parsed));
  }

 private:
  void check_text_of(const Program& program) {
    const std::string text = codec_.print(program);
    const auto parsed = codec_.parse(text);
    const auto* error = std::get_if<TextError>(&parsed);
    require(error == nullptr, "printed text is refused",
            error ? error->message() + "\n" + text : "");
    const auto& again = std::get<Program>(parsed);
    require(again == program, "text changes the program", text);
    require(again.port == program.port && again.comments == program.comments &&
                again.expect == program.expect && again.notes == program.notes,
            "text changes the annotations", text);
    require(codec_.print(again) == text, "printing is not idempotent", text);
  }

  void check_bytes_of(const Program& program) {
    const std::string fault = invalid(program);
    require(fault.empty(), "an invalid program was accepted", fault);
    const std::vector<std::uint8_t> bytes = codec_.encode(program);
    require(codec_.decode(bytes) == program, "bytes change the program", codec_.print(program));
    std::string error;
    const auto strict = codec_.decode_strict(bytes, &error);
    require(strict && *strict == program, "canonical bytes are refused", error);
    require(codec_.encode(*strict) == bytes, "encoding is not idempotent", codec_.print(program));
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

  const Codec& codec_;
};

}  // namespace

std::string broken_promise(std::span<const std::uint8_t> input, const Codec& codec) {
  RoundTrip trip(codec);
  try {
    trip.check_as_bytes(input);
    trip.check_as_text({reinterpret_cast<const char*>(input.data()), input.size()});
  } catch (const Broken& broken) {
    return broken.words;
  }
  return "";
}

}  // namespace mapproof
