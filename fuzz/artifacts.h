// What a fuzzing process leaves behind of a failure: files, and words on stderr.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "oracle/program.h"

namespace mapproof {

// Where artifacts go.
struct ArtifactOptions {
  std::string prefix;         // as libFuzzer's -artifact_prefix
  double shrink_seconds = 5;  // 0: leave shrinking to the tools
};

// A failure that is not on record.
struct FailureToKeep {
  std::string property;  // its id, such as "iter/once": a part of the files' names
  std::string words;     // the verdict, and why it is not stepped over; lines
  Program program;
  Program shown;       // the same as people are to see it, with more `audit` operations, say
  std::string replay;  // the command that shows it again, but for the file
  // Does a smaller program fail in the same way?
  std::function<bool(const Program&)> still_fails;
};

// Writes the bytes before anything else, then the program in text, the words to stderr and, if that
// is quickly found, a shorter program. Returns the file name of the bytes, without suffix: it ends
// with their hash (fuzz/fnv1a.h). Each file is whole or not there.
std::string keep(const FailureToKeep& failure, std::span<const std::uint8_t> bytes,
                 const ArtifactOptions& options);

}  // namespace mapproof
