// The layout of a map as 64-bit words, the same from the port and from a Go runtime.
//
// One traversal serves two ends: a Digest folds the words into one, a Words keeps them. In order:
//
//   layout  = calls log header [array current] [array old] [list overflow, list oldoverflow] walks
//   calls, log: number of hasher calls since the map was made; a digest of what was hashed
//   header  = 0 (a nil map) | 1 count (flags | B << 8 | noverflow << 16 | hash0 << 32) nevacuate
//             (1 has buckets | 2 is growing | 4 has extra | (1 + index of nextOverflow) << 8)
//   array   = base all bucket... (1 bucket)... 0     all of the array, then those of the heap, in
//             the order in which the chains lead to them
//   bucket  = tophash key*8 elem*8 link              link: see kLink...
//   key     = index | payload << 32, or kTorn, or kNil for an object stored apart that is not there
//   elem    = stamp, or kTorn, or kNil
//   list    = 0 (none) | 1 + length, then of each: 1 + index in its array or kLinkHeap; tophash
//   walks   = of each slot: 0 | 1 walk
//   walk    = startBucket (offset | wrapped << 8 | B << 16 | i << 24) bucket checkBucket
//             (which array | which overflow list << 8 | which oldoverflow list << 16)
//             0 | (which array << 32 | index) or kLinkHeap, tophash of the bucket it stands in
//
// The digest of an operation is over its status and answer, calls, log, header; then, of a step of
// a walk that is not over, the walk; of a put or del, the chains that it can have changed; then, if
// asked for, the layout. A chain is told as its first kChainPart buckets; in a digest, keys and
// elems of plain bytes as a sum over their memory. The chains of a hash are, while growing, those
// of the old array and of the current one that it can lie in; a write touches those of its first
// hash and those of the old bucket that it found due to be moved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oracle/hashing.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/snapshot.h"

namespace mapproof::go {

inline constexpr std::uint64_t kTorn = ~std::uint64_t{0};
inline constexpr std::uint64_t kNil = kTorn - 1;
inline constexpr std::uint64_t kLinkNone = 0;  // else 1 + the index of a spare bucket, or:
inline constexpr std::uint64_t kLinkHeap = kTorn;
inline constexpr std::uint64_t kLinkForeign = kTorn - 1;  // to no overflow bucket: a mark
inline constexpr std::size_t kEndless = 1U << 17;         // a chain this long goes round
// Of a long chain the digest of an operation tells only so many buckets; the layout tells all.
inline constexpr std::size_t kChainPart = 8;
inline constexpr std::uint64_t kWhichNone = 0, kWhichCurrent = 1, kWhichOld = 2, kWhichOther = 3;

// For code that only looks: in a fuzzer's build it is not checked by sanitizers, which would take
// longer than all the rest. What it looks at is checked where the port itself goes.
#if defined(__clang__)
#define MAPPROOF_LOOKS __attribute__((no_sanitize("address", "undefined", "integer")))
#else
#define MAPPROOF_LOOKS
#endif

MAPPROOF_LOOKS constexpr std::uint64_t fold(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
  return hash ^ hash >> 32;
}

MAPPROOF_LOOKS inline std::uint64_t sum(const void* memory, std::size_t words) {
  std::uint64_t sum = 0, factor = 0x9e3779b97f4a7c15U;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, static_cast<const unsigned char*>(memory) + 8 * i, sizeof word);
    sum += (word ^ word >> 29) * factor;
    factor += 2 * 0x9e3779b97f4a7c15U;
  }
  return sum;
}

// The eight cells of a kind whose bytes are the same here and in Go may be told to a digest by
// memory() in one word instead of one by one.
struct Digest {
  static constexpr bool kTakesMemory = true;
  std::uint64_t hash = 0;
  MAPPROOF_LOOKS void put(std::uint64_t word) { hash = fold(hash, word); }
  MAPPROOF_LOOKS void memory(const void* cells, std::size_t bytes) { put(sum(cells, bytes / 8)); }
};
struct Words {
  static constexpr bool kTakesMemory = false;
  std::vector<std::uint64_t> words;
  void put(std::uint64_t word) { words.push_back(word); }
  void memory(const void*, std::size_t) {}
};
// Is such a kind one of plain bytes?
constexpr bool same_bytes(KeyKind kind) {
  return kind <= KeyKind::boolean || kind == KeyKind::array || kind == KeyKind::empty;
}
constexpr bool same_bytes(ElemKind kind) {
  return kind <= ElemKind::u64 || kind == ElemKind::empty;
}

constexpr std::uint64_t key_word(const std::optional<KeyId>& id) {
  return id ? id->index | std::uint64_t{id->payload} << 32 : kTorn;
}

// Which key that is; nothing if it is torn, or not there, or no member of the domain.
std::optional<KeyId> key_of(KeyKind kind, std::uint64_t word);

// ---- a layout, read ----

struct Bucket {
  std::uint64_t tophash = 0;  // the eight bytes, the first one lowest
  std::uint64_t keys[8] = {};
  std::uint64_t elems[8] = {};
  std::uint64_t link = kLinkNone;
};
struct Array {
  std::uint64_t base = 0;       // buckets that hashes lead to
  std::uint64_t all = 0;        // and spare ones
  std::vector<Bucket> buckets;  // all of these, then those of the heap
};
struct ListEntry {
  std::uint64_t place = 0;
  std::uint64_t tophash = 0;
};
using List = std::optional<std::vector<ListEntry>>;
struct Walk {
  std::uint64_t start_bucket = 0, bucket = 0, check_bucket = 0;
  std::uint8_t offset = 0, B = 0, i = 0;
  bool wrapped = false;
  std::uint8_t array = 0, overflow = 0, oldoverflow = 0;  // kWhich...
  std::optional<std::uint64_t> place;                     // of the bucket it stands in
  std::uint64_t tophash = 0;
};
struct Layout {
  std::uint64_t calls = 0, log = 0;
  bool nil = true;
  std::uint64_t count = 0, nevacuate = 0;
  std::uint8_t flags = 0, B = 0;
  std::uint16_t noverflow = 0;
  std::uint32_t hash0 = 0;
  bool has_extra = false;
  std::uint64_t next_overflow = 0;  // 1 + index; 0: none
  std::optional<Array> current, old;
  List overflow, oldoverflow;
  std::optional<Walk> walks[kIterators];
};

// Throws std::runtime_error if the words are no layout.
Layout read_layout(const std::uint64_t* words, std::size_t n);

// As a picture for audits and drawings. `hashing` gives the hashes of keys; it is not the map's.
Snapshot as_snapshot(const Layout& layout, const MapSpec& spec, Hashing hashing);

// In words, where `theirs` first differs from `ours`: "B is 1, Go has 0", or "" if it does not.
std::string first_difference(const Layout& ours, const Layout& theirs, KeyKind kind);

}  // namespace mapproof::go
