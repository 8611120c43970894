// The first programs of a check: tiny, written by hand, each with what to do if it fails. Who has
// just written an adapter meets these first.
#pragma once

#include <optional>
#include <span>

#include "oracle/port.h"
#include "oracle/program.h"

namespace mapproof::cli {

struct SmokeTest {
  const char* title;
  const char* program;  // in text; of keys and elems u64, if they may be replaced by others
  const char* advice;
  bool looked_up = false;  // all that lives is looked up besides
};

std::span<const SmokeTest> smoke_tests();  // in the order of what leans on what

// The test's program, of kinds that the port stores; nothing if there is none that it can hold.
std::optional<Program> program_of(const SmokeTest& test, const Port& port);

}  // namespace mapproof::cli
