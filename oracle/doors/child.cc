#include "oracle/doors/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace mapproof::doors {
namespace {

constexpr std::size_t kLongestLine = std::size_t{256} << 20;
constexpr std::size_t kKeptErrors = 8192;
constexpr std::chrono::milliseconds kFarewell{1000};

void close_one(int* fd) {
  if (*fd >= 0) ::close(*fd);
  *fd = -1;
}

struct Pipe {
  int ends[2] = {-1, -1};  // read, write
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      throw std::runtime_error(fmt::format("no pipe: {}", std::strerror(errno)));
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_one(&ends[0]);
    close_one(&ends[1]);
  }
  int take(int end) { return std::exchange(ends[end], -1); }
};

// write() to a pipe that nobody reads must not end this process, and must leave alone how it
// handles signals.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigset_t waiting;
    sigpending(&waiting);
    was_pending_ = sigismember(&waiting, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    constexpr timespec kNow = {};
    if (!was_pending_) {
      while (sigtimedwait(&pipe_, nullptr, &kNow) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  bool was_pending_ = false;
  sigset_t pipe_;
  sigset_t before_;
};

int milliseconds_until(Child::Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Child::Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

Child::Child(const std::vector<std::string>& argv) {
  Pipe in;
  Pipe out;
  Pipe err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
  // A group of its own, so that what it starts can be ended with it; signals as at its birth.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = argv;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error =
      ::posix_spawnp(&pid_, words.at(0).c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(std::strerror(error));
  in_ = in.take(1);
  out_ = out.take(0);
  err_ = err.take(0);
  for (const int fd : {in_, out_, err_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  reap();
  for (int* fd : {&in_, &out_, &err_}) close_one(fd);
}

void Child::say(std::string_view line) {
  if (written_ == to_write_.size()) {
    to_write_.clear();
    written_ = 0;
  }
  to_write_.append(line).push_back('\n');
}

Child::Heard Child::hear(std::string* line, Clock::time_point deadline) {
  while (!take_line(line)) {
    if (out_ < 0) return Heard::end;
    if (output_.size() - taken_ > kLongestLine) return Heard::flood;
    std::array<pollfd, 3> waiting = {{{out_, POLLIN, 0}, {err_, POLLIN, 0}, {in_, POLLOUT, 0}}};
    if (written_ == to_write_.size()) waiting[2].fd = -1;
    const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) return Heard::end;
    if (ready < 0) continue;
    if (waiting[1].revents != 0) read_errors();
    if (waiting[2].revents != 0) write_some();
    if (waiting[0].revents != 0 && !read_output()) close_one(&out_);
    // Also when it keeps talking: a line has to come to its end.
    const bool over = out_ >= 0 && Clock::now() >= deadline;
    if (over && output_.find('\n', searched_) == std::string::npos) return Heard::late;
  }
  return Heard::line;
}

bool Child::take_line(std::string* line) {
  const std::size_t end = output_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = output_.size();
    return false;
  }
  line->assign(output_, taken_, end - taken_);
  if (!line->empty() && line->back() == '\r') line->pop_back();
  taken_ = searched_ = end + 1;
  if (taken_ == output_.size()) {
    output_.clear();
    taken_ = searched_ = 0;
  }
  return true;
}

void Child::write_some() {
  const NoSigpipe quiet;
  while (written_ < to_write_.size()) {
    const ssize_t n = ::write(in_, to_write_.data() + written_, to_write_.size() - written_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) {  // it does not listen any more; what it said before is still to be heard
      close_one(&in_);
      written_ = to_write_.size();
      return;
    }
    written_ += static_cast<std::size_t>(n);
  }
}

bool Child::read_output() {
  std::array<char, 65536> bytes;
  const ssize_t n = ::read(out_, bytes.data(), bytes.size());
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  output_.append(bytes.data(), static_cast<std::size_t>(n));
  return n > 0;
}

void Child::read_errors() {
  std::array<char, 4096> bytes;
  while (err_ >= 0) {
    const ssize_t n = ::read(err_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      close_one(&err_);
      return;
    }
    errors_.append(bytes.data(), static_cast<std::size_t>(n));
    if (errors_.size() > 2 * kKeptErrors) errors_.erase(0, errors_.size() - kKeptErrors);
    if (static_cast<std::size_t>(n) < bytes.size()) return;
  }
}

bool Child::ends_within(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  for (;;) {
    siginfo_t info = {};
    // Left unreaped, so that nobody else can have its number while its group is being ended.
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == pid_) {
      return true;
    }
    if (Clock::now() >= deadline) return false;
    // What it says now is of no interest, but it may wait for somebody to take it.
    std::array<pollfd, 2> waiting = {{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    ::poll(waiting.data(), waiting.size(), 1);
    if (waiting[0].revents != 0 && !read_output()) close_one(&out_);
    if (waiting[1].revents != 0) read_errors();
    output_.clear();
    taken_ = searched_ = 0;
  }
}

void Child::reap() {
  if (reaped_) return;
  was_killed_ = !ends_within(std::chrono::milliseconds(0));
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
}

std::string Child::end() {
  // Its stdout closes a moment before it has ended.
  if (out_ < 0 && !reaped_) ends_within(kFarewell);
  reap();
  read_errors();
  std::string how = was_killed_ ? "closed its stdout and went on"
                    : WIFSIGNALED(status_)
                        ? fmt::format("ended by signal {} ({})", WTERMSIG(status_),
                                      ::strsignal(WTERMSIG(status_)))
                        : fmt::format("ended with status {}", WEXITSTATUS(status_));
  const std::string words = last_words();
  return words.empty() ? how : fmt::format("{}; stderr: {}", how, words);
}

// Interpreters put the error first and a trace or their version behind it.
std::string Child::last_words() const {
  constexpr std::size_t kMost = 300;
  std::string_view best;
  bool best_is_error = false;
  std::string_view rest = errors_;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    const bool is_error =
        line[0] != ' ' && line[0] != '\t' &&
        (line.find("rror:") != std::string_view::npos || line.starts_with("panic:"));
    if (is_error || !best_is_error) best = line;
    best_is_error |= is_error;
  }
  std::string words(best.substr(0, kMost));
  std::replace_if(
      words.begin(), words.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return words;
}

void Child::part(std::string_view line) {
  say(line);
  if (in_ >= 0) write_some();
  close_one(&in_);
  ends_within(kFarewell);
}

}  // namespace mapproof::doors
