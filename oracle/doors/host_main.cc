// mapproof-host: the child in which a shared library with a map lives. library_port.cc starts it
// and shares memory with it.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "oracle/doors/c_port.h"
#include "oracle/doors/shared_run.h"
#include "oracle/doors/words.h"

// Where a sanitizer's allocator takes the place of malloc, it knows.
extern "C" __attribute__((weak)) std::size_t __sanitizer_get_current_allocated_bytes();

namespace mapproof::doors {
namespace {

template <std::size_t N>
void copy(std::string_view text, std::array<char, N>* to) {
  const std::string line = readable(text, N - 1);
  std::memcpy(to->data(), line.c_str(), line.size() + 1);
}

std::size_t bytes_in_use() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class Service {
 public:
  Service(Port& port, SharedRun* shared) : port_(port), shared_(*shared) {}

  void introduce() {
    const PortInfo& info = port_.info();
    copy(info.name, &shared_.name);
    shared_.profile = static_cast<std::uint8_t>(info.profile);
    shared_.forces_hashes = info.forces_hashes;
    shared_.forces_starts = info.forces_starts;
    shared_.nan_keys = info.nan_keys;
    shared_.nil_maps = info.nil_maps;
    shared_.erases_in_walk = info.erases_in_walk;
    shared_.updates_keys = info.updates_keys;
    for (std::size_t key = 0; key < kKeyKinds; ++key) {
      for (std::size_t elem = 0; elem < kElemKinds; ++elem) {
        MapSpec spec;
        spec.key = static_cast<KeyKind>(key);
        spec.elem = static_cast<ElemKind>(elem);
        shared_.stores[key][elem] = port_.supports(spec);
      }
    }
    shared_.usable = true;
  }

  void run() {
    const Program program = decode(std::span(shared_.program.data(), shared_.program_size));
    shared_.answers_given = 0;
    shared_.words_size = 0;
    shared_.failure.property[0] = '\0';
    const std::size_t before = bytes_in_use();
    const std::optional<Verdict> verdict = record(
        program, port_, [this](const Answer& answer, const char* words) { keep(answer, words); });
    const std::size_t after = bytes_in_use();
    if (verdict) {
      fail(verdict->property, verdict->expected, verdict->got);
    } else if (after > before) {
      look_for_leak(program);
    }
  }

 private:
  void keep(const Answer& answer, std::string_view words) {
    const std::uint64_t at = shared_.answers_given.load(std::memory_order_relaxed);
    if (at == SharedRun::kMostAnswers) throw std::length_error("more answers than fit");
    Answer& kept = shared_.answers[at];
    kept = answer;
    if (answer.panicked) {
      const std::size_t room = SharedRun::kMostWords - shared_.words_size;
      kept.number = shared_.words_size;  // where they begin
      const std::size_t size = std::min(words.size(), room - std::min<std::size_t>(room, 1));
      std::memcpy(&shared_.words[shared_.words_size], words.data(), size);
      shared_.words[shared_.words_size + size] = '\0';
      if (size + 1 < room) shared_.words_size += static_cast<std::uint32_t>(size + 1);
    }
    shared_.answers_given.store(at + 1, std::memory_order_release);
  }

  // Memory may be kept for later, and blocks that are a little too large may be handed out for
  // what is kept; both come to an end. What is lost is lost again each time.
  void look_for_leak(const Program& program) {
    constexpr int kAgain = 40;
    std::size_t least = SIZE_MAX;
    for (int i = 0; i < kAgain; ++i) {
      const std::size_t before = bytes_in_use();
      if (record(program, port_, [](const Answer&, const char*) {})) return;
      const std::size_t after = bytes_in_use();
      if (after <= before) return;
      least = std::min(least, after - before);
    }
    fail("port/leak", "all memory back when map and walks are closed",
         fmt::format("{} bytes lost each time that this program runs", least));
  }

  void fail(std::string_view property, std::string_view expected, std::string_view got) {
    copy(property, &shared_.failure.property);
    copy(expected, &shared_.failure.expected);
    copy(got, &shared_.failure.got);
  }

  Port& port_;
  SharedRun& shared_;
};

const mapproof_port_api* load(const char* path, SharedRun* shared) {
  try {
    return load_port(path);
  } catch (const std::runtime_error& why) {
    copy(why.what(), &shared->objection);
    return nullptr;
  }
}

// An empty line says: go on, or done.
bool hear() {
  char newline = 0;
  return read(SharedRun::kHostHears, &newline, 1) == 1;
}
bool say() { return write(SharedRun::kHostSays, "\n", 1) == 1; }

int serve(const char* path) {
  void* at = mmap(nullptr, sizeof(SharedRun), PROT_READ | PROT_WRITE, MAP_SHARED,
                  SharedRun::kHostMemory, 0);
  if (at == MAP_FAILED) return 3;
  auto* shared = static_cast<SharedRun*>(at);
  const mapproof_port_api* api = load(path, shared);
  if (api == nullptr) return say() ? 0 : 3;
  const auto port = make_c_port(api);
  Service service(*port, shared);
  service.introduce();
  if (!say()) return 3;
  while (hear()) {
    service.run();
    if (!say()) break;
  }
  return 0;
}

}  // namespace
}  // namespace mapproof::doors

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "mapproof-host is started by mapproof: mapproof check ./libmymap.so\n");
    return 2;
  }
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  return mapproof::doors::serve(argv[1]);
}
