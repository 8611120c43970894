// Go's two ways to stop: panic, which a program may recover from, and throw, which it may not.
#pragma once

#include <stdexcept>
#include <string>

namespace gomap {

// A Go run-time panic. The map is as it was before the operation.
class panic_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A Go throw ("fatal error"): the map was misused or is broken. Nothing is promised afterwards.
class throw_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void go_panic(const std::string& words) {
  throw panic_error(words);
}
[[noreturn, gnu::cold, gnu::noinline]] inline void go_throw(const char* words) {
  throw throw_error(words);
}
[[noreturn, gnu::cold, gnu::noinline]] inline void panic_nil_dereference() {
  go_panic("runtime error: invalid memory address or nil pointer dereference");
}

}  // namespace gomap
