// The target body that judges any port by what it promises.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/harness.h"
#include "fuzz/observer.h"
#include "oracle/judge.h"
#include "oracle/port.h"

namespace mapproof {

class OnePort final : public Target {
 public:
  // `name`: what `mapproof replay --port` knows the port by. Throws std::runtime_error if the port
  // stores no kinds of keys and elems at all. `replay`: what shows a failure again; empty: that.
  OnePort(std::unique_ptr<Port> port, const std::string& name, std::string replay = "");

  // Kinds that the port stores, and without what it does not promise.
  Program shaped(Program program) const override;
  std::optional<Stop> examine(const Program& program, Statistics* statistics) override;
  std::string replay(const Stop& stop) const override;

 private:
  using Kinds = std::pair<KeyKind, ElemKind>;

  Observer port_;
  std::string replay_;
  std::vector<Kinds> stored_;
  Judge judge_;
};

}  // namespace mapproof
