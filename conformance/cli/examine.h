// One program on one port under the judge, and what is known about its failure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

// What stands in the `port` line of a program for a port that no such line can name: it is a
// command or not one word.
inline constexpr std::string_view kUnnamedPort = "--";

// The port that the program in a file is for: what its `port` line names, else the faithful one.
// Throws CannotRun if that line cannot name it and the options do not.
std::string port_of(const std::string& file, const Program& program, const PortOptions& options);

// The same property broken, and both known as the same finding or both not.
bool same_failure(const Examination& x, const Examination& y);

class Examiner {
 public:
  // Throws CannotRun, naming the known ports. `otherwise`: the port if the options name none.
  explicit Examiner(const PortOptions& options, const std::string& otherwise = "");

  const PortOptions& options() const { return options_; }
  const PortChoice& choice() const { return choice_; }
  std::string label() const { return choice_.label(); }
  // What the `port` line of a file says: what opens the port again, or kUnnamedPort.
  std::string port_line() const;
  // Writes that down in a program; of an unnamed port in a comment, too, for whoever reads it.
  void name_port(Program* program) const;
  const PortInfo& info() const { return port_->info(); }
  Port& port() { return *port_; }

  // Why the port cannot be asked to run this, or "".
  std::string refusal(const Program& program) const;
  // Throws it as CannotRun, of the program in this file.
  void expect_runnable(const std::string& file, const Program& program) const;

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
  std::optional<Attribution> attributed(const Program& program, const Verdict& verdict,
                                        const RunOptions& options) const;

  PortOptions options_;
  PortChoice choice_;
  std::unique_ptr<Port> port_;
  Judge judge_;
};

}  // namespace mapproof::cli
