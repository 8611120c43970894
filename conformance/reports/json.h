// A report for machines.
#pragma once

#include <nlohmann/json.hpp>

#include "conformance/report.h"

namespace mapproof {

// As report.schema.json says. All strings are valid UTF-8, whatever the map put into its answers.
nlohmann::json report_json(const Report& report);

}  // namespace mapproof
