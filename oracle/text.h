// The text form of programs: one operation a line, read by people, kept for ever.
//
//   mapproof 1                                     the version; may be absent
//   # What the program is about.
//   port gomap                                     whose answers stand behind `->`
//   map f64 u64 hash=table hash0=7 seed=3 hint=20  key kind, elem kind; the rest may be absent
//   hash 5 top=0x12 low=3                          the hash of a key, with hash=table
//   put nan         # stamp 1
//   putrange 0 26
//   iter a bucket=0 offset=3
//   next a 5
//   next a          -> nan, stamp 1
//   drain a
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "oracle/program.h"

namespace mapproof {

struct TextError {
  std::size_t line = 0;         // from 1
  std::size_t column = 0;       // from 1
  std::string expected;         // "a key of kind f64: 0 to 65535, nan (for 255), ..."
  std::string found;            // "\"255\"", "nothing", ...
  std::string message() const;  // "line 3, column 5: expected ..., found ..."
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
