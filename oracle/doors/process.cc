#include "oracle/doors/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;

namespace mapproof::doors {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_with(const std::vector<std::string>& settings) {
  std::vector<std::string> all = settings;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view one = *at;
    const std::string_view name = one.substr(0, one.find('=') + 1);
    const auto ours = std::find_if(settings.begin(), settings.end(), [name](const auto& setting) {
      return !name.empty() && setting.starts_with(name);
    });
    if (ours == settings.end()) {
      all.emplace_back(one);
    } else {
      auto& setting = all[static_cast<std::size_t>(ours - settings.begin())];
      setting.append(":").append(one.substr(name.size()));
    }
  }
  return all;
}

// Starts a program in this group (0: one of its own), with signals as at its birth. An errno, or 0.
int spawn(pid_t* pid, std::vector<std::string> argv, std::vector<std::string> environment,
          const std::vector<Process::Lent>& lent, pid_t group) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  std::vector<File> moved;  // out of the way of the numbers that they get
  constexpr int kOutOfTheWay = 10;
  for (const auto& [ours, its] : lent) {
    moved.emplace_back(::fcntl(ours, F_DUPFD_CLOEXEC, kOutOfTheWay));
    posix_spawn_file_actions_adddup2(&actions, moved.back().get(), its);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, group);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawnp(pid, argv.at(0).c_str(), &actions, &attributes,
                                   pointers(argv).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) *pid = -1;
  return error;
}

void reap(pid_t pid, int* status) {
  while (::waitpid(pid, status, 0) < 0 && errno == EINTR) {
  }
}

// Bytes of memory that belong to no file: of a process that has forked, what it shares with its
// children as well.
std::uint64_t memory_of(const std::filesystem::path& process) {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  std::ifstream(process / "statm") >> size >> resident >> shared;
  return (resident - std::min(resident, shared)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Likewise, but of what is shared its part. That takes a look at each page.
std::uint64_t part_of_memory_of(const std::filesystem::path& process) {
  std::ifstream rollup(process / "smaps_rollup");
  std::uint64_t kilobytes = 0;
  for (std::string word; rollup >> word;) {
    if (word == "Pss_Anon:" && rollup >> kilobytes) return kilobytes << 10U;
  }
  return memory_of(process);
}

}  // namespace

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void File::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Pipe::Pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw std::runtime_error(fmt::format("no pipe: {}", std::strerror(errno)));
  }
  reads = File(ends[0]);
  writes = File(ends[1]);
}

Process::Process(std::vector<std::string> argv, const std::vector<std::string>& settings,
                 const std::vector<Lent>& lent) {
  constexpr pid_t kOwnGroup = 0;
  if (const int error =
          spawn(&pid_, std::move(argv), environment_with(settings), lent, kOwnGroup)) {
    throw std::runtime_error(std::strerror(error));
  }
  guard();
}

// PR_SET_PDEATHSIG would not reach what the program starts, and would end it with a mere thread of
// this process. So one more member of the group waits for an end of file that only the end of this
// process can bring. Without a shell there is none; everything else works.
void Process::guard() {
  Pipe leash;
  const File nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  spawn(&guard_, {"/bin/sh", "-c", "read mapproof; kill -KILL 0"}, {},
        {{leash.reads.get(), STDIN_FILENO},
         {nowhere.get(), STDOUT_FILENO},
         {nowhere.get(), STDERR_FILENO}},
        pid_);
  leash_ = std::move(leash.writes);
}

bool Process::has_ended() const {
  siginfo_t info = {};
  // Left unreaped, so that nobody else can have its number while its group is being ended.
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid == pid_;
}

void Process::end() {
  if (pid_ < 0) return;
  was_killed_ = !has_ended();
  ::kill(-pid_, SIGKILL);
  if (guard_ > 0) reap(guard_, nullptr);
  reap(pid_, &status_);
  pid_ = -1;
}

std::vector<std::filesystem::path> Process::group() const {
  std::vector<std::filesystem::path> members;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename();
    pid_t pid = 0;
    const auto [rest, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    const bool is_process = wrong == std::errc() && rest == name.data() + name.size();
    if (is_process && ::getpgid(pid) == pid_) members.push_back(at->path());
  }
  return members;
}

bool Process::has_more_than(std::uint64_t bytes) const {
  const auto members = group();
  const auto all = [&members](auto of) {
    return std::transform_reduce(members.begin(), members.end(), std::uint64_t{0}, std::plus<>(),
                                 of);
  };
  return all(memory_of) > bytes && all(part_of_memory_of) > bytes;
}

}  // namespace mapproof::doors
