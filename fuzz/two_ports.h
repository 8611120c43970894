// The target body that judges the port of this project, once with all corrections and once as it
// is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "conformance/attribution.h"
#include "fuzz/harness.h"
#include "fuzz/observer.h"
#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/run.h"

namespace mapproof {

struct TwoPortsPlan {
  Program (*shape)(Program) = nullptr;  // see Target::shaped(); null: as it is
  std::uint64_t most_steps = kMostSteps;
  // Of the corrected port. What the corrections change is not the layout, so that one audit of the
  // two ports' is enough.
  std::uint64_t audit_every = kAuditEvery;
  std::uint64_t audit_cells = kAuditCells;
  // 0: no audit of the faithful port.
  std::uint64_t audit_faithful_every = 0;
  // Of the inputs that an engine makes up, one in so many runs on the faithful port, too: it
  // differs from the corrected one in a few lines, and to tell one of its known defects from a new
  // one takes several runs more. Seeds, kept inputs and what is shrunk always run on both.
  std::uint32_t faithful_one_in = 4;
};

// An audit after each operation of either port: short programs, since it costs as much as the map
// is large.
inline constexpr TwoPortsPlan kLayoutPlan = {
    .most_steps = 600, .audit_every = 1, .audit_cells = 0, .audit_faithful_every = 1};

class TwoPorts final : public Target {
 public:
  using Attribute = std::function<Attribution(const Program&, const Verdict&, const RunOptions&)>;

  // Has the corrected port just run as the faithful one would?
  using RanAlike = std::function<bool()>;

  // `corrected` must pass everything; `faithful` may fail in ways that `attribute` knows, and is
  // not run where `ran_alike`, if it is given, says that it would do the same again. What states
  // the first reaches is fed to the engine.
  TwoPorts(std::unique_ptr<Port> corrected, std::unique_ptr<Port> faithful, Attribute attribute,
           const TwoPortsPlan& plan = {}, RanAlike ran_alike = nullptr);

  std::uint64_t most_steps() const override { return plan_.most_steps; }
  Program shaped(Program program) const override;
  std::optional<Stop> examine(const Program& program, Statistics* statistics) override;
  std::string replay(const Stop& stop) const override;

 private:
  bool left_out(const Program& program, const Statistics* statistics) const;
  std::optional<Stop> examine_corrected(const Program& program, Statistics* statistics);
  std::optional<Stop> examine_faithful(const Program& program, Statistics* statistics);

  Observer corrected_;
  std::unique_ptr<Port> faithful_;
  Attribute attribute_;
  TwoPortsPlan plan_;
  RanAlike ran_alike_;
  Judge judge_;
};

// Over the port of this project.
std::unique_ptr<Target> make_two_ports(const TwoPortsPlan& plan = {});

}  // namespace mapproof
