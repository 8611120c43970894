#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "oracle/goruntime/go_runtime.h"

namespace mapproof::go {
namespace {

// The functions that go/library exports. Pointers come as numbers, since cgo hands out none that
// lead into Go's memory.
struct Exports {
  std::uintptr_t (*describe)();
  std::size_t (*open)();
  void (*close)(std::size_t machine);
  std::uintptr_t (*run)(std::size_t machine, const void* records, std::size_t n,
                        std::size_t* words);
};

class LibraryMachine final : public Machine {
 public:
  explicit LibraryMachine(const Exports& exports) : exports_(exports), number_(exports.open()) {}
  ~LibraryMachine() override { exports_.close(number_); }
  std::span<const std::uint64_t> run(std::span<const Record> records) override {
    std::size_t n = 0;
    const auto words = exports_.run(number_, records.data(), records.size(), &n);
    return {reinterpret_cast<const std::uint64_t*>(words), n};
  }

 private:
  const Exports& exports_;
  std::size_t number_;
};

class Library final : public Runtime {
 public:
  Library(const Exports& exports, std::string version)
      : exports_(exports), version_(std::move(version)) {}
  const std::string& version() const override { return version_; }
  std::unique_ptr<Machine> new_machine() override {
    return std::make_unique<LibraryMachine>(exports_);
  }

 private:
  Exports exports_;
  std::string version_;
};

template <typename F>
void find(void* library, const std::string& path, const char* name, F** function) {
  *function = reinterpret_cast<F*>(::dlsym(library, name));
  if (*function == nullptr) {
    throw Unavailable(fmt::format("{}: expected a library with the function {}", path, name));
  }
}

}  // namespace

std::unique_ptr<Runtime> load_library(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw Unavailable(fmt::format("{}: expected the library of a Go runtime, found no file", path));
  }
  // A bare name would be looked for in the system's folders. Its functions are looked up one by
  // one, and nothing of this process is put in their place.
  void* const library = ::dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Unavailable(
        fmt::format("{}: expected the library of a Go runtime; {}", path, ::dlerror()));
  }
  Exports exports{};
  find(library, path, "mapproof_go_describe", &exports.describe);
  find(library, path, "mapproof_go_open", &exports.open);
  find(library, path, "mapproof_go_close", &exports.close);
  find(library, path, "mapproof_go_run", &exports.run);
  const auto* const text = reinterpret_cast<const char*>(exports.describe());
  const std::string description = text == nullptr ? "" : text;
  if (const std::string why = mismatch(description, "gc", "go1.19"); !why.empty()) {
    throw Unavailable(fmt::format("{}: not the Go runtime of this build: {}", path, why));
  }
  return std::make_unique<Library>(exports, description_field(description, "version"));
}

}  // namespace mapproof::go
