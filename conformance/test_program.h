// Programs as text, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <variant>

#include "oracle/text.h"

namespace mapproof {

inline Program program_of(std::string_view text) {
  std::variant<Program, TextError> parsed = parse(text);
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    ADD_FAILURE() << error->message() << "\n" << text;
    return {};
  }
  return std::get<Program>(std::move(parsed));
}

}  // namespace mapproof
