#include "fuzz/driver/tools.h"

#include <cstdlib>

namespace mapproof::driver {
namespace {

// What the user has set comes last, and so wins.
std::string with_users(const char* name, const std::string& ours) {
  const char* theirs = std::getenv(name);
  return theirs == nullptr || *theirs == '\0' ? ours : ours + ":" + theirs;
}

}  // namespace

std::filesystem::path fuzzer_of(const FuzzTarget& target, const Options& options) {
  return options.fuzzers / (target.name + "_fuzzer");
}

Environment environment_of(const FuzzTarget& target, const Options& options) {
  Environment environment = {
      {"ASAN_OPTIONS", with_users("ASAN_OPTIONS", "quarantine_size_mb=8:malloc_context_size=8")},
      {"UBSAN_OPTIONS", with_users("UBSAN_OPTIONS", "print_stacktrace=1")},
      {"TSAN_OPTIONS", with_users("TSAN_OPTIONS", "halt_on_error=1")}};
  const std::string library = library_of(target, options);
  if (!library.empty()) environment["MAPPROOF_PORT"] = library;
  return environment;
}

std::vector<std::string> common_flags(const std::filesystem::path& artifacts) {
  return {"-artifact_prefix=" + (artifacts / "").string(), "-max_len=2048", "-timeout=20",
          "-rss_limit_mb=1024"};
}

Command lone_run(const FuzzTarget& target, const Options& options,
                 const std::filesystem::path& input, const std::filesystem::path& folder) {
  Command command{.words = common_flags(folder),
                  .environment = environment_of(target, options),
                  .output = folder / "log"};
  command.words.insert(command.words.begin(), fuzzer_of(target, options).string());
  command.words.push_back(input.string());
  return command;
}

std::string library_of(const FuzzTarget& target, const Options& options) {
  return target.needs == "MAPPROOF_PORT" ? options.port.string() : "";
}

}  // namespace mapproof::driver
