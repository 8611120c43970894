// What a port shows of itself beyond answers, so that it can be compared with Go's map bit for bit.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "oracle/goruntime/protocol.h"
#include "oracle/port.h"

namespace mapproof::go {

class Observed {
 public:
  Observed() = default;
  Observed(const Observed&) = delete;
  Observed& operator=(const Observed&) = delete;
  virtual ~Observed() = default;

  // Before each operation. `fail_hash`: its first hash, if it hashes at all, throws MapPanic.
  virtual void begin_operation(bool fail_hash) = 0;
  // After it: did that happen?
  virtual bool hash_failed() const = 0;

  // After it: where the walk in `slot`, which has just begun, starts. Nothing for an empty map.
  struct Start {
    std::uint64_t bucket = 0;
    std::uint8_t offset = 0;
  };
  virtual Start start_of(unsigned slot) const = 0;

  // The digest of the operation, and the layout, as words.h says.
  virtual std::uint64_t digest(const Record& record, const Answer& answer, bool whole) = 0;
  virtual void layout(std::vector<std::uint64_t>* words) = 0;

  // What has come about since the program was made: for statistics.
  struct Counts {
    std::uint64_t growths = 0;  // to twice the size
    std::uint64_t same_size_growths = 0;
  };
  virtual Counts counts() const = 0;
  virtual unsigned B() const = 0;
};

struct ObservedPort {
  std::unique_ptr<Port> port;
  Observed* observed = nullptr;  // the same object
};

}  // namespace mapproof::go
