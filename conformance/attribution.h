// Attribution: which known defects of Go 1.14.6 make the faithful port fail a program?
//
// A failure of the faithful port is run again with all corrections on: if that fails too, the
// failure is new. Else the defects are taken one by one, in the order in which they show: the
// smallest set of corrections is looked for with which the run gets past the first verdict and
// whose pair (set, property broken) is on record in corpus/findings/known.json; then the same for
// the next verdict, with those corrections on; which may show sooner, where a walk now goes another
// way. Where no such pair is on record the failure is new, because one repair may hide another
// defect.
//
// (Looking for one set that repairs the whole program would need every combination of defects on
// record, and would let one of them stand in for another.)
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"
#include "oracle/verdict.h"

namespace mapproof {

struct Attribution {
  bool known = false;                 // all pairs are on record
  bool corrected_fails = false;       // fails with all corrections, too
  std::uint32_t corrections = 0;      // those that it took; 0 if corrected_fails
  std::string finding;                // the first finding on record, if known
  std::vector<std::string> findings;  // all of them, in the order in which they show
  std::string sentence;               // all of this in words
};

// `verdict` is what the faithful port's run with the same options gave. Costs up to one run for
// each set of those corrections that make a difference to the program.
Attribution attribute(const Program& program, const Verdict& verdict,
                      const RunOptions& options = {});

// The same for who runs programs in a way of his own: `rerun` gives the verdict of the run with a
// set of corrections on.
using Rerun = std::function<std::optional<Verdict>(std::uint32_t corrections)>;
Attribution attribute_by(const Rerun& rerun, const Verdict& verdict);

// Is such a port meant to run each program just as the faithful port does: is it Go's map, with the
// program's hashes and starts of walks?
bool runs_as_faithful(const PortInfo& info);

// Of a failure of a port that is: what is known of the faithful port's, if that fails in the same
// way when it runs the program here. Else nothing is known. `options`: of the run that failed.
Attribution attribute_by_faithful(const Program& program, const Verdict& verdict,
                                  const RunOptions& options);

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
