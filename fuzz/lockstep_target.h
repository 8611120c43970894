// The target body that compares the port with a real Go.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fuzz/harness.h"
#include "oracle/goruntime/lockstep.h"

namespace mapproof {

// About so many operations of a program have their first hash fail.
inline constexpr unsigned kFailHashEvery = 256;

// Any difference is a failure. What states the port reaches is fed to the engine.
class LockstepTarget final : public Target {
 public:
  LockstepTarget(go::ObservedPort port, go::Runtime& runtime);

  std::optional<Stop> examine(const Program& program, Statistics* statistics) override;
  std::string replay(const Stop& stop) const override;

 private:
  std::string port_;
  go::Lockstep lockstep_;
  std::string version_;
};

}  // namespace mapproof
