// Turns a program into a plain C program for the C door: what is wrong with a map, without
// mapproof.
#pragma once

#include <string>

#include "oracle/program.h"

namespace mapproof {

struct CProgram {
  std::string text;     // one file of C99, needs just mapproof_port.h; empty if refused
  std::string refusal;  // why there is none, in one line; else empty
};

// The C program does the same operations on a library that it loads, or is linked with, and keeps
// books of what must be there: all that the oracle's rules for len, access and walks ask. It tells
// each step; the first answer that breaks a rule is told with the rule's name, and ends it with
// exit status 1. Its host hashes as the program says. The same program always gives the same text.
//
// Refused: keys other than u32, u64, i64, f64 and str, elems other than u32, u64 and str.
CProgram emit_c(const Program& program);

}  // namespace mapproof
