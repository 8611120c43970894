// Files, streams and colours of the command.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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
// Throws CannotRun if the file could not be written to; nothing is left behind or changed. To be
// known before the work is done.
void probe_output(const std::string& file);
// The same of files in a folder, which need not be there yet.
void probe_folder(const std::string& folder);
// What was printed has got there. Throws CannotRun if it was lost, now or before.
void flush_stdout();

// Reads a program in either form.
Program load_program(const std::string& file);
// The same, of contents already read; `file` is for messages.
Program parse_program(const std::string& file, const std::string& contents);

// The .mapproof files in a folder and its folders, sorted, hidden ones left out.
std::vector<std::string> programs_in(const std::string& folder);

// How a file is named in a command that can be pasted into a shell.
std::string shell_quoted(const std::string& text);

bool is_terminal(int descriptor);

// One line on a terminal's stderr that is written over and over, and wiped by "".
void show_progress(const std::string& words);

// Colours for a terminal; elsewhere, and with NO_COLOR set, the text as it is.
std::string green(const std::string& text);
std::string red(const std::string& text);
std::string yellow(const std::string& text);

}  // namespace mapproof::cli
