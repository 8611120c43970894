// mapproof shrink: the smallest program that fails in the same way.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "conformance/cli/commands.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

struct ShrinkOptions {
  std::string file;
  PortOptions port;
  bool watch = false;
  std::string out;
};

int shrink_file(const ShrinkOptions& options) {
  const Program program = load_program(options.file);
  Examiner examiner(options.port, port_of(options.file, program, options.port));
  examiner.expect_runnable(options.file, program);
  probe_output(options.out);
  const Examination failure = examiner.examine(program, {}, options.watch);
  if (!failure.fails()) {
    throw CannotRun(
        fmt::format("{}: nothing to shrink, it holds on port {}", options.file, examiner.label()));
  }
  const Program small = examiner.smallest(program, failure, options.watch);
  write_file(options.out, print(small));
  fmt::print(stderr, "mapproof: {} of {} operations left: {}\n", small.ops.size(),
             program.ops.size(),
             examiner.examine(small, {}, options.watch).result.verdict->sentence());
  return kHolds;
}

}  // namespace

void add_shrink(CLI::App& app, const std::vector<std::string>& behind, int* exit_code) {
  auto options = std::make_shared<ShrinkOptions>();
  options->port.behind = behind;
  CLI::App* command =
      app.add_subcommand("shrink", "Make a failing program as small as it fails in the same way");
  command->add_option("FILE", options->file, "a program, as text or bytes; - is the standard input")
      ->required();
  add_port_options(
      command,
      "the map it fails on: a name or a library (default: the file's port line, else gomap)",
      &options->port);
  command->add_flag("--watch", options->watch, "check the layout after each operation, too");
  command->add_option("-o,--out", options->out, "where to write the text (default: to stdout)");
  command->footer(R"(Fails with 2 if the program does not fail.

Examples:
  mapproof shrink crash-1234
  mapproof shrink FILE -- node my_port.mjs
  mapproof shrink --port std FILE -o corpus/regressions/small.mapproof)");
  command->callback([options, exit_code] { *exit_code = shrink_file(*options); });
}

}  // namespace mapproof::cli
