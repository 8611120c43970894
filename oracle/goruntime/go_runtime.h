// A Go runtime that carries out records: the one of a library in this process, or of a child.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "oracle/goruntime/protocol.h"

namespace mapproof::go {

// Why a Go runtime cannot be used, in one line that says what was expected or what to do.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One map and its iterators. Not to be used by two threads at once, nor two machines of one
// runtime.
class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() = default;

  // Carries the records out and gives what their flags ask to be told. Good until the next call.
  // Throws Unavailable if the runtime has gone (a Go throw ends its process).
  virtual std::span<const std::uint64_t> run(std::span<const Record> records) = 0;
};

class Runtime {
 public:
  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  virtual const std::string& version() const = 0;  // "go1.19.8", "gccgo 12.2.0"
  virtual std::unique_ptr<Machine> new_machine() = 0;
};

// What a runtime says of itself is compared with what a program needs: the protocol, the compiler,
// the version's beginning, sizes of the runtime's structures, and size, alignment, pointers and
// flags of each kind's Go twin. Gives "" or where they differ, in one line.
std::string mismatch(const std::string& description, const std::string& compiler,
                     const std::string& version);
// A field of a description, such as "version"; "" if it is not there.
std::string description_field(const std::string& description, const std::string& name);

// Loads a c-shared library of go/library. The library stays in the process for good: a Go runtime
// cannot leave. Throws Unavailable.
std::unique_ptr<Runtime> load_library(const std::string& path);

// Starts go/pipe as a child, which ends with the Runtime. `version` is what to call it. Throws
// Unavailable. A child that dies, or says nothing for as long as `patience`, makes the runs of all
// its machines throw; the next new machine starts it again.
std::unique_ptr<Runtime> start_process(
    const std::string& path, const std::string& version,
    std::chrono::milliseconds patience = std::chrono::minutes(1));

}  // namespace mapproof::go
