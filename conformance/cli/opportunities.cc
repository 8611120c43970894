#include "conformance/cli/opportunities.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace mapproof::cli {
namespace {

using Chance = Opportunities::Chance;

// What it takes to see a rule broken.
constexpr auto kNeeds = std::to_array<std::pair<std::string_view, Chance>>({
    {"len/exact", Opportunities::kLen},
    {"access/present", Opportunities::kHit},
    {"access/absent", Opportunities::kMiss},
    {"access/current-elem", Opportunities::kHit},
    {"access/zero-on-miss", Opportunities::kMiss},
    {"assign/new-elem-zero", Opportunities::kPut},
    {"iter/once", Opportunities::kStep},
    {"iter/no-deleted", Opportunities::kStepAfterDelete},
    {"iter/clear-stops", Opportunities::kStepAfterClear},
    {"iter/complete", Opportunities::kDrain},
    {"iter/current-elem", Opportunities::kStep},
    {"iter/current-key", Opportunities::kStepOnReplaced},
    {"iter/known", Opportunities::kStep},
    {"iter/insertion-order", Opportunities::kDrain},
    {"iter/added-visited", Opportunities::kStepAfterPut},
    {"iter/size-change-raises", Opportunities::kStepAfterPut},
    {"iter/nil-ends", Opportunities::kNilWalk},
    {"iter/empty-ends", Opportunities::kEmptyWalk},
    {"panic/nil-put", Opportunities::kNilPut},
    {"panic/unhashable", Opportunities::kUnhashable},
    {"make/hint-b", Opportunities::kWatchedHint},
    {"make/hint-bogus", Opportunities::kWatchedBogusHint},
    {"layout/load-factor", Opportunities::kWatchedGrowth},
    {"assign/update-no-grow", Opportunities::kWatchedOverwrite},
    {"grow/same-size-trigger", Opportunities::kWatchedRepacking},
    {"grow/same-size-packs", Opportunities::kWatchedRepacking},
    {"grow/progress", Opportunities::kWatchedGrowth},
    {"access/no-mutate", Opportunities::kWatchedRead},
    {"panic/hash-no-write", Opportunities::kWatchedRefusal},
    {"clear/reset", Opportunities::kWatchedClear},
});

// Goes through a program and knows what lives, but not in which order a map would give it.
class OpportunitiesReader {
 public:
  OpportunitiesReader(const Program& program, bool watched,
                      std::bitset<Opportunities::kChances>* had)
      : kind_(program.spec.key), watched_(watched), had_(*had) {
    if (!watched) return;
    had_.set(Opportunities::kWatched);
    const std::int64_t hint = program.spec.hint;
    if (hint > 0 && hint < 200) had_.set(Opportunities::kWatchedHint);
    if (hint < 0 || hint >= 200) had_.set(Opportunities::kWatchedBogusHint);
  }

  void read(const Op& op) {
    switch (op.code) {
      case OpCode::put:
      case OpCode::fill:
      case OpCode::touch:
      case OpCode::putrange:
        return each(op, &OpportunitiesReader::put);
      case OpCode::del:
      case OpCode::empty:
      case OpCode::delrange:
        return each(op, &OpportunitiesReader::del);
      case OpCode::get:
      case OpCode::has:
        return look(op.key);
      case OpCode::len:
        return had_at(Opportunities::kLen);
      case OpCode::clear:
        return clear();
      case OpCode::nil:
        nil_ = true;
        return forget();
      default:
        return walk(op);
    }
  }

  bool has_entries() const { return live() != 0; }

 private:
  struct Walk {
    bool due = false;
    bool running = false;
    bool deleted = false;  // something was, under it
    bool cleared = false;
    bool added = false;
    std::size_t produced = 0;
  };

  std::size_t live() const { return nil_ ? 0 : stored_.size() + nans_; }
  void had_at(Chance chance) { had_.set(chance); }
  void had_watched(Chance chance) {
    if (watched_) had_.set(chance);
  }

  void each(const Op& op, void (OpportunitiesReader::*f)(std::uint32_t)) {
    const std::uint32_t steps = std::max<std::uint32_t>(1, op.n);
    for (std::uint32_t step = 0; step < steps; ++step) (this->*f)(key_at(kind_, op, step));
  }

  void refused(Chance chance) {
    had_at(chance);
    had_watched(Opportunities::kWatchedRefusal);
  }

  void put(std::uint32_t key) {
    const KeyClass its = key_class(kind_, key);
    if (nil_) return refused(Opportunities::kNilPut);
    if (its.unhashable) return refused(Opportunities::kUnhashable);
    had_at(Opportunities::kPut);
    bool is_new = true;
    if (its.nan) {
      ++nans_;
    } else {
      const auto found = stored_.try_emplace(its.equality, key);
      const auto place = found.first;
      is_new = found.second;
      if (!is_new) had_watched(Opportunities::kWatchedOverwrite);
      replaced_ = replaced_ || (!is_new && place->second != key && facts(kind_).need_key_update);
      place->second = key;
    }
    for (Walk& walk : walks_) walk.added = walk.added || (is_new && walk.running);
  }

  void look(std::uint32_t key) {
    const KeyClass its = key_class(kind_, key);
    if (its.unhashable) return refused(Opportunities::kUnhashable);
    const bool hit = !nil_ && !its.nan && stored_.count(its.equality) != 0;
    had_at(hit ? Opportunities::kHit : Opportunities::kMiss);
    had_watched(Opportunities::kWatchedRead);
  }

  void del(std::uint32_t key) {
    const KeyClass its = key_class(kind_, key);
    if (its.unhashable) return refused(Opportunities::kUnhashable);
    if (nil_ || its.nan || stored_.erase(its.equality) == 0) return;
    for (Walk& walk : walks_) walk.deleted = walk.deleted || walk.running;
  }

  void clear() {
    had_watched(Opportunities::kWatchedClear);
    if (live() != 0) {
      for (Walk& walk : walks_) walk.cleared = walk.cleared || walk.running;
    }
    stored_.clear();
    nans_ = 0;
  }

  void forget() {
    stored_.clear();
    nans_ = 0;
    walks_ = {};
  }

  void walk(const Op& op) {
    Walk& walk = walks_[op.slot % kIterators];
    switch (op.code) {
      case OpCode::iter:
      case OpCode::iter_any:
        walk = {.due = true};
        break;
      case OpCode::next:
        return step(&walk, op.n, false);
      case OpCode::drain:
        return step(&walk, live() + 1, true);
      case OpCode::drop:
        walk = {};
        break;
      default:
        break;
    }
  }

  void step(Walk* walk, std::size_t count, bool drained) {
    if (walk->due) {
      if (live() == 0) {
        had_at(nil_ ? Opportunities::kNilWalk : Opportunities::kEmptyWalk);
        *walk = {};
        return;
      }
      had_at(Opportunities::kStep);
      if (replaced_) had_at(Opportunities::kStepOnReplaced);
      if (drained || count > live()) had_at(Opportunities::kDrain);
    }
    const bool goes_on = walk->running;
    if (goes_on && walk->deleted) had_at(Opportunities::kStepAfterDelete);
    if (goes_on && walk->cleared) had_at(Opportunities::kStepAfterClear);
    if (goes_on && walk->added) had_at(Opportunities::kStepAfterPut);
    if (goes_on && drained) had_at(Opportunities::kDrain);
    if (!walk->due && !walk->running) return;
    walk->produced += count;
    *walk = {.running = !drained && walk->produced < live(), .produced = walk->produced};
  }

  const KeyKind kind_;
  const bool watched_;
  std::bitset<Opportunities::kChances>& had_;
  std::unordered_map<std::uint32_t, std::uint32_t> stored_;  // equality class to key
  std::size_t nans_ = 0;
  bool nil_ = false;
  bool replaced_ = false;
  std::array<Walk, kIterators> walks_ = {};
};

}  // namespace

void Opportunities::note(const Program& program, const RunResult& result, bool audited,
                         const std::optional<Watched>& watched) {
  had_.set(kAnything);
  if (had_.all()) return;
  OpportunitiesReader reader(program, watched.has_value(), &had_);
  if (watched && watched->grew) had_.set(kWatchedGrowth);
  if (watched && watched->repacked) had_.set(kWatchedRepacking);
  const std::size_t done = result.verdict ? result.verdict->op : program.ops.size();
  for (std::size_t i = 0; i < std::min(done, program.ops.size()); ++i) reader.read(program.ops[i]);
  if (audited && result.ok() && reader.has_entries()) had_.set(kAudited);
}

bool Opportunities::reached(std::string_view rule) const {
  const auto need = std::find_if(kNeeds.begin(), kNeeds.end(),
                                 [rule](const auto& one) { return one.first == rule; });
  if (need != kNeeds.end()) return had_.test(need->second);
  return had_.test(rule.starts_with("layout/") ? kAudited : kAnything);
}

}  // namespace mapproof::cli
