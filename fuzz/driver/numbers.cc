#include "fuzz/driver/numbers.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string_view>

namespace mapproof::driver {
namespace {

constexpr std::uint64_t kTail = 16 * 1024;

using Counts = std::map<std::string, std::uint64_t>;

std::optional<std::uint64_t> number_behind(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == line.npos) return std::nullopt;
  std::uint64_t number = 0;
  std::size_t i = std::min(line.find_first_not_of(' ', at + word.size()), line.size());
  if (i == line.size() || line[i] < '0' || line[i] > '9') return std::nullopt;
  for (; i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i) {
    number = number * 10 + static_cast<std::uint64_t>(line[i] - '0');
  }
  return number;
}

// "#8192  pulse  cov: 1234 ft: 5678 corp: 90/12Kb ... rss: 57Mb", and at the end
// "stat::peak_rss_mb:  57", of which a worker that was killed says nothing.
void read_log(const std::filesystem::path& log, Numbers* numbers) {
  std::istringstream lines(tail_of(log, kTail));
  for (std::string line; std::getline(lines, line);) {
    const char* memory = line.starts_with("#") ? " rss: " : "stat::peak_rss_mb:";
    if (const auto peak = number_behind(line, memory)) {
      numbers->peak_rss_mb = std::max(numbers->peak_rss_mb, *peak);
    }
    if (!line.starts_with("#")) continue;
    if (const auto executions = number_behind(line, "#")) numbers->executions = *executions;
    if (const auto cov = number_behind(line, " cov: ")) numbers->cov = *cov;
    if (const auto ft = number_behind(line, " ft: ")) numbers->ft = *ft;
  }
}

Counts counts_in(const nlohmann::json& all, const char* key) {
  const auto found = all.find(key);
  return found == all.end() ? Counts() : found->get<Counts>();
}

bool read_statistics(const std::filesystem::path& file, Numbers* numbers) {
  std::ifstream in(file);
  if (!in) return false;
  try {
    const nlohmann::json all = nlohmann::json::parse(in);
    numbers->executions = all.at("executions");
    numbers->operations = all.at("operations");
    numbers->findings = counts_in(all, "findings");
    numbers->seen = counts_in(all, "seen");
    numbers->peaks = counts_in(all, "peaks");
    if (all.contains("seen_at_start")) {
      numbers->seen_at_start = all["seen_at_start"].get<std::set<std::string>>();
    }
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace

void Numbers::add(const Numbers& other) {
  executions += other.executions;
  operations += other.operations;
  cov = std::max(cov, other.cov);
  ft = std::max(ft, other.ft);
  peak_rss_mb = std::max(peak_rss_mb, other.peak_rss_mb);
  for (const auto& [name, count] : other.findings) findings[name] += count;
  for (const auto& [name, count] : other.seen) seen[name] += count;
  for (const auto& [name, value] : other.peaks) peaks[name] = std::max(peaks[name], value);
  if (!other.seen_at_start) return;
  // A worker that began later has read what others had found: what all began with is old.
  if (!seen_at_start) seen_at_start = other.seen_at_start;
  std::erase_if(*seen_at_start,
                [&other](const std::string& name) { return !other.seen_at_start->contains(name); });
}

std::uint64_t Numbers::known() const {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : findings) sum += count;
  return sum;
}

std::set<std::string> Numbers::newly_seen() const {
  std::set<std::string> fresh;
  if (!seen_at_start) return fresh;
  for (const auto& [name, count] : seen) {
    if (count != 0 && !seen_at_start->contains(name)) fresh.insert(name);
  }
  return fresh;
}

Numbers read_numbers(const std::filesystem::path& statistics, const std::filesystem::path& log) {
  Numbers numbers;
  read_log(log, &numbers);
  read_statistics(statistics, &numbers);
  return numbers;
}

std::string tail_of(const std::filesystem::path& file, std::uint64_t at_most) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return "";
  const auto size = static_cast<std::uint64_t>(in.tellg());
  in.seekg(static_cast<std::streamoff>(size > at_most ? size - at_most : 0));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace mapproof::driver
