// A port of Go's map on which any hash, comparison, copy or allocation can be made to fail.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "oracle/port.h"

namespace mapproof {

enum class FaultPoint : std::uint8_t { hash, comparison, copy, allocation };
inline constexpr std::size_t kFaultPoints = 4;

struct FaultReport {
  // Points passed since make(), a repeated operation's included.
  std::array<std::uint64_t, kFaultPoints> passed{};
  std::uint64_t failures = 0;       // operations that were broken off: 0 or 1
  FaultPoint failed = {};           // at what
  std::vector<std::string> damage;  // what the map had lost by then, in words; empty: nothing

  std::uint64_t points() const;
};

// A port that breaks off one operation of the next run: at the n-th point where it could fail,
// counted from make() (0: never).
class FaultInjector {
 public:
  FaultInjector() = default;
  FaultInjector(const FaultInjector&) = delete;
  FaultInjector& operator=(const FaultInjector&) = delete;
  virtual ~FaultInjector() = default;

  virtual void fail_at(std::uint64_t n) = 0;
  virtual Port& port() = 0;
  virtual const FaultReport& report() const = 0;
};

// The corrected port of this project. When an operation was broken off, it looks at what the map
// holds, which must be every entry once, under a layout in order and with no flag stuck; and does
// the operation again, this time without a failure, so that its caller sees no difference. A walk
// broken off goes on where it stood; one that had not begun begins anew.
//
// The corrected one, because a failure moves the map into states in which known defects of the
// faithful one would show, and nothing could tell them from damage.
class FaultyPort final : public FaultInjector {
 public:
  FaultyPort();
  ~FaultyPort() override;

  void fail_at(std::uint64_t n) override;
  Port& port() override;
  const FaultReport& report() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mapproof
