// The summary as SARIF 2.1.0, for tools that show findings beside the code.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "conformance/properties/catalogue.h"
#include "fuzz/driver/corpus.h"
#include "fuzz/driver/summary.h"

namespace mapproof::driver {
namespace {

using nlohmann::json;

// A URI reference: what RFC 3986 does not allow in a path is escaped.
std::string uri_of(const std::string& path) {
  std::string uri = path.starts_with("/") ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-._~").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

json location_of(const Place& place) {
  json artifact = {{"uri", uri_of(place.file)}};
  if (!place.file.starts_with("/")) artifact["uriBaseId"] = "%SRCROOT%";
  json location = {{"physicalLocation",
                    {{"artifactLocation", artifact},
                     // Viewers show nothing without a line.
                     {"region", {{"startLine", place.line == 0 ? 1U : place.line}}}}}};
  if (!place.function.empty()) {
    location["logicalLocations"] = {{{"name", place.function}, {"kind", "function"}}};
  }
  return location;
}

// GitHub refuses the whole file if one result has no place: then it is that of the target.
Place place_to_show(const Failure& failure) {
  if (!failure.place.file.empty()) return failure.place;
  return {.file = fmt::format("fuzz/{}_fuzzer.cc", failure.target), .line = 1, .function = ""};
}

json result_of(const Failure& failure) {
  return {{"ruleId", failure.property},
          {"level", "error"},
          {"message",
           {{"text", fmt::format("{} (target {}; see it again with: {})", failure.verdict,
                                 failure.target, failure.replay)}}},
          {"occurrenceCount", failure.times},
          {"locations", json::array({location_of(place_to_show(failure))})},
          {"partialFingerprints",
           {{"propertyAndProgram/v1",
             sha1(failure.property + "\n" +
                  (failure.shrunk_text.empty() ? failure.verdict : failure.shrunk_text))}}},
          {"properties",
           {{"target", failure.target},
            {"folder", failure.folder.string()},
            {"program", failure.shrunk_text}}}};
}

json rules_of(const Summary& summary) {
  json rules = json::array();
  std::set<std::string> told;
  for (const Failure& failure : summary.failures) {
    if (!told.insert(failure.property).second) continue;
    rules.push_back({{"id", failure.property},
                     {"shortDescription", {{"text", sentence(failure.property)}}},
                     {"defaultConfiguration", {{"level", "error"}}}});
  }
  return rules;
}

json invocation_of(const Summary& summary) {
  json notifications = json::array();
  for (const std::string& trouble : summary.troubles) {
    notifications.push_back({{"level", "error"}, {"message", {{"text", trouble}}}});
  }
  const int status = summary.status();
  return {{"executionSuccessful", status == 0 || status == 1},
          {"exitCode", status},
          {"toolExecutionNotifications", notifications}};
}

}  // namespace

json summary_sarif(const Summary& summary) {
  json results = json::array();
  for (const Failure& failure : summary.failures) results.push_back(result_of(failure));
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs",
           {{{"tool",
              {{"driver",
                {{"name", "mapproof"},
                 {"semanticVersion", summary.version},
                 {"rules", rules_of(summary)}}}}},
             {"originalUriBaseIds",
              {{"%SRCROOT%", {{"description", {{"text", "the top folder of the project"}}}}}}},
             {"invocations", json::array({invocation_of(summary)})},
             {"results", results}}}}};
}

}  // namespace mapproof::driver
