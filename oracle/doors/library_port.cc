#include "oracle/doors/library_port.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "oracle/doors/child.h"
#include "oracle/doors/shared_run.h"
#include "oracle/doors/words.h"

namespace mapproof::doors {
namespace {

namespace fs = std::filesystem;

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

// Memory that a child writes to as well.
class Shared {
 public:
  Shared() : file_(memfd_create("mapproof-run", MFD_CLOEXEC)) {
    void* at = MAP_FAILED;
    if (file_ && ftruncate(file_.get(), sizeof(SharedRun)) == 0) {
      at = mmap(nullptr, sizeof(SharedRun), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    }
    if (at == MAP_FAILED) {
      throw std::runtime_error(
          fmt::format("no memory to share with a child: {}", std::strerror(errno)));
    }
    run_ = static_cast<SharedRun*>(at);
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { munmap(run_, sizeof(SharedRun)); }

  int descriptor() const { return file_.get(); }
  SharedRun& run() { return *run_; }

 private:
  File file_;
  SharedRun* run_ = nullptr;
};

// One child, from its start to its end.
struct HostChild {
  HostChild(const std::string& path, const LibraryOptions& options)
      : child({.argv = {host_program(options), path},
               // Freed memory is filled, so that who reads it afterwards shows it. What lies in
               // glibc's caches of a thread counts as in use: it would look like a leak.
               .settings = {"GLIBC_TUNABLES=glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"},
               .lent = {{shared.descriptor(), SharedRun::kHostMemory}},
               .hears_at = SharedRun::kHostHears,
               .says_at = SharedRun::kHostSays,
               .memory_limit = options.memory_limit}) {}

  Child::Heard wait(std::chrono::milliseconds limit) {
    std::string nothing;
    return child.hear(&nothing, Child::Clock::now() + limit);
  }

  Shared shared;
  Child child;
  bool used = false;  // it has run a program
};

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
    const SharedRun& shared = host_->shared.run();
    info_.name = last_string(shared.name);
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
    if (options_.alone && host_ && host_->used) host_.reset();
    if (!host_ && !start_again(transcript)) return;
    const bool was_used = host_->used;
    run(bytes, transcript);
    if (host_ || !was_used) return;
    // Was it this program, or what others have left behind in that process?
    Transcript again;
    if (!start_again(&again)) return;
    run(bytes, &again);
    if (again.ending) {
      *transcript = std::move(again);
    } else {
      transcript->ending = only_once(*transcript->ending);
    }
  }

 private:
  void start(const std::string& shown) {
    try {
      host_ = std::make_unique<HostChild>(path_, options_);
    } catch (const std::runtime_error& why) {
      throw std::runtime_error(fmt::format("{}: it cannot be loaded: {}", shown, why.what()));
    }
    const Child::Heard heard = host_->wait(options_.start_limit);
    if (heard == Child::Heard::line && host_->shared.run().usable) return;
    std::string why;
    if (heard == Child::Heard::line) {
      why = last_string(host_->shared.run().objection);
    } else if (heard == Child::Heard::late) {
      why = fmt::format("loading it took more than {} s", options_.start_limit.count() / 1000);
    } else {
      why = fmt::format("loading it ended the process: {}", host_->child.end());
    }
    host_.reset();
    throw std::runtime_error(fmt::format("{}: no map that can be tested: {}", shown, why));
  }

  // For the next program. What the library says of itself now does not count.
  bool start_again(Transcript* transcript) {
    try {
      start(path_);
      return true;
    } catch (const std::runtime_error& why) {
      transcript->ending = PortFailure("port/crash", "to be started again", why.what());
      return false;
    }
  }

  // Without an answer there is no host any more.
  void run(const std::vector<std::uint8_t>& bytes, Transcript* transcript) {
    SharedRun& shared = host_->shared.run();
    std::copy(bytes.begin(), bytes.end(), shared.program.begin());
    shared.program_size = static_cast<std::uint32_t>(bytes.size());
    shared.answers_given = 0;
    shared.words_size = 0;
    shared.failure.property[0] = '\0';
    host_->used = true;
    host_->child.say("");
    const Child::Heard heard = host_->wait(options_.time_limit);
    take(shared, transcript);
    if (heard == Child::Heard::line) {
      if (shared.failure.property[0] != '\0') transcript->ending = failure(shared.failure);
      return;
    }
    transcript->ending = heard == Child::Heard::late ? hang() : death();
    host_.reset();
  }

  template <std::size_t N>
  static std::string last_string(const std::array<char, N>& text) {
    return readable({text.data(), ::strnlen(text.data(), N)}, N);
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
      const std::string_view all(words, ::strnlen(words, SharedRun::kMostWords - at));
      transcript->words.push_back(readable(all, kMostWords));
    }
  }

  static PortFailure failure(const SharedFailure& told) {
    Verdict verdict;
    verdict.property = last_string(told.property);
    verdict.expected = last_string(told.expected);
    verdict.got = last_string(told.got);
    return PortFailure(verdict);
  }

  PortFailure hang() const {
    const auto limit = static_cast<double>(options_.time_limit.count()) / 1000;
    const std::string words = host_->child.last_words();
    return PortFailure("port/hang", fmt::format("an end within {} s", limit),
                       words.empty() ? "none; it was stopped"
                                     : fmt::format("none; it was stopped; stderr: {}", words));
  }

  PortFailure death() {
    const std::string got = "the process " + host_->child.end();
    if (tells_corruption(host_->child.last_words())) {
      return PortFailure("port/corruption", "memory that stays whole", got);
    }
    return PortFailure("port/crash", "an answer", got);
  }

  std::string path_;
  LibraryOptions options_;
  PortInfo info_;
  decltype(SharedRun::stores) stores_{};
  std::unique_ptr<HostChild> host_;
};

}  // namespace

std::unique_ptr<Port> make_library_port(const std::string& path, const LibraryOptions& options) {
  return std::make_unique<LibraryPort>(path, options);
}

}  // namespace mapproof::doors
