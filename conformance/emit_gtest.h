// Turns a program into a test that can be pasted into a project.
#pragma once

#include <string>
#include <string_view>

#include "oracle/program.h"

namespace mapproof {

// A whole GoogleTest file, ready to compile; its head says how. It holds the program as text and
// fails, with the verdict as its message, exactly if the program fails on the port.
std::string emit_gtest(const Program& program, std::string_view port);

}  // namespace mapproof
