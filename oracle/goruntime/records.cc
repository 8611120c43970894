#include "oracle/goruntime/records.h"

#include <fmt/format.h>

namespace mapproof::go {
namespace {

constexpr std::uint64_t kMaxAlloc = std::uint64_t{1} << 48;  // above, Go ignores the hint
constexpr std::int64_t kMostEntries = 1 << 20;

std::uint64_t cell_size(const KindFacts& facts) { return facts.size > 128 ? 8 : facts.size; }

Record halves(RecordOp op, std::uint32_t a, std::uint64_t value) {
  return {.op = op,
          .a = a,
          .b = static_cast<std::uint32_t>(value),
          .c = static_cast<std::uint32_t>(value >> 32)};
}

}  // namespace

bool asks_for_too_much(const MapSpec& spec) {
  if (spec.hint <= kMostEntries) return false;
  const std::uint64_t bucket =
      8 + 8 * (cell_size(facts(spec.key)) + cell_size(facts(spec.elem))) + sizeof(void*);
  std::uint64_t bytes = 0;
  return !__builtin_mul_overflow(static_cast<std::uint64_t>(spec.hint), bucket, &bytes) &&
         bytes <= kMaxAlloc;
}

std::vector<Record> make_records(const MapSpec& spec) {
  if (asks_for_too_much(spec)) {
    throw std::invalid_argument(
        fmt::format("hint {}: Go would set memory aside for it; the largest that reaches Go is {}",
                    spec.hint, kMostEntries));
  }
  std::vector<Record> records;
  for (const KeyHash& hash : spec.hashes) {
    records.push_back(halves(RecordOp::hash, key_class(spec.key, hash.key).equality, hash.value()));
  }
  if (spec.hint != 0) {
    records.push_back(halves(RecordOp::hint, 0, static_cast<std::uint64_t>(spec.hint)));
  }
  records.push_back({.op = RecordOp::make,
                     .a = static_cast<std::uint32_t>(spec.key) |
                          static_cast<std::uint32_t>(spec.elem) << 8 |
                          static_cast<std::uint32_t>(spec.hash) << 16,
                     .b = spec.hash0,
                     .c = spec.seed});
  return records;
}

Record key_record(RecordOp op, KeyId key, std::uint32_t stamp) {
  return {.op = op, .a = key.index, .b = key.payload, .c = stamp};
}

Record slot_record(RecordOp op, unsigned slot) {
  return {.op = op, .slot = static_cast<std::uint8_t>(slot)};
}

Record begin_record(unsigned slot, std::uint64_t bucket, std::uint8_t offset) {
  return {.op = RecordOp::begin,
          .slot = static_cast<std::uint8_t>(slot),
          .offset = offset,
          .a = static_cast<std::uint32_t>(bucket)};
}

}  // namespace mapproof::go
