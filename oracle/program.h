// Programs: a header and a list of operations over one map and up to eight iterators.
//
// Two forms, both versioned. Text is for people and for ever (oracle/text.h). Bytes are for fuzzing
// engines: an 8-byte header {magic, version, key kind, elem kind, hash mode, hash0, hint, seed} and
// fixed 4-byte records {op, key, a, b}, read front to back:
//   put get has del         key, 0, 0 for a key below 256; else low byte, high byte, 255
//   iter                    slot, bucket, offset
//   next                    slot, n, 0
//   fill empty touch
//   putrange delrange       key, low byte of n, high bits of n
//   hash (0x20, not an op)  key, top byte, low byte; before all ops, by rising key; mode table only
// Bytes that an operation does not use are 0. decode() folds everything else onto these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/hashing.h"
#include "oracle/kinds.h"

namespace mapproof {

inline constexpr unsigned kIterators = 8;  // named a to h in text
inline constexpr std::uint8_t kMagic = 0x4d;
inline constexpr std::uint8_t kVersion = 1;

// Numbers are the byte form's and never change; 0x30 and up are reserved for copies of iterators,
// clone, op=, self-alias, re-entrancy and faults.
enum class OpCode : std::uint8_t {
  put = 0x00,       // key: index
  get = 0x01,       // key: index (Go's v := m[k])
  has = 0x02,       // key: index (Go's v, ok := m[k])
  del = 0x03,       // key: index
  clear = 0x04,     //
  len = 0x05,       //
  iter = 0x06,      // slot; start: forced bucket and offset. The walk begins at its first next.
  iter_any = 0x07,  // slot; start drawn by the port
  next = 0x08,      // slot, n times (1 or more); ends early at the end
  drain = 0x09,     // slot: next until the end
  drop = 0x0a,      // slot: abandon the iterator
  fill = 0x0b,      // put n keys of residue class `key` modulo 64: key, key+64, key+128, ...
  empty = 0x0c,     // del the same keys
  touch = 0x0d,     // put the same key n times
  putrange = 0x0e,  // put keys key, key+1, ..., n of them
  delrange = 0x0f,  // del the same keys
  nil = 0x10,       // let go of the map: from here on it is a nil map; running iterators go on
  audit = 0x11,     // check the layout now, where the port shows it
};
inline constexpr std::size_t kOpCodes = 18;
inline constexpr std::uint32_t kFillStride = 64;
inline constexpr std::uint32_t kMaxBurst = 1023;
inline constexpr std::uint32_t kMaxBurstKey = 255;  // `key` of touch, putrange and delrange

std::string_view name(OpCode code);
std::optional<OpCode> op_named(std::string_view text);

struct Op {
  OpCode code = OpCode::len;
  std::uint16_t key = 0;    // key index; residue class (fill, empty: < 64)
  std::uint8_t slot = 0;    // iterator, < kIterators
  std::uint16_t n = 0;      // count of a burst (<= kMaxBurst) or of next (1..255)
  std::uint8_t bucket = 0;  // iter: start bucket, taken modulo the number of buckets
  std::uint8_t offset = 0;  // iter: offset within the bucket, < 8
  friend bool operator==(const Op&, const Op&) = default;
};

struct KeyHash {  // the hash of one key: top byte and low byte, zero in between
  std::uint8_t key = 0;
  std::uint8_t top = 0;
  std::uint8_t low = 0;
  std::uint64_t value() const { return (std::uint64_t{top} << 56) | low; }
  friend bool operator==(const KeyHash&, const KeyHash&) = default;
};

// What a map is made with.
struct MapSpec {
  KeyKind key = KeyKind::u64;
  ElemKind elem = ElemKind::u64;
  HashMode hash = HashMode::identity;
  std::uint8_t hash0 = 0;
  std::uint8_t seed = 0;             // of all that the program leaves to chance
  std::int64_t hint = 0;             // 0 to 199, or one of the bogus hints: -1, 1<<62, 2^63-1
  std::vector<KeyHash> hashes = {};  // mode table; sorted by key, of equal keys only one
  friend bool operator==(const MapSpec&, const MapSpec&) = default;
};
Hashing hashing_of(const MapSpec& spec);      // the hashes that it asks for
std::int64_t capped_hint(std::int64_t hint);  // the nearest hint that a program may hold

// The key index that step `step` of a put, get, has, del or burst is about. Indices past the end of
// the domain go on at its start.
std::uint32_t key_at(KeyKind kind, const Op& op, std::uint32_t step);

struct Note {             // a comment among the operations
  std::size_t op = 0;     // the operation it belongs to; ops.size(): after the last
  bool behind = false;    // at the end of the operation's line, else on a line of its own above it
  std::string text = {};  // without "# "
  friend bool operator==(const Note&, const Note&) = default;
};

struct Program {
  MapSpec spec = {};
  std::vector<Op> ops = {};
  friend bool operator==(const Program& x, const Program& y) {
    return x.spec == y.spec && x.ops == y.ops;
  }

  // Annotations of the text form; no part of the program's meaning. Who changes ops drops them.
  std::string port = {};                   // `port NAME`: whose answers stand behind `->`
  std::vector<std::string> comments = {};  // the leading comment lines, without "# "
  std::vector<std::string> expect = {};    // per op: what stands behind `->`; may be shorter
  std::vector<Note> notes = {};            // in the order of the text
};

// The byte form. encode() is canonical; decode(encode(p)) == p for every valid p.
std::vector<std::uint8_t> encode(const Program& program);
// Every byte string is a program: what is out of range is folded into range, a torn record at the
// end is dropped, missing header bytes are 0. For fuzzing engines. encode(decode(b)) is canonical.
Program decode(std::span<const std::uint8_t> bytes);
// As decode(), but refuses wrong magic, unknown versions and opcodes, torn records and whatever
// else is not canonical. On refusal nullopt, and *error says what was expected and at which byte.
std::optional<Program> decode_strict(std::span<const std::uint8_t> bytes, std::string* error);
// Says what makes the program invalid, or "" (all indices inside their domains, counts in
// range...).
std::string invalid(const Program& program);

// Number of elementary map operations that the ops amount to (a drain counts as 1).
std::uint64_t elementary_ops(const Program& program);

}  // namespace mapproof
