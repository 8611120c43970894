// Programs' operations as records for a Go runtime.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "oracle/goruntime/protocol.h"
#include "oracle/program.h"

namespace mapproof::go {

// Would Go set memory aside for the hint's sake, more than a program needs? Such a hint passes
// Go's test for absurd ones (it is near 2^40), and the allocation would end the process.
bool asks_for_too_much(const MapSpec& spec);

// The records that make a map. Throws std::invalid_argument if asks_for_too_much().
std::vector<Record> make_records(const MapSpec& spec);

Record key_record(RecordOp op, KeyId key, std::uint32_t stamp = 0);
Record slot_record(RecordOp op, unsigned slot);
Record begin_record(unsigned slot, std::uint64_t bucket, std::uint8_t offset);

}  // namespace mapproof::go
