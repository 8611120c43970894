// The registry of the command's canary: one map that is right and one that forgets nothing. What
// finds no fault with the second one is blind.
#include <memory>
#include <string_view>
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
