// Who breaks which property in a program: the port, the corrected port, or the real Go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/program.h"
#include "oracle/verdict.h"

namespace mapproof {

struct Ruling {
  std::string port;                // "gomap", "gomap-corrected", "go1.19", "gccgo-12"
  std::string why_not;             // it was not asked: why, in one line; else empty
  std::optional<Verdict> verdict;  // nothing: it holds
};

struct Arbitration {
  std::vector<Ruling> rulings;        // in the order above
  std::string lockstep;               // of gomap and go1.19, in words; empty: go1.19 was not asked
  std::vector<std::string> findings;  // on record, that explain what gomap breaks
  std::string sentence;               // the whole in one sentence
};

// Runs the program on all four under the judge, with the layout checked at the end.
Arbitration arbitrate(const Program& program);

// What rulings in this order amount to; `findings` are those that explain what gomap breaks.
std::string sentence_of(const std::vector<Ruling>& rulings,
                        const std::vector<std::string>& findings);

// As the command prints it: a line for each ruling, one for the lock-step, the sentence.
std::string print(const Arbitration& arbitration);

}  // namespace mapproof
