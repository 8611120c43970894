#include "oracle/doors/words.h"

#include <algorithm>
#include <array>

#include "oracle/utf8.h"

namespace mapproof::doors {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

bool tells_error(std::string_view line) {
  if (line[0] == ' ' || line[0] == '\t' || line.starts_with("SUMMARY:")) return false;
  return has(line, "rror:") || has(line, "ERROR:") || line.starts_with("panic:") ||
         has(line, "Assertion ") || tells_corruption(line);
}

// "==123==ERROR: AddressSanitizer: ...", of which the number of the process says nothing.
std::string_view without_number(std::string_view line) {
  const std::size_t error = line.starts_with("==") ? line.find("ERROR:") : line.npos;
  return error == line.npos ? line : line.substr(error);
}

}  // namespace

std::string readable(std::string_view text, std::size_t most) {
  std::string line;
  while (!text.empty()) {
    const auto [code, size] = first_character(text);
    const bool control = size != 0 && (code < 0x20 || (code >= 0x7f && code < 0xa0));
    const std::string_view next = size == 0 ? kReplacementCharacter
                                  : control ? " "
                                            : text.substr(0, size);
    if (line.size() + next.size() > most) break;
    line += next;
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return line;
}

// (A sanitizer's report of a signal is a crash like any other.)
bool tells_corruption(std::string_view words) {
  constexpr std::array<std::string_view, 10> kSigns = {
      "corrupt",     "double free",     "free():",        "malloc():",   "realloc():",
      "stack smash", "buffer-overflow", "use-after-free", "double-free", "attempting free"};
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [words](std::string_view sign) { return has(words, sign); });
}

// Interpreters put the error first and a trace or their version behind it, sanitizers as well.
std::string_view telling_line(std::string_view text) {
  std::string_view best;
  bool best_is_error = false;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    const bool is_error = tells_error(line);
    if (is_error || !best_is_error) best = line;
    best_is_error |= is_error;
  }
  return without_number(best);
}

}  // namespace mapproof::doors
