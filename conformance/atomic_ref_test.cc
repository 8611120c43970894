// The port's own std::atomic_ref, which it has for standard libraries without one.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#undef __cpp_lib_atomic_ref
#include "gomap/atomic.h"

namespace {

using gomap::detail::atomic_ref;

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kBoth = std::memory_order_acq_rel;

TEST(OwnAtomicRef, ReadsAndWritesWhatItRefersTo) {
  std::uint8_t flags = 5;
  const atomic_ref<std::uint8_t> shared(flags);
  EXPECT_EQ(shared.load(std::memory_order_acquire), 5);
  shared.store(8, kRelaxed);
  EXPECT_EQ(flags, 8);
}

TEST(OwnAtomicRef, SetsAndClearsBitsAndGivesWhatWasThere) {
  std::uint8_t flags = 5;
  const atomic_ref<std::uint8_t> shared(flags);
  EXPECT_EQ(shared.fetch_or(2, kRelaxed), 5);
  EXPECT_EQ(shared.fetch_and(0xfe, kRelaxed), 7);
  EXPECT_EQ(flags, 6);
}

TEST(OwnAtomicRef, ExchangesOnlyWhatIsAsExpectedAndTellsWhatIsThereInstead) {
  int first = 0;
  int second = 0;
  int* slot = nullptr;
  const atomic_ref<int*> shared(slot);
  int* expected = nullptr;
  EXPECT_TRUE(shared.compare_exchange_strong(expected, &first, kBoth));
  EXPECT_EQ(slot, &first);
  expected = nullptr;
  EXPECT_FALSE(shared.compare_exchange_strong(expected, &second, kBoth));
  EXPECT_EQ(slot, &first);
  EXPECT_EQ(expected, &first);
}

TEST(OwnAtomicRef, LosesNoBitThatTwoThreadsSetAtTheSameTime) {
  std::vector<std::uint8_t> words(10000, 0);
  const auto set = [&words](std::uint8_t bit) {
    for (std::uint8_t& word : words) atomic_ref<std::uint8_t>(word).fetch_or(bit, kRelaxed);
  };
  std::thread other(set, std::uint8_t{1});
  set(2);
  other.join();
  EXPECT_EQ(words, std::vector<std::uint8_t>(words.size(), 3));
}

}  // namespace
