// Attribution: which known defect of Go 1.14.6 makes the faithful port fail a program?
//
// A failure of the faithful port is run again with all corrections on: if that fails too, the
// failure is new. Else the smallest set of corrections that passes is looked for, and the pair
// (set, property broken) must be on record in corpus/findings/known.json. A pair that is not there
// is new too, because one repair may hide another defect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oracle/program.h"
#include "oracle/run.h"
#include "oracle/verdict.h"

namespace mapproof {

struct Attribution {
  bool known = false;             // the pair is on record
  bool corrected_fails = false;   // even with all corrections
  std::uint32_t corrections = 0;  // the smallest set that passes; 0 if corrected_fails
  std::string finding;            // the finding on record, if known
  std::string sentence;           // all of this in words
};

// `verdict` is what the faithful port's run with the same options gave. Costs up to one run for
// each set of corrections.
Attribution attribute(const Program& program, const Verdict& verdict,
                      const RunOptions& options = {});

struct KnownPair {
  std::string finding;
  std::uint32_t corrections = 0;
  std::string property;
};
// The record, as it was when this was built.
const std::vector<KnownPair>& known_pairs();

// "clear_marks_buckets + clear_is_numbered"
std::string correction_names(std::uint32_t corrections);

}  // namespace mapproof
