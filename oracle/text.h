// The text form of programs: one operation a line, read by people, kept for ever.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "oracle/program.h"

namespace mapproof {

struct TextError {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1
  std::string expected;    // "a key of kind f64 (0 to 65535, nan, -0, inf)"
  std::string message() const;  // "line 3, column 5: expected ..., found ..."
  std::string found;
};

// Parses a whole program or nothing.
std::variant<Program, TextError> parse(std::string_view text);

// Prints a program with its comments and annotations; parse(print(p)) gives p back.
std::string print(const Program& program);
// One operation, as in the text form: "iter a bucket=0 offset=0".
std::string print(const MapSpec& spec, const Op& op);

// Looks at the first bytes: is that the byte form (kMagic, version) rather than text?
bool looks_like_bytes(std::string_view contents);

}  // namespace mapproof
