#include "conformance/cli/known_failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/cli/io.h"
#include "conformance/cli/results.h"
#include "conformance/properties/catalogue.h"
#include "conformance/reports/markup.h"

namespace mapproof::cli {
namespace {

// Reads one file and knows its name for complaints.
class KnownFailuresReader {
 public:
  explicit KnownFailuresReader(const std::string& file) : file_(file) {}

  std::vector<KnownFailure> read(std::string_view port) {
    const nlohmann::json list = parse();
    members(list, "the file", {"port", "failures"});
    // Of a map's name the list holds what JSON can.
    if (const std::string its_port = text(list, "the file", "port");
        clean(its_port) != clean(port)) {
      refuse("port", fmt::format("it lists failures of {}, this is {}", its_port, port));
    }
    if (!list.contains("failures") || !list["failures"].is_array()) {
      refuse("failures", "expected an array");
    }
    std::vector<KnownFailure> known;
    for (const nlohmann::json& one : list["failures"]) {
      add(one, fmt::format("failures[{}]", known.size()), &known);
    }
    return known;
  }

 private:
  [[noreturn]] void refuse(const std::string& where, const std::string& words) const {
    throw CannotRun(fmt::format("{}: {}: {}", file_, where, words));
  }

  nlohmann::json parse() const {
    try {
      return nlohmann::json::parse(read_file(file_));
    } catch (const nlohmann::json::parse_error& error) {
      throw CannotRun(fmt::format("{}: no JSON, at byte {}", file_, error.byte));
    }
  }

  // A misspelt member would be one that is silently not obeyed.
  void members(const nlohmann::json& object, const std::string& where,
               std::initializer_list<std::string_view> known) const {
    if (!object.is_object()) refuse(where, "expected an object");
    for (const auto& [name, value] : object.items()) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        refuse(where, fmt::format("unknown member {}", name));
      }
    }
  }

  std::string text(const nlohmann::json& object, const std::string& where,
                   const char* member) const {
    if (!object.contains(member)) refuse(where, fmt::format("{} is missing", member));
    if (!object[member].is_string()) refuse(where, fmt::format("{}: expected a string", member));
    return object[member];
  }

  void add(const nlohmann::json& one, const std::string& where,
           std::vector<KnownFailure>* known) const {
    members(one, where, {"property", "reason", "link"});
    KnownFailure failure;
    failure.property = text(one, where, "property");
    if (find_property(failure.property) == nullptr) {
      refuse(where,
             fmt::format("unknown property {} (mapproof properties lists them)", failure.property));
    }
    const auto same = [&](const KnownFailure& other) { return other.property == failure.property; };
    if (std::any_of(known->begin(), known->end(), same)) {
      refuse(where, fmt::format("{} is listed twice", failure.property));
    }
    failure.reason = text(one, where, "reason");
    if (failure.reason.find_first_not_of(" \t\n") == std::string::npos) {
      refuse(where, fmt::format("the reason of {} is empty: say why", failure.property));
    }
    if (one.contains("link")) failure.link = text(one, where, "link");
    known->push_back(std::move(failure));
  }

  std::string file_;
};

}  // namespace

std::vector<KnownFailure> read_known_failures(const std::string& file, std::string_view port) {
  return KnownFailuresReader(file).read(port);
}

std::string print_known_failures(const std::vector<KnownFailure>& failures, std::string_view port) {
  nlohmann::ordered_json list = {{"port", clean(port)},
                                 {"failures", nlohmann::ordered_json::array()}};
  for (const KnownFailure& failure : failures) {
    nlohmann::ordered_json one = {{"property", failure.property}, {"reason", failure.reason}};
    if (!failure.link.empty()) one["link"] = failure.link;
    list["failures"].push_back(std::move(one));
  }
  return dumped(list, 2) + "\n";
}

}  // namespace mapproof::cli
