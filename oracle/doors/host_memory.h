// The memory that the host lends to a map: each block stands between guards, and is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace mapproof::doors {

class HostMemory {
 public:
  HostMemory() = default;
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;
  ~HostMemory();

  void* allocate(std::size_t size, std::size_t alignment);
  // Says what is wrong, or nullptr: no such block, another size, or a guard was written over.
  const char* release(void* memory, std::size_t size);
  // Looks at the guards of all blocks that are out; nullptr: all are whole.
  const char* check() const;

  std::size_t blocks() const { return blocks_.size(); }
  std::size_t bytes() const { return bytes_; }
  void forget();  // gives everything back

 private:
  struct Block {
    std::size_t size = 0;
    std::size_t front = 0;  // bytes before it, the guard
  };
  static const char* damage(const char* at, const Block& block);

  std::unordered_map<void*, Block> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace mapproof::doors
