// One program on one port under the judge, and what is known about its failure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "conformance/attribution.h"
#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"

namespace mapproof::cli {

struct Examination {
  RunResult result;
  std::optional<Attribution> attribution;  // of a failure on a port that has corrections

  bool fails() const { return !result.ok(); }
  bool is_known() const { return attribution && attribution->known; }
};

// The same property broken, and both known as the same finding or both not.
bool same_failure(const Examination& x, const Examination& y);

class Examiner {
 public:
  explicit Examiner(const std::string& port_name);  // throws CannotRun, naming the known ports

  const std::string& name() const { return name_; }
  const PortInfo& info() const { return port_->info(); }
  Port& port() { return *port_; }

  // Why the port cannot be asked to run this, or "".
  std::string refusal(const Program& program) const;

  // Precondition: no refusal.
  Examination examine(const Program& program, const decltype(RunOptions::trace)& trace = {});

  // The smallest program found that fails as `program` does.
  Program smallest(const Program& program, const Examination& failure);

 private:
  std::string name_;
  std::unique_ptr<Port> port_;
  Judge judge_;
};

}  // namespace mapproof::cli
