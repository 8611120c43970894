#include "conformance/cli/results.h"

namespace mapproof::cli {

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
