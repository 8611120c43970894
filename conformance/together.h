// Threads that begin together.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace mapproof {

inline constexpr unsigned kThreads = 4;

// Runs f(0), f(1), ... in threads that begin together, and waits for them.
template <class F>
void together(F f) {
  std::atomic<unsigned> ready{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; i++) {
    threads.emplace_back([&, i] {
      ready++;
      while (ready < kThreads) std::this_thread::yield();
      f(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace mapproof
