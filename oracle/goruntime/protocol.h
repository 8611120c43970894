// What is said between this program and a Go runtime: records go there, 64-bit words come back.
// The Go side is in go/machine (machine.go, layout.go).
#pragma once

#include <cstdint>

namespace mapproof::go {

inline constexpr unsigned kProtocol = 1;

enum class RecordOp : std::uint8_t {
  make = 0,     // a: key kind | elem kind << 8 | hash mode << 16; b: hash0; c: seed of NaN hashes
  release = 1,  // let go of the map
  put = 2,      // a: key index; b: payload of a NaN; c: stamp
  get = 3,      // a, b
  has = 4,      // a, b
  del = 5,      // a, b
  clear = 6,
  len = 7,
  begin = 8,  // slot; a: start bucket, offset: start cell; see kDrawnStart
  next = 9,   // slot
  drop = 10,  // slot
  look = 11,  // nothing: only for what is told
  hash = 12,  // a: equality class; b, c: low and high half of its hash, in the map made next
  hint = 13,  // b, c: low and high half of the hint of the map made next
};

// Record::flags: what is told of the operation, in this order.
inline constexpr std::uint8_t kWantAnswer = 1;  // status, three words, length of words, words
inline constexpr std::uint8_t kWantDigest = 2;  // one word; see words.h
inline constexpr std::uint8_t kWantWhole = 4;   // the digest, over the whole layout as well
inline constexpr std::uint8_t kWantLayout = 8;  // number of words, the words; see words.h
inline constexpr std::uint8_t kFailHash = 16;   // not told: the first hash of the operation panics

// Record::offset of a begin whose `a` is what the runtime has drawn: both bucket and cell follow.
inline constexpr std::uint8_t kDrawnStart = 0xff;

struct Record {
  RecordOp op = RecordOp::look;
  std::uint8_t flags = 0;
  std::uint8_t slot = 0;
  std::uint8_t offset = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};
static_assert(sizeof(Record) == 16);

enum class Status : std::uint8_t { fine, nil_map, unhashable, hash_fault, other };

// The three words of an answer:
//   put        1 if the elem of a new key was not zero, else 0; 0; 0
//   get, has   the elem's stamp; 1 if the key is there (has); 0
//   len        the length; 0; 0
//   begin next 1 at the end, else 0; the key; the stamp
struct Answer {
  Status status = Status::fine;
  std::uint64_t words[3] = {0, 0, 0};
};

}  // namespace mapproof::go
