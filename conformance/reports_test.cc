#include <gtest/gtest.h>
TEST(Reports, Stub) {}
