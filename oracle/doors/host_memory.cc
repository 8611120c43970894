#include "oracle/doors/host_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace mapproof::doors {
namespace {

constexpr std::size_t kGuard = 16;  // at least so many bytes on either side
constexpr char kPattern = '\x5a';
constexpr int kFresh = 0xa5;  // what new memory holds: not zero by luck

bool is_whole(const char* guard, std::size_t size) {
  return std::all_of(guard, guard + size, [](char c) { return c == kPattern; });
}

}  // namespace

HostMemory::~HostMemory() { forget(); }

void* HostMemory::allocate(std::size_t size, std::size_t alignment) {
  const std::size_t front = std::max(kGuard, alignment);
  const std::size_t all = (front + size + kGuard + front - 1) / front * front;
  void* memory = size > all ? nullptr : std::aligned_alloc(front, all);
  if (memory == nullptr) throw std::bad_alloc();
  char* at = static_cast<char*>(memory) + front;
  std::memset(memory, kPattern, front);
  std::memset(at, kFresh, size);
  std::memset(at + size, kPattern, kGuard);
  blocks_[at] = {.size = size, .front = front};
  bytes_ += size;
  return at;
}

const char* HostMemory::release(void* memory, std::size_t size) {
  const auto found = blocks_.find(memory);
  if (found == blocks_.end()) return "memory given back that is not out";
  const Block block = found->second;
  if (block.size != size) return "memory given back with another size than it was taken with";
  char* at = static_cast<char*>(memory);
  const char* const wrong = damage(at, block);
  blocks_.erase(found);
  bytes_ -= size;
  std::free(at - block.front);
  return wrong;
}

const char* HostMemory::check() const {
  for (const auto& [at, block] : blocks_) {
    if (const char* wrong = damage(static_cast<const char*>(at), block)) return wrong;
  }
  return nullptr;
}

void HostMemory::forget() {
  for (const auto& [at, block] : blocks_) std::free(static_cast<char*>(at) - block.front);
  blocks_.clear();
  bytes_ = 0;
}

const char* HostMemory::damage(const char* at, const Block& block) {
  if (!is_whole(at - block.front, block.front)) return "bytes written before a block of memory";
  if (!is_whole(at + block.size, kGuard)) return "bytes written behind a block of memory";
  return nullptr;
}

}  // namespace mapproof::doors
