#include "impl/bench/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace mapproof {
namespace {

inline constexpr int resamples = 1000;

// The times of the port and of a peer, repetition by repetition.
struct paired {
  std::vector<double> ours;
  std::vector<double> theirs;
};

std::optional<paired> pair_up(const cell& measured, std::string_view peer) {
  const auto ours = measured.nanoseconds.find(the_port);
  const auto theirs = measured.nanoseconds.find(peer);
  if (ours == measured.nanoseconds.end() || theirs == measured.nanoseconds.end()) {
    return std::nullopt;
  }
  paired both{ours->second, theirs->second};
  const std::size_t n = std::min(both.ours.size(), both.theirs.size());
  if (n == 0) return std::nullopt;
  both.ours.resize(n);
  both.theirs.resize(n);
  return both;
}

double ratio_of(const paired& both) { return median(both.ours) / median(both.theirs); }

// As many repetitions as there were, drawn from them with replacement. Both times of a repetition
// go together: what disturbed one is likely to have disturbed the other.
paired draw(const paired& from, std::mt19937_64& random) {
  std::uniform_int_distribution<std::size_t> any(0, from.ours.size() - 1);
  paired drawn;
  for (std::size_t i = 0; i < from.ours.size(); i++) {
    const std::size_t at = any(random);
    drawn.ours.push_back(from.ours[at]);
    drawn.theirs.push_back(from.theirs[at]);
  }
  return drawn;
}

// The interval of a statistic, from its values over all resamples.
estimate interval(double value, std::vector<double> drawn) {
  std::sort(drawn.begin(), drawn.end());
  const double tail = (1 - wanted_confidence) / 2;
  const auto last = static_cast<double>(drawn.size() - 1);
  return {value, drawn[static_cast<std::size_t>(std::floor(tail * last))],
          drawn[static_cast<std::size_t>(std::ceil((1 - tail) * last))]};
}

estimate estimated_mean(const std::vector<paired>& pairs) {
  const auto mean = [](const std::vector<paired>& some) {
    std::vector<double> ratios;
    for (const paired& both : some) ratios.push_back(ratio_of(both));
    return geometric_mean(ratios);
  };
  std::mt19937_64 random(1);
  std::vector<double> drawn;
  for (int i = 0; i < resamples; i++) {
    std::vector<paired> again;
    for (const paired& both : pairs) again.push_back(draw(both, random));
    drawn.push_back(mean(again));
  }
  return interval(mean(pairs), std::move(drawn));
}

}  // namespace

double confidence_of(std::size_t repetitions) {
  return std::clamp(1 - std::exp2(1 - static_cast<double>(repetitions)), 0.0, wanted_confidence);
}

std::string cell::name() const { return fmt::format("{}/{}/{}", workload, key, entries); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double geometric_mean(std::span<const double> values) {
  double logs = 0;
  for (const double value : values) logs += std::log(value);
  return std::exp(logs / static_cast<double>(values.size()));
}

std::optional<estimate> ratio(const cell& measured, std::string_view peer) {
  const std::optional<paired> both = pair_up(measured, peer);
  if (!both) return std::nullopt;
  return estimated_mean({*both});
}

std::optional<double> plain_ratio(const cell& measured, std::string_view peer) {
  const std::optional<paired> both = pair_up(measured, peer);
  if (!both) return std::nullopt;
  return ratio_of(*both);
}

std::optional<estimate> mean_ratio(std::span<const cell> cells, std::string_view peer) {
  std::vector<paired> pairs;
  for (const cell& one : cells) {
    if (one.apart) continue;
    if (auto both = pair_up(one, peer)) pairs.push_back(std::move(*both));
  }
  if (pairs.empty()) return std::nullopt;
  return estimated_mean(pairs);
}

std::optional<named_estimate> worst_ratio(std::span<const cell> cells, std::string_view peer) {
  std::optional<named_estimate> worst;
  for (const cell& one : cells) {
    if (one.apart) continue;
    const std::optional<estimate> found = ratio(one, peer);
    if (found && (!worst || found->value > worst->ratio.value)) worst = {one.name(), *found};
  }
  return worst;
}

scope scope_of(std::span<const cell> cells, std::string_view peer) {
  scope found;
  for (const cell& one : cells) {
    const auto both = one.apart ? std::nullopt : pair_up(one, peer);
    if (!both) continue;
    const std::size_t n = both->ours.size();
    found.repetitions = found.cells == 0 ? n : std::min(found.repetitions, n);
    found.cells++;
    found.sizes.insert(one.entries);
  }
  return found;
}

std::string_view text_of(verdict v) {
  switch (v) {
    case verdict::met:
      return "met";
    case verdict::within_noise:
      return "within noise";
    case verdict::missed:
      return "missed";
    case verdict::not_measured:
      break;
  }
  return "not measured";
}

ruling rule(const goal& asked, std::span<const cell> cells) {
  ruling ruled{asked, verdict::not_measured, std::nullopt, {}, scope_of(cells, asked.peer)};
  if (asked.everywhere) {
    if (const auto worst = worst_ratio(cells, asked.peer)) ruled.figure = worst->ratio;
    for (const cell& one : cells) {
      const std::optional<estimate> found = one.apart ? std::nullopt : ratio(one, asked.peer);
      if (found && found->low > asked.limit) ruled.missed.push_back(one.name());
    }
  } else {
    ruled.figure = mean_ratio(cells, asked.peer);
  }
  if (!ruled.figure) return ruled;
  const bool missed = asked.everywhere ? !ruled.missed.empty() : ruled.figure->low > asked.limit;
  ruled.found = missed                               ? verdict::missed
                : ruled.figure->value <= asked.limit ? verdict::met
                                                     : verdict::within_noise;
  return ruled;
}

int exit_status(std::span<const ruling> rulings) {
  const auto any = [&](verdict v) {
    return std::any_of(rulings.begin(), rulings.end(),
                       [v](const ruling& one) { return one.found == v; });
  };
  if (any(verdict::not_measured)) return 2;
  return any(verdict::missed) ? 1 : 0;
}

}  // namespace mapproof
