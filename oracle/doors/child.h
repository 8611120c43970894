// A child process that is talked to in lines, by default over its stdin and stdout; what else it
// prints is kept for who asks why it died.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/doors/process.h"

namespace mapproof::doors {

class Child {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Heard {
    line,
    end,    // it has ended, or is no use any more; end() says why
    late,   // the deadline has passed
    flood,  // more than any answer is long, and no end of the line
  };

  struct Command {
    std::vector<std::string> argv;  // as of Process, as what follows
    std::vector<std::string> settings = {};
    std::vector<Process::Lent> lent = {};
    // Over there, of the line. Where it is not stdout, that is taken to be a second stderr.
    int hears_at = STDIN_FILENO;
    int says_at = STDOUT_FILENO;
    std::uint64_t memory_limit = 0;  // in MB, for all that it starts as well; 0: none
  };

  // Throws std::runtime_error if it cannot be started.
  explicit Child(const Command& command);

  // Leaves a line for the child; hear() writes it.
  void say(std::string_view line);
  // The child's next line, without its newline. Neither side ever waits for the other to read.
  Heard hear(std::string* line, Clock::time_point deadline);

  // Ends it, if it has not ended, and says how that was: "ended with status 3; stderr: no memory".
  std::string end();
  // The line of what it printed that tells most, or "".
  std::string last_words() const;

  // Says goodbye with this line and waits a little until it goes by itself.
  void part(std::string_view line);

 private:
  bool take_line(std::string* line);
  void write_some();
  void read_output();
  void read_errors();
  void look_at_memory();
  bool ends_within(std::chrono::milliseconds limit);
  std::string how() const;

  File in_;  // it hears there, and so on; non-blocking on this side
  File out_;
  File err_;
  std::optional<Process> process_;
  std::uint64_t memory_limit_;
  Clock::time_point next_look_;
  bool is_greedy_ = false;  // it has been ended for the memory that it took
  std::string to_write_;
  std::size_t written_ = 0;
  std::string output_;
  std::size_t taken_ = 0;     // of output_, lines that were handed over
  std::size_t searched_ = 0;  // of output_, without a newline behind taken_
  std::string errors_;        // the last of what it printed
};

}  // namespace mapproof::doors
