// How the programs that count end.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace mapproof {

// The exit status of a program: 0 if the report says that all is well; what goes wrong is told in
// its name.
template <class Report>
int status_of(const char* program, Report report) {
  try {
    return report() ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", program, e.what());
    return EXIT_FAILURE;
  }
}

}  // namespace mapproof
