#include "oracle/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace mapproof {
namespace {

constexpr std::array<std::string_view, kOpCodes> kNames = {
    "put",   "get",  "has",  "del",   "clear", "len",      "iter",     "iter_any", "next",
    "drain", "drop", "fill", "empty", "touch", "putrange", "delrange", "nil",      "audit"};

constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kRecordSize = 4;
constexpr std::uint8_t kHashRecord = 0x20;
constexpr std::uint8_t kWideKey = 0xff;  // byte b of a single operation whose key takes two bytes
constexpr std::int64_t kMaxHint = 199;
constexpr std::array<std::int64_t, 3> kBogusHints = {-1, std::int64_t{1} << 62,
                                                     std::numeric_limits<std::int64_t>::max()};

// ---- what the operations hold ----

enum class Shape { single, bare, slot, start, steps, residue, burst };

constexpr Shape shape(OpCode code) {
  switch (code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::has:
    case OpCode::del:
      return Shape::single;
    case OpCode::clear:
    case OpCode::len:
    case OpCode::nil:
    case OpCode::audit:
      return Shape::bare;
    case OpCode::iter_any:
    case OpCode::drain:
    case OpCode::drop:
      return Shape::slot;
    case OpCode::iter:
      return Shape::start;
    case OpCode::next:
      return Shape::steps;
    case OpCode::fill:
    case OpCode::empty:
      return Shape::residue;
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::delrange:
      return Shape::burst;
  }
  return Shape::bare;
}

std::uint32_t largest_key(KeyKind kind, Shape of) {
  const std::uint32_t last = domain_size(kind) - 1;
  switch (of) {
    case Shape::single:
      return last;
    case Shape::residue:
      return kFillStride - 1;
    case Shape::burst:
      return std::min(last, kMaxBurstKey);
    default:
      return 0;
  }
}

// ---- op bytes ----

struct Weight {
  OpCode code;
  int bytes;  // how many byte values mean this operation, beside its own
};

// Byte values that are no operation's own mean these, in this order from the lowest on. A new
// operation takes its byte from the front part, which can best spare one. Programs that change the
// map's shape are worth more than others: hence the many bursts.
constexpr std::array kWeights = {
    Weight{OpCode::put, 48},      Weight{OpCode::del, 34},     Weight{OpCode::next, 42},
    Weight{OpCode::fill, 22},     Weight{OpCode::empty, 18},   Weight{OpCode::touch, 10},
    Weight{OpCode::putrange, 12}, Weight{OpCode::delrange, 9}, Weight{OpCode::has, 12},
    Weight{OpCode::get, 6},       Weight{OpCode::iter, 10},    Weight{OpCode::iter_any, 3},
    Weight{OpCode::drain, 4},     Weight{OpCode::drop, 1},     Weight{OpCode::clear, 4},
    Weight{OpCode::len, 2}};

constexpr int kSpareBytes = 256 - static_cast<int>(kOpCodes) - 1;

constexpr std::array<std::uint8_t, 256> make_op_table() {
  std::array<std::uint8_t, 256> table{};
  std::size_t weight = 0;
  int left = kWeights[0].bytes;
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    if (byte < kOpCodes || byte == kHashRecord) {
      table[byte] = static_cast<std::uint8_t>(byte);
      continue;
    }
    while (left == 0) left = kWeights[++weight].bytes;
    --left;
    table[byte] = static_cast<std::uint8_t>(kWeights[weight].code);
  }
  return table;
}

constexpr int sum_of_weights() {
  int sum = 0;
  for (const Weight& weight : kWeights) sum += weight.bytes;
  return sum;
}
static_assert(sum_of_weights() == kSpareBytes);

constexpr std::array<std::uint8_t, 256> kOpTable = make_op_table();

// ---- records ----

struct Record {
  std::uint8_t op, key, a, b;
};

constexpr std::uint8_t low_byte(std::uint32_t n) { return static_cast<std::uint8_t>(n & 0xff); }
constexpr std::uint8_t high_byte(std::uint32_t n) { return low_byte(n >> 8); }

Record record_of(const Op& op) {
  const auto code = static_cast<std::uint8_t>(op.code);
  switch (shape(op.code)) {
    case Shape::single:
      if (op.key < 256) return {code, low_byte(op.key), 0, 0};
      return {code, low_byte(op.key), high_byte(op.key), kWideKey};
    case Shape::bare:
      return {code, 0, 0, 0};
    case Shape::slot:
      return {code, op.slot, 0, 0};
    case Shape::start:
      return {code, op.slot, op.bucket, op.offset};
    case Shape::steps:
      return {code, op.slot, low_byte(op.n), 0};
    case Shape::residue:
    case Shape::burst:
      return {code, low_byte(op.key), low_byte(op.n), high_byte(op.n)};
  }
  return {};
}

// The count of a burst. Most bytes mean a small one: a program of a few large bursts is slow, and
// engines find the large ones if they need them.
std::uint16_t burst_count(const Record& record) {
  const unsigned a = record.a, b = record.b;
  const unsigned n = b <= kMaxBurst >> 8 ? b << 8 | a : 1 + (a & 31);
  return static_cast<std::uint16_t>(std::max(n, 1U));
}

Op op_of(const Record& record, std::uint32_t domain) {
  Op op;
  op.code = static_cast<OpCode>(record.op);
  switch (shape(op.code)) {
    case Shape::single: {
      const unsigned high = record.b == kWideKey ? record.a : 0;
      op.key = static_cast<std::uint16_t>((high << 8 | record.key) % domain);
      break;
    }
    case Shape::bare:
      break;
    case Shape::slot:
      op.slot = record.key % kIterators;
      break;
    case Shape::start:
      op.slot = record.key % kIterators;
      op.bucket = record.a;
      op.offset = record.b & 7;
      break;
    case Shape::steps:
      op.slot = record.key % kIterators;
      op.n = std::max<std::uint16_t>(record.a, 1);
      break;
    case Shape::residue:
      op.key = record.key % kFillStride;
      op.n = burst_count(record);
      break;
    case Shape::burst:
      op.key = static_cast<std::uint16_t>(record.key % domain);
      op.n = burst_count(record);
      break;
  }
  return op;
}

// ---- the header ----

std::int64_t hint_of(std::uint8_t code) {
  if (code <= kMaxHint) return code;
  const std::size_t bogus = code - static_cast<std::size_t>(kMaxHint + 1);
  if (bogus < kBogusHints.size()) return kBogusHints[bogus];
  return static_cast<std::int64_t>(bogus - kBogusHints.size());
}

std::uint8_t hint_code(std::int64_t hint) {
  const auto bogus = std::find(kBogusHints.begin(), kBogusHints.end(), hint);
  const std::int64_t code =
      bogus == kBogusHints.end() ? hint : kMaxHint + 1 + (bogus - kBogusHints.begin());
  return static_cast<std::uint8_t>(code);
}

MapSpec spec_of(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, kHeaderSize> header{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), kHeaderSize), header.begin());
  MapSpec spec;
  spec.key = static_cast<KeyKind>(header[2] % kKeyKinds);
  spec.elem = static_cast<ElemKind>(header[3] % kElemKinds);
  spec.hash = static_cast<HashMode>(header[4] % kHashModes);
  spec.hash0 = header[5];
  spec.hint = hint_of(header[6]);
  spec.seed = header[7];
  return spec;
}

// Collects the hashes of single keys, of equal keys the first that comes.
class HashTable {
 public:
  explicit HashTable(KeyKind kind) : kind_(kind) {}

  void add(std::uint8_t key, std::uint8_t top, std::uint8_t low) {
    key = static_cast<std::uint8_t>(key % domain_size(kind_));
    bool& seen = seen_[key_class(kind_, key).equality];
    if (seen) return;
    seen = true;
    hashes_.push_back({key, top, low});
  }

  std::vector<KeyHash> sorted() && {
    std::sort(hashes_.begin(), hashes_.end(),
              [](const KeyHash& x, const KeyHash& y) { return x.key < y.key; });
    return std::move(hashes_);
  }

 private:
  KeyKind kind_;
  std::array<bool, 256> seen_{};
  std::vector<KeyHash> hashes_;
};

// ---- validity ----

std::string invalid_hashes(const MapSpec& spec) {
  if (!spec.hashes.empty() && spec.hash != HashMode::table) {
    return fmt::format("hashes of single keys in mode {}", name(spec.hash));
  }
  std::array<bool, 256> seen{};
  int last = -1;
  for (const KeyHash& hash : spec.hashes) {
    if (hash.key >= domain_size(spec.key)) {
      return fmt::format("hash of key {} outside the domain of {}", hash.key, name(spec.key));
    }
    if (hash.key <= last) return fmt::format("hash of key {} out of order", hash.key);
    last = hash.key;
    bool& equal_key_seen = seen[key_class(spec.key, hash.key).equality];
    if (equal_key_seen) return fmt::format("hash of key {} given twice", hash.key);
    equal_key_seen = true;
  }
  return "";
}

std::string invalid_spec(const MapSpec& spec) {
  if (static_cast<std::size_t>(spec.key) >= kKeyKinds) return "no such key kind";
  if (static_cast<std::size_t>(spec.elem) >= kElemKinds) return "no such elem kind";
  if (static_cast<std::size_t>(spec.hash) >= kHashModes) return "no such hash mode";
  if (capped_hint(spec.hint) != spec.hint) return fmt::format("hint {}", spec.hint);
  return invalid_hashes(spec);
}

std::string invalid_op(const MapSpec& spec, const Op& op) {
  if (static_cast<std::size_t>(op.code) >= kOpCodes) return "no such operation";
  const Shape has = shape(op.code);
  const bool has_slot = has == Shape::slot || has == Shape::start || has == Shape::steps;
  const bool is_burst = has == Shape::residue || has == Shape::burst;
  const unsigned largest_n = is_burst ? kMaxBurst : has == Shape::steps ? 255 : 0;
  const std::uint32_t largest = largest_key(spec.key, has);
  if (op.key > largest) return fmt::format("key {}, the largest is {}", op.key, largest);
  if (op.slot >= (has_slot ? kIterators : 1)) return fmt::format("iterator {}", op.slot);
  if (op.n > largest_n) return fmt::format("count {}, the largest is {}", op.n, largest_n);
  if (op.n == 0 && largest_n > 0) return "count 0";
  if (op.bucket > (has == Shape::start ? 255 : 0)) return fmt::format("bucket {}", op.bucket);
  if (op.offset > (has == Shape::start ? 7 : 0)) return fmt::format("offset {}", op.offset);
  return "";
}

// ---- strictness ----

std::string header_refusal(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kHeaderSize) {
    return fmt::format("byte {}: expected a header of {} bytes, found the end", bytes.size(),
                       kHeaderSize);
  }
  if (bytes[0] != kMagic) {
    return fmt::format("byte 0: expected magic {:#04x}, found {:#04x}", kMagic, bytes[0]);
  }
  if (bytes[1] != kVersion) {
    return fmt::format("byte 1: expected version {}, found {}", kVersion, bytes[1]);
  }
  struct Field {
    std::size_t at;
    const char* what;
    std::size_t values;
  };
  for (const Field& field :
       {Field{2, "a key kind", kKeyKinds}, Field{3, "an elem kind", kElemKinds},
        Field{4, "a hash mode", kHashModes},
        Field{6, "a hint", kMaxHint + 1 + kBogusHints.size()}}) {
    if (bytes[field.at] >= field.values) {
      return fmt::format("byte {}: expected {} below {}, found {}", field.at, field.what,
                         field.values, bytes[field.at]);
    }
  }
  return "";
}

std::string record_refusal(std::span<const std::uint8_t> bytes) {
  for (std::size_t at = kHeaderSize; at < bytes.size(); at += kRecordSize) {
    if (bytes[at] >= kOpCodes && bytes[at] != kHashRecord) {
      return fmt::format("byte {}: expected an operation, found unknown {:#04x}", at, bytes[at]);
    }
    if (bytes.size() - at < kRecordSize) {
      return fmt::format("byte {}: expected a record of {} bytes, found the end", bytes.size(),
                         kRecordSize);
    }
  }
  return "";
}

// Says where `bytes` leave the canonical form, or "".
std::string canonical_refusal(std::span<const std::uint8_t> bytes, const Program& program) {
  const std::vector<std::uint8_t> canonical = encode(program);
  const auto [found, expected] =
      std::mismatch(bytes.begin(), bytes.end(), canonical.begin(), canonical.end());
  const auto at = found - bytes.begin();
  if (found == bytes.end()) return "";
  if (expected == canonical.end()) return fmt::format("byte {}: expected the end", at);
  return fmt::format("byte {}: expected {:#04x}, which is canonical, found {:#04x}", at, *expected,
                     *found);
}

}  // namespace

std::string_view name(OpCode code) { return kNames[static_cast<std::size_t>(code)]; }

std::optional<OpCode> op_named(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<OpCode>(found - kNames.begin());
}

Hashing hashing_of(const MapSpec& spec) {
  Hashing hashing(spec.key, spec.hash, spec.seed);
  for (const KeyHash& hash : spec.hashes) {
    hashing.set(hash.key, hash.value());
  }
  return hashing;
}

std::int64_t capped_hint(std::int64_t hint) {
  if (hint < 0) return -1;
  if (hint <= kMaxHint) return hint;
  std::int64_t nearest = kMaxHint;
  for (const std::int64_t bogus : {kBogusHints[1], kBogusHints[2]}) {
    if (hint >= bogus || bogus - hint < hint - nearest) nearest = bogus;
  }
  return nearest;
}

std::uint32_t key_at(KeyKind kind, const Op& op, std::uint32_t step) {
  switch (op.code) {
    case OpCode::fill:
    case OpCode::empty:
      return (op.key + step * kFillStride) % domain_size(kind);
    case OpCode::putrange:
    case OpCode::delrange:
      return (op.key + step) % domain_size(kind);
    default:
      return op.key;
  }
}

std::vector<std::uint8_t> encode(const Program& program) {
  const MapSpec& spec = program.spec;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(kHeaderSize + kRecordSize * (spec.hashes.size() + program.ops.size()));
  bytes = {kMagic,
           kVersion,
           static_cast<std::uint8_t>(spec.key),
           static_cast<std::uint8_t>(spec.elem),
           static_cast<std::uint8_t>(spec.hash),
           spec.hash0,
           hint_code(spec.hint),
           spec.seed};
  const auto append = [&bytes](const Record& record) {
    bytes.insert(bytes.end(), {record.op, record.key, record.a, record.b});
  };
  for (const KeyHash& hash : spec.hashes) append({kHashRecord, hash.key, hash.top, hash.low});
  for (const Op& op : program.ops) append(record_of(op));
  return bytes;
}

Program decode(std::span<const std::uint8_t> bytes) {
  Program program;
  program.spec = spec_of(bytes);
  if (bytes.size() < kHeaderSize + kRecordSize) return program;
  const bool wants_hashes = program.spec.hash == HashMode::table;
  const std::uint32_t domain = domain_size(program.spec.key);
  HashTable hashes(program.spec.key);
  const auto records = bytes.subspan(kHeaderSize);
  program.ops.reserve(records.size() / kRecordSize);
  for (std::size_t at = 0; at + kRecordSize <= records.size(); at += kRecordSize) {
    const Record record = {kOpTable[records[at]], records[at + 1], records[at + 2],
                           records[at + 3]};
    if (record.op != kHashRecord) {
      program.ops.push_back(op_of(record, domain));
    } else if (wants_hashes) {
      hashes.add(record.key, record.a, record.b);
    }
  }
  program.spec.hashes = std::move(hashes).sorted();
  return program;
}

std::optional<Program> decode_strict(std::span<const std::uint8_t> bytes, std::string* error) {
  std::string refusal = header_refusal(bytes);
  if (refusal.empty()) refusal = record_refusal(bytes);
  std::optional<Program> program;
  if (refusal.empty()) {
    program = decode(bytes);
    refusal = canonical_refusal(bytes, *program);
  }
  if (refusal.empty()) return program;
  if (error != nullptr) *error = std::move(refusal);
  return std::nullopt;
}

std::string invalid(const Program& program) {
  if (std::string fault = invalid_spec(program.spec); !fault.empty()) return "header: " + fault;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    const std::string fault = invalid_op(program.spec, op);
    if (fault.empty()) continue;
    const bool known = static_cast<std::size_t>(op.code) < kOpCodes;
    return fmt::format("op {} ({}): {}", i, known ? name(op.code) : "?", fault);
  }
  return "";
}

std::uint64_t elementary_ops(const Program& program) {
  std::uint64_t sum = 0;
  for (const Op& op : program.ops) sum += std::max<std::uint64_t>(op.n, 1);
  return sum;
}

}  // namespace mapproof
