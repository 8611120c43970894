// Memory for the nodes of a std::unordered_map that is filled and emptied millions of times.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace mapproof {

// Hands out memory front to back and takes all of it back at once. Keeps what it has for the next
// round, but not more than a common round needs.
class Arena {
 public:
  void* take(std::size_t bytes) {
    bytes = (bytes + kAlign - 1) / kAlign * kAlign;
    if (free_ < bytes) [[unlikely]] {
      open_chunk();
    }
    free_ -= bytes;
    return chunks_[open_ - 1].get() + free_;
  }

  // All that was taken is gone.
  void rewind() {
    if (chunks_.size() > kKeptChunks) {
      chunks_.resize(kKeptChunks);
    }
    open_ = 0;
    free_ = 0;
  }

  static constexpr std::size_t kChunk = std::size_t{1} << 14;

 private:
  static constexpr std::size_t kAlign = alignof(std::max_align_t);
  static constexpr std::size_t kKeptChunks = 64;

  void open_chunk() {
    if (open_ == chunks_.size()) {
      chunks_.push_back(std::unique_ptr<std::byte[]>(new std::byte[kChunk]));
    }
    ++open_;
    free_ = kChunk;
  }

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t open_ = 0;  // chunks in use; the last of them has `free_` bytes left, at its front
  std::size_t free_ = 0;
};

// Single objects come from the arena, arrays (a table's buckets) from the heap, where they stay
// when the arena is rewound.
template <class T>
class ArenaAllocator {
 public:
  using value_type = T;

  explicit ArenaAllocator(Arena* arena) : arena_(arena) {}
  template <class U>
  ArenaAllocator(const ArenaAllocator<U>& other) : arena_(other.arena()) {}

  T* allocate(std::size_t n) {
    static_assert(sizeof(T) <= Arena::kChunk / 16);
    return static_cast<T*>(n == 1 ? arena_->take(sizeof(T)) : ::operator new(n * sizeof(T)));
  }
  void deallocate(T* p, std::size_t n) {
    if (n != 1) {
      ::operator delete(p);
    }
  }

  Arena* arena() const { return arena_; }
  friend bool operator==(const ArenaAllocator&, const ArenaAllocator&) = default;

 private:
  Arena* arena_;
};

}  // namespace mapproof
