// A comparison as text and as JSON.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "impl/bench/comparison.h"

namespace mapproof {

// The variable by which glibc takes settings of malloc.
inline constexpr const char* malloc_tunables = "GLIBC_TUNABLES";

// Which hash function a map of the comparison uses.
std::string_view hash_used(std::string_view map);

// 100 is 1e2, 150 is 150.
std::string short_number(std::uint64_t n);

// What is asked; the figure must be at most that.
std::string line_of(const goal& asked);
// One line: the goal, the figure with its interval, the verdict and what it is about.
std::string line_of(const ruling& ruled);
// A line for each cell; behind them the geometric means of the workloads and of all.
std::string table_of(std::span<const cell> cells);
// What a reader of ratios and verdicts has to know: how sure they are, and what is not among them.
std::string notes_on(std::span<const cell> cells);
std::string json_of(std::span<const cell> cells, std::span<const ruling> rulings);

}  // namespace mapproof
