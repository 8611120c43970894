// The target body that judges any port by what it promises.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/attribution.h"
#include "fuzz/harness.h"
#include "fuzz/observer.h"
#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/run.h"

namespace mapproof {

class OnePort final : public Target {
 public:
  using Attribute = std::function<Attribution(const Program&, const Verdict&, const RunOptions&)>;

  // `name`: what `mapproof replay --port` knows the port by. Throws std::runtime_error if the port
  // stores no kinds of keys and elems at all. `replay`: what shows a failure again; empty: that.
  // `attribute`: knows the failures that are stepped over; null: there are none.
  OnePort(std::unique_ptr<Port> port, const std::string& name, std::string replay = "",
          Attribute attribute = nullptr);

  // Kinds that the port stores, and without what it does not promise.
  Program shaped(Program program) const override;
  std::optional<Stop> examine(const Program& program, Statistics* statistics) override;
  std::string replay(const Stop& stop) const override;

 private:
  using Kinds = std::pair<KeyKind, ElemKind>;

  RunOptions run_options() const;
  RunResult judged(const Program& program, Statistics* statistics);

  Observer port_;
  std::string replay_;
  Attribute attribute_;
  std::vector<Kinds> stored_;
  Judge judge_;
};

}  // namespace mapproof
