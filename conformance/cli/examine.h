// One program on one port under the judge, and what is known about its failure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "conformance/attribution.h"
#include "conformance/cli/port_choice.h"
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
  // Throws CannotRun, naming the known ports. `otherwise`: the port if the options name none.
  explicit Examiner(const PortOptions& options, const std::string& otherwise = "");

  const PortOptions& options() const { return options_; }
  const PortChoice& choice() const { return choice_; }
  std::string label() const { return choice_.label(); }
  // What a file's `port` line says, or "": it holds one word, which opens the port again.
  std::string port_line() const;
  const PortInfo& info() const { return port_->info(); }
  Port& port() { return *port_; }

  // Why the port cannot be asked to run this, or "".
  std::string refusal(const Program& program) const;

  // How programs are run here.
  RunOptions run_options(bool watched) const;

  // Precondition: no refusal. `watched`: the layout is checked after each operation, not just at
  // the end; it takes a hundred times as long.
  Examination examine(const Program& program, const decltype(RunOptions::trace)& trace = {},
                      bool watched = false);

  // The smallest program found that fails as `program` does, in about so many seconds.
  Program smallest(const Program& program, const Examination& failure, bool watched = false,
                   double seconds = 1e9);

  // The command that repeats what the program in a file does here.
  std::string replay_command(const std::string& file, bool watched = false) const;

 private:
  bool fails_alike(const Program& program, const Examination& failure, bool watched);

  PortOptions options_;
  PortChoice choice_;
  std::unique_ptr<Port> port_;
  Judge judge_;
};

}  // namespace mapproof::cli
