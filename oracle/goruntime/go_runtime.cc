#include "oracle/goruntime/go_runtime.h"

#include <fmt/format.h>

#include <sstream>

#include "oracle/kinds.h"

namespace mapproof::go {
namespace {

// maptype::flags, as Go's compiler sets them.
constexpr unsigned kIndirectKey = 1, kReflexive = 4, kNeedUpdate = 8, kMightPanic = 16;
constexpr std::size_t kMaxInline = 128;

std::string facts_text(const KindFacts& facts) {
  return fmt::format("size {} align {} pointers {}", facts.size, facts.align, facts.pointers);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What the description of a runtime must be.
std::vector<std::string> expected_lines(const std::string& compiler, const std::string& version) {
  const bool gccgo = compiler == "gccgo";
  std::vector<std::string> lines = {fmt::format("protocol {}", kProtocol),
                                    "compiler " + compiler,
                                    "version " + version,
                                    "hmap 48",
                                    "hiter 96",
                                    fmt::format("maptype {}", gccgo ? 104 : 88),
                                    fmt::format("type {}", gccgo ? 64 : 48)};
  for (std::size_t i = 0; i < kKeyKinds; ++i) {
    const auto kind = static_cast<KeyKind>(i);
    const KindFacts key = facts(kind);
    const unsigned flags =
        (key.size > kMaxInline ? kIndirectKey : 0) | (key.reflexive ? kReflexive : 0) |
        (key.need_key_update ? kNeedUpdate : 0) | (key.hash_might_panic ? kMightPanic : 0);
    lines.push_back(fmt::format("key {} {} flags {}", name(kind), facts_text(key), flags));
  }
  for (std::size_t i = 0; i < kElemKinds; ++i) {
    const auto kind = static_cast<ElemKind>(i);
    lines.push_back(fmt::format("elem {} {}", name(kind), facts_text(facts(kind))));
  }
  return lines;
}

}  // namespace

std::string mismatch(const std::string& description, const std::string& compiler,
                     const std::string& version) {
  const auto found = lines_of(description);
  const auto expected = expected_lines(compiler, version);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i == found.size()) return fmt::format("expected \"{}\", found the end", expected[i]);
    const bool is_version = expected[i].starts_with("version ");
    // "go1.19" stands for go1.19.8, but not for go1.190.
    const std::string start = expected[i] + (is_version && !version.empty() ? "." : "");
    if (is_version ? found[i].starts_with(start) : found[i] == expected[i]) continue;
    return fmt::format("expected \"{}\"{}, found \"{}\"", expected[i], is_version ? ".x" : "",
                       found[i]);
  }
  if (found.size() > expected.size()) {
    return fmt::format("expected the end, found \"{}\"", found[expected.size()]);
  }
  return "";
}

std::string description_field(const std::string& description, const std::string& name) {
  for (const std::string& line : lines_of(description)) {
    if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
  }
  return "";
}

}  // namespace mapproof::go
