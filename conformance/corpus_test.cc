// Every seed and every regression holds on both ports, layout included.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>

#include "conformance/corpus_files.h"
#include "conformance/ports/gomap_port.h"
#include "oracle/judge.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

class CorpusProgram : public testing::TestWithParam<std::filesystem::path> {
 protected:
  static RunResult run_with(std::uint32_t corrections) {
    const Program program = read_program(GetParam());
    EXPECT_FALSE(program.ops.empty());
    const auto port = make_gomap_port(corrections);
    Judge judge;
    RunOptions options;
    options.audit_at_end = true;
    options.audit_touched = true;
    options.audit_every = program.ops.size() < 100 && elementary_ops(program) < 2000 ? 1 : 0;
    return run(program, *port, &judge, options);
  }
};

TEST_P(CorpusProgram, HoldsOnTheFaithfulPort) {
  const RunResult result = run_with(0);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
}

TEST_P(CorpusProgram, HoldsOnTheCorrectedPort) {
  const RunResult result = run_with(~0U);
  EXPECT_TRUE(result.ok()) << result.verdict->sentence();
}

INSTANTIATE_TEST_SUITE_P(Seeds, CorpusProgram, testing::ValuesIn(corpus_files("seeds")), test_name);
INSTANTIATE_TEST_SUITE_P(Regressions, CorpusProgram, testing::ValuesIn(corpus_files("regressions")),
                         test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CorpusProgram);

}  // namespace
}  // namespace mapproof
