// The ids of all rules that the oracle can report: a list for each who reports.
//
// A rule cannot be reported without standing in its list: the reporters take their ids as values of
// the classes below, which are checked against the lists at compile time. What each rule says and
// where it comes from stands in the catalogue (conformance/properties).
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace mapproof {

// The judge (judge.h): what the operations answer. `run` itself reports panic/unexpected, too.
inline constexpr auto kJudgeRules = std::to_array<std::string_view>({
    "len/exact",           "access/present",          "access/absent",     "access/current-elem",
    "access/zero-on-miss", "assign/new-elem-zero",    "iter/once",         "iter/no-deleted",
    "iter/clear-stops",    "iter/complete",           "iter/current-elem", "iter/current-key",
    "iter/known",          "iter/nil-ends",           "iter/empty-ends",   "iter/insertion-order",
    "iter/added-visited",  "iter/size-change-raises", "panic/nil-put",     "panic/unhashable",
    "panic/unexpected",
});

// The audit (audit.h): what can be said of one picture of the memory.
inline constexpr auto kAuditRules = std::to_array<std::string_view>({
    "layout/emptyrest-suffix",
    "layout/no-trailing-emptyone",
    "layout/evacuated-together",
    "layout/tophash",
    "layout/right-bucket",
    "layout/unique",
    "layout/count",
    "layout/noverflow",
    "layout/spares",
    "layout/flags",
    "layout/nevacuate",
    "layout/free-elem-zero",
});

// The watch (watch.h): what takes two pictures, and what was done between them.
inline constexpr auto kWatchRules = std::to_array<std::string_view>({
    "make/hint-b",
    "make/hint-bogus",
    "layout/load-factor",
    "assign/update-no-grow",
    "grow/same-size-trigger",
    "grow/same-size-packs",
    "grow/progress",
    "access/no-mutate",
    "panic/hash-no-write",
    "clear/reset",
});

// The doors (doors/): what a map does instead of answering.
inline constexpr auto kPortRules = std::to_array<std::string_view>({
    "port/crash",
    "port/hang",
    "port/corruption",
    "port/leak",
    "port/answer",
    "port/features",
});

// An id of one of the lists. Any other string literal does not compile.
template <const auto& kList>
class RuleOf {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to become a rule
  consteval RuleOf(const char* id) : id_(id) {
    if (std::find(kList.begin(), kList.end(), id_) == kList.end()) throw "no rule of this list";
  }
  constexpr std::string_view id() const { return id_; }

 private:
  std::string_view id_;
};
using JudgeRule = RuleOf<kJudgeRules>;
using AuditRule = RuleOf<kAuditRules>;
using WatchRule = RuleOf<kWatchRules>;
using PortRule = RuleOf<kPortRules>;

}  // namespace mapproof
