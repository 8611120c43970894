// The target body that tests the judge: against a map that is seen to be right, and against lies.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fuzz/harness.h"
#include "oracle/judge.h"
#include "oracle/port.h"

namespace mapproof {

// For the profiles whose walks have an order, so that a program leaves a map just one way to answer
// (but for what a dict may do after its entries were replaced). The judge has to accept what the
// model answers, and to refuse each run in which one answer is another. No map of this project has
// such a profile: what is to be proved here is the judge, by a map that shares no code with it.
class JudgeTarget final : public Target {
 public:
  static constexpr std::uint64_t kAllLies = 16;  // in a program with no more answers
  static constexpr std::uint64_t kDrawnLies = 4;

  explicit JudgeTarget(std::unique_ptr<Port> model);
  ~JudgeTarget() override;

  Program shaped(Program program) const override;
  std::optional<Stop> examine(const Program& program, Statistics* statistics) override;
  std::string replay(const Stop& stop) const override;

 private:
  class Liar;
  std::unique_ptr<Liar> liar_;
  Judge judge_;
};

}  // namespace mapproof
