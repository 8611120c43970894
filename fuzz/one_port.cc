#include "fuzz/one_port.h"

#include <stdexcept>

#include "oracle/generate.h"
#include "oracle/run.h"

namespace mapproof {

OnePort::OnePort(std::unique_ptr<Port> port, const std::string& name, std::string replay)
    : port_(std::move(port)),
      replay_(replay.empty() ? "build/mapproof replay --port " + name : std::move(replay)),
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

std::optional<Stop> OnePort::examine(const Program& program, Statistics* statistics) {
  RunOptions options;
  options.audit_at_end = true;
  options.audit_every = kAuditEvery;
  options.audit_cells = kAuditCells;
  RunResult result = run(program, port_, &judge_, options);
  if (statistics != nullptr) statistics->count_run(result.steps, result.burst_steps);
  if (result.ok() && program.spec.hint != 0) {
    // Whether a hint is heeded shows only in a map that is new, and to one who looks all the time.
    Program making;
    making.spec = program.spec;
    options.audit_every = 1;
    options.audit_cells = 0;
    result = run(making, port_, &judge_, options);
  }
  if (result.ok()) return std::nullopt;
  return Stop{
      .port = port_.info().name,
      .verdict = *std::move(result.verdict),
      .why = "it promises the profile " + std::string(mapproof::name(port_.info().profile))};
}

std::string OnePort::replay(const Stop&) const { return replay_; }

}  // namespace mapproof
