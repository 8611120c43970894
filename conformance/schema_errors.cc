#include "conformance/schema_errors.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "oracle/doors/json_schema.h"

namespace mapproof {

std::vector<std::string> schema_errors(const std::string& schema_file,
                                       const nlohmann::json& document) {
  std::ifstream in(schema_file);
  const JsonSchema schema(nlohmann::json::parse(in));
  std::vector<std::string> errors;
  for (const JsonSchema::Error& error : schema.errors(document)) {
    std::string where;
    for (const std::string& part : error.context) where += part;
    errors.push_back(where + ": " + error.description);
  }
  return errors;
}

}  // namespace mapproof
