// Verdicts as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/attribution.h"
#include "oracle/verdict.h"

namespace mapproof::cli {

nlohmann::json as_json(const std::optional<Verdict>& verdict);
nlohmann::json as_json(const std::optional<Attribution>& attribution);

}  // namespace mapproof::cli
