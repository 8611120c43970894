// The real Go map, measured inside Go: the library that is built of go/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "impl/bench/key_lists.h"
#include "impl/bench/workloads.h"

namespace mapproof {

// What Go is handed (exchange.Lists).
struct key_view {
  const void* inserted;
  const void* deleted;
  const void* present;
  const void* absent;
  std::uint64_t n;
  std::uint64_t rounds;
};

// A string as Go has it; std::string_view may have the two the other way round.
struct go_string {
  const char* text;
  std::size_t length;
};

// Keys in Go's form: those of C++ where the bytes are the same. They must outlive this.
template <class K>
class go_keys {
 public:
  explicit go_keys(const key_lists<K>& of)
      : view_{of.inserted.data(), of.deleted.data(), of.present.data(), of.absent.data(), of.n,
              of.rounds} {}
  const key_view& view() const { return view_; }

 private:
  key_view view_;
};

template <>
class go_keys<std::string_view> {
 public:
  explicit go_keys(const key_lists<std::string_view>& of)
      : inserted_(turned(of.inserted)),
        deleted_(turned(of.deleted)),
        present_(turned(of.present)),
        absent_(turned(of.absent)),
        view_{inserted_.data(), deleted_.data(), present_.data(), absent_.data(), of.n, of.rounds} {
  }
  go_keys(const go_keys&) = delete;
  const key_view& view() const { return view_; }

 private:
  static std::vector<go_string> turned(const std::vector<std::string_view>& keys) {
    std::vector<go_string> out;
    out.reserve(keys.size());
    for (const std::string_view key : keys) out.push_back({key.data(), key.size()});
    return out;
  }

  std::vector<go_string> inserted_, deleted_, present_, absent_;
  key_view view_;
};

struct no_go : std::runtime_error {
  using runtime_error::runtime_error;
};

class go_library {
 public:
  // Throws no_go, with what to do about it.
  go_library();

  template <class K>
  sample run(std::string_view kind, std::string_view workload, const go_keys<K>& keys) const {
    return run(kind, workload, keys.view());
  }
  // Bytes that a map[uint64]uint64 holds after so many insertions and replacements.
  std::uint64_t live_bytes(std::uint64_t entries, std::uint64_t churned) const {
    return live_bytes_(entries, churned);
  }

 private:
  sample run(std::string_view kind, std::string_view workload, const key_view& keys) const;

  int (*run_)(const char* kind, const char* workload, const void* keys, void* out) = nullptr;
  std::uint64_t (*live_bytes_)(std::uint64_t entries, std::uint64_t churned) = nullptr;
};

}  // namespace mapproof
