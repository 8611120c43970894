// Turns a program into a plain Go program, so that the real Go settles who is right.
#pragma once

#include <string>

#include "oracle/program.h"

namespace mapproof {

struct GoProgram {
  std::string text;     // one file, package main, standard library only; empty if refused
  std::string refusal;  // why there is none, in one line; else empty
};

// Runs the program on the faithful port to learn which property it breaks. The Go program does the
// same operations on a map of like kinds, under a judge of its own, many times: neither hashes nor
// starts of walks can be chosen in Go, so the later rounds vary bursts and walks. It prints "shown"
// and exits with 0 if the same property was broken in some round.
//
// Refused: a program that breaks nothing on the port, and one that breaks what Go cannot see (the
// layout). The same program always gives the same text.
GoProgram emit_go(const Program& program);

}  // namespace mapproof
