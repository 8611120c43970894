#include "fuzz/driver/adapter_line.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSymbol = "mapproof_port";

// What a tool says; "" if it is not there, takes too long or fails.
std::string said_by(std::vector<std::string> words, const fs::path& scratch, Children* children) {
  constexpr std::chrono::seconds kLong{20};
  const fs::path output = scratch / ".said";
  std::error_code ignored;
  fs::remove(output, ignored);
  const auto ending =
      children->run({.words = std::move(words), .environment = {}, .output = output}, kLong);
  std::ifstream in(output);
  std::ostringstream text;
  text << in.rdbuf();
  fs::remove(output, ignored);
  return ending && ending->well() ? text.str() : "";
}

// "0000000000001139 T mapproof_port"
std::string address_in(const std::string& symbols) {
  std::istringstream in(symbols);
  std::string address, kind, name;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    if (words >> address >> kind >> name && name == kSymbol) return "0x" + address;
  }
  return "";
}

// "/a/adapter.c:12", "/a/adapter.c:12 (discriminator 3)"; "??:0" where nothing is known.
std::optional<Place> place_in(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || line.starts_with("??")) return std::nullopt;
  const auto number = static_cast<unsigned>(std::strtoul(line.c_str() + colon + 1, nullptr, 10));
  if (number == 0) return std::nullopt;
  return Place{fs::path(line.substr(0, colon)).lexically_normal().string(), number, kSymbol};
}

}  // namespace

std::optional<Place> line_of_adapter(const fs::path& library, const fs::path& scratch,
                                     Children* children) {
  const std::string address = address_in(
      said_by({"nm", "--dynamic", "--defined-only", library.string()}, scratch, children));
  if (address.empty()) return std::nullopt;
  return place_in(said_by({"addr2line", "-e", library.string(), address}, scratch, children));
}

}  // namespace mapproof::driver
