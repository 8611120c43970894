#include "oracle/doors/json_schema.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace mapproof {

using valijson::adapters::NlohmannJsonAdapter;

struct JsonSchema::Parsed {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(const nlohmann::json& schema) : parsed_(std::make_unique<Parsed>()) {
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(NlohmannJsonAdapter(schema), parsed_->schema);
}
JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;

bool JsonSchema::accepts(const nlohmann::json& document) const {
  return valijson::Validator().validate(parsed_->schema, NlohmannJsonAdapter(document), nullptr);
}

std::vector<JsonSchema::Error> JsonSchema::errors(const nlohmann::json& document) const {
  valijson::ValidationResults results;
  valijson::Validator().validate(parsed_->schema, NlohmannJsonAdapter(document), &results);
  std::vector<Error> errors;
  for (auto& error : results) {
    errors.push_back({std::move(error.context), std::move(error.description)});
  }
  return errors;
}

}  // namespace mapproof
