#include "conformance/emit_gtest.h"

#include <fmt/format.h>

#include <cctype>

#include "oracle/text.h"

namespace mapproof {
namespace {

constexpr std::string_view kFile =
    R"code(/* A mapproof program as a GoogleTest. It fails as `mapproof replay --port {port}` does.

   From the folder of mapproof, whose build folder is B:

     c++ -std=c++20 -I. THIS_FILE.cc B/conformance/libmapproof_ports.a \
       B/conformance/libmapproof_gomap.a B/oracle/libmapproof_oracle.a \
       $(pkg-config --libs absl_flat_hash_map fmt gtest_main) */
#include <gtest/gtest.h>

#include <memory>
#include <variant>

#include "conformance/ports/registry.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace {{

constexpr char kProgram[] = R"{delimiter}({program}){delimiter}";

TEST(Mapproof, ProgramHoldsOn{name}) {{
  const auto parsed = mapproof::parse(kProgram);
  const auto* error = std::get_if<mapproof::TextError>(&parsed);
  ASSERT_EQ(error, nullptr) << error->message();
  const mapproof::Program& program = std::get<mapproof::Program>(parsed);

  const mapproof::PortEntry* entry = mapproof::find_port("{port}");
  ASSERT_NE(entry, nullptr) << "no port of that name is built in";
  const std::unique_ptr<mapproof::Port> port = entry->make();
  ASSERT_TRUE(port->supports(program.spec)) << "the port has no map of these kinds";

  mapproof::Judge judge;
  mapproof::RunOptions options;
  options.audit_at_end = port->info().lays_out_buckets;
  const mapproof::RunResult result = mapproof::run(program, *port, &judge, options);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
}}

}}  // namespace
)code";

// A raw string ends at its delimiter, so that must not stand in the text.
std::string delimiter_for(std::string_view text) {
  std::string delimiter = "map";
  while (text.find(")" + delimiter) != std::string_view::npos) delimiter += 'x';
  return delimiter;
}

// "gomap-corrected" as a part of a test's name: "GomapCorrected".
std::string camel_case(std::string_view name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0) {
      upper = true;
    } else {
      result += upper ? static_cast<char>(std::toupper(byte)) : c;
      upper = false;
    }
  }
  return result;
}

}  // namespace

std::string emit_gtest(const Program& program, std::string_view port) {
  const std::string text = print(program);
  return fmt::format(kFile, fmt::arg("port", port), fmt::arg("name", camel_case(port)),
                     fmt::arg("delimiter", delimiter_for(text)), fmt::arg("program", text));
}

}  // namespace mapproof
