// Keys and elems as spans of bytes: what travels through the C door.
//
// A kind of fixed size travels as the bytes of its C++ type (gaps with their rubbish included), a
// string as its characters, an owning object as the 32-bit value that it holds, and an interface
// as one byte that says what it holds (0 nil, 1 int64, 2 double, 3 string, 4 unhashable) and the
// bytes of that.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "oracle/kinds.h"

namespace mapproof::doors {

using Bytes = std::vector<char>;
inline constexpr std::size_t kVariableSize = static_cast<std::size_t>(-1);

struct KeyImages {
  std::size_t size;                              // of each; kVariableSize
  void (*make)(KeyId id, Bytes* bytes);          // replaces what *bytes holds
  std::optional<KeyId> (*id)(std::string_view);  // nullopt: the image of no key
};
struct ElemImages {
  std::size_t size;
  void (*make)(std::uint32_t stamp, Bytes* bytes);
  std::optional<std::uint32_t> (*stamp)(std::string_view);  // nullopt: the image of no stamp
};
const KeyImages& images(KeyKind kind);
const ElemImages& images(ElemKind kind);

}  // namespace mapproof::doors
