// What instructions.py counts the instructions of: one operation of the port on 10'000 entries with
// 64-bit keys. usage: instructions_main hit|miss|insert|next|next-growing|--compiler
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "gomap/map.h"
#include "impl/bench/key_kinds.h"
#include "impl/bench/key_lists.h"

namespace mapproof {
namespace {

using Map = gomap::map<std::uint64_t, std::uint64_t>;

#ifdef __clang__
constexpr const char compiler[] = "clang++ " __clang_version__;
#else
constexpr const char compiler[] = "g++ " __VERSION__;
#endif

struct outcome {
  std::size_t operations = 0;
  std::uint64_t sum = 0;  // so that nothing is optimised away
};

// A map of as many has just begun to grow, to 2^10 buckets.
constexpr std::size_t growing_size = 13 * (1U << 9) + 1;

// Only what runs in here is counted.
[[gnu::noinline]] outcome measured(Map& m, std::string_view operation,
                                   const key_lists<std::uint64_t>& keys) {
  outcome done{keys.n, 0};
  if (operation.starts_with("next")) done.operations = m.size();
  if (operation == "hit") {
    for (const std::uint64_t key : keys.of_round(keys.present, 0)) done.sum += *m.find(key);
  } else if (operation == "miss") {
    for (const std::uint64_t key : keys.of_round(keys.absent, 0)) done.sum += m.contains(key);
  } else if (operation == "insert") {
    for (const std::uint64_t key : keys.of_round(keys.inserted, 0)) m[key] = 1;
  } else {
    for (auto w = m.walk(); w; w.next()) done.sum += w.elem();
  }
  return done;
}

int run(std::string_view operation) {
  if (operation == "--compiler") {
    std::puts(compiler);
    return 0;
  }
  text_arena none;
  const key_lists<std::uint64_t> keys(10'000,
                                      [&](std::uint64_t i) { return uint64_keys::key(i, none); });
  gomap::thread_random().seed(1);
  Map m;
  if (operation != "insert") {
    const std::size_t entries = operation == "next-growing" ? growing_size : keys.n;
    for (const std::uint64_t key : keys.of_round(keys.inserted, 0).first(entries)) m[key] = 1;
  }
  const outcome done = measured(m, operation, keys);
  std::printf("%zu\n", done.operations);
  if (operation == "next-growing" && !m.handle()->growing()) return 2;
  return operation == "miss" ? done.sum != 0 : m.size() != done.operations;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) { return argc == 2 ? mapproof::run(argv[1]) : 2; }
