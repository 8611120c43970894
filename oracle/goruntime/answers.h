// What a Go runtime answers, read, and as the Port interface has it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "oracle/goruntime/protocol.h"
#include "oracle/port.h"

namespace mapproof::go {

struct RuntimeAnswer {
  Answer answer;
  std::string panic;  // its words
};

// Takes an answer (see kWantAnswer) off the front of *words. Nothing if they are too few; a status
// that is not known is another panic.
std::optional<RuntimeAnswer> take_answer(std::span<const std::uint64_t>* words);

// Of get and has: `present` is that of has.
Found found_of(const Answer& answer);
// Of begin and next, on a map with keys of that kind.
Step step_of(KeyKind kind, const Answer& answer);

}  // namespace mapproof::go
