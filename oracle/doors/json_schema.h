// A JSON schema of draft 7. A validator is a large template: it is compiled here alone.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace mapproof {

class JsonSchema {
 public:
  struct Error {
    std::vector<std::string> context;  // "<root>", "[member]", ...
    std::string description;
  };

  explicit JsonSchema(const nlohmann::json& schema);
  ~JsonSchema();
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;

  // Costs a fraction of errors().
  bool accepts(const nlohmann::json& document) const;
  std::vector<Error> errors(const nlohmann::json& document) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace mapproof
