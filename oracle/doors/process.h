// Another program, in a group with whatever it starts: the group is ended as one, when it is told
// to and when this process ends, in whatever way that happens.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mapproof::doors {

// A file descriptor, closed at the end.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File() { close(); }

  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }
  void close();

 private:
  int descriptor_ = -1;
};

struct Pipe {
  Pipe();  // throws std::runtime_error
  File reads;
  File writes;
};

class Process {
 public:
  struct Lent {
    int ours;
    int its;  // the number that it has over there
  };
  // argv[0] is looked for in $PATH. `settings` are NAME=value, lists with colons: what the user has
  // set comes last, so that it wins. Throws std::runtime_error if it cannot be started.
  Process(std::vector<std::string> argv, const std::vector<std::string>& settings,
          const std::vector<Lent>& lent);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { end(); }

  // By itself. Its number stays its own until end().
  bool has_ended() const;
  // Ends the group, whoever of it is left.
  void end();
  // After end(): it had not ended by itself; its status says nothing.
  bool was_killed() const { return was_killed_; }
  int status() const { return status_; }  // as of waitpid

  // Does the group have more memory than that, besides what belongs to files?
  bool has_more_than(std::uint64_t bytes) const;

 private:
  std::vector<std::filesystem::path> group() const;  // folders in /proc
  void guard();

  File leash_;  // held by this process alone
  pid_t pid_ = -1;
  pid_t guard_ = -1;
  bool was_killed_ = false;
  int status_ = 0;
};

}  // namespace mapproof::doors
