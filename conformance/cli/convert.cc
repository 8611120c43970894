// mapproof convert: from text to bytes and back.

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

#include "conformance/cli/commands.h"
#include "conformance/cli/io.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

struct ConvertOptions {
  std::string file;
  std::string to;
  std::string out;
};

int convert(const ConvertOptions& options) {
  const std::string contents = read_file(options.file);
  const Program program = parse_program(options.file, contents);
  const bool to_text = options.to.empty() ? looks_like_bytes(contents) : options.to == "text";
  if (to_text) {
    write_file(options.out, print(program));
    return kHolds;
  }
  const bool to_stdout = options.out.empty() || options.out == "-";
  if (to_stdout && is_terminal(STDOUT_FILENO)) {
    throw CannotRun("bytes are not written to a terminal; name a file with -o");
  }
  const auto bytes = encode(program);
  write_file(options.out,
             std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return kHolds;
}

}  // namespace

void add_convert(CLI::App& app, int* exit_code) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command = app.add_subcommand("convert", "Turn a program from text to bytes or back");
  command->add_option("FILE", options->file, "a program, as text or bytes; - is the standard input")
      ->required();
  command->add_option("--to", options->to, "text or bytes (default: the other form)")
      ->check(CLI::IsMember({"text", "bytes"}));
  command->add_option("-o,--out", options->out, "where to write to (default: stdout)");
  command->footer(R"(Comments and results live in the text form only.

Examples:
  mapproof convert crash-1234
  mapproof convert program.mapproof -o program.bin)");
  command->callback([options, exit_code] { *exit_code = convert(*options); });
}

}  // namespace mapproof::cli
