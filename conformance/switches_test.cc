// What $MAPPROOF_MUTATOR and $MAPPROOF_SITUATIONS switch off in a fuzz target. They are read once a
// process, so that each check has one of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "conformance/test_program.h"
#include "fuzz/harness.h"
#include "fuzz/two_ports.h"
#include "oracle/program.h"

extern "C" {
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned int seed);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                      const std::uint8_t* data2, std::size_t size2,
                                      std::uint8_t* out, std::size_t max_out_size,
                                      unsigned int seed);
// The engine's part: its own mutation, here one that nobody else makes.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t, std::size_t) {
  data[0] = 0xee;
  return 1;
}
// Where libFuzzer looks for what it is told besides edges.
extern std::uint8_t __start___libfuzzer_extra_counters[];
extern std::uint8_t __stop___libfuzzer_extra_counters[];
}

std::unique_ptr<mapproof::Target> mapproof::make_target() { return make_two_ports(); }

namespace mapproof {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes a_program() { return encode(program_of("map u64 u64\nputrange 0 20\niter a\nnext a 3\n")); }

// Of a thousand mutations, how many the engine made.
int engines_own_mutations() {
  int own = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Bytes data = a_program();
    const std::size_t size = data.size();
    data.resize(4096);
    own += LLVMFuzzerCustomMutator(data.data(), size, data.size(), seed) == 1 && data[0] == 0xee;
  }
  return own;
}

int spliced() {
  const Bytes data = a_program();
  std::array<std::uint8_t, 4096> out{};
  int made = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    made += LLVMFuzzerCustomCrossOver(data.data(), data.size(), data.data(), data.size(),
                                      out.data(), out.size(), seed) != 0;
  }
  return made;
}

// Extra counters that running the program sets.
std::ptrdiff_t told() {
  const Bytes data = a_program();
  LLVMFuzzerTestOneInput(data.data(), data.size());
  const std::span counters(__start___libfuzzer_extra_counters, __stop___libfuzzer_extra_counters);
  return std::count_if(counters.begin(), counters.end(), [](std::uint8_t n) { return n != 0; });
}

// Exit status 0 if the check holds in a process with this variable.
template <class Check>
void expect_with(const char* variable, const char* value, Check holds) {
  EXPECT_EXIT(
      {
        setenv(variable, value, 1);
        std::_Exit(holds() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "")
      << variable << "=" << value;
}

TEST(Switches, TheMutatorOfProgramsGivesWayToTheEnginesOwn) {
  expect_with("MAPPROOF_MUTATOR", "0", [] { return engines_own_mutations() == 1000; });
  expect_with("MAPPROOF_MUTATOR", "1", [] {
    const int own = engines_own_mutations();
    return own > 50 && own < 400;  // two in ten
  });
}

TEST(Switches, WithoutTheMutatorNothingIsSpliced) {
  expect_with("MAPPROOF_MUTATOR", "0", [] { return spliced() == 0; });
  expect_with("MAPPROOF_MUTATOR", "1", [] { return spliced() > 5; });
}

TEST(Switches, SituationsAreToldToTheEngineOrNot) {
  expect_with("MAPPROOF_SITUATIONS", "0", [] { return told() == 0; });
  expect_with("MAPPROOF_SITUATIONS", "1", [] { return told() > 0; });
}

}  // namespace
}  // namespace mapproof
