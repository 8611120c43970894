// The target body that breaks operations off in their midst.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "conformance/faulty_port.h"
#include "fuzz/harness.h"
#include "oracle/judge.h"

namespace mapproof {

// Runs each program without a failure, and then again and again with one: at each point of failure
// of a short program, at some of a longer one. Which these are the program itself decides, so that
// the same input fails alike, and a shrunk program by itself.
class FaultsTarget final : public Target {
 public:
  static constexpr std::uint64_t kAllPoints = 32;  // of a program with no more
  static constexpr std::uint64_t kDrawnPoints = 8;

  explicit FaultsTarget(std::unique_ptr<FaultInjector> faults);

  std::uint64_t most_steps() const override { return kMostSteps / 4; }
  std::optional<Stop> examine(const Program& program, Statistics* statistics) override;
  std::string replay(const Stop& stop) const override;

 private:
  std::optional<Verdict> run_with_failure(std::uint64_t point, const Program& program);
  std::optional<Verdict> judged(const Program& program, Statistics* statistics);

  std::unique_ptr<FaultInjector> faults_;
  Judge judge_;
};

}  // namespace mapproof
