// What the two forms of programs promise, checked for any input.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oracle/program.h"
#include "oracle/text.h"

namespace mapproof {

// The readers and writers under test; a test replaces one by a broken one.
struct Codec {
  std::function<Program(std::span<const std::uint8_t>)> decode = mapproof::decode;
  std::function<std::optional<Program>(std::span<const std::uint8_t>, std::string*)> decode_strict =
      mapproof::decode_strict;
  std::function<std::vector<std::uint8_t>(const Program&)> encode = mapproof::encode;
  std::function<std::variant<Program, TextError>(std::string_view)> parse = mapproof::parse;
  std::function<std::string(const Program&)> print = [](const Program& program) {
    return mapproof::print(program);
  };
};

// Takes the input as bytes and as text. What is decoded or parsed comes back unchanged from either
// form, and text that is refused is refused at a place inside it. Gives which promise is broken and
// by what, or "".
std::string broken_promise(std::span<const std::uint8_t> input, const Codec& codec = Codec());

}  // namespace mapproof
