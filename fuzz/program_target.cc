// What all targets whose inputs are programs give the engine.
//
// They work without the custom mutator as well (AFL++, honggfuzz): every byte string is a program.
#include <cstddef>
#include <cstdint>

#include "fuzz/harness.h"
#include "fuzz/mutator.h"
#include "fuzz/process.h"

// libFuzzer's own mutation of bytes. Engines that do not have it never call the mutator below.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

// An input allocates and frees as much as a few hundred small maps do: the usual quarantine of
// 256 MB would be touched again and again, at a page fault every 4 KiB, and so would memory that is
// given back to the system in between. Of where memory came from, frames inside of the map are
// enough: the program says the rest. $ASAN_OPTIONS still decides.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:malloc_context_size=8:allocator_release_to_os_interval_ms=-1";
}

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  mapproof::initialize(*argc, *argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static mapproof::Target& target = *mapproof::make_target().release();
  return mapproof::check(target, {data, size});
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  mapproof::process().statistics.note_start();  // libFuzzer runs its corpus before it mutates
  if (!mapproof::process().mutates_programs && LLVMFuzzerMutate != nullptr) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  return mapproof::mutate_bytes(data, size, max_size, seed, &LLVMFuzzerMutate);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_out_size,
                                                 unsigned int seed) {
  if (!mapproof::process().mutates_programs) return 0;  // try something else
  return mapproof::cross_over_bytes({data1, size1}, {data2, size2}, out, max_out_size, seed);
}
