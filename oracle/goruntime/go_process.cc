#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "oracle/goruntime/go_runtime.h"

extern char** environ;

namespace mapproof::go {
namespace {

constexpr std::uint64_t kClosing = ~std::uint64_t{0};
constexpr std::uint64_t kMostWords = std::uint64_t{1} << 32;  // more is no answer
constexpr int kPatienceMs = 60'000;                           // for a single word of an answer

// The child and the socket to it. Throws Unavailable when anything goes wrong.
class Child {
 public:
  Child(const std::string& path, const std::string& version) : path_(path), version_(version) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      throw Unavailable(
          fmt::format("{}: expected the program of a Go runtime, found no file", path));
    }
    start();
    const std::uint64_t length = receive_word();
    std::string text(length < 1U << 20 ? (length + 7) / 8 * 8 : 0, '\0');
    receive(text.data(), text.size());
    text.resize(text.empty() ? 0 : length);
    // libgo does not know its version.
    if (const std::string why = mismatch(text, "gccgo", ""); !why.empty()) {
      stop();
      throw Unavailable(fmt::format("{}: not the Go runtime of this build: {}", path, why));
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(); }

  bool alive() const { return socket_ >= 0; }

  void send(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t sent = ::send(socket_, at, size, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) gone();
      at += sent;
      size -= static_cast<std::size_t>(sent);
    }
  }
  void receive(void* data, std::size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
      pollfd waiting{socket_, POLLIN, 0};
      const int ready = ::poll(&waiting, 1, kPatienceMs);
      if (ready < 0 && errno == EINTR) continue;
      const ssize_t got = ready > 0 ? ::recv(socket_, at, size, 0) : 0;
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
  [[noreturn]] void gone() {
    const int status = stop();
    throw Unavailable(fmt::format("{} ({}) has ended{}", version_, path_,
                                  WIFSIGNALED(status)
                                      ? fmt::format(" by signal {}", WTERMSIG(status))
                                      : fmt::format(" with status {}", WEXITSTATUS(status))));
  }

 private:
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
      throw Unavailable(fmt::format("{}: cannot be started: {}", path_, std::strerror(error)));
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
  pid_t pid_ = -1;
  int socket_ = -1;
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
    const std::uint64_t n = child_->receive_word();
    if (n > kMostWords) child_->gone();
    words_.resize(n);
    child_->receive(words_.data(), n * sizeof(std::uint64_t));
    return words_;
  }

 private:
  std::shared_ptr<Child> child_;
  std::uint64_t number_;
  std::vector<std::uint64_t> words_;
};

class Process final : public Runtime {
 public:
  Process(std::string path, std::string version)
      : path_(std::move(path)),
        version_(std::move(version)),
        child_(std::make_shared<Child>(path_, version_)) {}
  const std::string& version() const override { return version_; }
  std::unique_ptr<Machine> new_machine() override {
    if (!child_->alive()) child_ = std::make_shared<Child>(path_, version_);
    return std::make_unique<ProcessMachine>(child_, next_++);
  }

 private:
  std::string path_;
  std::string version_;
  std::shared_ptr<Child> child_;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Runtime> start_process(const std::string& path, const std::string& version) {
  return std::make_unique<Process>(path, version);
}

}  // namespace mapproof::go
