// The port with two cells a bucket: so small that its states can be enumerated.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "oracle/judge.h"
#include "oracle/port.h"

namespace mapproof {

class TwoCellPort {
 public:
  virtual ~TwoCellPort() = default;

  virtual Port& port() = 0;

  // Where the hashes of NaNs come from, from the next make() on.
  virtual void draw_nans_from(std::function<std::uint64_t()> source) = 0;

  // Is a walk under way in `slot`?
  virtual bool walking(unsigned slot) const = 0;

  // Appends all that the future of the map and of its walks depends on, and what the judge's does:
  // equal texts, equal futures. Stamps are renamed in the order in which they are met; of a NaN's
  // tophash only the low bit is told, as nothing else of it is ever read; what empty cells hold
  // is left out. O(buckets).
  virtual void append_state(const Judge& judge, std::string* text) = 0;
};

// `corrections`: a set of gomap::correction bits.
std::unique_ptr<TwoCellPort> make_two_cell_port(std::uint32_t corrections);

}  // namespace mapproof
