#include "conformance/ports/door_ports.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "oracle/doors/library_port.h"
#include "oracle/doors/process_port.h"

namespace mapproof {
namespace {

namespace fs = std::filesystem;

// Where it lies: beside this program, as installed, or as it was built; "" if nowhere.
std::string found(const fs::path& beside, const fs::path& installed, const fs::path& built) {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& at : {here / beside, here / installed, built}) {
    if (fs::is_regular_file(at, error)) return fs::weakly_canonical(at, error).string();
  }
  return "";
}

bool can_run(std::string_view program) {
  const char* path = std::getenv("PATH");
  for (std::string_view left = path == nullptr ? "" : path; !left.empty();) {
    const std::size_t end = std::min(left.find(':'), left.size());
    if (::access((fs::path(left.substr(0, end)) / program).c_str(), X_OK) == 0) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

std::unique_ptr<Port> refuse(const std::string& why) { throw std::runtime_error(why); }

PortEntry library(const std::string& name, const std::string& summary, const std::string& file,
                  const std::string& package) {
  const auto where = [file] {
    return found(fs::path("ports") / file, fs::path("../libexec/mapproof/ports") / file,
                 fs::path(MAPPROOF_PORTS_DIR) / file);
  };
  const auto why_not = [where, name, package]() -> std::string {
    return where().empty() ? fmt::format("not built in: install {} and build again", package) : "";
  };
  const auto make = [where, why_not] {
    const std::string at = where();
    return at.empty() ? refuse(why_not()) : doors::make_library_port(at);
  };
  return {name, summary, make, why_not, Door::library};
}

PortEntry script(const std::string& name, const std::string& summary, const std::string& program,
                 const std::string& file, const std::string& package) {
  const auto where = [file] {
    const fs::path installed = fs::path("../share/mapproof/ports") / file;
    return found(installed, installed, fs::path(MAPPROOF_SCRIPTS_DIR) / file);
  };
  const auto why_not = [where, program, package, file]() -> std::string {
    if (!can_run(program)) return fmt::format("not installed: apt-get install {}", package);
    return where().empty() ? fmt::format("{} is missing", file) : "";
  };
  const auto make = [where, why_not, program] {
    const std::string why = why_not();
    return !why.empty() ? refuse(why) : doors::make_process_port({program, where()});
  };
  return {name, summary, make, why_not, Door::program};
}

}  // namespace

std::vector<PortEntry> door_ports() {
  return {
      library("uthash", "uthash, macros in C", "libuthash_port.so", "uthash-dev"),
      library("GHashTable", "GLib's hash table", "libglib_port.so", "libglib2.0-dev"),
      library("Rust HashMap", "the map of Rust's standard library", "librust_port.so", "rustc"),
      script("JavaScript Map", "that of Node", "node", "node_map.mjs", "nodejs"),
      script("Python dict", "that of CPython", "python3", "python_dict.py", "python3"),
  };
}

}  // namespace mapproof
