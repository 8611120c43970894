// The process door: a map in a child process that speaks newline-delimited JSON (protocol.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/port.h"
#include "oracle/program.h"

namespace mapproof::doors {

struct ProcessOptions {
  std::chrono::milliseconds time_limit{10000};   // of one program
  std::chrono::milliseconds start_limit{20000};  // until the child has said what it is
  std::uint64_t memory_limit = 2048;             // in MB, of all its processes; 0: none
  bool validate = true;                          // hold each answer against the schema
  bool alone = false;                            // each program in a process of its own
};

// Starts the program argv[0], looked for in $PATH, and asks what it is. Throws std::runtime_error
// with one line that says what to do. Whatever the child does later is a verdict of the run; a
// child that has died is started again for the next program.
std::unique_ptr<Port> make_process_port(std::vector<std::string> argv,
                                        const ProcessOptions& options = {});

// The schema of all messages, as text.
std::string_view protocol_schema();

// What is wrong with a message of this type ("started", "run", ...) by the schema: "/features/2:
// expected ..., got ...". "" if nothing is.
std::string schema_error(std::string_view type, std::string_view message);

// The line that asks for a run, without its newline. With `hashes` it says the hash of each key.
std::string run_message(const Program& program, std::uint64_t id, bool hashes);

}  // namespace mapproof::doors
