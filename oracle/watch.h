// The layout rules of map.go that take history: what one operation may do to the memory of a map.
#pragma once

#include <cstdint>
#include <optional>

#include "oracle/hashing.h"
#include "oracle/program.h"
#include "oracle/snapshot.h"
#include "oracle/verdict.h"

namespace mapproof {

// What was done to the map between two pictures of it.
enum class Deed : std::uint8_t {
  read,     // get, has, len: nothing may change
  walk,     // a step of a walk, its beginning or its end: nothing but the iterator flags
  refused,  // any operation that panicked: nothing may change
  put,
  del,
  clear,
};

// Sees a map from its making on, after each elementary operation. Its rules are kWatchRules of
// rules.h. O(buckets) for each operation: it compares whole pictures.
class LayoutWatch {
 public:
  // `knows_hashes`: the map hashes as the program says, so that the bucket of a key is known.
  LayoutWatch(const MapSpec& spec, bool knows_hashes);

  // The first verdict counts; its op and step are left to the caller. `key` is that of put and del.
  std::optional<Verdict> made(Snapshot now);
  std::optional<Verdict> after(Deed deed, KeyId key, Snapshot now);

 private:
  class Look;  // one operation: the picture before it and the one after it

  std::optional<std::uint64_t> hash_of(KeyId key);
  void remember(const Look& look);

  MapSpec spec_;
  bool knows_hashes_;
  Hashing hashing_;
  Snapshot before_;
  std::uint64_t growth_writes_ = 0;      // writes that saw or started the growth under way
  std::uint64_t put_while_growing_ = 0;  // new entries, during the same-size growth that came last
};

}  // namespace mapproof
