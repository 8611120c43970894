// A library with the functions of a Go runtime and none behind them: it describes itself as
// $MAPPROOF_FAKE_DESCRIPTION, and answers whatever it is asked with $MAPPROOF_FAKE_WORDS words that
// all are $MAPPROOF_FAKE_WORD.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#ifndef MAPPROOF_FAKE_WITHOUT_RUN
namespace {

std::uint64_t number(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

}  // namespace
#endif

extern "C" {

std::uintptr_t mapproof_go_describe() {
  return reinterpret_cast<std::uintptr_t>(std::getenv("MAPPROOF_FAKE_DESCRIPTION"));
}
std::size_t mapproof_go_open() { return 0; }
void mapproof_go_close(std::size_t) {}
#ifndef MAPPROOF_FAKE_WITHOUT_RUN
std::uintptr_t mapproof_go_run(std::size_t, const void*, std::size_t, std::size_t* n) {
  static std::vector<std::uint64_t> words;
  words.assign(number("MAPPROOF_FAKE_WORDS"), number("MAPPROOF_FAKE_WORD"));
  *n = words.size();
  return reinterpret_cast<std::uintptr_t>(words.data());
}
#endif
}
