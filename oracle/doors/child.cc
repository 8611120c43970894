#include "oracle/doors/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "oracle/doors/words.h"

namespace mapproof::doors {
namespace {

constexpr std::size_t kLongestLine = std::size_t{256} << 20;
constexpr std::size_t kKeptErrors = 16384;
constexpr std::chrono::milliseconds kFarewell{2000};
constexpr std::chrono::milliseconds kBetweenLooks{20};

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

Child::Child(const Command& command)
    : memory_limit_(command.memory_limit << 20U), next_look_(Clock::now() + kBetweenLooks) {
  Pipe in;
  Pipe out;
  Pipe err;
  const File nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<Process::Lent> lent = {{nothing.get(), STDIN_FILENO},
                                     {err.writes.get(), STDOUT_FILENO},
                                     {err.writes.get(), STDERR_FILENO},
                                     {in.reads.get(), command.hears_at},
                                     {out.writes.get(), command.says_at}};
  lent.insert(lent.end(), command.lent.begin(), command.lent.end());
  // A sanitizer's report is a verdict, not a line that nobody reads.
  std::vector<std::string> settings = {"UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"};
  settings.insert(settings.end(), command.settings.begin(), command.settings.end());
  process_.emplace(command.argv, settings, lent);
  in_ = std::move(in.writes);
  out_ = std::move(out.reads);
  err_ = std::move(err.reads);
  for (const File* file : {&in_, &out_, &err_}) ::fcntl(file->get(), F_SETFL, O_NONBLOCK);
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
    if (!out_) return Heard::end;
    if (output_.size() - taken_ > kLongestLine) return Heard::flood;
    std::array<pollfd, 3> waiting = {
        {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {in_.get(), POLLOUT, 0}}};
    if (written_ == to_write_.size()) waiting[2].fd = -1;
    const auto until = memory_limit_ == 0 ? deadline : std::min(deadline, next_look_);
    const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_until(until));
    if (ready < 0 && errno != EINTR) return Heard::end;
    look_at_memory();
    if (ready < 0 || is_greedy_) continue;
    if (waiting[1].revents != 0) read_errors();
    if (waiting[2].revents != 0) write_some();
    if (waiting[0].revents != 0) read_output();
    // Also when it keeps talking: a line has to come to its end.
    const bool over = out_ && Clock::now() >= deadline;
    if (over && output_.find('\n', searched_) == std::string::npos) return Heard::late;
  }
  return Heard::line;
}

// Limits that the kernel keeps count address space, of which sanitizers and garbage collectors
// reserve more than any machine has; what it does with a failing allocation is the map's affair.
void Child::look_at_memory() {
  const auto now = Clock::now();
  if (memory_limit_ == 0 || now < next_look_) return;
  if (process_->has_more_than(memory_limit_)) {
    is_greedy_ = true;
    process_->end();
    out_.close();
  }
  // Not often, and less often where it takes long.
  const auto after = Clock::now();
  next_look_ = after + std::max<Clock::duration>(kBetweenLooks, 50 * (after - now));
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
    const ssize_t n = ::write(in_.get(), to_write_.data() + written_, to_write_.size() - written_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) {  // it does not listen any more; what it said before is still to be heard
      in_.close();
      written_ = to_write_.size();
      return;
    }
    written_ += static_cast<std::size_t>(n);
  }
}

void Child::read_output() {
  std::array<char, 65536> bytes;
  const ssize_t n = ::read(out_.get(), bytes.data(), bytes.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n > 0) {
    output_.append(bytes.data(), static_cast<std::size_t>(n));
  } else {
    out_.close();
  }
}

void Child::read_errors() {
  std::array<char, 4096> bytes;
  while (err_) {
    const ssize_t n = ::read(err_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      err_.close();
      return;
    }
    errors_.append(bytes.data(), static_cast<std::size_t>(n));
    if (errors_.size() > 2 * kKeptErrors) errors_.erase(0, errors_.size() - kKeptErrors);
    if (static_cast<std::size_t>(n) < bytes.size()) return;
  }
}

bool Child::ends_within(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (!process_->has_ended()) {
    if (Clock::now() >= deadline) return false;
    // What it says now is of no interest, but it may wait for somebody to take it.
    std::array<pollfd, 2> waiting = {{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
    ::poll(waiting.data(), waiting.size(), 1);
    if (waiting[0].revents != 0) read_output();
    if (waiting[1].revents != 0) read_errors();
    output_.clear();
    taken_ = searched_ = 0;
  }
  return true;
}

std::string Child::how() const {
  if (is_greedy_) return fmt::format("ran out of memory (limit {} MB)", memory_limit_ >> 20U);
  if (process_->was_killed()) return "ended the conversation and went on";
  const int status = process_->status();
  if (!WIFSIGNALED(status)) return fmt::format("ended with status {}", WEXITSTATUS(status));
  return fmt::format("ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
}

std::string Child::end() {
  // The line closes a moment before it has ended.
  if (!out_ && !is_greedy_) ends_within(kFarewell);
  process_->end();
  read_errors();
  const std::string words = last_words();
  return words.empty() ? how() : fmt::format("{}; stderr: {}", how(), words);
}

std::string Child::last_words() const { return readable(telling_line(errors_), kMostWords); }

void Child::part(std::string_view line) {
  say(line);
  if (in_) write_some();
  in_.close();
  ends_within(kFarewell);
}

}  // namespace mapproof::doors
