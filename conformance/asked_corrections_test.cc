// A run depends only on those corrections that it has asked for: that is why the fuzzers need not
// run the faithful port again after a corrected one that asked for none.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/corpus_files.h"
#include "conformance/ports/gomap_port.h"
#include "fuzz/mutator.h"
#include "fuzz/mutator/random.h"
#include "gomap/corrections.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

struct Ran {
  // The number of the operation, the number within a burst, and the answer.
  std::vector<std::tuple<std::size_t, std::size_t, std::string>> answers;
  Snapshot end;
  std::uint32_t asked = 0;
};

Ran run_with(const Program& program, std::uint32_t corrections) {
  const std::unique_ptr<Port> port = make_gomap_port(corrections);
  Ran ran;
  RunOptions options;
  options.trace = [&](std::size_t op, std::size_t step, const std::string& answer) {
    ran.answers.emplace_back(op, step, answer);
  };
  options.at_end = [&] { port->snapshot(&ran.end); };
  EXPECT_TRUE(run(program, *port, nullptr, options).ok());
  ran.asked = asked_corrections(*port);
  return ran;
}

// The run is the same with all that was not asked for switched over.
// Gives what was asked for.
std::uint32_t expect_same_whatever_was_not_asked(const Program& program,
                                                 std::uint32_t corrections) {
  const Ran ran = run_with(program, corrections);
  const Ran other = run_with(program, corrections ^ (gomap::correction::all & ~ran.asked));
  EXPECT_EQ(other.answers, ran.answers) << corrections << ", asked " << ran.asked;
  EXPECT_EQ(other.end, ran.end) << corrections << ", asked " << ran.asked;
  EXPECT_EQ(other.asked, ran.asked) << corrections;
  return ran.asked;
}

TEST(AskedCorrections, DecideAloneWhatAProgramOfTheCorpusDoes) {
  std::uint32_t asked = 0;
  std::size_t silent = 0;
  for (const char* folder : {"seeds", "regressions", "findings"}) {
    for (const auto& file : corpus_files(folder)) {
      SCOPED_TRACE(file.string());
      const Program program = read_program(file);
      expect_same_whatever_was_not_asked(program, 0);
      const std::uint32_t here =
          expect_same_whatever_was_not_asked(program, gomap::correction::all);
      asked |= here;
      silent += here == 0 ? 1 : 0;
      if (HasFailure()) return;
    }
  }
  EXPECT_EQ(asked, gomap::correction::all) << "the corpus needs each correction somewhere";
  EXPECT_GT(silent, 0U);
}

TEST(AskedCorrections, DecideAloneWhatARandomProgramDoes) {
  constexpr std::uint64_t kPrograms = 300;
  std::uint32_t asked = 0;
  for (std::uint64_t seed = 0; seed < kPrograms; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Program program;
    Random random(seed);
    for (int i = 0; i < 60; ++i) mutate(program, random);
    if (elementary_ops(program) > 4000) continue;
    asked |= expect_same_whatever_was_not_asked(program, gomap::correction::all);
    if (HasFailure()) return;
  }
  EXPECT_NE(asked, 0U);
}

}  // namespace
}  // namespace mapproof
