// What is made of measured times: ratios with their intervals, and whether the goals are reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mapproof {

inline constexpr std::string_view the_port = "gomap";
inline constexpr std::string_view the_real_go = "go1.19";
inline constexpr std::string_view the_std_map = "std::unordered_map";
inline constexpr std::string_view the_absl_map = "absl::flat_hash_map";
inline constexpr std::string_view the_boost_map = "boost::unordered_map";
// All that the port is compared with.
inline constexpr std::string_view peers[] = {the_real_go, the_std_map, the_absl_map, the_boost_map};

// How sure an interval shall be: so much because some two hundred of them are looked at in a run.
inline constexpr double wanted_confidence = 0.99;
// How sure it is of so many repetitions, at best: the true median lies beyond all of them once in
// 2^(n-1) times, and then in no interval of theirs.
double confidence_of(std::size_t repetitions);
// A verdict on intervals that are less sure than this says so.
inline constexpr double sure_enough = 0.9;

// One workload with one kind of key at one size.
struct cell {
  std::string workload;
  std::string key;
  std::uint64_t entries = 0;
  bool apart = false;  // reported, but of no goal
  // Nanoseconds of one operation by map, one figure a repetition; those of a repetition belong
  // together, for they were measured right after each other.
  std::map<std::string, std::vector<double>, std::less<>> nanoseconds;

  std::string name() const;
};

struct estimate {
  double value = 0;
  double low = 0;  // the interval
  double high = 0;
};

// Precondition for both: not empty.
double median(std::vector<double> values);
double geometric_mean(std::span<const double> values);

// The port's time over the peer's: of medians, with a bootstrap interval over the repetitions.
// Nothing if one of the two was not measured.
std::optional<estimate> ratio(const cell& measured, std::string_view peer);
std::optional<double> plain_ratio(const cell& measured, std::string_view peer);  // no interval
// The geometric mean of the ratios of all cells that count.
std::optional<estimate> mean_ratio(std::span<const cell> cells, std::string_view peer);

struct named_estimate {
  std::string name;  // of the cell
  estimate ratio;
};
// The cell that counts with the highest ratio.
std::optional<named_estimate> worst_ratio(std::span<const cell> cells, std::string_view peer);

// What figures are about: the cells that count in which both the port and the peer were measured.
struct scope {
  std::size_t cells = 0;
  std::set<std::uint64_t> sizes;  // entries
  std::size_t repetitions = 0;    // the fewest
};
scope scope_of(std::span<const cell> cells, std::string_view peer);

// ---- goals ----

struct goal {
  std::string_view name;  // the figure's name in JSON
  std::string_view peer;
  double limit;
  bool everywhere;  // each cell has to reach it, not just the mean
};
inline constexpr goal goals[] = {
    {"worst_vs_go", the_real_go, 1.0, true},
    {"geomean_vs_go", the_real_go, 0.7, false},
    {"geomean_vs_unordered_map", the_std_map, 0.7, false},
    {"geomean_vs_absl", the_absl_map, 1.5, false},
};
// They are asked of maps of up to so many entries.
inline constexpr std::uint64_t largest_asked = 10'000'000;

// `within_noise`: above the limit, but the limit lies in the interval.
enum class verdict { met, within_noise, missed, not_measured };
std::string_view text_of(verdict v);

struct ruling {
  goal asked;
  verdict found = verdict::not_measured;
  std::optional<estimate> figure;   // the mean, or that of the worst cell
  std::vector<std::string> missed;  // names of the cells that miss a goal for everywhere
  scope about;
};
ruling rule(const goal& asked, std::span<const cell> cells);

// 0: all goals are reached within noise; 1: one is missed; 2: one could not be judged.
int exit_status(std::span<const ruling> rulings);

}  // namespace mapproof
