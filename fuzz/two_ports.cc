#include "fuzz/two_ports.h"

#include <utility>

#include "conformance/ports/gomap_port.h"
#include "fuzz/fnv1a.h"

namespace mapproof {

TwoPorts::TwoPorts(std::unique_ptr<Port> corrected, std::unique_ptr<Port> faithful,
                   Attribute attribute, const TwoPortsPlan& plan, RanAlike ran_alike)
    : corrected_(std::move(corrected)),
      faithful_(std::move(faithful)),
      attribute_(std::move(attribute)),
      plan_(plan),
      ran_alike_(std::move(ran_alike)) {}

Program TwoPorts::shaped(Program program) const {
  return plan_.shape == nullptr ? program : plan_.shape(std::move(program));
}

std::optional<Stop> TwoPorts::examine(const Program& program, Statistics* statistics) {
  std::optional<Stop> stop = examine_corrected(program, statistics);
  if (stop || (ran_alike_ && ran_alike_()) || left_out(program, statistics)) return stop;
  return examine_faithful(program, statistics);
}

bool TwoPorts::left_out(const Program& program, const Statistics* statistics) const {
  return statistics != nullptr && statistics->started() &&
         (fnv1a(encode(program)) >> 32U) % plan_.faithful_one_in != 0;
}

std::optional<Stop> TwoPorts::examine_corrected(const Program& program, Statistics* statistics) {
  RunOptions options;
  options.audit_at_end = true;
  options.audit_every = plan_.audit_every;
  options.audit_cells = plan_.audit_cells;
  RunResult result = run(program, corrected_, &judge_, options);
  if (statistics != nullptr) statistics->count_run(result.steps, result.burst_steps);
  if (result.ok()) return std::nullopt;
  return Stop{.port = corrected_.info().name,
              .verdict = *std::move(result.verdict),
              .why = "the corrected port must pass everything"};
}

std::optional<Stop> TwoPorts::examine_faithful(const Program& program, Statistics* statistics) {
  RunOptions options;
  options.audit_at_end = plan_.audit_faithful_every != 0;
  options.audit_every = plan_.audit_faithful_every;
  RunResult result = run(program, *faithful_, &judge_, options);
  if (result.ok()) return std::nullopt;
  const Attribution cause = attribute_(program, *result.verdict, options);
  if (cause.known) {
    if (statistics == nullptr) return std::nullopt;
    for (const std::string& finding : cause.findings) statistics->count_finding(finding);
    return std::nullopt;
  }
  return Stop{
      .port = faithful_->info().name, .verdict = *std::move(result.verdict), .why = cause.sentence};
}

std::string TwoPorts::replay(const Stop& stop) const {
  return "build/mapproof replay --port " + stop.port;
}

std::unique_ptr<Target> make_two_ports(const TwoPortsPlan& plan) {
  std::unique_ptr<Port> corrected = make_gomap_port(~0U);
  const auto ran_alike = [&port = *corrected] { return asked_corrections(port) == 0; };
  return std::make_unique<TwoPorts>(std::move(corrected), make_gomap_port(0), attribute, plan,
                                    ran_alike);
}

}  // namespace mapproof
