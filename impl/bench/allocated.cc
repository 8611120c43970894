#include "impl/bench/allocated.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>

// What glibc's own functions are called besides.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace mapproof {
namespace {

// A Go runtime has threads of its own that may allocate.
constinit std::atomic<std::uint64_t> now{0};
constinit std::atomic<std::uint64_t> peak{0};

void* given(void* p) {
  if (p == nullptr) return p;
  const std::uint64_t bytes = now.fetch_add(malloc_usable_size(p)) + malloc_usable_size(p);
  if (bytes > peak.load()) peak.store(bytes);
  return p;
}

void taken(void* p) {
  if (p != nullptr) now.fetch_sub(malloc_usable_size(p));
}

}  // namespace

allocated allocated_so_far() { return {now.load(), peak.load()}; }
void forget_peak() { peak.store(now.load()); }

}  // namespace mapproof

using mapproof::given;
using mapproof::taken;

extern "C" {
void* malloc(std::size_t bytes) { return given(__libc_malloc(bytes)); }
void* calloc(std::size_t n, std::size_t bytes) { return given(__libc_calloc(n, bytes)); }
void* realloc(void* p, std::size_t bytes) {
  taken(p);
  void* moved = __libc_realloc(p, bytes);
  if (moved == nullptr && bytes != 0) given(p);  // it is still there
  return given(moved);
}
void* memalign(std::size_t align, std::size_t bytes) {
  return given(__libc_memalign(align, bytes));
}
void* aligned_alloc(std::size_t align, std::size_t bytes) { return memalign(align, bytes); }
int posix_memalign(void** out, std::size_t align, std::size_t bytes) {
  void* p = memalign(align, bytes);
  if (p == nullptr) return ENOMEM;
  *out = p;
  return 0;
}
void free(void* p) {
  taken(p);
  __libc_free(p);
}
}
