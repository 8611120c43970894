#include "conformance/cli/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mapproof::cli {

std::string compact(const std::vector<std::string>& results) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> spoken;
  std::copy_if(results.begin(), results.end(), std::back_inserter(spoken),
               [](const std::string& result) { return !result.empty(); });
  if (spoken.size() <= kShown) return fmt::format("{}", fmt::join(spoken, "; "));
  const auto shown_end = spoken.begin() + static_cast<std::ptrdiff_t>(kShown) - 2;
  return fmt::format("{}; ... {} more ...; {}", fmt::join(spoken.begin(), shown_end, "; "),
                     spoken.size() - kShown + 1, spoken.back());
}

nlohmann::json as_json(const std::optional<Verdict>& verdict) {
  if (!verdict) return nullptr;
  return {{"property", verdict->property}, {"op", verdict->op},
          {"step", verdict->step},         {"expected", verdict->expected},
          {"got", verdict->got},           {"sentence", verdict->sentence()}};
}

nlohmann::json as_json(const std::optional<Attribution>& attribution) {
  if (!attribution) return nullptr;
  return {{"known", attribution->known},
          {"corrected_fails", attribution->corrected_fails},
          {"corrections", correction_names(attribution->corrections)},
          {"findings", attribution->findings},
          {"sentence", attribution->sentence}};
}

}  // namespace mapproof::cli
