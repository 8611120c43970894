// What a check of a map found out: the one source of all forms of the report (terminal, JUnit,
// JSON, HTML, badge, matrix).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/snapshot.h"
#include "oracle/verdict.h"

namespace mapproof {

enum class PropertyState : std::uint8_t {
  holds,       // checked, never broken
  fails,       // broken, and not listed as known
  known,       // broken, and listed as a known failure, or explained by a finding on record
  fixed,       // listed as a known failure, and not broken any more: an error
  unreached,   // promised, but nothing that was run could have shown it
  unpromised,  // the profile does not ask for it, or the map cannot do what it takes
};
std::string_view name(PropertyState state);  // "holds", "fails", ...

struct PropertyLine {
  std::string id;
  std::string rule;    // one sentence
  std::string source;  // "Go spec, Index expressions", ...
  PropertyState state = PropertyState::holds;
  std::string why;             // of known, fixed, unreached, unpromised; else ""
  std::string link = {};       // of known: where it is told, or ""
  std::uint64_t failures = 0;  // runs that broke it
};

// Of a failure's program, as it was replayed.
struct StoryStep {
  std::string text;    // the operation: "next a"
  std::string answer;  // "5, stamp 2"; "" if it has none
  bool breaks = false;
  std::optional<Snapshot> picture;  // after it, where the port shows its buckets
  // Live walks after it, as far as it shows them: slot, and the bucket (an index into
  // ArrayView::buckets) and cell of the entry they gave last.
  struct Standing {
    char slot = 'a';
    std::uint64_t bucket = 0;
    std::uint32_t offset = 0;
    bool in_old = false;
    bool left = false;  // in no array that the map still has; then nothing else is known
  };
  std::vector<Standing> walks = {};
};

struct ReportFailure {
  Verdict verdict;
  std::string rule;    // the property's sentence
  std::string source;  // the property's, in the Go specification or elsewhere
  std::string found;   // "seed 17", "smoke: ...", or a file of the corpus
  std::string advice;  // of a smoke test: what to do; else ""
  std::string known;   // why it does not count: a finding on record or the listed reason; else ""
  // Where it failed, that program did so once more on a port that had run nothing else. If not, it
  // is not the smallest one, and fails only after the others of the check.
  bool alone = true;
  Program small;
  std::vector<StoryStep> story;
  std::string file;     // where the small program was written, or ""
  std::string command;  // repeats it
};

// Of a failure that is not alone.
inline constexpr std::string_view kNotAlone =
    "only after other programs: by itself, in a process that has run nothing else, it holds";

struct Report {
  std::string port;  // as the user named it
  PortInfo info;
  std::string version;     // of mapproof
  std::uint64_t seed = 0;  // of the first random program
  std::string stage;       // the last one reached: "smoke", "conformance", "programs", "fuzzing"
  std::size_t kinds = 0;   // pairs of key and elem kinds that it stores
  std::size_t all_kinds = 0;
  std::uint64_t corpus = 0;  // programs
  std::uint64_t generated = 0;
  std::uint64_t runs = 0;
  std::uint64_t operations = 0;
  std::uint64_t failing_runs = 0;                 // known ones left out
  std::map<std::string, std::uint64_t> skipped;   // programs, by reason
  std::map<std::string, std::uint64_t> findings;  // runs that a finding on record explains
  std::vector<PropertyLine> properties;           // in the order of the catalogue
  std::vector<ReportFailure> failures;            // one of each property, known ones last
  bool stopped = false;                           // at a failure that hides what comes next
  bool holds = false;
};

}  // namespace mapproof
