// The clock of all measurements: the thread's own CPU time, so that a busy machine counts less.
#pragma once

#include <time.h>

namespace mapproof {

inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace mapproof
