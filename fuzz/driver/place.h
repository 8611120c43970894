// Where in the source a failure is to be looked for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "oracle/program.h"

namespace mapproof::driver {

struct Place {
  std::string file;   // below the project, or absolute; "" if nothing is known
  unsigned line = 0;  // 0: the file as a whole
  std::string function;
  friend bool operator==(const Place&, const Place&) = default;
};

// Where the map is implemented that a target tests.
struct Suspect {
  enum class Kind { port_of_this_project, library, judge };
  Kind kind = Kind::port_of_this_project;
  std::filesystem::path source;   // the top folder of the project
  std::filesystem::path library;  // of Kind::library
};

// As a path below the project, if it is one.
std::string below(const std::string& file, const std::filesystem::path& source);

// Of a verdict: the function that the failing operation calls. What only looks (len, audit) shows
// what an earlier operation has done: then that one's.
Place place_of_call(const Program& program, std::size_t op, const Suspect& suspect);

// Of a sanitizer's report: the innermost frame in the map; else in this project.
Place place_of_frames(const std::vector<std::string>& frames, const Suspect& suspect);

}  // namespace mapproof::driver
