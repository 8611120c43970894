#include "conformance/cli/io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <system_error>
#include <variant>

#include "oracle/text.h"

namespace mapproof::cli {
namespace {

namespace fs = std::filesystem;

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Once it failed, what came later is worth nothing: a file with a hole. Is told once.
[[noreturn]] void refuse_stdout(int error) {
  std::clearerr(stdout);
  throw CannotRun(fmt::format("cannot write to the standard output: {}",
                              error == 0 ? "a part was lost" : std::strerror(error)));
}

void write_stdout(std::string_view contents) {
  errno = 0;
  if (std::fwrite(contents.data(), 1, contents.size(), stdout) != contents.size()) {
    refuse_stdout(errno);
  }
  flush_stdout();
}

// Was this meant to be the byte form, whatever is wrong with it?
bool is_binary(std::string_view contents) {
  if (looks_like_bytes(contents)) return true;
  for (const char c : contents.substr(0, 64)) {
    const bool blank = c == '\n' || c == '\t' || c == '\r';
    if (static_cast<unsigned char>(c) < 0x20 && !blank) return true;
  }
  return false;
}

Program parse_bytes(const std::string& file, std::string_view contents) {
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(contents.data()),
                                            contents.size());
  if (bytes.size() < 2 || bytes[0] != kMagic || bytes[1] != kVersion) {
    throw CannotRun(fmt::format(
        "{}: neither text nor a program in bytes: those begin with {:02x} {:02x} (version {})",
        file, kMagic, kVersion, kVersion));
  }
  std::string error;
  if (auto program = decode_strict(bytes, &error)) return *std::move(program);
  // Engines write such files, and what they mean is defined: read it as a fuzz target would.
  fmt::print(stderr, "mapproof: {}: not in canonical form ({}); read as a fuzz target reads it\n",
             file, error);
  return decode(bytes);
}

bool has_colours() {
  static const bool on = [] {
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    const char* term = std::getenv("TERM");
    return is_terminal(STDOUT_FILENO) && term != nullptr && std::strcmp(term, "dumb") != 0;
  }();
  return on;
}

std::string coloured(const char* code, const std::string& text) {
  return has_colours() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

// The permissions that a new file gets; mkstemp's own are for its maker only.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

// Removes what is left of a temporary file.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside) : name_(beside + ".XXXXXX") {
    descriptor_ = ::mkstemp(name_.data());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!kept_) ::unlink(name_.c_str());
  }

  bool write(std::string_view contents) {
    if (descriptor_ < 0 || ::fchmod(descriptor_, usual_mode()) != 0) return false;
    while (!contents.empty()) {
      const ssize_t written = ::write(descriptor_, contents.data(), contents.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      contents.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor_) == 0;
  }

  bool rename_to(const std::string& file) {
    kept_ = ::rename(name_.c_str(), file.c_str()) == 0;
    return kept_;
  }

 private:
  std::string name_;
  int descriptor_ = -1;
  bool kept_ = false;
};

}  // namespace

std::string read_file(const std::string& file) {
  if (file == "-") return read_all(std::cin);
  std::error_code error;
  if (fs::is_directory(file, error)) {
    throw CannotRun(fmt::format("cannot read {}: it is a folder", file));
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) throw CannotRun(fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  std::string contents = read_all(in);
  if (in.bad()) throw CannotRun(fmt::format("cannot read {}", file));
  return contents;
}

void write_file(const std::string& file, std::string_view contents) {
  if (file.empty() || file == "-") return write_stdout(contents);
  std::error_code error;
  const bool exists = fs::exists(file, error);
  if (exists && !fs::is_regular_file(file, error)) {
    // A device or a pipe cannot be replaced, only written to.
    std::ofstream out(file, std::ios::binary);
    if (!out.write(contents.data(), static_cast<std::streamsize>(contents.size())).flush()) {
      throw CannotRun(fmt::format("cannot write {}", file));
    }
    return;
  }
  TemporaryFile temporary(file);
  if (!temporary.write(contents) || !temporary.rename_to(file)) {
    throw CannotRun(fmt::format("cannot write {}: {}", file, std::strerror(errno)));
  }
}

void probe_output(const std::string& file) {
  if (file.empty() || file == "-") return;
  std::error_code error;
  const auto refuse = [&file](int reason) {
    throw CannotRun(fmt::format("cannot write {}: {}", file, std::strerror(reason)));
  };
  if (fs::is_directory(file, error)) refuse(EISDIR);
  if (fs::exists(file, error) && !fs::is_regular_file(file, error)) {
    if (::access(file.c_str(), W_OK) != 0) refuse(errno);
  } else if (!TemporaryFile(file).write("")) {
    refuse(errno);
  }
}

void probe_folder(const std::string& folder) {
  std::error_code error;
  fs::path there = fs::absolute(folder.empty() ? "." : folder, error).lexically_normal();
  while (!fs::exists(there, error) && there.has_parent_path() && there != there.parent_path()) {
    there = there.parent_path();
  }
  errno = ENOTDIR;
  if (fs::is_directory(there, error) && TemporaryFile(there / "mapproof").write("")) return;
  throw CannotRun(fmt::format("cannot write to {}: {}", folder, std::strerror(errno)));
}

void flush_stdout() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) refuse_stdout(errno);
}

Program parse_program(const std::string& file, const std::string& contents) {
  if (is_binary(contents)) return parse_bytes(file, contents);
  auto parsed = parse(contents);
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    throw CannotRun(fmt::format("{}: {}", file, error->message()));
  }
  return std::get<Program>(std::move(parsed));
}

Program load_program(const std::string& file) { return parse_program(file, read_file(file)); }

std::vector<std::string> programs_in(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw CannotRun(fmt::format("cannot read the corpus {}: no such folder", folder));
  }
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const bool hidden = path.filename().string().starts_with(".");
    if (entry.is_regular_file() && !hidden && path.extension() == ".mapproof") {
      files.push_back(path.string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string shell_quoted(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:+,@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

void show_progress(const std::string& words) {
  if (!is_terminal(STDERR_FILENO)) return;
  fmt::print(stderr, "\r\x1b[K{}", words);
  std::fflush(stderr);
}

std::string green(const std::string& text) { return coloured("32", text); }
std::string red(const std::string& text) { return coloured("31", text); }
std::string yellow(const std::string& text) { return coloured("33", text); }

}  // namespace mapproof::cli
