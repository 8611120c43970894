#include "fuzz/driver/diagnosis.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

namespace mapproof::driver {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kNotAgain = "failed among other inputs, but not when it ran by itself";

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// "verdict-iter-once-0123456789abcdef.bin": iter/once
std::string property_of_name(std::string name) {
  constexpr std::string_view kPrefix = "verdict-";
  if (!name.starts_with(kPrefix)) return "";
  name = name.substr(kPrefix.size());
  name = name.substr(0, name.rfind('-'));
  const std::size_t area = name.find('-');
  if (area != name.npos) name[area] = '/';
  return name;
}

// "iter/once at op 17: expected ...": its property, or "".
std::string property_of_sentence(const std::string& sentence) {
  const std::string word = sentence.substr(0, sentence.find(' '));
  return has(word, "/") ? word : "";
}

std::optional<std::size_t> op_of(const std::string& sentence) {
  constexpr std::string_view kWords = " at op ";
  const std::size_t at = sentence.find(kWords);
  if (at == sentence.npos) return std::nullopt;
  std::size_t op = 0;
  std::size_t i = at + kWords.size();
  if (i == sentence.size() || std::isdigit(static_cast<unsigned char>(sentence[i])) == 0) {
    return std::nullopt;
  }
  for (; i < sentence.size() && std::isdigit(static_cast<unsigned char>(sentence[i])) != 0; ++i) {
    op = op * 10 + static_cast<std::size_t>(sentence[i] - '0');
  }
  return op;
}

// What the harness of the targets says (fuzz/artifacts.h), if it was the one to stop.
bool read_verdict(const Lines& lines, Diagnosis* found) {
  constexpr std::string_view kMark = "==== ";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with(kMark)) continue;
    if (found->verdict.empty()) found->verdict = lines[i].substr(kMark.size());
    if (!has(lines[i], "see it again with") || i + 1 == lines.size()) continue;
    found->replay = lines[i + 1].substr(0, lines[i + 1].rfind(' '));
  }
  if (found->verdict.empty()) return false;
  found->op = op_of(found->verdict);
  return true;
}

bool begins_report(const std::string& line) {
  return has(line, "ERROR: ") || has(line, "runtime error: ") || has(line, "WARNING: Thread");
}

bool is_frame(const std::string& line) {
  const std::size_t at = line.find_first_not_of(' ');
  return at != line.npos && at > 0 && line[at] == '#' && at + 1 < line.size() &&
         std::isdigit(static_cast<unsigned char>(line[at + 1])) != 0;
}

Lines first_stack(const Lines& lines) {
  Lines frames;
  auto line = std::find_if(lines.begin(), lines.end(), begins_report);
  line = std::find_if(line, lines.end(), is_frame);
  for (; line != lines.end() && is_frame(*line); ++line) frames.push_back(*line);
  return frames;
}

// "heap-use-after-free /a/b.cc:3 in f": heap-use-after-free; "data race (lib.so+0x12)": data-race
std::string kind_of(const std::string& summary) {
  std::istringstream words(summary);
  std::string kind;
  for (std::string word; words >> word;) {
    if (word == "in" || word.front() == '/' || word.front() == '(' || has(word, ":")) break;
    kind += (kind.empty() ? "" : "-") + word;
  }
  return kind;
}

// A death by abort() is told best by what was said last before.
std::string last_words_before(const Lines& lines, std::string_view mark) {
  std::string words;
  for (const std::string& line : lines) {
    if (has(line, mark)) return words;
    if (line.find_first_not_of(" \t\r") != line.npos && !line.starts_with("#")) words = line;
  }
  return "";
}

std::string part_behind(const Lines& lines, std::string_view mark) {
  for (const std::string& line : lines) {
    if (has(line, mark)) return line.substr(line.find(mark) + mark.size());
  }
  return "";
}

// libFuzzer says so of each input that it was told to run and that did no harm.
bool ran_well(const Lines& lines) {
  bool well = false;
  for (const std::string& line : lines) {
    if (line.starts_with("Running: ")) well = false;
    if (line.starts_with("Executed ")) well = true;
  }
  return well;
}

void read_report(const Lines& lines, Diagnosis* found) {
  found->frames = first_stack(lines);
  const std::string summary = part_behind(lines, "SUMMARY: ");
  const std::size_t colon = summary.find(": ");
  const std::string kind = colon == summary.npos ? "" : kind_of(summary.substr(colon + 2));
  found->property = kind.empty() ? "crash" : "crash/" + kind;
  found->verdict = summary.substr(0, colon + 2) + kind;
  if (kind.empty()) found->verdict = ran_well(lines) ? kNotAgain : "died without a word";
  const std::string runtime_error = part_behind(lines, "runtime error: ");
  const bool aborted = has(summary, "deadly signal");
  const std::string words = aborted ? last_words_before(lines, "ERROR: libFuzzer") : "";
  if (!runtime_error.empty()) found->verdict = runtime_error;
  if (!words.empty()) found->verdict = words;
}

}  // namespace

Diagnosis diagnose(const std::string& log, const std::string& artifact) {
  const Lines lines = lines_of(log);
  Diagnosis found;
  if (read_verdict(lines, &found)) {
    found.property = property_of_name(artifact);
    if (found.property.empty()) found.property = property_of_sentence(found.verdict);
    if (found.property.empty()) found.property = "verdict";
    return found;
  }
  read_report(lines, &found);
  for (const char* kind : {"timeout", "oom", "leak"}) {
    if (artifact.starts_with(std::string(kind) + "-")) found.property = kind;
  }
  if (artifact.starts_with("verdict-")) found.property = property_of_name(artifact);
  return found;
}

}  // namespace mapproof::driver
