#include "oracle/chains.h"

#include <algorithm>

namespace mapproof {

Chain chain_at(const ArrayView& array, std::uint64_t bucket) {
  Chain chain;
  auto next = static_cast<std::int64_t>(bucket);
  // A broken map's links may go round.
  while (next >= 0 && chain.size() <= array.buckets.size()) {
    const BucketView& b = array.buckets.at(static_cast<std::size_t>(next));
    chain.push_back(&b);
    next = b.overflow;
  }
  return chain;
}

std::size_t live_cells(const Chain& chain) {
  std::size_t live = 0;
  for (const BucketView* b : chain) {
    live += static_cast<std::size_t>(std::count_if(b->cells.begin(), b->cells.end(), is_live));
  }
  return live;
}

bool KeyMatch::operator()(const CellView& cell) const {
  if (!is_live(cell) || !cell.key) return false;
  if (class_.nan) return *cell.key == key_;
  const KeyClass other = key_class(kind_, cell.key->index);
  return !other.nan && other.equality == class_.equality;
}

std::optional<Place> place_of(const Chain& chain, const KeyMatch& key) {
  for (std::size_t b = 0; b < chain.size(); ++b) {
    for (std::size_t i = 0; i < chain[b]->cells.size(); ++i) {
      if (key(chain[b]->cells[i])) return Place{b, i};
    }
  }
  return std::nullopt;
}

SearchedChain searched_chain(const Snapshot& map, std::uint64_t hash) {
  if (!map.current) return {};
  if (map.old) {
    Chain chain = chain_at(*map.old, hash & (map.old->base - 1));
    if (!is_moved(chain)) return {std::move(chain), true};
  }
  return {chain_at(*map.current, hash & (map.current->base - 1)), false};
}

}  // namespace mapproof
