#include "conformance/cli/examine.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "conformance/cli/io.h"
#include "conformance/ports/registry.h"
#include "conformance/shrink.h"
#include "oracle/generate.h"
#include "oracle/goruntime/installed.h"

namespace mapproof::cli {
namespace {

// The port whose failures corrections can explain; the real Go fails just as it does.
constexpr std::string_view kFaithful = "gomap";

bool is_real_go(std::string_view port) {
  const auto& known = go::known_runtimes();
  return std::any_of(known.begin(), known.end(),
                     [port](const go::Known& one) { return one.name == port; });
}

bool same_verdict(const std::optional<Verdict>& x, const Verdict& y) {
  return x && x->property == y.property && x->op == y.op && x->step == y.step;
}

// Of a real Go's failure: what is known of the faithful port's, if that fails in the same way.
Attribution attribute_by_faithful(const Program& program, const Verdict& verdict,
                                  const RunOptions& options) {
  const auto faithful = find_port(kFaithful)->make();
  Judge judge;
  RunOptions quiet = options;
  quiet.trace = nullptr;
  if (same_verdict(run(program, *faithful, &judge, quiet).verdict, verdict)) {
    return attribute(program, verdict, quiet);
  }
  Attribution unknown;
  unknown.sentence = "the faithful port does not fail in this way: one of the two is wrong";
  return unknown;
}

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
  if (!examination.fails()) return examination;
  const Verdict& verdict = *examination.result.verdict;
  if (name_ == kFaithful) {
    examination.attribution = attribute(program, verdict, options);
  } else if (is_real_go(name_)) {
    examination.attribution = attribute_by_faithful(program, verdict, options);
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
