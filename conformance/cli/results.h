// Verdicts as JSON, and JSON as text.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "conformance/attribution.h"
#include "oracle/verdict.h"

namespace mapproof::cli {

// What a map or a path says need not be UTF-8, and must not keep the rest from being told: such
// bytes become U+FFFD. `indent`: as of nlohmann::json::dump().
template <typename Json>
std::string dumped(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

nlohmann::json as_json(const std::optional<Verdict>& verdict);
nlohmann::json as_json(const std::optional<Attribution>& attribution);

}  // namespace mapproof::cli
