#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "oracle/goruntime/go_runtime.h"

extern char** environ;

namespace mapproof::go {
namespace {

constexpr std::uint64_t kClosing = ~std::uint64_t{0};
constexpr std::uint64_t kMostText = 1U << 20;   // of a description; more is none
constexpr std::uint64_t kMostWords = 1U << 30;  // of an answer, likewise
constexpr std::uint64_t kWordsAtOnce = 1U << 16;

// The child and the socket to it. Throws Unavailable when anything goes wrong; then the child is no
// more.
class Child {
 public:
  Child(const std::string& path, const std::string& version, std::chrono::milliseconds patience)
      : path_(path), version_(version), patience_(patience) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      throw Unavailable(
          fmt::format("{}: expected the program of a Go runtime, found no file", path));
    }
    start();
    // To let go of a machine that never was is to ask nothing. A program that merely repeats what
    // it hears gives itself away so, instead of keeping us waiting.
    const std::uint64_t nothing[2] = {kClosing, kClosing};
    send(nothing, sizeof nothing);
    const std::uint64_t length = receive_word();
    if (length > kMostText) fail(fmt::format("found one of {} bytes", length));
    std::string text((length + 7) / 8 * 8, '\0');
    receive(text.data(), text.size());
    text.resize(length);
    // libgo does not know its version.
    if (const std::string why = mismatch(text, "gccgo", ""); !why.empty()) {
      stop();
      throw Unavailable(fmt::format("{}: not the Go runtime of this build: {}", path, why));
    }
    described_ = true;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(); }

  // Can it be asked? Between an answer and the next request it says nothing; what is to be heard
  // then is its end, or would be taken for the next answer.
  bool alive() {
    if (socket_ < 0) return false;
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 0) <= 0) return true;
    char byte = 0;
    if (::recv(socket_, &byte, 1, MSG_PEEK) > 0) {
      stop();
      why_ = "it speaks unasked";
    } else {
      stop_and_say_how_it_ended();
    }
    return false;
  }

  void send(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      wait_for(POLLOUT);
      const ssize_t sent = ::send(socket_, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (sent <= 0) gone();
      at += sent;
      size -= static_cast<std::size_t>(sent);
    }
  }
  void receive(void* data, std::size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
      wait_for(POLLIN);
      const ssize_t got = ::recv(socket_, at, size, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) gone();
      at += got;
      size -= static_cast<std::size_t>(got);
    }
  }
  std::uint64_t receive_word() {
    std::uint64_t word = 0;
    receive(&word, sizeof word);
    return word;
  }
  // An answer: its length, and so many words.
  void receive_words(std::vector<std::uint64_t>* words) {
    const std::uint64_t n = receive_word();
    if (n > kMostWords) fail(fmt::format("found one of {} words", n));
    // Memory is set aside for what has come, not for what is promised.
    words->clear();
    while (words->size() < n) {
      const std::size_t have = words->size();
      const std::uint64_t more = std::min(n - have, kWordsAtOnce);
      words->resize(have + more);
      receive(words->data() + have, more * sizeof(std::uint64_t));
    }
  }

  // It has ended, now or before.
  [[noreturn]] void gone() {
    if (why_.empty()) stop_and_say_how_it_ended();
    fail(why_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) {
    stop();
    why_ = what;
    throw Unavailable(
        described_ ? fmt::format("{} ({}): expected an answer; {}", version_, path_, what)
                   : fmt::format("{}: expected the description of a Go runtime; {}", path_, what));
  }

  void stop_and_say_how_it_ended() {
    const int status = stop();
    why_ = WIFSIGNALED(status) ? fmt::format("it has ended by signal {}", WTERMSIG(status))
                               : fmt::format("it has ended with status {}", WEXITSTATUS(status));
  }

  void wait_for(short events) {
    pollfd waiting{socket_, events, 0};
    const auto patience = static_cast<int>(patience_.count());
    int ready = 0;
    while ((ready = ::poll(&waiting, 1, patience)) < 0 && errno == EINTR) {
    }
    if (ready == 0) fail(fmt::format("nothing came for {} ms", patience));
  }

  void start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw Unavailable(fmt::format("{}: no socket: {}", path_, std::strerror(errno)));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string name = path_;
    char* arguments[] = {name.data(), nullptr};
    const int error = ::posix_spawn(&pid_, path_.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    socket_ = ends[0];
    if (error != 0) {
      ::close(std::exchange(socket_, -1));
      throw Unavailable(
          fmt::format("{}: expected the program of a Go runtime; it cannot be started: {}", path_,
                      std::strerror(error)));
    }
  }

  // Ends the child, if it has not ended; gives its status.
  int stop() {
    if (socket_ < 0) return 0;
    ::close(std::exchange(socket_, -1));
    int status = 0;
    for (int tries = 0; tries < 100; ++tries) {  // it ends by itself when nobody talks to it
      if (::waitpid(pid_, &status, WNOHANG) == pid_) return status;
      ::poll(nullptr, 0, 10);
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
    return status;
  }

  std::string path_;
  std::string version_;
  std::chrono::milliseconds patience_;
  pid_t pid_ = -1;
  int socket_ = -1;
  std::string why_;         // it is no more
  bool described_ = false;  // has it said what it is?
};

class ProcessMachine final : public Machine {
 public:
  ProcessMachine(std::shared_ptr<Child> child, std::uint64_t number)
      : child_(std::move(child)), number_(number) {}
  ~ProcessMachine() override {
    try {
      const std::uint64_t head[2] = {number_, kClosing};
      if (child_->alive()) child_->send(head, sizeof head);
    } catch (const Unavailable&) {  // it has gone, and the machine with it
    }
  }

  std::span<const std::uint64_t> run(std::span<const Record> records) override {
    if (!child_->alive()) child_->gone();
    const std::uint64_t head[2] = {number_, records.size()};
    child_->send(head, sizeof head);
    child_->send(records.data(), records.size_bytes());
    child_->receive_words(&words_);
    return words_;
  }

 private:
  std::shared_ptr<Child> child_;
  std::uint64_t number_;
  std::vector<std::uint64_t> words_;
};

class Process final : public Runtime {
 public:
  Process(std::string path, std::string version, std::chrono::milliseconds patience)
      : path_(std::move(path)),
        version_(std::move(version)),
        patience_(patience),
        child_(std::make_shared<Child>(path_, version_, patience)) {}
  const std::string& version() const override { return version_; }
  std::unique_ptr<Machine> new_machine() override {
    if (!child_->alive()) child_ = std::make_shared<Child>(path_, version_, patience_);
    return std::make_unique<ProcessMachine>(child_, next_++);
  }

 private:
  std::string path_;
  std::string version_;
  std::chrono::milliseconds patience_;
  std::shared_ptr<Child> child_;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Runtime> start_process(const std::string& path, const std::string& version,
                                       std::chrono::milliseconds patience) {
  return std::make_unique<Process>(path, version, patience);
}

}  // namespace mapproof::go
