// mapproof ports: what can be checked.

#include <fmt/format.h>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "conformance/ports/registry.h"

namespace mapproof::cli {
namespace {

int list_ports() {
  for (const PortEntry& entry : ports()) {
    const std::string why_not = entry.why_not ? entry.why_not() : "";
    if (!why_not.empty()) {
      fmt::print("{:<20} -    {}; {}\n", entry.name, entry.summary, why_not);
      continue;
    }
    const auto port = entry.make();
    const PortInfo& info = port->info();
    fmt::print("{:<20} {:<4} {}{}{}{}{}\n", entry.name, name(info.profile), entry.summary,
               info.forces_hashes ? "" : "; hashes not controlled",
               info.forces_starts ? "" : "; starts not controlled",
               info.nan_keys ? "" : "; no NaN keys",
               info.lays_out_buckets ? "; layout audited" : "");
  }
  return kHolds;
}

}  // namespace

void add_ports(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("ports", "List the maps that are built in");
  command->footer(
      "Each line: name, profile (what it promises), summary.\n\nExamples:\n  mapproof ports");
  command->callback([exit_code] { *exit_code = list_ports(); });
}

}  // namespace mapproof::cli
