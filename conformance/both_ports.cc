#include "conformance/both_ports.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "conformance/attribution.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/shrink.h"
#include "oracle/text.h"

namespace mapproof {

BothPorts::BothPorts() : BothPorts(make_gomap_port(~0U)) {}

BothPorts::BothPorts(std::unique_ptr<Port> corrected)
    : corrected_(std::move(corrected)), faithful_(make_gomap_port(0)) {
  options_.audit_at_end = true;
}

std::string BothPorts::corrected_failure(const Program& program) {
  // Looking at the layout after each operation costs many times the run: only for short programs.
  RunOptions options = options_;
  options.audit_touched = elementary_ops(program) < 250;
  const auto verdict = run(program, *corrected_, &judge_, options).verdict;
  return verdict ? "the corrected port: " + verdict->sentence() : "";
}

std::string BothPorts::faithful_failure(const Program& program) {
  findings_.clear();
  const auto verdict = run(program, *faithful_, &judge_, options_).verdict;
  if (!verdict) return "";
  Attribution cause = attribute(program, *verdict, options_);
  if (!cause.known) return "the faithful port: " + verdict->sentence() + "; " + cause.sentence;
  findings_ = std::move(cause.findings);
  return "";
}

std::string smallest_failing(const Program& program, std::string_view name,
                             const std::function<std::string(const Program&)>& failure) {
  const Program small = shrink(program, [&](const Program& p) { return !failure(p).empty(); });
  const auto file = std::filesystem::temp_directory_path() / fmt::format("{}.mapproof", name);
  std::ofstream(file) << print(small);
  return fmt::format("{}\n\n{}\nreplay it with: mapproof replay {}\n", failure(small), print(small),
                     file.string());
}

}  // namespace mapproof
