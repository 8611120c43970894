#include "fuzz/one_port.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "oracle/generate.h"

namespace mapproof {

OnePort::OnePort(std::unique_ptr<Port> port, const std::string& name, std::string replay,
                 Attribute attribute)
    : port_(std::move(port)),
      replay_(replay.empty() ? "build/mapproof replay --port " + name : std::move(replay)),
      attribute_(std::move(attribute)),
      stored_(stored_kinds(port_)) {
  if (stored_.empty()) {
    throw std::runtime_error(name + " stores no kind of key and elem: its supports() says so");
  }
}

Program OnePort::shaped(Program program) const {
  MapSpec& spec = program.spec;
  if (!port_.supports(spec)) {
    const std::size_t asked =
        static_cast<std::size_t>(spec.key) * kElemKinds + static_cast<std::size_t>(spec.elem);
    std::tie(spec.key, spec.elem) = stored_[asked % stored_.size()];
    spec.hashes.clear();  // keys that were different may be equal in another kind
    const std::uint32_t domain = domain_size(spec.key);
    for (Op& op : program.ops) op.key = static_cast<std::uint16_t>(op.key % domain);
  }
  return promised_part(std::move(program), port_.info());
}

RunOptions OnePort::run_options() const {
  RunOptions options;
  if (!port_.info().lays_out_buckets) return options;
  options.audit_at_end = true;
  options.audit_every = kAuditEvery;
  options.audit_cells = kAuditCells;
  return options;
}

RunResult OnePort::judged(const Program& program, Statistics* statistics) {
  RunOptions options = run_options();
  RunResult result = run(program, port_, &judge_, options);
  if (statistics != nullptr) statistics->count_run(result.steps, result.burst_steps);
  if (!result.ok() || program.spec.hint == 0 || !port_.info().lays_out_buckets) return result;
  // Whether a hint is heeded shows only in a map that is new, and to one who looks all the time.
  Program making;
  making.spec = program.spec;
  options.audit_every = 1;
  options.audit_cells = 0;
  return run(making, port_, &judge_, options);
}

std::optional<Stop> OnePort::examine(const Program& program, Statistics* statistics) {
  RunResult result = judged(program, statistics);
  if (result.ok()) return std::nullopt;
  Stop stop{.port = port_.info().name,
            .verdict = *std::move(result.verdict),
            .why = fmt::format("it promises the profile {}", mapproof::name(port_.info().profile))};
  if (!attribute_) return stop;
  const Attribution cause = attribute_(program, stop.verdict, run_options());
  if (!cause.known) {
    stop.why += "\n" + cause.sentence;
    return stop;
  }
  if (statistics == nullptr) return std::nullopt;
  for (const std::string& finding : cause.findings) statistics->count_finding(finding);
  return std::nullopt;
}

std::string OnePort::replay(const Stop&) const { return replay_; }

}  // namespace mapproof
