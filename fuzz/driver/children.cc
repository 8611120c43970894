#include "fuzz/driver/children.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "conformance/cli/io.h"

extern char** environ;

namespace mapproof::driver {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A worker may be in the middle of shrinking.
constexpr milliseconds kGrace{5000};

milliseconds left_until(Clock::time_point deadline) {
  return std::max(milliseconds(0),
                  std::chrono::duration_cast<milliseconds>(deadline - Clock::now()));
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!more.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (std::string& text : strings) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

int open_output(const std::filesystem::path& output) {
  int descriptor = -1;
  if (!output.empty()) {
    descriptor = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  }
  return descriptor >= 0 ? descriptor : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
}

[[noreturn]] void become(char* const* words, char* const* environment, int output, pid_t parent,
                         const sigset_t& signals) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);  // it has just died
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::execvpe(words[0], words, environment);
  const char* why = std::strerror(errno);
  for (const char* part : {static_cast<const char*>(words[0]), ": ", why, "\n"}) {
    if (::write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
  }
  ::_exit(127);
}

}  // namespace

Children::Children() {
  ::sigemptyset(&waited_for_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&waited_for_, signal);
  ::sigprocmask(SIG_BLOCK, &waited_for_, &before_);
}

Children::~Children() {
  stop_all();
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

pid_t Children::start(const Command& command) {
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = merged_environment(command.environment);
  const std::vector<char*> word_list = pointers(words);
  const std::vector<char*> environment_list = pointers(environment);
  const int output = open_output(command.output);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(word_list.data(), environment_list.data(), output, parent, before_);
  const int error = errno;
  ::close(output);
  if (pid < 0) throw cli::CannotRun(words[0] + ": " + std::strerror(error));
  ::setpgid(pid, pid);  // here as well: whoever is first
  pids_.push_back(pid);
  return pid;
}

std::optional<Ending> Children::reaped(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  std::erase(pids_, pid);
  ::kill(-pid, SIGKILL);  // what it has left behind
  if (WIFSIGNALED(status)) return Ending{.pid = pid, .code = 0, .signal = WTERMSIG(status)};
  return Ending{.pid = pid, .code = WEXITSTATUS(status), .signal = 0};
}

void Children::wait_for_signal(milliseconds at_most) {
  const timespec time{.tv_sec = at_most.count() / 1000,
                      .tv_nsec = (at_most.count() % 1000) * 1'000'000};
  const int signal = ::sigtimedwait(&waited_for_, nullptr, &time);
  if (signal > 0 && signal != SIGCHLD) ++interrupts_;
}

std::vector<Ending> Children::wait(milliseconds at_most) {
  const Clock::time_point deadline = Clock::now() + at_most;
  const int interrupts = interrupts_;
  for (;;) {
    std::vector<Ending> ended;
    for (const pid_t pid : std::vector<pid_t>(pids_)) {
      if (const auto ending = reaped(pid)) ended.push_back(*ending);
    }
    const milliseconds left = left_until(deadline);
    if (!ended.empty() || left.count() == 0 || interrupts_ != interrupts) return ended;
    wait_for_signal(left);
  }
}

std::optional<Ending> Children::run(const Command& command, milliseconds at_most) {
  const pid_t pid = start(command);
  const Clock::time_point deadline = Clock::now() + at_most;
  const int interrupts = interrupts_;
  for (;;) {
    if (const auto ending = reaped(pid)) return ending;
    const milliseconds left = left_until(deadline);
    if (left.count() == 0 || interrupts_ != interrupts) {
      stop_one(pid);
      return std::nullopt;
    }
    wait_for_signal(left);
  }
}

void Children::stop_one(pid_t pid) {
  ::kill(-pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  std::erase(pids_, pid);
}

void Children::stop_all() {
  for (const pid_t pid : pids_) ::kill(-pid, SIGTERM);
  const Clock::time_point deadline = Clock::now() + kGrace;
  const int interrupts = interrupts_;
  while (any() && interrupts_ == interrupts && left_until(deadline).count() != 0) {
    wait(left_until(deadline));
  }
  for (const pid_t pid : std::vector<pid_t>(pids_)) stop_one(pid);
}

}  // namespace mapproof::driver
