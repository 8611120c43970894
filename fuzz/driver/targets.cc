#include "fuzz/driver/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "conformance/cli/io.h"

namespace mapproof::driver {

std::vector<FuzzTarget> read_targets(const std::filesystem::path& file) {
  std::vector<FuzzTarget> targets;
  try {
    for (const nlohmann::json& one : nlohmann::json::parse(cli::read_file(file.string()))) {
      targets.push_back({one.at("name"), one.at("proves"), one.at("inputs"), one.at("needs")});
    }
  } catch (const nlohmann::json::exception& error) {
    throw cli::CannotRun(fmt::format("{} is no list of targets: {}", file.string(), error.what()));
  }
  return targets;
}

std::vector<FuzzTarget> choose_targets(const std::vector<FuzzTarget>& all,
                                       const std::vector<std::string>& names) {
  const auto asked = [&names](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (asked("all")) return all;
  std::vector<FuzzTarget> chosen;
  std::set<std::string> unknown(names.begin(), names.end());
  std::string known;
  for (const FuzzTarget& target : all) {
    known += target.name + ", ";
    unknown.erase(target.name);
    if (asked(target.name)) chosen.push_back(target);
  }
  if (!unknown.empty()) {
    throw cli::CannotRun(
        fmt::format("--target is one of {}all, not '{}'", known, *unknown.begin()));
  }
  return chosen;
}

std::string why_not(const FuzzTarget& target, const std::string& ports,
                    const std::filesystem::path& port) {
  if (target.needs.empty()) return "";
  if (target.needs == "MAPPROOF_PORT") return port.empty() ? "--port names no library" : "";
  std::istringstream lines(ports);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, profile;
    words >> name >> profile;
    if (name != target.needs) continue;
    if (profile != "-") return "";
    const std::size_t reason = line.find("; ");
    return reason == line.npos ? name + " is not there" : line.substr(reason + 2);
  }
  return target.needs + " is not among the ports that mapproof knows";
}

}  // namespace mapproof::driver
