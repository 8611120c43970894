// The measure that the targets of this project are held against: what anybody would write in an
// afternoon, a hash map of good repute beside std::unordered_map, driven by FuzzedDataProvider.
// It finds faults of keys, elems and sizes, and knows nothing of walks under way, NaN or growth.
#include <absl/container/flat_hash_map.h>
#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <unordered_map>

#include "fuzz/statistics.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// Every call of the map is an operation, and every entry that a walk gives.
class Comparison {
 public:
  std::uint64_t operations() const { return operations_; }
  std::size_t most() const { return most_; }

  void run(FuzzedDataProvider& input) {
    while (input.remaining_bytes() > 0) {
      step(input);
      if (map_.size() > most_) most_ = map_.size();
    }
    walk();
  }

 private:
  void step(FuzzedDataProvider& input) {
    ++operations_;
    const auto what = input.ConsumeIntegralInRange<std::uint8_t>(0, 15);
    const std::uint64_t key = input.ConsumeIntegral<std::uint8_t>();
    switch (what) {
      case 0:
        require(map_.size() == model_.size());
        break;
      case 1:
        walk();
        break;
      case 2:
        map_.clear();
        model_.clear();
        break;
      case 3:
      case 4:
      case 5:
        require(map_.erase(key) == model_.erase(key));
        break;
      case 6:
      case 7:
      case 8:
      case 9: {
        const auto found = map_.find(key);
        const auto expected = model_.find(key);
        require((found == map_.end()) == (expected == model_.end()));
        require(found == map_.end() || found->second == expected->second);
        break;
      }
      default: {
        const auto elem = input.ConsumeIntegral<std::uint32_t>();
        const bool is_new = map_.insert_or_assign(key, elem).second;
        require(is_new == model_.insert_or_assign(key, elem).second);
      }
    }
  }

  void walk() {
    std::size_t entries = 0;
    for (const auto& [key, elem] : map_) {
      const auto expected = model_.find(key);
      require(expected != model_.end() && expected->second == elem);
      ++entries;
    }
    require(entries == model_.size());
    operations_ += entries;
  }

  absl::flat_hash_map<std::uint64_t, std::uint64_t> map_;
  std::unordered_map<std::uint64_t, std::uint64_t> model_;
  std::uint64_t operations_ = 0;
  std::size_t most_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& statistics = *new mapproof::Statistics(
      std::getenv("MAPPROOF_STATS") == nullptr ? "" : std::getenv("MAPPROOF_STATS"));
  FuzzedDataProvider input(data, size);
  Comparison comparison;
  comparison.run(input);
  statistics.count_run(comparison.operations());
  statistics.note_peak("live keys", comparison.most());
  statistics.write_if_due();
  return 0;
}
