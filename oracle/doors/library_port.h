// A map in a shared library, in a process of its own: a crash or a hang is a verdict, not the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "oracle/port.h"

namespace mapproof::doors {

struct LibraryOptions {
  std::chrono::milliseconds time_limit{10'000};  // for one program
  std::chrono::milliseconds start_limit{20'000};
  std::uint64_t memory_limit = 2048;  // in MB; 0: none
  // Each program in a process of its own, so that nothing outlives the map that it belongs to.
  bool alone = false;
  // The program that loads the library; "": mapproof-host beside this one, or as it was built or
  // installed.
  std::string host = {};
};

// Throws std::runtime_error, in one line that says what to do: no such file, no library, no symbol
// mapproof_port, a table that cannot be used. Afterwards what goes wrong is thrown as PortFailure
// by the operation at which it shows, and the child is started again for the next program. What it
// does not do again in a new child is told as such.
std::unique_ptr<Port> make_library_port(const std::string& path,
                                        const LibraryOptions& options = {});

}  // namespace mapproof::doors
