#include "conformance/cli/emit.h"

#include <fmt/format.h>

#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "conformance/emit_c.h"
#include "conformance/emit_go.h"
#include "conformance/emit_gtest.h"

namespace mapproof::cli {
namespace {

// The faithful port stands in for Go here, whatever port the file's answers are from.
std::string as_go(const std::string& file, const Program& program, const PortOptions& port) {
  if (port.given() && port.port != "gomap") {
    throw CannotRun("--emit go shows what the port gomap does: leave out --port");
  }
  const GoProgram emitted = emit_go(program);
  if (!emitted.refusal.empty()) {
    throw CannotRun(fmt::format("{}: no Go program: {}", file, emitted.refusal));
  }
  return emitted.text;
}

std::string as_c(const std::string& file, const Program& program) {
  const CProgram emitted = emit_c(program);
  if (!emitted.refusal.empty()) {
    throw CannotRun(fmt::format("{}: no C program: {}", file, emitted.refusal));
  }
  return emitted.text;
}

std::string as_gtest(const std::string& file, const Program& program, const PortOptions& port) {
  const Examiner examiner(port, port_of(file, program, port));
  examiner.expect_runnable(file, program);
  if (examiner.choice().kind != PortChoice::Kind::built_in) {
    throw CannotRun("--emit gtest is for ports that are built in");
  }
  return emit_gtest(program, examiner.label());
}

}  // namespace

void emit(const std::string& file, const Program& program, const EmitOptions& options,
          const PortOptions& port) {
  write_file(options.out, options.form == "go"  ? as_go(file, program, port)
                          : options.form == "c" ? as_c(file, program)
                                                : as_gtest(file, program, port));
}

}  // namespace mapproof::cli
