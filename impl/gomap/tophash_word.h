// The tophash bytes of a bucket, looked at all at once. map.go looks at one after the other; which
// cells it finds, and in which order, is the same.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "gomap/bmap.h"
#include "gomap/constants.h"

namespace gomap::detail {

// Some cells of a bucket: bit i stands for cell i.
class cell_set {
 public:
  constexpr explicit cell_set(unsigned bits) : bits_(bits) {}
  constexpr unsigned bits() const { return bits_; }
  constexpr bool none() const { return bits_ == 0; }
  constexpr bool has(uintptr i) const { return (bits_ >> i & 1U) != 0; }
  // Precondition of both: there is one.
  constexpr uintptr first() const { return static_cast<uintptr>(__builtin_ctzll(bits_)); }
  constexpr void drop_first() { bits_ &= bits_ - 1; }
  // In the order of a walk that begins in cell `offset` of `cells` and wraps round.
  constexpr cell_set rotated(unsigned offset, unsigned cells) const {
    return cell_set(((bits_ | bits_ << cells) >> offset) & ((1U << cells) - 1));
  }
  // The first from i on; `cells` if there is none. Precondition: i <= cells, none is above.
  constexpr uintptr next(uintptr i, unsigned cells) const {
    return i + static_cast<unsigned>(__builtin_ctz((bits_ | 1U << cells) >> i));
  }
  // Without those ahead of cell i. Precondition: i is at most the number of cells.
  constexpr cell_set from(uintptr i) const { return cell_set(bits_ >> i << i); }
  constexpr cell_set operator&(cell_set other) const { return cell_set(bits_ & other.bits_); }
  // Those ahead of the first cell of `other`; all if that has none.
  constexpr cell_set ahead_of(cell_set other) const {
    return cell_set(bits_ & ~other.bits_ & (other.bits_ - 1));
  }

 private:
  unsigned bits_;
};

// Eight bytes in a machine word, with the means of the language alone. Bit i of an answer is for
// byte i; what is above bit 7 means nothing.
class plain_bytes {
 public:
  explicit plain_bytes(const std::uint8_t* bytes) {
    std::memcpy(&word_, bytes, sizeof word_);
    if constexpr (std::endian::native == std::endian::big) word_ = __builtin_bswap64(word_);
  }
  unsigned equal_to(std::uint8_t value) const { return zeros(word_ ^ each * value); }
  // Precondition: limit < 0x80.
  unsigned at_most(std::uint8_t limit) const {
    // A byte is above if its lower seven bits are, or if its highest is set.
    return gathered(~(((word_ & each * 0x7f) + each * (0x7fU - limit)) | word_));
  }

 private:
  static constexpr std::uint64_t each = 0x0101010101010101U;

  // Which bytes are zero. No carry leaves a byte, so none is taken for zero for what a neighbour
  // holds, as (x - each) & ~x would have it.
  static unsigned zeros(std::uint64_t x) {
    return gathered(~(((x & each * 0x7f) + each * 0x7f) | x));
  }
  // The highest bit of each byte, side by side: all partial products fall on bits of their own.
  static unsigned gathered(std::uint64_t x) {
    return static_cast<unsigned>((((x >> 7) & each) * 0x0102040810204080U) >> 56);
  }

  std::uint64_t word_;
};

#ifdef __SSE2__
// The same with the instructions that every x86-64 has.
class sse2_bytes {
 public:
  explicit sse2_bytes(const std::uint8_t* bytes)
      : bytes_(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes))) {}
  unsigned equal_to(std::uint8_t value) const {
    return gathered(_mm_cmpeq_epi8(bytes_, all(value)));
  }
  unsigned at_most(std::uint8_t limit) const {
    return gathered(_mm_cmpeq_epi8(_mm_min_epu8(bytes_, all(limit)), bytes_));
  }

 private:
  // In the lower eight bytes; nobody asks for the upper ones.
  static __m128i all(std::uint8_t value) {
    const __m128i one = _mm_cvtsi32_si128(value);
    return _mm_shufflelo_epi16(_mm_unpacklo_epi8(one, one), 0);
  }
  static unsigned gathered(__m128i x) { return static_cast<unsigned>(_mm_movemask_epi8(x)); }

  __m128i bytes_;
};
using fast_bytes = sse2_bytes;
#else
using fast_bytes = plain_bytes;
#endif

// What the tophash bytes of a bucket of T said when this was made.
template <class T, class Bytes = fast_bytes>
class tophash_word {
 public:
  explicit tophash_word(const bmap* b) : bytes_(b->tophash) {}

  // Cells whose tophash is `top`, ahead of the first emptyRest: those that a search compares.
  cell_set candidates(std::uint8_t top) const {
    return cells(
        cell_set(bytes_.equal_to(top)).ahead_of(cell_set(bytes_.equal_to(emptyRest))).bits());
  }
  // emptyRest: nothing lives from the first of these on, here and in the rest of the chain.
  cell_set rest() const { return equal_to(emptyRest); }
  // isEmpty: free for a new entry.
  cell_set empty() const { return cells(bytes_.at_most(emptyOne)); }
  // Those with an entry, or with one that has been evacuated from there.
  cell_set held() const {
    return cells(~(bytes_.at_most(emptyOne) | bytes_.equal_to(evacuatedEmpty)));
  }
  // Those with an entry that lives there.
  cell_set live() const { return cells(~bytes_.at_most(minTopHash - 1)); }
  cell_set equal_to(std::uint8_t value) const { return cells(bytes_.equal_to(value)); }

 private:
  // Bytes behind T::bucketCnt are no cells.
  static cell_set cells(unsigned bits) { return cell_set(bits & ((1U << T::bucketCnt) - 1)); }

  Bytes bytes_;
};
static_assert(bucketCnt == 8, "eight bytes are looked at");

}  // namespace gomap::detail
