// What a JSON schema has against a document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace mapproof {

// Each with the field that it is about; none if the document is as the schema wants it.
std::vector<std::string> schema_errors(const std::string& schema_file,
                                       const nlohmann::json& document);

}  // namespace mapproof
