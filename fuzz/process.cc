#include "fuzz/process.h"

#include <cstdlib>
#include <string>
#include <string_view>

namespace mapproof {

Process& process() {
  // Never destroyed: engines leave by many doors.
  static Process* const only =
      new Process{.artifacts = {}, .statistics = Statistics([] {
                                     const char* file = std::getenv("MAPPROOF_STATS");
                                     return std::string(file == nullptr ? "" : file);
                                   }())};
  return *only;
}

void initialize(int argc, char** argv) {
  constexpr std::string_view kFlag = "-artifact_prefix=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kFlag)) process().artifacts.prefix = argument.substr(kFlag.size());
  }
  std::atexit([] { process().statistics.write(); });
}

void stop_at(const std::string& property) {
  process().statistics.count_stop(property);
  process().statistics.write();
  std::abort();
}

}  // namespace mapproof
