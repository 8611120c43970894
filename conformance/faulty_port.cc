#include "conformance/faulty_port.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "conformance/ports/gomap_port_of.h"
#include "oracle/audit.h"

namespace mapproof {
namespace {

struct Fault {};

// Counts the points of failure; the one it is told to fails.
class Faults {
 public:
  void arm(std::uint64_t n) { at_ = n; }
  void start_over() {
    report = {};
    seen_ = 0;
  }
  void pass(FaultPoint point) {
    ++report.passed[static_cast<std::size_t>(point)];
    if (++seen_ != at_) return;
    ++report.failures;
    report.failed = point;
    throw Fault{};
  }

  FaultReport report;

 private:
  std::uint64_t at_ = 0;
  std::uint64_t seen_ = 0;
};

// A type whose copies may fail, unless they are a memcpy.
struct FaultyType : gomap::_type {
  FaultyType(const gomap::_type& type, Faults* const* source)
      : gomap::_type(type), faults(source) {}
  void assign(void* dst, const void* src) const {
    if (!trivial() && *faults != nullptr) (*faults)->pass(FaultPoint::copy);
    gomap::_type::assign(dst, src);
  }
  Faults* const* faults;
};

// Go's layout, with a point of failure in all that the algorithm asks of a map type and that may
// fail.
class FaultyMapType : public gomap::maptype {
 public:
  explicit FaultyMapType(gomap::maptype t)
      : gomap::maptype(std::move(t)), key_(key_type, &faults), elem_(elem_type, &faults) {}
  FaultyMapType(const FaultyMapType&) = delete;
  FaultyMapType& operator=(const FaultyMapType&) = delete;

  const FaultyType& key() const { return key_; }
  const FaultyType& elem() const { return elem_; }
  gomap::uintptr hasher(const void* k, gomap::uintptr seed) const {
    pass(FaultPoint::hash);
    return gomap::maptype::hasher(k, seed);
  }
  bool key_equal(const void* a, const void* b) const {
    pass(FaultPoint::comparison);
    return gomap::maptype::key_equal(a, b);
  }
  void before_alloc(gomap::uintptr) const { pass(FaultPoint::allocation); }

  Faults* faults = nullptr;

 private:
  void pass(FaultPoint point) const {
    if (faults != nullptr) faults->pass(point);
  }
  FaultyType key_;
  FaultyType elem_;
};

// What the map must hold. Entries are told apart by equality class or, for NaNs, by the put that
// made them.
class Entries {
 public:
  using Entry = std::pair<std::uint64_t, std::uint32_t>;  // which, and its stamp

  void make(const MapSpec& spec) {
    spec_ = spec;
    live_.clear();
  }
  void put(KeyId key, std::uint32_t stamp) { live_[number(key)] = stamp & stamp_mask(spec_.elem); }
  void del(KeyId key) {
    if (!key_class(spec_.key, key.index).nan) live_.erase(number(key));
  }
  void clear() { live_.clear(); }

  // What differs between these and the snapshot, in words; "" if nothing does.
  std::string difference(const Snapshot& snapshot) const {
    std::vector<Entry> held;
    if (snapshot.current) collect(*snapshot.current, &held);
    if (snapshot.old) collect(*snapshot.old, &held);
    std::vector<Entry> expected(live_.begin(), live_.end());
    std::sort(held.begin(), held.end());
    std::sort(expected.begin(), expected.end());
    if (snapshot.count != expected.size()) {
      return fmt::format("count is {}, {} entries were put", snapshot.count, expected.size());
    }
    if (held == expected) return "";
    const auto [h, e] = std::mismatch(held.begin(), held.end(), expected.begin(), expected.end());
    return fmt::format("{} of {} entries are there; the first that differs: {} instead of {}",
                       held.size(), expected.size(), h == held.end() ? "none" : words(*h),
                       e == expected.end() ? "none" : words(*e));
  }

 private:
  std::uint64_t number(KeyId key) const {
    const KeyClass c = key_class(spec_.key, key.index);
    return c.nan ? std::uint64_t{1} << 63 | std::uint64_t{key.index} << 32 | key.payload
                 : c.equality;
  }
  void collect(const ArrayView& array, std::vector<Entry>* held) const {
    for (const BucketView& bucket : array.buckets) {
      for (const CellView& cell : bucket.cells) {
        if (cell.tophash < cell_state::kMinTopHash) continue;
        // A torn key or elem equals nothing that was put.
        held->emplace_back(cell.key ? number(*cell.key) : ~std::uint64_t{0},
                           cell.stamp.value_or(~0U));
      }
    }
  }
  static std::string words(const Entry& entry) {
    return fmt::format("entry {:#x} with stamp {}", entry.first, entry.second);
  }

  MapSpec spec_;
  std::unordered_map<std::uint64_t, std::uint32_t> live_;
};

}  // namespace

std::uint64_t FaultReport::points() const {
  return std::accumulate(passed.begin(), passed.end(), std::uint64_t{0});
}

class FaultyPort::Impl final : public gomap_adapter::GomapPort<FaultyMapType> {
 public:
  using Base = gomap_adapter::GomapPort<FaultyMapType>;

  Impl() : Base(gomap::correction::all) {}

  void make(const MapSpec& spec) override {
    nil_ = true;  // until there is a map to look at
    entries_.make(spec);
    if (!t_ || spec.key != spec_.key || spec.elem != spec_.elem) {
      Base::make(spec);  // makes the map type, to which the points belong
      t_->faults = &faults;
    }
    faults.start_over();
    again([&] { Base::make(spec); });
    nil_ = false;
  }
  void release() override {
    nil_ = true;
    Base::release();
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const PutResult result = again([&] { return Base::put(key, stamp); });
    entries_.put(key, stamp);
    return result;
  }
  Found get(KeyId key) override {
    return again([&] { return Base::get(key); });
  }
  Found has(KeyId key) override {
    return again([&] { return Base::has(key); });
  }
  void del(KeyId key) override {
    again([&] { Base::del(key); });
    entries_.del(key);
  }
  void clear() override {
    again([&] { Base::clear(); });
    entries_.clear();
  }
  Step begin(unsigned slot, const IterStart& start) override {
    return again([&] { return Base::begin(slot, start); });
  }
  Step next(unsigned slot) override {
    return again([&] { return Base::next(slot); });
  }

  Faults faults;

 private:
  // Does the operation; if it is broken off, looks at the map and does it once more.
  template <class Operation>
  auto again(Operation&& operation) -> decltype(operation()) {
    try {
      return operation();
    } catch (const Fault&) {
      look();
    }
    return operation();
  }

  void look() {
    std::vector<std::string>& damage = faults.report.damage;
    Snapshot now;
    if (nil_ || !snapshot(&now)) return;
    if (std::string words = entries_.difference(now); !words.empty()) damage.push_back(words);
    if ((now.flags & map_flag::kHashWriting) != 0) damage.emplace_back("hashWriting is stuck");
    if (const auto verdict = audit(now, spec_.key)) damage.push_back(verdict->sentence());
  }

  Entries entries_;
  bool nil_ = false;
};

FaultyPort::FaultyPort() : impl_(std::make_unique<Impl>()) {}
FaultyPort::~FaultyPort() = default;

void FaultyPort::fail_at(std::uint64_t n) { impl_->faults.arm(n); }
Port& FaultyPort::port() { return *impl_; }
const FaultReport& FaultyPort::report() const { return impl_->faults.report; }

}  // namespace mapproof
