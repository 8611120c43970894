#include "conformance/cli/outputs.h"

#include <fmt/format.h>

#include <cstdio>

#include "conformance/cli/io.h"

namespace mapproof::cli {
namespace {

std::vector<std::string> on_stdout(const std::vector<Output>& outputs) {
  std::vector<std::string> options;
  for (const Output& one : outputs) {
    if (one.file == "-") options.push_back(one.option);
  }
  return options;
}

}  // namespace

void expect_writable(const std::vector<Output>& outputs) {
  const std::vector<std::string> mixed = on_stdout(outputs);
  if (mixed.size() > 1) {
    throw CannotRun(
        fmt::format("{}: just one of them can go to the standard output", fmt::join(mixed, ", ")));
  }
  for (const Output& one : outputs) probe_output(one.file);
}

bool take_stdout(const std::vector<Output>& outputs) { return !on_stdout(outputs).empty(); }

bool write_all(const std::vector<Output>& outputs) {
  bool written = true;
  for (const Output& one : outputs) {
    if (one.file.empty()) continue;
    try {
      write_file(one.file, one.text());
    } catch (const CannotRun& error) {
      fmt::print(stderr, "mapproof: {}\n", error.what());
      written = false;
    }
  }
  return written;
}

}  // namespace mapproof::cli
