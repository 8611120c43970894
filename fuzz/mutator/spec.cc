#include <algorithm>
#include <vector>

#include "fuzz/mutator/mutations.h"

namespace mapproof::mutations {
namespace {

void change_table(Edit& edit) {
  std::vector<KeyHash>& hashes = edit.program.spec.hashes;
  if (!hashes.empty() && edit.random.one_in(4)) {
    hashes.erase(hashes.begin() + static_cast<std::ptrdiff_t>(edit.below(hashes.size())));
    return;
  }
  KeyHash hash;
  const KeyKind kind = edit.program.spec.key;
  hash.key = static_cast<std::uint8_t>(draw_key(edit) % std::min(256U, domain_size(kind)));
  if (!hashes.empty() && !edit.random.one_in(3)) {
    const KeyHash& other = hashes[edit.below(hashes.size())];  // collide with one of the others
    hash.low = static_cast<std::uint8_t>(other.low ^ (edit.below(2) << edit.below(6)));
    hash.top = other.top;
  } else {
    hash.low = static_cast<std::uint8_t>(edit.below(64));
    // Top bytes below minTopHash are moved up by map.go: the edge is worth more than the middle.
    hash.top = static_cast<std::uint8_t>(edit.random.one_in(2) ? edit.below(12) : edit.below(256));
  }
  const std::uint32_t equality = key_class(kind, hash.key).equality;
  std::erase_if(hashes, [&](const KeyHash& entry) {
    return entry.key == hash.key || key_class(kind, entry.key).equality == equality;
  });
  const auto at =
      std::lower_bound(hashes.begin(), hashes.end(), hash.key,
                       [](const KeyHash& entry, std::uint8_t index) { return entry.key < index; });
  hashes.insert(at, hash);
}

std::int64_t draw_hint(Edit& edit) {
  switch (edit.below(8)) {
    case 0:
      return capped_hint(-1);
    case 1:
      return capped_hint(std::int64_t{1} << 62);
    case 2:
      return 0;
    default:
      return capped_hint(std::min<std::int64_t>(kBoundaries[edit.below(kBoundaries.size())], 199));
  }
}

}  // namespace

bool change_spec(Edit& edit) {
  MapSpec& spec = edit.program.spec;
  switch (edit.below(8)) {
    case 0:
      spec.key = static_cast<KeyKind>(edit.below(kKeyKinds));
      break;
    case 1:
      spec.elem = static_cast<ElemKind>(edit.below(kElemKinds));
      break;
    case 2:
      spec.hash = static_cast<HashMode>(edit.below(kHashModes));
      break;
    case 3:
      spec.hash0 = static_cast<std::uint8_t>(edit.below(256));
      break;
    case 4:
      spec.seed = static_cast<std::uint8_t>(edit.below(256));
      break;
    case 5:
      spec.hint = draw_hint(edit);
      break;
    default:
      spec.hash = HashMode::table;
      change_table(edit);
      break;
  }
  return true;
}

}  // namespace mapproof::mutations
