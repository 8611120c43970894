// CHECKS: the first statement of a test, naming the properties that it checks.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "conformance/properties/catalogue.h"

namespace mapproof {

// The ids go into the test's report (JSON, JUnit) as "properties".
inline void record_checks(std::initializer_list<std::string_view> ids) {
  std::string all;
  for (const std::string_view id : ids) {
    EXPECT_NE(find_property(id), nullptr) << "the catalogue has no property " << id;
    if (!all.empty()) all += ' ';
    all += id;
  }
  testing::Test::RecordProperty("properties", all);
}

}  // namespace mapproof

#define CHECKS(...) ::mapproof::record_checks({__VA_ARGS__})
