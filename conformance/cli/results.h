// Results and verdicts as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "conformance/attribution.h"
#include "oracle/verdict.h"

namespace mapproof::cli {

// The results of an operation's steps in one line, as it stands after "->": steps without a result
// are left out, of many the first and the last are shown.
std::string compact(const std::vector<std::string>& results);

nlohmann::json as_json(const std::optional<Verdict>& verdict);
nlohmann::json as_json(const std::optional<Attribution>& attribution);

}  // namespace mapproof::cli
