// A child process that is talked to in lines: its stdin and stdout are ours, and what it writes to
// stderr is kept for who asks why it died.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace mapproof::doors {

class Child {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Heard {
    line,
    end,    // it closed its stdout: it has ended, or is no use any more
    late,   // the deadline has passed
    flood,  // more than any answer is long, and no end of the line
  };

  // argv[0] is looked for in $PATH. Throws std::runtime_error if it cannot be started.
  explicit Child(const std::vector<std::string>& argv);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Ends it and whatever it has started.
  ~Child();

  // Leaves a line for the child; hear() writes it.
  void say(std::string_view line);
  // The child's next line, without its newline. Neither side ever waits for the other to read.
  Heard hear(std::string* line, Clock::time_point deadline);

  // Ends it, if it has not ended, and says how that was: "ended with status 3; stderr: no memory".
  std::string end();
  // The line of stderr that tells most, or "".
  std::string last_words() const;

  // Says goodbye with this line and waits a little until it goes by itself.
  void part(std::string_view line);

 private:
  bool take_line(std::string* line);
  void write_some();
  bool read_output();  // false: it is closed
  void read_errors();
  bool ends_within(std::chrono::milliseconds limit);
  void reap();

  pid_t pid_ = -1;
  int in_ = -1;  // its stdin, and so on; non-blocking on this side
  int out_ = -1;
  int err_ = -1;
  std::string to_write_;
  std::size_t written_ = 0;
  std::string output_;
  std::size_t taken_ = 0;     // of output_, lines that were handed over
  std::size_t searched_ = 0;  // of output_, without a newline behind taken_
  std::string errors_;        // the last of what it said there
  bool reaped_ = false;
  bool was_killed_ = false;  // by us: its status says nothing
  int status_ = 0;
};

}  // namespace mapproof::doors
