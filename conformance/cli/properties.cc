// mapproof properties: the catalogue, for people and for machines.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/cli/results.h"
#include "conformance/properties/catalogue.h"

namespace mapproof::cli {
namespace {

struct PropertiesOptions {
  std::vector<std::string> ids;
  std::string profile;
  bool json = false;
};

std::string_view area_of(const Property& property) {
  return property.id.substr(0, property.id.find('/'));
}

// An id, or an area such as "iter".
bool is_named(const Property& property, const std::string& id) {
  return property.id == id || area_of(property) == id;
}

std::vector<const Property*> chosen(const PropertiesOptions& options) {
  for (const std::string& id : options.ids) {
    if (std::none_of(properties().begin(), properties().end(),
                     [&id](const Property& one) { return is_named(one, id); })) {
      throw CannotRun(fmt::format(
          "unknown property {} (mapproof properties, without arguments, lists them all)", id));
    }
  }
  std::vector<const Property*> found;
  for (const Property& property : properties()) {
    const bool named =
        options.ids.empty() || std::any_of(options.ids.begin(), options.ids.end(),
                                           [&](const auto& id) { return is_named(property, id); });
    const std::vector<Promise> all = promises(property);
    const bool promised = options.profile.empty() ||
                          std::any_of(all.begin(), all.end(),
                                      [&](Promise one) { return options.profile == name(one); });
    if (named && promised) found.push_back(&property);
  }
  return found;
}

// Breaks text between words, so that no line of the terminal does it elsewhere.
std::string wrapped(std::string_view label, std::string_view text) {
  constexpr std::size_t kWidth = 100;
  constexpr std::size_t kIndent = 12;
  std::string lines = fmt::format("    {:<8}", label);
  std::size_t at = kIndent;
  bool first = true;
  for (const std::string_view word : words(text)) {
    if (!first && at + 1 + word.size() > kWidth) {
      lines += "\n" + std::string(kIndent, ' ');
      at = kIndent;
      first = true;
    }
    if (!first) lines += ' ';
    lines += word;
    at += word.size() + (first ? 0 : 1);
    first = false;
  }
  return lines + "\n";
}

// Its own profile first.
std::string bound(const Property& property) {
  std::string names;
  for (const Promise one : promises(property)) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name(one));
  }
  return names;
}

void print_in_full(const Property& property) {
  fmt::print("  {}\n", yellow(std::string(property.id)));
  fmt::print("{}", wrapped("rule", property.rule));
  fmt::print("{}", wrapped("binds", fmt::format("{}, {}", bound(property), name(property.level))));
  fmt::print("{}", wrapped("source", property.source));
  fmt::print("{}", wrapped("checks", property.checks));
  const auto bugs = words(property.bugs);
  for (const Bug& bug : known_bugs()) {
    if (std::find(bugs.begin(), bugs.end(), bug.id) == bugs.end()) continue;
    fmt::print("{}", wrapped(bug.id, fmt::format("{}: {}", bug.where, bug.subject)));
  }
}

// One line each: sources, checks and bugs are for those who ask for an id.
void print_briefly(const std::vector<const Property*>& list) {
  std::map<std::string_view, std::vector<const Property*>> areas;
  std::vector<std::string_view> order;
  for (const Property* property : list) {
    auto& area = areas[area_of(*property)];
    if (area.empty()) order.push_back(area_of(*property));
    area.push_back(property);
  }
  for (const std::string_view area : order) {
    fmt::print("{}\n", green(std::string(area)));
    for (const Property* property : areas[area]) {
      fmt::print("  {}  {}, {}\n", yellow(std::string(property->id)), name(property->promise),
                 name(property->level));
      fmt::print("{}", wrapped("", property->rule));
    }
  }
}

nlohmann::json property_as_json(const Property& property) {
  nlohmann::json bugs = nlohmann::json::array();
  for (const std::string_view id : words(property.bugs)) bugs.push_back(id);
  nlohmann::json profiles = nlohmann::json::array();
  for (const Promise one : promises(property)) profiles.push_back(name(one));
  nlohmann::json checks = nlohmann::json::array();
  for (const std::string_view check : words(property.checks)) checks.push_back(check);
  return {{"id", property.id},
          {"rule", property.rule},
          {"level", name(property.level)},
          {"profile", name(property.promise)},
          {"profiles", profiles},
          {"source", property.source},
          {"bugs", bugs},
          {"checks", checks}};
}

void print_json(const std::vector<const Property*>& list) {
  nlohmann::json json = {{"properties", nlohmann::json::array()},
                         {"left_out", nlohmann::json::array()},
                         {"bugs", nlohmann::json::object()}};
  for (const Property* property : list) json["properties"].push_back(property_as_json(*property));
  for (const LeftOut& one : left_out()) {
    json["left_out"].push_back({{"what", one.what}, {"reason", one.reason}});
  }
  for (const Bug& bug : known_bugs()) {
    json["bugs"][std::string(bug.id)] = {{"where", bug.where}, {"subject", bug.subject}};
  }
  fmt::print("{}\n", dumped(json, 2));
}

int list_properties(const PropertiesOptions& options) {
  const auto list = chosen(options);
  if (options.json) {
    print_json(list);
    return kHolds;
  }
  if (!options.ids.empty()) {
    for (const Property* property : list) print_in_full(*property);
    return kHolds;
  }
  print_briefly(list);
  if (options.profile.empty()) {
    fmt::print("{}\n", green("left out"));
    for (const LeftOut& one : left_out()) {
      fmt::print("  {}\n{}", one.what, wrapped("", one.reason));
    }
  }
  return kHolds;
}

}  // namespace

void add_properties(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<PropertiesOptions>();
  CLI::App* command = app.add_subcommand("properties", "Say what is promised, and who checks it");
  command->add_option("ID", options->ids, "properties or areas to tell all about");
  command->add_option("--profile", options->profile, "just those that bind such maps")
      ->check(CLI::IsMember({"std", "go", "go-layout", "js", "python", "port"}));
  command->add_flag("--json", options->json, "one JSON object, with the bugs on record");
  command->footer(R"(Examples:
  mapproof properties
  mapproof properties iter/once layout
  mapproof properties --profile go --json)");
  command->callback([options, exit_code] { *exit_code = list_properties(*options); });
}

}  // namespace mapproof::cli
