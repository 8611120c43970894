// Judges a program on both ports of Go's map, and tells how to go on from one that fails.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"

namespace mapproof {

// The corrected port keeps every promise; the faithful one breaks only what is on record. Both give
// in words what is wrong with that, "" if nothing is. The layout is checked at the end, too.
class BothPorts {
 public:
  BothPorts();
  explicit BothPorts(std::unique_ptr<Port> corrected);  // around which something may be wrapped

  std::string corrected_failure(const Program& program);
  std::string faithful_failure(const Program& program);

  // What the last run of the faithful port showed: findings on record, or nothing.
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  RunOptions options_;
  Judge judge_;
  std::unique_ptr<Port> corrected_;
  std::unique_ptr<Port> faithful_;
  std::vector<std::string> findings_;
};

// The smallest program that `failure` still finds something wrong with, in words: what is wrong,
// its text, and the command that replays it, for it is also left in a file named after `name`.
// Precondition: failure(program) != "".
std::string smallest_failing(const Program& program, std::string_view name,
                             const std::function<std::string(const Program&)>& failure);

}  // namespace mapproof
