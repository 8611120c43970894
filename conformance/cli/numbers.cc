#include "conformance/cli/numbers.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <type_traits>

namespace mapproof::cli {
namespace {

template <typename Number>
std::optional<Number> parsed(const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

template <typename Number>
CLI::Validator between(Number least, Number most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    // With a zero before them, CLI11 would take digits for octal ones.
    const bool octal = std::is_integral_v<Number> && text.size() > 1 && text[0] == '0';
    const auto number = octal ? std::nullopt : parsed<Number>(text);
    // A comparison with nan is false.
    if (number && *number >= least && *number <= most) return "";
    return fmt::format("expected {} to {}", least, most);
  };
  return {check, fmt::format("{} to {}", least, most)};
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return between(least, most);
}
CLI::Validator number(double least, double most) { return between(least, most); }

}  // namespace mapproof::cli
