// The kinds of keys that maps are compared with. Each has a Go twin of the same bytes
// (CMakeLists.txt lists them); std::string has none and is reported apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gomap/traits.h"
#include "impl/bench/key_lists.h"

namespace mapproof {

struct pair_key {
  std::uint64_t first, second;
  bool operator==(const pair_key&) const = default;
};

// An array in Go. Above 128 bytes Go stores a key apart from its bucket.
struct wide_key {
  std::array<std::uint64_t, 17> words;
  bool operator==(const wide_key&) const = default;
};

}  // namespace mapproof

template <>
struct gomap::calls_out<mapproof::pair_key> : std::false_type {};
template <>
struct gomap::calls_out<mapproof::wide_key> : std::false_type {};

namespace mapproof {

// The text of all string keys, end to end; texts do not move.
class text_arena {
 public:
  // The i-th text: hexadecimal digits, after `length` - 16 bytes that all texts share.
  std::string_view add(std::uint64_t i, std::size_t length) {
    if (left_ < length + 1) {
      left_ = block_bytes;
      blocks_.push_back(std::make_unique<char[]>(left_));
      next_ = blocks_.back().get();
    }
    char* const text = next_;
    std::memset(text, '/', length - 16);
    std::snprintf(text + length - 16, 17, "%016llx", static_cast<unsigned long long>(scatter(i)));
    next_ += length;
    left_ -= length;
    return {text, length};
  }

 private:
  static constexpr std::size_t block_bytes = std::size_t{1} << 20;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

// ---- kinds: a name, the type, the i-th key ----

struct uint32_keys {
  using type = std::uint32_t;
  static constexpr const char* name = "uint32";
  // A bijection of 32 bits: multiplied by an odd number, and folded.
  static type key(std::uint64_t i, text_arena&) {
    auto x = static_cast<std::uint32_t>(i) * 0x9e3779b1U;
    x = (x ^ (x >> 15)) * 0x85ebca77U;
    return x ^ (x >> 13);
  }
};

struct uint64_keys {
  using type = std::uint64_t;
  static constexpr const char* name = "uint64";
  static type key(std::uint64_t i, text_arena&) { return scatter(i); }
};

struct short_string_keys {
  using type = std::string_view;
  static constexpr const char* name = "string16";
  static type key(std::uint64_t i, text_arena& texts) { return texts.add(i, 16); }
};

struct long_string_keys {
  using type = std::string_view;
  static constexpr const char* name = "string64";
  static type key(std::uint64_t i, text_arena& texts) { return texts.add(i, 64); }
};

struct pair_keys {
  using type = pair_key;
  static constexpr const char* name = "struct16";
  static type key(std::uint64_t i, text_arena&) { return {scatter(i), scatter(~i)}; }
};

struct wide_keys {
  using type = wide_key;
  static constexpr const char* name = "array136";
  static type key(std::uint64_t i, text_arena&) {
    wide_key key{};
    for (std::uint64_t& word : key.words) word = scatter(i++);
    return key;
  }
};

struct std_string_keys {
  using type = std::string;
  static constexpr const char* name = "std::string";
  static type key(std::uint64_t i, text_arena& texts) { return type(texts.add(i, 16)); }
};

}  // namespace mapproof
