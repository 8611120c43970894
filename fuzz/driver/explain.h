// Makes what a person wants of a failing input: text, a small program, tests to paste.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/driver/children.h"
#include "fuzz/driver/diagnosis.h"
#include "fuzz/driver/options.h"
#include "fuzz/driver/targets.h"
#include "oracle/program.h"

namespace mapproof::driver {

// Bounds of the work on one failure; an interrupt ends it, too.
struct ExplainLimits {
  std::chrono::seconds tool{60};       // for one run of mapproof
  std::chrono::seconds shrinking{20};  // of a crash, in one process after the other
};

// One failing input in the folder that it is to be kept in.
class Explanation {
 public:
  // `folder` holds input.bin, and program.mapproof and shrunk.mapproof if the worker left them.
  Explanation(const FuzzTarget& target, const Options& options, const Diagnosis& diagnosis,
              std::filesystem::path folder, Children* children, ExplainLimits limits = {});

  // Writes what is missing. What cannot be had is told in explain.log there.
  void make();

  const std::optional<Program>& program() const { return program_; }
  const std::optional<Program>& shrunk() const { return shrunk_; }
  // The command that shows the failure, once the folder is called `name`.
  std::string replay(const std::filesystem::path& name) const;
  std::vector<std::string> sources() const;  // names of the tests to paste

 private:
  void read_programs();
  void shrink_with_mapproof();
  void shrink_crash();
  void shrink_program();
  void shrink_bytes();
  bool dies_alike(std::string_view input);
  void write_program(const char* name, const Program& program);
  void emit(const char* form, const char* file, const std::vector<std::string>& port);
  void emit_tests();
  void note(const std::string& line) const;
  bool run_mapproof(std::vector<std::string> arguments);
  // "--port NAME" of the command that replays a verdict; empty: mapproof replay does not show it.
  std::vector<std::string> port_of_replay() const;

  const FuzzTarget& target_;
  const Options& options_;
  const Diagnosis& diagnosis_;
  std::filesystem::path folder_;
  Children& children_;
  ExplainLimits limits_;
  std::optional<Program> program_;
  std::optional<Program> shrunk_;
};

}  // namespace mapproof::driver
