// The constants of map.go.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gomap {

using uintptr = std::uintptr_t;

inline constexpr uintptr PtrSize = sizeof(void*);

// Most key/elem pairs that a bucket holds.
inline constexpr unsigned bucketCntBits = 3;
inline constexpr uintptr bucketCnt = uintptr{1} << bucketCntBits;

// Average load of a bucket above which a map grows, as a fraction: 6.5.
inline constexpr uintptr loadFactorNum = 13;
inline constexpr uintptr loadFactorDen = 2;

// Largest key or elem, in bytes, that is stored inside the bucket; larger ones are stored apart.
inline constexpr uintptr maxKeySize = 128;
inline constexpr uintptr maxElemSize = 128;

// Where the keys begin: the size of bmap, aligned as an int64.
inline constexpr uintptr dataOffset = 8;

// Values of tophash below minTopHash are states of a cell.
inline constexpr std::uint8_t emptyRest = 0;       // empty, and so is every later cell of the chain
inline constexpr std::uint8_t emptyOne = 1;        // empty
inline constexpr std::uint8_t evacuatedX = 2;      // moved to the first half of the larger array
inline constexpr std::uint8_t evacuatedY = 3;      // moved to the second half
inline constexpr std::uint8_t evacuatedEmpty = 4;  // empty, in an evacuated bucket
inline constexpr std::uint8_t minTopHash = 5;

static_assert(evacuatedX + 1 == evacuatedY && (evacuatedX ^ 1) == evacuatedY,
              "the low bit tells X from Y");

// hmap::flags
inline constexpr std::uint8_t iterator = 1;      // an iterator may be using buckets
inline constexpr std::uint8_t oldIterator = 2;   // an iterator may be using oldbuckets
inline constexpr std::uint8_t hashWriting = 4;   // somebody is writing to the map
inline constexpr std::uint8_t sameSizeGrow = 8;  // the growth under way keeps the size

// hiter::checkBucket: nothing to check.
inline constexpr uintptr noCheck = ~uintptr{0};

// Elems up to this size read their zero value from zeroVal; larger ones need the fat variants.
inline constexpr uintptr maxZero = 1024;
alignas(16) inline constinit unsigned char zeroVal[maxZero] = {};

// Largest allocation that Go's allocator would consider (malloc.go, linux/amd64).
inline constexpr uintptr maxAlloc =
    PtrSize == 8 ? static_cast<uintptr>(std::uint64_t{1} << 48) : ~uintptr{0};

}  // namespace gomap
