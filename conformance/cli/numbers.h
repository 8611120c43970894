// What numeric options take: CLI11 alone would make 2^64 - 1 of -1, and 8 of 010.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace mapproof::cli {

// More than anybody has the time for; a number that is larger was mistyped.
inline constexpr std::uint64_t kMostPrograms = 1'000'000'000;
inline constexpr std::uint64_t kAnySeed = UINT64_MAX;
inline constexpr double kMostSeconds = 365.0 * 24 * 60 * 60;

// Decimal digits alone, without zeros before them.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);
// Also 0.5 and 1e3, but neither nan nor inf.
CLI::Validator number(double least, double most);

}  // namespace mapproof::cli
