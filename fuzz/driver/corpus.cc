#include "fuzz/driver/corpus.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/uuid/detail/sha1.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "conformance/cli/io.h"
#include "fuzz/input_files.h"
#include "oracle/program.h"

namespace mapproof::driver {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = ".new.";

bool is_digest(const std::string& name) {
  return name.size() == 40 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

bool is_program_text(const fs::path& file) { return file.extension() == ".mapproof"; }

bool is_file(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.is_regular_file(error);
}

std::set<std::string> names_in(const fs::path& folder,
                               bool (*wanted)(const fs::directory_entry& entry)) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (wanted(entry)) names.insert(entry.path().filename().string());
  }
  return names;
}

}  // namespace

std::string sha1(std::string_view bytes) {
  boost::uuids::detail::sha1 digest;
  digest.process_bytes(bytes.data(), bytes.size());
  unsigned int words[5];
  digest.get_digest(words);
  return fmt::format("{:08x}{:08x}{:08x}{:08x}{:08x}", words[0], words[1], words[2], words[3],
                     words[4]);
}

std::set<std::string> inputs_of(const fs::path& folder) { return names_in(folder, is_input); }

std::size_t sweep(const fs::path& folder) {
  std::size_t swept = 0;
  for (const std::string& name : names_in(folder, is_file)) {
    const fs::path file = folder / name;
    const bool torn = name.starts_with(kUnfinished) ||
                      (is_digest(name) && sha1(cli::read_file(file.string())) != name);
    std::error_code error;
    if (torn && fs::remove(file, error)) ++swept;
  }
  return swept;
}

void add_input(const fs::path& folder, const fs::path& file) {
  const fs::path unfinished = folder / (std::string(kUnfinished) + file.filename().string());
  std::error_code error;
  fs::copy_file(file, unfinished, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(unfinished, folder / file.filename(), error);
  if (!error) return;
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  throw cli::CannotRun(fmt::format("{} cannot be copied into {}: {}", file.string(),
                                   folder.string(), error.message()));
}

void add_bytes(const fs::path& folder, std::string_view bytes) {
  cli::write_file((folder / sha1(bytes)).string(), bytes);
}

void add_missing(const fs::path& folder, const fs::path& from) {
  const std::set<std::string> there = inputs_of(folder);
  for (const std::string& name : inputs_of(from)) {
    if (!there.contains(name)) add_input(folder, from / name);
  }
}

void remove_inputs(const fs::path& folder, const std::set<std::string>& names) {
  const std::set<std::string> there = inputs_of(folder);
  for (const std::string& name : names) {
    std::error_code ignored;
    if (there.contains(name)) fs::remove(folder / name, ignored);
  }
}

Lock::Lock(const fs::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const bool in_use = errno == EWOULDBLOCK;
  const std::string why = std::strerror(errno);
  if (descriptor_ >= 0) ::close(descriptor_);
  if (in_use) {
    throw cli::CannotRun(folder.string() +
                         " is in use by another fuzz/run: wait for it, or name another folder");
  }
  throw cli::CannotRun(folder.string() + ": " + why);
}

Lock::~Lock() { ::close(descriptor_); }

std::vector<Input> load_inputs(const fs::path& folder, bool as_programs,
                               const std::function<void(const std::string& why)>& skipped) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw cli::CannotRun(fmt::format("no such folder: {}", folder.string()));
  }
  std::vector<Input> inputs;
  for (const fs::path& file : input_files(folder)) {
    try {
      inputs.push_back({file, load_input(file, as_programs)});
    } catch (const cli::CannotRun& why) {
      skipped(why.what());
    }
  }
  return inputs;
}

std::string load_input(const fs::path& file, bool as_program) {
  std::string contents = cli::read_file(file.string());
  if (!as_program || !is_program_text(file)) return contents;
  const auto bytes = encode(cli::parse_program(file.string(), contents));
  return {bytes.begin(), bytes.end()};
}

}  // namespace mapproof::driver
