// mapproof shrink: the smallest program that fails in the same way.

#include <fmt/format.h>

#include <memory>
#include <string>

#include "conformance/cli/commands.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

struct ShrinkOptions {
  std::string file;
  std::string port;
  std::string out;
};

int shrink_file(const ShrinkOptions& options) {
  const Program program = load_program(options.file);
  const std::string of_file = program.port.empty() ? "gomap" : program.port;
  Examiner examiner(options.port.empty() ? of_file : options.port);
  if (const std::string why = examiner.refusal(program); !why.empty()) {
    throw CannotRun(fmt::format("{}: port {} cannot be asked to run this: {}", options.file,
                                examiner.name(), why));
  }
  const Examination failure = examiner.examine(program);
  if (!failure.fails()) {
    throw CannotRun(
        fmt::format("{}: nothing to shrink, it holds on port {}", options.file, examiner.name()));
  }
  const Program small = examiner.smallest(program, failure);
  write_file(options.out, print(small));
  fmt::print(stderr, "mapproof: {} of {} operations left: {}\n", small.ops.size(),
             program.ops.size(), examiner.examine(small).result.verdict->sentence());
  return kHolds;
}

}  // namespace

void add_shrink(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<ShrinkOptions>();
  CLI::App* command =
      app.add_subcommand("shrink", "Make a failing program as small as it fails in the same way");
  command->add_option("FILE", options->file, "a program, as text or bytes; - is the standard input")
      ->required();
  command->add_option("--port", options->port,
                      "the map it fails on (default: the file's port line, else gomap)");
  command->add_option("-o,--out", options->out, "where to write the text (default: to stdout)");
  command->footer(R"(Fails with 2 if the program does not fail.

Examples:
  mapproof shrink crash-1234
  mapproof shrink --port std FILE -o corpus/regressions/small.mapproof)");
  command->callback([options, exit_code] { *exit_code = shrink_file(*options); });
}

}  // namespace mapproof::cli
