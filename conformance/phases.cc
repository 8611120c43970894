#include "conformance/phases.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mapproof {
namespace {

// Keys hash to their own numbers, so a key's low bits are its bucket. Three ranges that never meet,
// all clear of the kinds' awkward members: what the map is filled with, what comes new later (both
// below kChurn), and what churn puts and deletes.
constexpr std::uint16_t kFresh = 256;
constexpr std::uint16_t kChurn = 16384;
constexpr std::uint16_t kOneChain = 9;  // entries that do not fit into one bucket
constexpr std::uint32_t kMostAttempts = 100;

bool growing(const Snapshot& s) { return s.old.has_value(); }
bool same_size(const Snapshot& s) { return growing(s) && (s.flags & map_flag::kSameSizeGrow) != 0; }
std::uint32_t most_entries(std::uint8_t B) { return B == 0 ? 8 : (13U << B) / 2; }

std::uint32_t evacuated_buckets(const Snapshot& s) {
  const auto& buckets = s.old->buckets;
  return static_cast<std::uint32_t>(
      std::count_if(buckets.begin(), buckets.begin() + s.old->base, [](const BucketView& b) {
        const std::uint8_t top = b.cells[0].tophash;
        return top >= cell_state::kEvacuatedX && top <= cell_state::kEvacuatedEmpty;
      }));
}

std::pair<KeyKind, ElemKind> kinds(Storage storage, bool nan) {
  switch (storage) {
    case Storage::plain:
      return {nan ? KeyKind::f64 : KeyKind::u64, ElemKind::u64};
    case Storage::pointers:
      return {nan ? KeyKind::f64 : KeyKind::u64, ElemKind::pointer};
    case Storage::owning:
      return {nan ? KeyKind::interface : KeyKind::owning, ElemKind::owning};
    case Storage::indirect_key:
      return {nan ? KeyKind::bigfloat : KeyKind::big, ElemKind::u64};
    case Storage::indirect_elem:
      break;
  }
  return {nan ? KeyKind::f64 : KeyKind::u64, ElemKind::big};
}

struct Unreached : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Writes a program and lives it at the same time.
class Writer {
 public:
  Writer(const PhaseCase& c, Port& guide) : case_(c), guide_(guide) {
    const auto [key, elem] = kinds(c.storage, c.nan);
    program.spec = {.key = key, .elem = elem, .hash = HashMode::identity, .seed = c.seed};
    if (c.moment.B > 0) program.spec.hint = most_entries(c.moment.B);
    guide_.make(program.spec);
  }

  // ---- single operations ----

  void put(std::uint16_t key) {
    ++stamp_;
    const bool nan = key == kNaN;
    guide_.put({.index = key, .payload = nan ? stamp_ & kPayloadMask : 0}, stamp_);
    if (nan) {
      ++nans_;
    } else if (std::find(live_.begin(), live_.end(), key) == live_.end()) {
      live_.push_back(key);
    }
    program.ops.push_back({.code = OpCode::put, .key = key});
  }
  void del(std::uint16_t key) {
    guide_.del({.index = key, .payload = 0});
    std::erase(live_, key);
    program.ops.push_back({.code = OpCode::del, .key = key});
  }
  void clear() {
    guide_.clear();
    live_.clear();
    nans_ = 0;
    program.ops.push_back({.code = OpCode::clear});
  }
  void begin_walk() {
    const IterStart start = {
        .forced = true, .bucket = case_.start_bucket, .offset = case_.start_offset};
    program.ops.push_back(
        {.code = OpCode::iter, .bucket = case_.start_bucket, .offset = case_.start_offset});
    program.ops.push_back({.code = OpCode::next, .n = case_.steps_before});
    walking_ = !guide_.begin(0, start).end;
    step(case_.steps_before - 1U);
  }
  void walk_on() {
    program.ops.push_back({.code = OpCode::next, .n = case_.steps_before});
    step(case_.steps_before);
  }

  Snapshot header() const {
    Snapshot now;
    guide_.header(&now);
    return now;
  }
  Snapshot snapshot() const {
    Snapshot now;
    guide_.snapshot(&now);
    return now;
  }

  // ---- how the walk finds the map ----

  void reach(const Moment& m) {
    if (m.phase == Phase::idle) {
      fill(std::max(6U, most_entries(m.B) / 2));
      return;
    }
    if (m.phase == Phase::bigger) {
      fill(most_entries(m.B));
    } else {
      fill(5U << m.B >> 1);
      pile_up_overflow_buckets();
    }
    const std::uint16_t trigger = fresh_in(m.trigger, m.B);
    put(trigger);
    // Each overwrite in a bucket that has moved moves the first that has not.
    for (std::uint32_t i = 0; growing(header()) && evacuated_buckets(snapshot()) < m.evacuated;
         ++i) {
      put(trigger);
      if (i > 64) throw Unreached("no progress of the growth that the walk should begin in");
    }
  }

  // ---- what happens then ----

  void happen(Then then) {
    switch (then) {
      case Then::grow_ends:
        return end_growth();
      case Then::bigger_starts:
        return start_bigger();
      case Then::same_size_starts:
        return start_same_size();
      case Then::second_same_size:
        start_same_size();
        end_growth();
        return start_same_size();
      case Then::clear:
        return clear();
      case Then::clear_same_keys:
        return empty_and_refill([this](const auto&) { clear(); });
      case Then::clear_other_keys: {
        const auto n = live_.size() + nans_;
        clear();
        for (std::size_t i = 0; i < n; ++i) put(other());
        return;
      }
      case Then::drain_to_empty:
        return delete_all();
      case Then::delete_and_refill:
        return empty_and_refill([this](const auto&) { delete_all(); });
    }
  }

  Program program;

 private:
  // Every third entry is a NaN, if there are any; of a crowded map every second is in one chain.
  void fill(std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
      std::uint32_t key = i;
      if (case_.nan && i % 3 == 1) {
        key = kNaN;
      } else if (case_.crowded && i % 2 == 0) {
        key = fresh_in(case_.start_bucket, case_.moment.B);
      }
      put(static_cast<std::uint16_t>(key));
    }
  }
  // A new key that takes the place of an old one: those of a crowded map crowd the next chain.
  std::uint16_t other() {
    return case_.crowded ? fresh_in(case_.start_bucket + 1U, header().B) : fresh();
  }
  std::uint16_t fresh() { return fresh_++; }
  // The next new key of a bucket.
  std::uint16_t fresh_in(std::uint32_t bucket, std::uint8_t B) {
    const std::uint32_t mask = (1U << B) - 1;
    while ((fresh_ & mask) != (bucket & mask)) ++fresh_;
    return fresh_++;
  }

  void step(std::uint32_t n) {
    for (; walking_ && n > 0; --n) walking_ = !guide_.next(0).end;
  }

  void end_growth() {
    const std::uint16_t key = live_.empty() ? 0 : live_.front();
    for (std::uint32_t i = 0; growing(header()); ++i) {
      put(key);
      if (i > 4096) throw Unreached("a growth that ends");
    }
  }

  void start_bigger() {
    const std::uint8_t before = header().B;
    while (header().B == before) {
      put(fresh());
      if (fresh_ >= kChurn) throw Unreached("a growth to twice the size");
    }
  }

  // Churns one chain after the other until as many overflow buckets as buckets lie about; the
  // chains' heads are left as thin as they were.
  void pile_up_overflow_buckets() {
    const std::uint8_t B = header().B;
    for (std::uint32_t i = 0; header().noverflow < 1U << B; ++i) {
      churn(i & ((1U << B) - 1), static_cast<std::uint16_t>(kOneChain + 8 * (i >> B)));
      if (i > kMostAttempts || header().B != B || growing(header())) {
        throw Unreached(fmt::format("a map thin enough to churn, with B={}", B));
      }
    }
  }
  void churn(std::uint32_t chain, std::uint16_t n) {
    std::vector<std::uint16_t> keys;
    const std::uint16_t enough = static_cast<std::uint16_t>(1U << header().B);
    for (std::uint16_t i = 0; i < n && header().noverflow < enough; ++i) {
      keys.push_back(static_cast<std::uint16_t>(kChurn + chain + kFillStride * i));
      put(keys.back());
    }
    for (const std::uint16_t key : keys) del(key);
  }

  void start_same_size() {
    end_growth();
    // A map of fewer buckets moves both at once, and is never seen in the midst of it; a full one
    // would rather grow.
    while (header().B < 2) start_bigger();
    end_growth();
    while (!live_.empty() && header().count > most_entries(header().B) / 2) del(live_.back());
    if (header().count > most_entries(header().B) / 2) {  // of NaNs
      start_bigger();
      end_growth();
    }
    pile_up_overflow_buckets();
    put(fresh());
    if (!same_size(header())) throw Unreached("a growth to the same size");
  }

  void delete_all() {
    const std::vector<std::uint16_t> keys = live_;
    for (const std::uint16_t key : keys) del(key);
  }

  template <class Empty>
  void empty_and_refill(Empty&& empty) {
    const std::vector<std::uint16_t> keys = live_;
    const std::uint32_t nans = nans_;
    empty(keys);
    for (const std::uint16_t key : keys) put(key);
    while (nans_ < nans) put(kNaN);
  }

  const PhaseCase& case_;
  Port& guide_;
  std::vector<std::uint16_t> live_;
  std::uint32_t nans_ = 0;
  std::uint32_t stamp_ = 0;
  std::uint16_t fresh_ = kFresh;
  bool walking_ = false;
};

}  // namespace

std::string_view name(Phase phase) {
  constexpr std::array kNames = {"Idle", "Bigger", "SameSize"};
  return kNames[static_cast<std::size_t>(phase)];
}
std::string_view name(Then then) {
  constexpr std::array kNames = {"GrowEnds",       "BiggerStarts", "SameSizeStarts",
                                 "SecondSameSize", "Clear",        "ClearAndSameKeys",
                                 "ClearAndOthers", "DrainToEmpty", "DeleteAllAndRefill"};
  return kNames[static_cast<std::size_t>(then)];
}
std::string_view name(Storage storage) {
  constexpr std::array kNames = {"Plain", "Pointers", "Owning", "IndirectKey", "IndirectElem"};
  return kNames[static_cast<std::size_t>(storage)];
}

std::vector<Moment> moments(Phase phase) {
  std::vector<Moment> all;
  if (phase == Phase::idle) {
    for (std::uint8_t B = 0; B <= 4; ++B) all.push_back({phase, B, 0, 0});
    return all;
  }
  const auto add = [&](std::uint8_t B, std::uint32_t evacuated) {
    for (const std::uint32_t trigger : {0U, (1U << B) - 1}) {
      all.push_back({phase, B, evacuated, trigger});
    }
  };
  for (std::uint32_t n = 2; n < 4; ++n) add(2, n);
  for (std::uint32_t n = 2; n < 8; ++n) add(3, n);
  for (const std::uint32_t n : {2U, 7U, 15U}) add(4, n);
  return all;
}

std::string departure(const Moment& m, const Snapshot& s) {
  const std::uint8_t B = static_cast<std::uint8_t>(m.B + (m.phase == Phase::bigger ? 1 : 0));
  if (s.B != B) return fmt::format("B is {} instead of {}", s.B, B);
  if (growing(s) != (m.phase != Phase::idle)) return "a growth is under way, or none is";
  if (same_size(s) != (m.phase == Phase::same_size)) return "the growth is of the other kind";
  if (!growing(s)) return "";
  const std::uint32_t evacuated = evacuated_buckets(s);
  if (evacuated == m.evacuated) return "";
  return fmt::format("{} old buckets are evacuated instead of {}", evacuated, m.evacuated);
}

PhaseProgram phase_program(const PhaseCase& c, Port& guide) {
  PhaseProgram result;
  Writer writer(c, guide);
  try {
    writer.reach(c.moment);
    result.unreached = departure(c.moment, writer.snapshot());
    writer.begin_walk();
    result.walk_begins = writer.program.ops.size() - 1;
    for (std::size_t i = 0; i < c.thens.size(); ++i) {
      if (i > 0) writer.walk_on();
      writer.happen(c.thens[i]);
    }
    writer.walk_on();
  } catch (const Unreached& e) {
    result.unreached = std::string("not reached: ") + e.what();
  }
  writer.program.ops.push_back({.code = OpCode::len});
  writer.program.ops.push_back({.code = OpCode::drain});
  result.program = std::move(writer.program);
  return result;
}

}  // namespace mapproof
