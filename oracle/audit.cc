#include "oracle/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "oracle/rules.h"

namespace mapproof {
namespace {

using namespace cell_state;

std::uint8_t tophash_of(std::uint64_t hash) {
  const auto top = static_cast<std::uint8_t>(hash >> 56);
  return top < kMinTopHash ? static_cast<std::uint8_t>(top + kMinTopHash) : top;
}

// The chains of one array, found once and then read by all rules.
struct Chains {
  std::vector<std::uint32_t> buckets;  // of one chain after the other, base buckets first
  std::vector<std::uint32_t> begins;   // in `buckets`, of each chain; and the end of the last
  std::vector<bool> linked;            // per bucket: some chain leads to it
  std::uint32_t spares = 0;
  std::uint32_t heap = 0;         // linked ones
  std::uint32_t overflowing = 0;  // linked buckets, spare or heap

  std::size_t size() const { return begins.empty() ? 0 : begins.size() - 1; }
  std::span<const std::uint32_t> operator[](std::uint32_t base) const {
    return std::span(buckets).subspan(begins[base], begins[base + 1] - begins[base]);
  }
};

class Auditor {
 public:
  Auditor(const Snapshot& snapshot, KeyKind kind) : s_(snapshot), kind_(kind) {}

  std::optional<Verdict> run() {
    const bool well = flags() && structure() && evacuated_together() && nevacuate() &&
                      emptiness() && keys() && counters() && free_elems();
    return well ? std::nullopt : std::move(verdict_);
  }

 private:
  static constexpr const char* kNames[] = {"current", "old"};

  // ---- flags and sizes ----

  bool flags() {
    if ((s_.flags & map_flag::kHashWriting) != 0) {
      return fail("layout/flags", "no write under way", "the writing flag");
    }
    const bool same_size = (s_.flags & map_flag::kSameSizeGrow) != 0;
    if (!s_.old && same_size) {
      return fail("layout/flags", "sameSizeGrow only while growing", "sameSizeGrow, no old array");
    }
    if (!s_.current) {
      return (!s_.old && s_.B == 0) ||
             fail("layout/flags", "a current array", fmt::format("none, at B={}", s_.B));
    }
    const std::uint64_t base = std::uint64_t{1} << s_.B;
    if (s_.current->base != base) {
      return fail("layout/flags", fmt::format("{} buckets at B={}", base, s_.B),
                  std::to_string(s_.current->base));
    }
    if (s_.old && s_.old->base != (same_size ? base : base / 2)) {
      return fail("layout/flags", fmt::format("{} old buckets", same_size ? base : base / 2),
                  std::to_string(s_.old->base));
    }
    return true;
  }

  // ---- chains and spare buckets ----

  bool structure() {
    return (!s_.current || find_chains(*s_.current, 0)) && (!s_.old || find_chains(*s_.old, 1)) &&
           (!s_.current || is_partial(*s_.current) || spares());
  }

  static bool is_partial(const ArrayView& array) { return !array.shown.empty(); }
  static std::uint32_t first_overflow(const ArrayView& array) {
    return is_partial(array) ? static_cast<std::uint32_t>(array.shown.size()) : array.base;
  }
  // The number in the map of the base bucket at `b` of a picture.
  std::uint32_t number(std::size_t which, std::uint32_t b) const {
    const ArrayView& array = which == 0 ? *s_.current : *s_.old;
    return is_partial(array) ? array.shown[b] : b;
  }

  bool find_chains(const ArrayView& array, std::size_t which) {
    Chains& chains = chains_[which];
    const std::uint32_t first = first_overflow(array);
    chains.buckets.reserve(array.buckets.size());
    chains.begins.reserve(first + std::size_t{1});
    chains.linked.resize(array.buckets.size());
    if (array.buckets.size() < first) {
      return fail("layout/spares", fmt::format("{} base buckets", first),
                  std::to_string(array.buckets.size()));
    }
    for (const BucketView& bucket : array.buckets) {
      chains.spares += bucket.origin == BucketOrigin::spare ? 1 : 0;
    }
    for (std::uint32_t b = 0; b < first; ++b) {
      chains.begins.push_back(static_cast<std::uint32_t>(chains.buckets.size()));
      if (!follow_chain(array, which, b)) {
        return false;
      }
    }
    chains.begins.push_back(static_cast<std::uint32_t>(chains.buckets.size()));
    return true;
  }

  bool follow_chain(const ArrayView& array, std::size_t which, std::uint32_t b) {
    Chains& chains = chains_[which];
    chains.buckets.push_back(b);
    for (const BucketView* bucket = &array.buckets[b];;) {
      if (bucket->foreign_overflow) {
        return fail("layout/spares", "links to buckets of the same array",
                    fmt::format("one that leads away, in the chain of {}", name(which, b)));
      }
      if (bucket->overflow < 0) {
        return true;
      }
      const auto next = static_cast<std::uint32_t>(bucket->overflow);
      if (next < first_overflow(array) || next >= array.buckets.size() || chains.linked[next]) {
        return fail(
            "layout/spares", "each overflow bucket in one chain, once",
            fmt::format("a second link to bucket {}, in the chain of {}", next, name(which, b)));
      }
      bucket = &array.buckets[next];
      chains.linked[next] = true;
      chains.buckets.push_back(next);
      ++chains.overflowing;
      chains.heap += bucket->origin == BucketOrigin::heap ? 1 : 0;
    }
  }

  bool spares() {
    const ArrayView& array = *s_.current;
    const Chains& chains = chains_[0];
    const std::uint32_t end = array.base + chains.spares;
    if (s_.next_overflow >= 0 && (static_cast<std::uint32_t>(s_.next_overflow) < array.base ||
                                  static_cast<std::uint32_t>(s_.next_overflow) >= end)) {
      return fail("layout/spares", "the next spare bucket to be one of them",
                  fmt::format("bucket {}", s_.next_overflow));
    }
    const std::uint32_t next =
        s_.next_overflow < 0 ? end : static_cast<std::uint32_t>(s_.next_overflow);
    if (next != end && chains.heap != 0) {
      return fail("layout/spares", "spare buckets to be used up first", "one from the heap");
    }
    for (std::uint32_t b = array.base; b < end; ++b) {
      if (chains.linked[b] != (b < next)) {
        return fail("layout/spares",
                    fmt::format("spare bucket {} to be {}", b, b < next ? "in use" : "free"),
                    b < next ? "free" : "in use");
      }
      if (b >= next && !is_untouched(array.buckets[b], b + 1 == end)) {
        return fail("layout/spares",
                    b + 1 == end ? "the last spare bucket marked and empty"
                                 : fmt::format("free spare bucket {} unmarked and empty", b),
                    "something else");
      }
    }
    return true;
  }

  bool is_untouched(const BucketView& bucket, bool last) const {
    for (const CellView& cell : cells(bucket)) {
      if (cell.tophash != kEmptyRest) {
        return false;
      }
    }
    return bucket.overflow < 0 && bucket.foreign_overflow == last;
  }

  // ---- evacuation ----

  bool evacuated_together() {
    for (std::size_t which = 0; which < 2; ++which) {
      for (std::uint32_t b = 0; b < chains_[which].size(); ++b) {
        const bool evacuated = which == 1 && old_is_evacuated(number(1, b));
        const bool together = each_cell(
            which, b, [&](const CellView& cell) { return is_evacuated(cell) == evacuated; });
        if (!together) {
          return fail("layout/evacuated-together",
                      fmt::format("the chain of {} to be {}", name(which, b),
                                  evacuated ? "evacuated as a whole" : "not evacuated"),
                      "both kinds of cells");
        }
      }
    }
    return true;
  }

  bool nevacuate() {
    if (!s_.old) {
      return true;
    }
    if (s_.nevacuate >= s_.old->base) {
      return fail("layout/nevacuate", fmt::format("less than {}", s_.old->base),
                  std::to_string(s_.nevacuate));
    }
    for (std::uint32_t b = 0; b < chains_[1].size(); ++b) {
      if (number(1, b) < s_.nevacuate && !old_is_evacuated(number(1, b))) {
        return fail("layout/nevacuate",
                    fmt::format("all old buckets below {} evacuated", s_.nevacuate),
                    fmt::format("{} not evacuated", name(1, b)));
      }
    }
    return true;
  }

  // Of an old bucket that is not shown nobody knows better.
  bool old_is_evacuated(std::uint32_t number) const {
    std::size_t b = number;
    if (is_partial(*s_.old)) {
      const auto& shown = s_.old->shown;
      b = static_cast<std::size_t>(std::find(shown.begin(), shown.end(), number) - shown.begin());
    }
    return b >= chains_[1].size() || is_evacuated(s_.old->buckets[b]);
  }

  // ---- empty cells ----

  bool emptiness() {
    for (std::size_t which = 0; which < 2; ++which) {
      for (std::uint32_t b = 0; b < chains_[which].size(); ++b) {
        if (!empty_rest(which, b)) {
          return false;
        }
      }
    }
    return true;
  }

  bool empty_rest(std::size_t which, std::uint32_t b) {
    bool rest = false;
    std::uint8_t last = kMinTopHash;  // the last cell before the rest
    const bool suffix = each_cell(which, b, [&](const CellView& cell) {
      const bool right = !rest || cell.tophash == kEmptyRest;
      rest = rest || cell.tophash == kEmptyRest;
      last = rest ? last : cell.tophash;
      return right;
    });
    if (!suffix) {
      return fail("layout/emptyrest-suffix",
                  fmt::format("nothing after emptyRest in the chain of {}", name(which, b)),
                  "a cell that is not emptyRest");
    }
    return which != 0 || last != kEmptyOne ||
           fail("layout/no-trailing-emptyone",
                fmt::format("emptyRest from the last live cell of {} on", name(which, b)),
                "emptyOne");
  }

  // ---- live cells ----

  bool keys() {
    return each_live([this](std::size_t which, std::uint32_t b, const CellView& cell) {
      return tophash(which, b, cell) && right_bucket(which, b, cell) && unique(cell);
    });
  }

  bool tophash(std::size_t which, std::uint32_t b, const CellView& cell) {
    if (!cell.key) {
      return fail("layout/tophash", fmt::format("no tophash without a key in {}", name(which, b)),
                  fmt::format("tophash {}", cell.tophash));
    }
    return !cell.hash || cell.tophash == tophash_of(*cell.hash) ||
           fail("layout/tophash",
                fmt::format("{} with tophash {}", say(cell), tophash_of(*cell.hash)),
                fmt::format("tophash {}", cell.tophash));
  }

  bool right_bucket(std::size_t which, std::uint32_t b, const CellView& cell) {
    const std::uint32_t base = (which == 0 ? s_.current : s_.old)->base;
    const std::uint32_t here = number(which, b);
    if (cell.hash && (*cell.hash & (base - 1)) != here) {
      return fail(
          "layout/right-bucket",
          fmt::format("{} in {} bucket {}", say(cell), kNames[which], *cell.hash & (base - 1)),
          name(which, b));
    }
    // Until its old bucket is evacuated, nobody looks into a bucket of the current array.
    return which == 1 || !s_.old || old_is_evacuated(here & (s_.old->base - 1)) ||
           fail("layout/right-bucket",
                fmt::format("{} to be empty until old bucket {} is evacuated", name(0, b),
                            here & (s_.old->base - 1)),
                say(cell));
  }

  bool unique(const CellView& cell) {
    const KeyClass c = key_class(kind_, cell.key->index);
    if (c.nan) {
      return true;
    }
    if (seen_.size() <= c.equality) {
      seen_.resize(c.equality + std::size_t{256});
    }
    const bool twice = seen_[c.equality];
    seen_[c.equality] = true;
    return !twice || fail("layout/unique", say(cell) + " once", "twice");
  }

  // ---- counters ----

  bool counters() {
    if (s_.current && is_partial(*s_.current)) {
      return true;
    }
    std::uint64_t live = 0;
    each_live([&](std::size_t, std::uint32_t, const CellView&) {
      ++live;
      return true;
    });
    if (live != s_.count) {
      return fail("layout/count", fmt::format("{}, the number of live cells", live),
                  std::to_string(s_.count));
    }
    constexpr std::uint8_t kExactBelow = 16;  // from there on Go only estimates
    return s_.B >= kExactBelow || s_.noverflow == chains_[0].overflowing ||
           fail("layout/noverflow",
                fmt::format("{}, the number of overflow buckets", chains_[0].overflowing),
                std::to_string(s_.noverflow));
  }

  bool free_elems() {
    for (std::uint32_t b = 0; b < chains_[0].size(); ++b) {
      const bool zero =
          each_cell(0, b, [](const CellView& cell) { return !is_free(cell) || cell.elem_zero; });
      if (!zero) {
        return fail("layout/free-elem-zero",
                    fmt::format("zero elems in the empty cells of {}", name(0, b)),
                    "one that is not zero");
      }
    }
    return true;
  }

  // ---- helpers ----

  std::span<const CellView> cells(const BucketView& bucket) const {
    return std::span(bucket.cells).first(s_.cells_per_bucket);
  }

  template <class F>
  bool each_cell(std::size_t which, std::uint32_t b, F&& f) const {
    const ArrayView& array = which == 0 ? *s_.current : *s_.old;
    for (const std::uint32_t at : chains_[which][b]) {
      for (const CellView& cell : cells(array.buckets[at])) {
        if (!f(cell)) {
          return false;
        }
      }
    }
    return true;
  }

  template <class F>
  bool each_live(F&& f) const {
    for (std::size_t which = 0; which < 2; ++which) {
      for (std::uint32_t b = 0; b < chains_[which].size(); ++b) {
        if (!each_cell(which, b,
                       [&](const CellView& cell) { return !is_live(cell) || f(which, b, cell); })) {
          return false;
        }
      }
    }
    return true;
  }

  bool fail(AuditRule rule, std::string expected, std::string got) {
    verdict_ = Verdict{.property = std::string(rule.id()),
                       .op = 0,
                       .step = 0,
                       .expected = std::move(expected),
                       .got = std::move(got)};
    return false;
  }

  std::string name(std::size_t which, std::uint32_t b) const {
    return fmt::format("{} bucket {}", kNames[which], number(which, b));
  }
  std::string say(const CellView& cell) const {
    return cell.key ? "key " + key_text(kind_, cell.key->index) : "a torn key";
  }

  const Snapshot& s_;
  const KeyKind kind_;
  std::array<Chains, 2> chains_;  // of the current array, of the old one
  std::vector<bool> seen_;        // per equality class: a live key of it was met
  std::optional<Verdict> verdict_;
};

}  // namespace

std::optional<Verdict> audit(const Snapshot& snapshot, KeyKind kind) {
  return Auditor(snapshot, kind).run();
}

}  // namespace mapproof
