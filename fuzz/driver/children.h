// Child processes of the driver, and the signals that end it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mapproof::driver {

struct Command {
  std::vector<std::string> words;
  std::map<std::string, std::string> environment = {};  // in addition
  std::filesystem::path output;                         // both streams, appended; "": nowhere
};

struct Ending {
  pid_t pid = 0;
  int code = 0;    // if no signal ended it
  int signal = 0;  // 0: none
  bool well() const { return code == 0 && signal == 0; }
};

// Only one at a time: while it lives, SIGINT, SIGTERM, SIGHUP and SIGCHLD wait for it.
class Children {
 public:
  Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children();  // stops all

  // Each gets a process group of its own, so that its children end with it; and it ends if this
  // process does, however that ends. Throws cli::CannotRun if there can be no more processes.
  pid_t start(const Command& command);

  // Those that have ended. Waits for the first one, for at most so long or until an interrupt.
  std::vector<Ending> wait(std::chrono::milliseconds at_most);

  // Starts one and waits for it. Nothing: its time was over, or an interrupt came; it is gone.
  std::optional<Ending> run(const Command& command, std::chrono::milliseconds at_most);

  // Asks all to end; a few seconds later, or at one more interrupt, they are killed.
  void stop_all();

  bool any() const { return !pids_.empty(); }
  bool interrupted() const { return interrupts_ != 0; }

 private:
  std::optional<Ending> reaped(pid_t pid);
  void stop_one(pid_t pid);
  void wait_for_signal(std::chrono::milliseconds at_most);

  sigset_t waited_for_;
  sigset_t before_;
  std::vector<pid_t> pids_;
  int interrupts_ = 0;
};

}  // namespace mapproof::driver
