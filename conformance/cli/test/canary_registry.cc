// The registry of the command's canary: one map that is right and one that forgets nothing. What
// finds no fault with the second one is blind.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/fake_port.h"
#include "conformance/ports/registry.h"

namespace mapproof {
namespace {

class Honest : public FakePort {
 public:
  Honest() { info_.name = "honest"; }
};

class ForgetsNothing : public FakePort {
 public:
  ForgetsNothing() { info_.name = "forgets-nothing"; }
  void clear() override {}
};

// The mistakes of adapters.
class ForgetsPuts : public FakePort {
 public:
  ForgetsPuts() { info_.name = "forgets-puts"; }
  PutResult put(KeyId, std::uint32_t) override { return {}; }
};

class KeepsOldElems : public FakePort {
 public:
  KeepsOldElems() { info_.name = "keeps-old-elems"; }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    return has(key).present ? PutResult() : FakePort::put(key, stamp);
  }
};

class SkipsFirst : public FakePort {
 public:
  SkipsFirst() { info_.name = "skips-first"; }
  Step begin(unsigned slot, const IterStart& start) override {
    const Step first = FakePort::begin(slot, start);
    return first.end ? first : next(slot);
  }
};

class MiscountsMany : public FakePort {
 public:
  MiscountsMany() { info_.name = "miscounts-many"; }
  std::uint64_t len() override {
    const std::uint64_t len = FakePort::len();
    return len > 2 && len < 900 ? len + 1 : len;
  }
};

// Where there are many entries, but not as many as in the largest of the first programs.
class FindsFewOfMany : public FakePort {
 public:
  FindsFewOfMany() { info_.name = "finds-few-of-many"; }
  Found has(KeyId key) override {
    const std::uint64_t len = FakePort::len();
    return len > 200 && len < 900 && key.index % 16 == 5 ? Found() : FakePort::has(key);
  }
};

// Where it is looked at, it is slow to come back.
class BreaksDown : public FakePort {
 public:
  explicit BreaksDown(std::string name = "breaks-down", std::string last_words = "signal 11")
      : last_words_(std::move(last_words)) {
    info_.name = std::move(name);
  }
  std::uint64_t len() override {
    const std::uint64_t len = FakePort::len();
    if (len > 2 && len < 900) throw PortFailure("port/crash", "an answer", last_words_);
    return len;
  }

 private:
  std::string last_words_;
};

// Neither its name nor its last words are UTF-8.
class Mumbles : public BreaksDown {
 public:
  Mumbles() : BreaksDown("mumbles \xff", "\xff\xfe") {}
};

// Cannot store NaN, and gives its hashes by itself.
class Modest : public FakePort {
 public:
  Modest() {
    info_.name = "modest";
    info_.nan_keys = false;
    info_.forces_hashes = false;
    info_.forces_starts = false;
  }
  bool supports(const MapSpec& spec) const override { return spec.key != KeyKind::interface; }
};

}  // namespace

const std::vector<PortEntry>& ports() {
  static const std::vector<PortEntry> entries = {
      {"honest", "does all right", [] { return std::make_unique<Honest>(); }},
      {"forgets-nothing", "clear does nothing", [] { return std::make_unique<ForgetsNothing>(); }},
      {"forgets-puts", "put does nothing", [] { return std::make_unique<ForgetsPuts>(); }},
      {"keeps-old-elems", "put only inserts", [] { return std::make_unique<KeepsOldElems>(); }},
      {"skips-first", "walks begin one too far", [] { return std::make_unique<SkipsFirst>(); }},
      {"miscounts-many", "len is one off", [] { return std::make_unique<MiscountsMany>(); }},
      {"finds-few-of-many", "has finds little", [] { return std::make_unique<FindsFewOfMany>(); }},
      {"breaks-down", "len crashes", [] { return std::make_unique<BreaksDown>(); }},
      {"mumbles", "is no UTF-8", [] { return std::make_unique<Mumbles>(); }},
      {"absent", "is never there", [] { return std::make_unique<Honest>(); },
       [] { return std::string("not installed: apt install absent"); }},
      {"modest", "promises less", [] { return std::make_unique<Modest>(); }}};
  return entries;
}

const PortEntry* find_port(std::string_view name) {
  for (const PortEntry& entry : ports()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace mapproof
