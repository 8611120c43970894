// Tests that run once for each Go runtime there is; those that are not installed are skipped by
// name.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "oracle/goruntime/installed.h"

namespace mapproof {

class WithGo : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const std::string why = go::why_not(GetParam()); !why.empty()) GTEST_SKIP() << why;
  }
  go::Runtime& runtime() const { return go::runtime(GetParam()); }
};

inline std::string runtime_name(const testing::TestParamInfo<std::string>& info) {
  return info.param == "go1.19" ? "Go119" : "Gccgo12";
}

#define MAPPROOF_FOR_EACH_GO(Suite) \
  INSTANTIATE_TEST_SUITE_P(Runtimes, Suite, testing::Values("go1.19", "gccgo-12"), runtime_name)

}  // namespace mapproof
