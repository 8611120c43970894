#include "fuzz/process.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/sightings.h"

namespace mapproof {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Process& process() {
  // Never destroyed: engines leave by many doors.
  static Process* const only =
      new Process{.artifacts = {.prefix = "",
                                .shrink_seconds = environment("MAPPROOF_SHRINK") != "0" ? 5.0 : 0},
                  .statistics = Statistics(environment("MAPPROOF_STATS")),
                  .mutates_programs = environment("MAPPROOF_MUTATOR") != "0",
                  .tells_situations = environment("MAPPROOF_SITUATIONS") != "0"};
  return *only;
}

void initialize(int argc, char** argv) {
  constexpr std::string_view kFlag = "-artifact_prefix=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kFlag)) process().artifacts.prefix = argument.substr(kFlag.size());
  }
  process().statistics.set_source([](Statistics* statistics) { sightings().tell(statistics); });
  std::atexit([] { process().statistics.write(); });
}

void stop_at(const std::string& property) {
  process().statistics.count_stop(property);
  process().statistics.write();
  std::abort();
}

}  // namespace mapproof
