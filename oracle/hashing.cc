#include "oracle/hashing.h"

#include <algorithm>
#include <array>

// Mixing wraps around on purpose, whatever an engine's sanitizer thinks of it.
#if defined(__clang__)
#define MAPPROOF_WRAPS __attribute__((no_sanitize("unsigned-integer-overflow")))
#else
#define MAPPROOF_WRAPS
#endif

namespace mapproof {
namespace {

constexpr std::array<std::string_view, kHashModes> kNames = {"strong", "identity", "constant",
                                                             "low",    "top",      "table"};

// A top byte that is no cell state, so that what a map stores is what a person reads here.
constexpr std::uint64_t kConstantHash = std::uint64_t{0x2a} << 56;

// Each bit of the input reaches each bit of the output; no two inputs share an output.
MAPPROOF_WRAPS constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdU;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53U;
  return x ^ x >> 33;
}

MAPPROOF_WRAPS constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return mix(mix(a + 0x9e3779b97f4a7c15U) + b);
}

}  // namespace

std::string_view name(HashMode mode) { return kNames[static_cast<std::size_t>(mode)]; }

std::optional<HashMode> hash_mode_named(std::string_view text) {
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<HashMode>(found - kNames.begin());
}

void Hashing::set(std::uint32_t index, std::uint64_t hash) {
  const std::uint32_t at = key_class(kind_, index).equality;
  table_.at(at) = hash;
  in_table_.set(at);
}

std::uint64_t Hashing::operator()(std::uint32_t index, std::uint64_t hash0) {
  ++calls_;
  const KeyClass key = key_class(kind_, index);
  if (key.nan && nan_source_) return nan_source_();
  // What the mode shapes: the key's number, or a NaN's next draw.
  const std::uint64_t n = key.nan ? mix(seed_, ++nan_draws_) : key.equality;
  switch (mode_) {
    case HashMode::strong:
      return key.nan ? n : mix(hash0, n);
    case HashMode::constant:
      return kConstantHash;
    case HashMode::low:
      return n & 7;
    case HashMode::top:
      return n << 56;
    case HashMode::table:
      if (key.equality < table_.size() && in_table_[key.equality]) return table_[key.equality];
      break;
    case HashMode::identity:
      break;
  }
  return key.nan ? n >> 48 : n;  // identity: as large as the numbers of keys are
}

}  // namespace mapproof
