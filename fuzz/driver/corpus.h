// A corpus on disk: a folder of inputs, each named by the SHA-1 of its bytes, as libFuzzer does.
//
// Whatever ends a process, no input is half there afterwards: this module writes by rename, and
// sweeps away what the engine, which does not, has left torn. What else lies in the folder (corpora
// of other targets, pages, a repository) stays as it is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mapproof::driver {

std::string sha1(std::string_view bytes);  // 40 hexadecimal digits

// The names of the inputs in it (fuzz/input_files.h); empty if there is no such folder.
std::set<std::string> inputs_of(const std::filesystem::path& folder);

// Removes files whose name is a SHA-1, but not theirs, and unfinished copies; says how many.
std::size_t sweep(const std::filesystem::path& folder);

// Puts the file into the folder, whole or not at all. Throws cli::CannotRun.
void add_input(const std::filesystem::path& folder, const std::filesystem::path& file);
// The same of bytes, under the name that they have as an input.
void add_bytes(const std::filesystem::path& folder, std::string_view bytes);

// Adds those inputs of `from` that `folder` does not have by name. What is there is not written
// again, so that a full disk cannot hurt a corpus of which some inputs are to stay. Throws
// cli::CannotRun.
void add_missing(const std::filesystem::path& folder, const std::filesystem::path& from);

// Removes the inputs of these names, as far as they are there.
void remove_inputs(const std::filesystem::path& folder, const std::set<std::string>& names);

// While it lives, no other process has a Lock of that folder. Throws cli::CannotRun if one has.
class Lock {
 public:
  explicit Lock(const std::filesystem::path& folder);
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

 private:
  int descriptor_;
};

// What lies in a folder of programs or of somebody's inputs, as an engine wants it: with
// `as_programs` text (*.mapproof) becomes bytes, else it stays. Pages, sources and the like are
// left alone. `skipped` is told of each file in text that is no program.
struct Input {
  std::filesystem::path source;
  std::string bytes;
};
std::vector<Input> load_inputs(const std::filesystem::path& folder, bool as_programs,
                               const std::function<void(const std::string& why)>& skipped);

// The bytes of one input; text becomes bytes as above. Throws cli::CannotRun.
std::string load_input(const std::filesystem::path& file, bool as_program);

}  // namespace mapproof::driver
