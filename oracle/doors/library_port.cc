#include "oracle/doors/library_port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "oracle/doors/shared_run.h"

extern char** environ;

namespace mapproof::doors {
namespace {

namespace fs = std::filesystem;

class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

[[noreturn]] void cannot(const std::string& path, std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

// The program that loads libraries.
std::string host_program(const LibraryOptions& options) {
  if (!options.host.empty()) return options.host;
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& at : {here / "mapproof-host", here / "../libexec/mapproof/mapproof-host",
                             fs::path(MAPPROOF_HOST_PROGRAM)}) {
    if (fs::exists(at, error)) return at.string();
  }
  throw std::runtime_error(fmt::format(
      "mapproof-host, which loads libraries, is missing: expected it in {}", here.string()));
}

// One child, from its start to its end.
class HostChild {
 public:
  HostChild(const std::string& path, const LibraryOptions& options) {
    memory_ = File(memfd_create("mapproof-run", MFD_CLOEXEC));
    words_ = File(memfd_create("mapproof-words", MFD_CLOEXEC));
    if (memory_.get() < 0 || words_.get() < 0 || ftruncate(memory_.get(), sizeof(SharedRun)) != 0) {
      cannot(path, "no memory to share with a child");
    }
    void* at =
        mmap(nullptr, sizeof(SharedRun), PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
    if (at == MAP_FAILED) cannot(path, "no memory to share with a child");
    shared_ = static_cast<SharedRun*>(at);
    start(path, host_program(options));
  }
  HostChild(const HostChild&) = delete;
  HostChild& operator=(const HostChild&) = delete;
  ~HostChild() {
    end();
    munmap(shared_, sizeof(SharedRun));
  }

  SharedRun& shared() { return *shared_; }
  void go() {
    const char byte = 0;
    // A child that has gone is noticed by who waits for it.
    (void)::send(socket_.get(), &byte, 1, MSG_NOSIGNAL);
  }

  enum class End : std::uint8_t { answered, died, late };
  End wait(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          until - std::chrono::steady_clock::now());
      pollfd waiting{socket_.get(), POLLIN, 0};
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<long>(left.count(), 0)));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return End::late;
      char byte = 0;
      const ssize_t got = ::recv(socket_.get(), &byte, 1, 0);
      if (got < 0 && errno == EINTR) continue;
      return got == 1 ? End::answered : End::died;
    }
  }

  // Ends it, if it has not ended; how it ended.
  int end() {
    if (pid_ < 0) return status_;
    // What has ended by itself keeps its own status; the signal is for who has not.
    if (::waitpid(pid_, &status_, WNOHANG) != pid_) {
      ::kill(-pid_, SIGKILL);
      while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
      }
    }
    ::kill(-pid_, SIGKILL);  // what it may have started
    pid_ = -1;
    return status_;
  }
  // Of one whose socket has closed: it is about to end by itself.
  int end_by_itself() {
    for (int tries = 0; pid_ >= 0 && tries < 200; ++tries) {
      if (::waitpid(pid_, &status_, WNOHANG) == pid_) {
        ::kill(-pid_, SIGKILL);
        pid_ = -1;
      } else {
        ::poll(nullptr, 0, 10);
      }
    }
    return end();
  }

  // The last line that says something of what it printed.
  std::string last_words() const {
    const off_t size = ::lseek(words_.get(), 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::clamp<off_t>(size, 0, 16384)), '\0');
    const ssize_t got =
        ::pread(words_.get(), text.data(), text.size(), size - static_cast<off_t>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    // A sanitizer's report begins with what it found; elsewhere the last line counts.
    if (const auto at = text.find("ERROR: "); at != text.npos) {
      return text.substr(at, text.find('\n', at) - at);
    }
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.substr(text.rfind('\n') + 1).substr(0, 200);
  }

 private:
  void start(const std::string& path, const std::string& host) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) cannot(path, "no socket");
    socket_ = File(ends[0]);
    const File theirs(ends[1]);
    constexpr int kMemory = 3;
    constexpr int kSocket = 4;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // First out of the way of the numbers that they get.
    const File memory(::fcntl(memory_.get(), F_DUPFD_CLOEXEC, 10));
    const File socket(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, 10));
    const File words(::fcntl(words_.get(), F_DUPFD_CLOEXEC, 10));
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, words.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, words.get(), STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, memory.get(), kMemory);
    posix_spawn_file_actions_adddup2(&actions, socket.get(), kSocket);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::vector<std::string> arguments = {host, path, std::to_string(kMemory),
                                          std::to_string(kSocket)};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    // Freed memory is filled, so that who reads it afterwards shows it.
    std::string perturb = "MALLOC_PERTURB_=165";
    // What lies in glibc's per-thread caches counts as in use: it would look like a leak.
    std::string tunables = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0";
    std::vector<char*> environment = {perturb.data(), tunables.data()};
    for (char** at = environ; *at != nullptr; ++at) {
      const std::string_view one = *at;
      if (one.rfind("GLIBC_TUNABLES=", 0) == 0) {
        tunables.append(":").append(one.substr(one.find('=') + 1));
        environment[1] = tunables.data();
      } else if (one.rfind("MALLOC_PERTURB_=", 0) != 0) {
        environment.push_back(*at);
      }
    }
    environment.push_back(nullptr);
    const int error =
        ::posix_spawn(&pid_, host.c_str(), &actions, &attributes, argv.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
      pid_ = -1;
      errno = error;
      cannot(host, "it cannot be started");
    }
  }

  File memory_;
  File words_;
  File socket_;
  SharedRun* shared_ = nullptr;
  pid_t pid_ = -1;
  int status_ = 0;
};

std::string how(int status) {
  return WIFSIGNALED(status)
             ? fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)))
             : fmt::format("exit status {}", WEXITSTATUS(status));
}

// Does what was printed last say that memory was found damaged? (A sanitizer's report of a signal
// is a crash like any other.)
bool tells_corruption(std::string_view words) {
  constexpr std::array<std::string_view, 10> kSigns = {
      "corrupt",     "double free",     "free():",        "malloc():",   "realloc():",
      "stack smash", "buffer-overflow", "use-after-free", "double-free", "attempting free"};
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [words](std::string_view sign) { return words.find(sign) != words.npos; });
}

class LibraryPort final : public TranscriptPort {
 public:
  LibraryPort(const std::string& path, const LibraryOptions& options)
      : path_(fs::absolute(path).string()), options_(options) {
    std::error_code error;
    if (!fs::exists(path_, error)) {
      throw std::runtime_error(fmt::format("{}: no such file: build the library first", path));
    }
    if (fs::is_directory(path_, error)) {
      throw std::runtime_error(fmt::format("{}: a folder: name the shared library in it", path));
    }
    start(path);
    const SharedRun& shared = child_->shared();
    info_.name = shared.name.data();
    info_.profile = static_cast<Profile>(shared.profile % kProfiles);
    info_.forces_hashes = shared.forces_hashes;
    info_.forces_starts = shared.forces_starts;
    info_.nan_keys = shared.nan_keys;
    info_.nil_maps = shared.nil_maps;
    info_.erases_in_walk = shared.erases_in_walk;
    info_.updates_keys = shared.updates_keys;
    stores_ = shared.stores;
  }

  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec& spec) const override {
    return stores_[static_cast<std::size_t>(spec.key)][static_cast<std::size_t>(spec.elem)];
  }

 protected:
  void fetch(const Program& program, Transcript* transcript) override {
    const std::vector<std::uint8_t> bytes = encode(program);
    if (bytes.size() > SharedRun::kMostBytes) {
      throw std::length_error("a program of so many operations fits through no door");
    }
    if (!child_) start(path_);
    SharedRun& shared = child_->shared();
    std::copy(bytes.begin(), bytes.end(), shared.program.begin());
    shared.program_size = static_cast<std::uint32_t>(bytes.size());
    shared.answers_given = 0;
    shared.words_size = 0;
    shared.failure.property[0] = '\0';
    child_->go();
    const HostChild::End end = child_->wait(options_.time_limit);
    take(shared, transcript);
    if (end == HostChild::End::answered) {
      if (shared.failure.property[0] != '\0') transcript->ending = failure(shared.failure);
      return;
    }
    if (end == HostChild::End::died) {
      transcript->ending = death();
    } else {
      const auto limit = static_cast<double>(options_.time_limit.count()) / 1000;
      transcript->ending = PortFailure("port/hang", fmt::format("an end within {} s", limit),
                                       "none; it was stopped");
    }
    child_.reset();
  }

 private:
  void start(const std::string& shown) {
    child_ = std::make_unique<HostChild>(path_, options_);
    const HostChild::End end = child_->wait(options_.start_limit);
    if (end == HostChild::End::answered && child_->shared().usable) return;
    std::string why;
    if (end == HostChild::End::answered) {
      why = last_string(child_->shared().objection);
    } else if (end == HostChild::End::died) {
      why = fmt::format("loading it ended the process: {}", how(child_->end_by_itself()));
      if (const std::string words = child_->last_words(); !words.empty()) why += "; " + words;
    } else {
      why = fmt::format("loading it took more than {} s", options_.start_limit.count() / 1000);
    }
    child_.reset();
    throw std::runtime_error(fmt::format("{}: no map that can be tested: {}", shown, why));
  }

  template <std::size_t N>
  static std::string last_string(const std::array<char, N>& text) {
    return {text.data(), ::strnlen(text.data(), N)};
  }

  // Whatever the child wrote there, in its right mind or not.
  static void take(const SharedRun& shared, Transcript* transcript) {
    const std::uint64_t n =
        std::min<std::uint64_t>(shared.answers_given.load(), SharedRun::kMostAnswers);
    transcript->answers.assign(shared.answers.begin(),
                               shared.answers.begin() + static_cast<std::ptrdiff_t>(n));
    for (Answer& answer : transcript->answers) {
      if (!answer.panicked) continue;
      const std::size_t at = std::min<std::size_t>(answer.number, SharedRun::kMostWords - 1);
      const char* words = &shared.words[at];
      answer.number = transcript->words.size();
      transcript->words.emplace_back(words, ::strnlen(words, SharedRun::kMostWords - at));
    }
  }

  static PortFailure failure(const SharedFailure& told) {
    Verdict verdict;
    verdict.property = last_string(told.property);
    verdict.expected = last_string(told.expected);
    verdict.got = last_string(told.got);
    return PortFailure(verdict);
  }

  PortFailure death() {
    const int status = child_->end_by_itself();
    const std::string words = child_->last_words();
    std::string got = "the process ended: " + how(status);
    if (!words.empty()) got += "; " + words;
    if (tells_corruption(words)) {
      return PortFailure("port/corruption", "memory that stays whole", got);
    }
    return PortFailure("port/crash", "an answer", got);
  }

  std::string path_;
  LibraryOptions options_;
  PortInfo info_;
  decltype(SharedRun::stores) stores_{};
  std::unique_ptr<HostChild> child_;
};

}  // namespace

std::unique_ptr<Port> make_library_port(const std::string& path, const LibraryOptions& options) {
  return std::make_unique<LibraryPort>(path, options);
}

}  // namespace mapproof::doors
