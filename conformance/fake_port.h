// An honest map for tests of the judge: so simple that it is seen to be right, and open enough for
// a test to make it lie in just one point.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "oracle/port.h"

namespace mapproof {

// Entries lie in the order of their creation and never move; a walk is a position among them.
class FakePort : public Port {
 public:
  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec&) const override { return true; }

  void make(const MapSpec& spec) override;
  void release() override { nil_ = true; }
  PutResult put(KeyId key, std::uint32_t stamp) override;
  Found get(KeyId key) override;
  Found has(KeyId key) override;
  void del(KeyId key) override;
  void clear() override;
  std::uint64_t len() override;
  Step begin(unsigned slot, const IterStart& start) override;
  Step next(unsigned slot) override;
  void drop(unsigned slot) override { at_[slot] = kNowhere; }

 protected:
  struct Entry {
    KeyId key;
    std::uint32_t stamp = 0;
    bool live = true;
  };
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  bool is_nil() const { return nil_; }
  // What the map takes for equal.
  virtual KeyClass class_of(std::uint32_t index) const { return key_class(spec_.key, index); }
  std::uint64_t live() const { return live_; }
  // The living entry of a key that can be found, or null.
  Entry* find(KeyId key);
  std::vector<Entry>& entries() { return entries_; }
  // Position behind the entry produced last.
  std::size_t& at(unsigned slot) { return at_[slot]; }
  Step step_of(const Entry& entry) const {
    return {.end = false, .torn = false, .key = entry.key, .stamp = entry.stamp};
  }

  PortInfo info_{.name = "fake", .forces_hashes = true, .forces_starts = true};

 private:
  void refuse_unhashable(KeyId key) const;

  MapSpec spec_;
  bool nil_ = true;
  std::vector<Entry> entries_;
  std::uint64_t live_ = 0;
  std::map<std::uint32_t, std::size_t> index_;  // equality class to living entry
  std::array<std::size_t, kIterators> at_ = {};
};

// Honest maps with an order. What sets them apart from the one above are just keys and raising.

// As JavaScript's Map: NaN is one key, -0 is stored as +0.
class JsFakePort : public FakePort {
 public:
  JsFakePort();
  PutResult put(KeyId key, std::uint32_t stamp) override;

 protected:
  KeyClass class_of(std::uint32_t index) const override;
};

// As Python's dict: the first of equal keys stays, a walk over a dict of another size raises.
class PythonFakePort : public FakePort {
 public:
  PythonFakePort();
  PutResult put(KeyId key, std::uint32_t stamp) override;
  Step begin(unsigned slot, const IterStart& start) override;
  Step next(unsigned slot) override;

 protected:
  // Entries when the walk in `slot` began.
  std::uint64_t size_of(unsigned slot) const { return sizes_[slot]; }
  [[noreturn]] static void raise() {
    throw MapPanic(MapPanic::Kind::changed, "dictionary changed size during iteration");
  }

 private:
  std::array<std::uint64_t, kIterators> sizes_ = {};
};

}  // namespace mapproof
