#include "conformance/cli/examine.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "conformance/cli/io.h"
#include "conformance/ports/registry.h"
#include "conformance/shrink.h"
#include "oracle/generate.h"

namespace mapproof::cli {
namespace {

// The port whose failures corrections can explain.
constexpr std::string_view kFaithful = "gomap";

const PortEntry& entry_of(const std::string& name) {
  if (const PortEntry* entry = find_port(name)) return *entry;
  std::vector<std::string> known;
  for (const PortEntry& entry : ports()) known.push_back(entry.name);
  throw CannotRun(
      fmt::format("unknown port {}; the known ones are {}", name, fmt::join(known, ", ")));
}

}  // namespace

bool same_failure(const Examination& x, const Examination& y) {
  if (!x.fails() || !y.fails()) return x.fails() == y.fails();
  if (x.result.verdict->property != y.result.verdict->property) return false;
  if (x.is_known() != y.is_known()) return false;
  return !x.is_known() || x.attribution->finding == y.attribution->finding;
}

Examiner::Examiner(const std::string& port_name)
    : name_(port_name), port_(entry_of(port_name).make()) {}

std::string Examiner::refusal(const Program& program) const {
  if (!port_->supports(program.spec)) return "keys or elems of a kind that it cannot store";
  std::string reason;
  return asks_only_promised(program, info(), &reason) ? "" : reason;
}

Examination Examiner::examine(const Program& program, const decltype(RunOptions::trace)& trace) {
  RunOptions options;
  options.audit_at_end = info().lays_out_buckets;
  options.trace = trace;
  Examination examination;
  examination.result = run(program, *port_, &judge_, options);
  if (examination.fails() && name_ == kFaithful) {
    examination.attribution = attribute(program, *examination.result.verdict, options);
  }
  return examination;
}

Program Examiner::smallest(const Program& program, const Examination& failure) {
  Program small = shrink(program, [&](const Program& candidate) {
    return refusal(candidate).empty() && same_failure(failure, examine(candidate));
  });
  small.port = name_;
  return small;
}

}  // namespace mapproof::cli
