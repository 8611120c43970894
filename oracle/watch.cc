#include "oracle/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "oracle/chains.h"
#include "oracle/rules.h"

namespace mapproof {
namespace {

using namespace cell_state;

constexpr std::uint8_t kIteratorFlags = map_flag::kIterator | map_flag::kOldIterator;

// The most entries that 2^B buckets hold before they grow; as overLoadFactor counts it.
std::uint64_t most_entries(const Snapshot& s, unsigned B) {
  const std::uint64_t by_load = s.load_factor_num * ((std::uint64_t{1} << B) / s.load_factor_den);
  return std::max<std::uint64_t>(s.cells_per_bucket, by_load);
}

bool same_size(const Snapshot& s) { return (s.flags & map_flag::kSameSizeGrow) != 0; }

// Evacuated since, or the growth is over.
bool is_done(const Snapshot& s, std::uint64_t b) {
  return !s.old || is_evacuated(s.old->buckets[b]);
}

}  // namespace

class LayoutWatch::Look {
 public:
  Look(Deed done, const Snapshot& was, const Snapshot& is, std::optional<std::uint64_t> key_hash)
      : deed(done), before(was), now(is), hash(key_hash) {}

  bool is_write() const {
    // A delete on an empty map returns at once.
    return deed == Deed::put || (deed == Deed::del && before.count != 0);
  }
  bool is_new_key() const { return deed == Deed::put && now.count > before.count; }
  // Does a growth show that was not under way before?
  bool growth_began() const {
    return now.B != before.B ||
           (now.old && (!before.old || now.nevacuate < before.nevacuate ||
                        now.old->base != before.old->base || same_size(now) != same_size(before)));
  }
  // Was the growth that was under way before the only one that this operation saw?
  bool goes_on() const { return before.old && !growth_began(); }

  std::optional<Verdict> verdict(std::uint64_t writes, std::uint64_t put_while_growing) {
    const bool well = changes_nothing() && clears() && starts_no_growth() && starts_growth() &&
                      progresses(writes) && packs() && keeps_the_load(put_while_growing);
    return well ? std::nullopt : std::move(verdict_);
  }

  const Deed deed;
  const Snapshot& before;
  const Snapshot& now;
  const std::optional<std::uint64_t> hash;

 private:
  bool fail(WatchRule rule, std::string expected, std::string got) {
    verdict_ = Verdict{.property = std::string(rule.id()),
                       .op = 0,
                       .step = 0,
                       .expected = std::move(expected),
                       .got = std::move(got)};
    return false;
  }

  // ---- reads ----

  bool changes_nothing() {
    const bool idle_write = (deed == Deed::del || deed == Deed::clear) && before.count == 0;
    if (deed != Deed::read && deed != Deed::walk && deed != Deed::refused && !idle_write) {
      return true;
    }
    Snapshot expected = before;
    if (deed == Deed::walk) {
      expected.flags |= now.flags & kIteratorFlags;
    }
    return now == expected || fail(deed == Deed::refused ? WatchRule("panic/hash-no-write")
                                                         : WatchRule("access/no-mutate"),
                                   "a map as it was before", difference(expected));
  }

  std::string difference(const Snapshot& expected) const {
    return now.count != expected.count           ? fmt::format("count {}", now.count)
           : now.flags != expected.flags         ? fmt::format("flags {:#x}", now.flags)
           : now.B != expected.B                 ? fmt::format("B={}", now.B)
           : now.noverflow != expected.noverflow ? fmt::format("noverflow {}", now.noverflow)
           : now.nevacuate != expected.nevacuate ? fmt::format("nevacuate {}", now.nevacuate)
           : now.current != expected.current     ? std::string("another current array")
           : now.old != expected.old             ? std::string("another old array")
                                                 : std::string("another header");
  }

  // ---- clear ----

  bool clears() {
    if (deed != Deed::clear || before.count == 0) {
      return true;
    }
    const auto want = [this](bool well, const char* expected) {
      return well || fail("clear/reset", expected, "something else");
    };
    return want(now.count == 0, "count 0 after a clear") &&
           want(!now.old && now.nevacuate == 0 && !same_size(now), "no growth after a clear") &&
           want(now.noverflow == 0, "noverflow 0 after a clear") &&
           want(now.B == before.B, "B as before the clear") &&
           want(!now.current || is_wiped(*now.current), "an array without entries after a clear");
  }

  bool is_wiped(const ArrayView& array) const {
    return std::all_of(array.buckets.begin(), array.buckets.end(), [](const BucketView& bucket) {
      return bucket.overflow < 0 &&
             std::all_of(bucket.cells.begin(), bucket.cells.end(), [](const CellView& cell) {
               return cell.tophash == kEmptyRest && cell.elem_zero;
             });
    });
  }

  // ---- when growths begin ----

  bool starts_no_growth() {
    return is_new_key() || deed == Deed::clear || !growth_began() ||
           fail("assign/update-no-grow", "a growth only for a new key", say_growth());
  }

  // Judged where the map was at rest before; else nobody saw the state in which it was decided.
  bool starts_growth() {
    if (!is_new_key() || before.old) {
      return true;
    }
    const bool overloaded = before.count + 1 > most_entries(before, before.B);
    if (overloaded != (now.B > before.B)) {
      return fail("layout/load-factor",
                  overloaded ? fmt::format("a growth to B={}", before.B + 1)
                             : fmt::format("no bigger array for {} entries", before.count + 1),
                  fmt::format("B={}", now.B));
    }
    if (overloaded) {
      return true;
    }
    // With one or two buckets, the put that begins a growth also ends it.
    const bool ended_at_once = !now.old && (std::uint64_t{1} << before.B) <= 2;
    const bool wanted = too_many_overflow(before);
    return (now.old.has_value() && same_size(now)) == wanted || (wanted && ended_at_once) ||
           fail("grow/same-size-trigger",
                fmt::format("{} growth to the same size, with {} overflow buckets at B={}",
                            wanted ? "a" : "no", before.noverflow, before.B),
                say_growth());
  }

  std::string say_growth() const {
    return !now.old         ? fmt::format("no growth, B={}", now.B)
           : same_size(now) ? std::string("a growth to the same size")
                            : fmt::format("a growth to B={}", now.B);
  }

  // ---- the growth under way ----

  bool progresses(std::uint64_t writes) {
    if (!is_write() || !goes_on()) {
      return true;
    }
    const std::uint64_t base = before.old->base;
    if (now.old && now.nevacuate <= before.nevacuate) {
      return fail("grow/progress", fmt::format("nevacuate beyond {}", before.nevacuate),
                  std::to_string(now.nevacuate));
    }
    if (hash && !is_done(now, *hash & (base - 1))) {
      return fail("grow/progress",
                  fmt::format("old bucket {} evacuated by a write to it", *hash & (base - 1)),
                  "not evacuated");
    }
    const std::size_t moved = newly_evacuated().size();
    if (moved > 2 || (moved == 0 && !is_evacuated(before.old->buckets[before.nevacuate]))) {
      return fail("grow/progress", "one or two old buckets evacuated by a write",
                  std::to_string(moved));
    }
    return !now.old || writes + 1 < base ||
           fail("grow/progress", fmt::format("the end of a growth after {} writes", base),
                fmt::format("a growth after {}", writes + 1));
  }

  std::vector<std::uint64_t> newly_evacuated() const {
    std::vector<std::uint64_t> buckets;
    for (std::uint64_t b = 0; b < before.old->base; ++b) {
      if (!is_evacuated(before.old->buckets[b]) && is_done(now, b)) {
        buckets.push_back(b);
      }
    }
    return buckets;
  }

  // A chain lies without holes right after its own evacuation to the same size; only the entry that
  // this very operation deleted may have left one.
  bool packs() {
    if (!is_write() || !now.current || !goes_on() || !same_size(before)) {
      return true;
    }
    std::uint64_t spare_cells = now.count < before.count ? 1 : 0;
    for (const std::uint64_t b : newly_evacuated()) {
      if (!is_packed(b, &spare_cells)) {
        return fail("grow/same-size-packs",
                    fmt::format("the chain of bucket {} without holes after its evacuation", b),
                    "holes or buckets too many");
      }
    }
    return true;
  }

  bool is_packed(std::uint64_t b, std::uint64_t* spare_cells) const {
    const ArrayView& array = *now.current;
    std::uint64_t live = 0;
    std::uint64_t holes = 0;  // before the last live cell
    std::uint64_t free = 0;
    std::uint64_t buckets = 0;
    for (auto at = static_cast<std::int64_t>(b); at >= 0;) {
      const BucketView& bucket = array.buckets[static_cast<std::size_t>(at)];
      for (std::size_t i = 0; i < now.cells_per_bucket; ++i) {
        if (is_live(bucket.cells[i])) {
          holes += std::exchange(free, 0);
          ++live;
        } else {
          ++free;
        }
      }
      ++buckets;
      at = buckets > array.buckets.size() ? -1 : bucket.overflow;
    }
    const std::uint64_t cells = now.cells_per_bucket;
    const auto needed = [cells](std::uint64_t entries) {
      return std::max<std::uint64_t>(1, (entries + cells - 1) / cells);
    };
    if (holes == 0 && buckets == needed(live)) {
      return true;
    }
    const bool by_the_delete = *spare_cells == 1 && holes <= 1 && buckets == needed(live + 1);
    *spare_cells = 0;
    return by_the_delete;
  }

  bool keeps_the_load(std::uint64_t put_while_growing) {
    const std::uint64_t most = most_entries(now, now.B);
    const std::uint64_t allowed = most + (is_new_key() ? 0 : put_while_growing);
    return now.old || now.count <= allowed ||
           fail("layout/load-factor", fmt::format("at most {} entries at B={}", allowed, now.B),
                std::to_string(now.count));
  }

  std::optional<Verdict> verdict_;
};

LayoutWatch::LayoutWatch(const MapSpec& spec, bool knows_hashes)
    : spec_(spec), knows_hashes_(knows_hashes), hashing_(hashing_of(spec)) {}

std::optional<Verdict> LayoutWatch::made(Snapshot now) {
  // In memory of any size, 2^32 entries are absurd; programs hold no hints in between.
  const bool bogus = spec_.hint < 0 || spec_.hint >= std::int64_t{1} << 32;
  const auto hint = bogus ? 0 : static_cast<std::uint64_t>(spec_.hint);
  unsigned B = 0;
  while (hint > most_entries(now, B)) {
    ++B;
  }
  before_ = std::move(now);
  if (before_.B == B) {
    return std::nullopt;
  }
  return Verdict{.property = std::string(
                     (bogus ? WatchRule("make/hint-bogus") : WatchRule("make/hint-b")).id()),
                 .op = 0,
                 .step = 0,
                 .expected = fmt::format("B={} for a hint of {}", B, spec_.hint),
                 .got = fmt::format("B={}", before_.B)};
}

std::optional<Verdict> LayoutWatch::after(Deed deed, KeyId key, Snapshot now) {
  const bool keyed = deed == Deed::put || deed == Deed::del;
  Look look(deed, before_, now, keyed ? hash_of(key) : std::nullopt);
  std::optional<Verdict> verdict = look.verdict(growth_writes_, put_while_growing_);
  remember(look);
  before_ = std::move(now);
  return verdict;
}

std::optional<std::uint64_t> LayoutWatch::hash_of(KeyId key) {
  const KeyClass c = key_class(spec_.key, key.index);
  if (!knows_hashes_ || c.nan || c.unhashable) {
    return std::nullopt;
  }
  return hashing_(key.index, before_.hash0);
}

void LayoutWatch::remember(const Look& look) {
  if (look.growth_began()) {
    growth_writes_ = 0;
    put_while_growing_ = 0;
  }
  if (look.deed == Deed::clear) {
    put_while_growing_ = 0;
  }
  if (look.is_write()) {
    ++growth_writes_;
  }
  const bool went_on = look.now.old && !look.growth_began();
  if (look.is_new_key() && went_on && same_size(look.now)) {
    ++put_while_growing_;
  } else if (look.is_new_key() && !look.now.old) {
    put_while_growing_ = 0;
  }
}

}  // namespace mapproof
