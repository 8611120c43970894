// Numbers of entries on a command line: "1e6" is one, too.
#pragma once

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <exception>
#include <string>

namespace mapproof {

// Makes a whole number of what is given, or says that it is none from `least` to `most`.
inline CLI::Validator number_of_entries(std::uint64_t least, std::uint64_t most) {
  const auto make_whole = [least, most](std::string& word) -> std::string {
    std::size_t used = 0;
    double value = 0;
    try {
      value = std::stod(word, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || used != word.size() || value != std::floor(value) ||
        !(value >= static_cast<double>(least) && value <= static_cast<double>(most))) {
      return fmt::format("{}: not a number from {} to {}", word, least, most);
    }
    word = std::to_string(static_cast<std::uint64_t>(value));
    return {};
  };
  return {make_whole, "N"};
}

}  // namespace mapproof
