// Files, streams and colours of the command.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "oracle/program.h"

namespace mapproof::cli {

// Exit codes of every subcommand.
inline constexpr int kHolds = 0;
inline constexpr int kFails = 1;
inline constexpr int kCannotRun = 2;

// The input is bad or the command cannot do its work: one line for stderr, exit code 2.
class CannotRun : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// "-" is the standard input.
std::string read_file(const std::string& file);
// "" and "-" are the standard output. A file is replaced as a whole or not at all.
void write_file(const std::string& file, std::string_view contents);

// Reads a program in either form.
Program load_program(const std::string& file);
// The same, of contents already read; `file` is for messages.
Program parse_program(const std::string& file, const std::string& contents);

// How a file is named in a command that can be pasted into a shell.
std::string shell_quoted(const std::string& text);

bool is_terminal(int descriptor);

// Colours for a terminal; elsewhere, and with NO_COLOR set, the text as it is.
std::string green(const std::string& text);
std::string red(const std::string& text);
std::string yellow(const std::string& text);

}  // namespace mapproof::cli
