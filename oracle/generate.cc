#include "oracle/generate.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "oracle/seeded_random.h"

namespace mapproof {
namespace {

// Calls f(key) for each key that an operation names, step by step. False ends it early.
template <typename F>
bool each_key(KeyKind kind, const Op& op, F f) {
  std::uint32_t steps = 0;
  switch (op.code) {
    case OpCode::put:
    case OpCode::get:
    case OpCode::has:
    case OpCode::del:
      steps = 1;
      break;
    case OpCode::fill:
    case OpCode::empty:
    case OpCode::touch:  // of a NaN each one is a new entry
    case OpCode::putrange:
    case OpCode::delrange:
      steps = op.n;
      break;
    default:
      break;
  }
  for (std::uint32_t step = 0; step < steps; ++step) {
    if (!f(key_at(kind, op, step))) return false;
  }
  return true;
}

bool puts(OpCode code) {
  return code == OpCode::put || code == OpCode::fill || code == OpCode::touch ||
         code == OpCode::putrange;
}
bool deletes(OpCode code) {
  return code == OpCode::del || code == OpCode::empty || code == OpCode::delrange;
}

bool is_ordered(Profile profile) { return profile == Profile::js || profile == Profile::python; }

// What a program may ask for.
struct Promised {
  explicit Promised(const GenerateOptions& options)
      : one_nan(options.profile == Profile::js),
        changes_in_walk(options.profile != Profile::std_like),
        updates_in_walk(options.profile != Profile::std_like),
        erases_in_walk(options.erases_in_walk),
        raises(options.profile == Profile::python),
        // JavaScript and Python have no such thing as a nil map. Each of them says which of two
        // equal keys it stores, as Go does.
        nil_maps(options.nil_maps && !is_ordered(options.profile)),
        unhashable(options.profile == Profile::go),
        key_updates(options.updates_keys || options.profile != Profile::std_like) {}

  bool one_nan;          // NaN equals NaN
  bool changes_in_walk;  // entries may come and go during a walk
  bool updates_in_walk;  // if they may not: may they be overwritten?
  bool erases_in_walk;   // and may the current one go?
  bool raises;           // a walk ends at its next step when the map has another size
  bool nil_maps;
  bool unhashable;   // such keys panic
  bool key_updates;  // it is said which of two equal keys is stored
};

// Which NaNs does a map take for one key? Of the kinds that hold just a float that is clear; what
// a NaN inside anything else equals depends on how it is represented there.
bool has_one_nan(KeyKind kind) { return kind == KeyKind::f32 || kind == KeyKind::f64; }

// What can be known of a run without a map: which entries live, and, as long as nothing changes
// under them, how far the walks are.
class Forecast {
 public:
  Forecast(KeyKind kind, const Promised& promised) : kind_(kind), promised_(promised) {}

  // Takes the operation as done. Says what it asks beyond what is promised, or nullptr.
  const char* apply(const Op& op) {
    if (puts(op.code) || deletes(op.code)) return apply_to_keys(op);
    switch (op.code) {
      case OpCode::get:
      case OpCode::has:
        return is_unhashable(op.key) ? kUnhashableReason : nullptr;
      case OpCode::clear: {
        const char* reason = walk_reason();
        forget_entries();
        return reason;
      }
      case OpCode::nil:
        forget_entries();
        return promised_.nil_maps ? nullptr : "lets go of the map";
      default:
        apply_to_walk(op);
        return nullptr;
    }
  }

  std::size_t live() const { return stored_.size() + nans_; }
  // Those that can be found, in the order of their numbers.
  std::vector<std::uint32_t> live_keys() const {
    std::vector<std::uint32_t> keys;
    for (const auto& [equality, key] : stored_) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    return keys;
  }
  bool lives(std::uint32_t key) const { return stored_.count(class_of(key).equality) != 0; }
  bool has_walk(unsigned slot) const { return walks_[slot].state != Walk::State::none; }
  bool is_running(unsigned slot) const { return walks_[slot].state == Walk::State::running; }
  bool walking() const { return running() != 0; }

 private:
  static constexpr const char* kUnhashableReason = "uses an unhashable key";

  struct Walk {
    enum class State : std::uint8_t { none, asked_for, running };
    State state = State::none;
    std::size_t produced = 0;
    std::size_t size = 0;  // entries when it began
  };

  KeyClass class_of(std::uint32_t key) const {
    KeyClass its_class = key_class(kind_, key);
    its_class.nan = its_class.nan && !promised_.one_nan;
    return its_class;
  }
  bool is_unhashable(std::uint32_t key) const {
    return !promised_.unhashable && class_of(key).unhashable;
  }
  const char* walk_reason() const {
    return promised_.changes_in_walk || !walking() ? nullptr : "changes the map during a walk";
  }

  unsigned running() const {
    unsigned count = 0;
    for (const Walk& walk : walks_) count += walk.state == Walk::State::running;
    return count;
  }

  void forget_entries() {
    stored_.clear();
    nans_ = 0;
  }

  const char* apply_to_keys(const Op& op) {
    const char* reason = nullptr;
    each_key(kind_, op, [&](std::uint32_t key) {
      const char* one = puts(op.code) ? put(key) : del(key);
      if (reason == nullptr) reason = one;
      return true;
    });
    return reason;
  }

  const char* put(std::uint32_t key) {
    const KeyClass its_class = class_of(key);
    if (its_class.unhashable) return is_unhashable(key) ? kUnhashableReason : nullptr;
    if (its_class.nan) {
      ++nans_;
      return walk_reason();
    }
    const auto [place, is_new] = stored_.try_emplace(its_class.equality, key);
    const char* reason = is_new || !promised_.updates_in_walk ? walk_reason() : nullptr;
    if (!is_new && place->second != key) {
      place->second = key;
      if (reason == nullptr && !promised_.key_updates)
        reason = "overwrites a key by an equal but different one";
    }
    return reason;
  }

  const char* del(std::uint32_t key) {
    const KeyClass its_class = class_of(key);
    if (its_class.unhashable) return is_unhashable(key) ? kUnhashableReason : nullptr;
    if (its_class.nan || stored_.count(its_class.equality) == 0) return nullptr;
    const bool fine = promised_.erases_in_walk && is_current_of_the_only_walk();
    const char* reason = fine ? nullptr : walk_reason();
    stored_.erase(its_class.equality);
    for (Walk& walk : walks_) walk.produced = std::min(walk.produced, live());
    return reason;
  }

  // Of the entry about to be deleted. Without the port's order that is known only of a last entry.
  bool is_current_of_the_only_walk() const {
    if (live() != 1 || running() != 1) return false;
    return std::any_of(walks_.begin(), walks_.end(), [](const Walk& walk) {
      return walk.state == Walk::State::running && walk.produced == 1;
    });
  }

  void apply_to_walk(const Op& op) {
    Walk& walk = walks_[op.slot % kIterators];
    switch (op.code) {
      case OpCode::iter:
      case OpCode::iter_any:
        walk = {.state = Walk::State::asked_for};
        break;
      case OpCode::next:
        for (unsigned i = 0; i < op.n; ++i) step(walk);
        break;
      case OpCode::drain:
      case OpCode::drop:
        walk = {};
        break;
      default:
        break;
    }
  }

  void step(Walk& walk) const {
    if (walk.state == Walk::State::none) return;
    if (walk.state == Walk::State::asked_for) walk.size = live();
    walk.state = Walk::State::running;
    if (walk.produced >= live() || (promised_.raises && walk.size != live())) {
      walk = {};
    } else {
      ++walk.produced;
    }
  }

  KeyKind kind_;
  Promised promised_;
  std::unordered_map<std::uint32_t, std::uint32_t> stored_;  // equality class -> index last put
  std::size_t nans_ = 0;
  std::array<Walk, kIterators> walks_;
};

// ---- operations ----

Op key_op(OpCode code, std::uint32_t key, std::uint32_t n = 0) {
  Op op;
  op.code = code;
  op.key = static_cast<std::uint16_t>(key);
  op.n = static_cast<std::uint16_t>(n);
  return op;
}

Op slot_op(OpCode code, unsigned slot, std::uint32_t n = 0) {
  Op op;
  op.code = code;
  op.slot = static_cast<std::uint8_t>(slot);
  op.n = static_cast<std::uint16_t>(n);
  return op;
}

Op plain_op(OpCode code) {
  Op op;
  op.code = code;
  return op;
}

// The most entries of 2^B buckets before they are doubled.
std::uint32_t most_entries(unsigned B) { return B == 0 ? 8 : (13U << B) / 2; }

// ---- the generator ----

class Generator {
 public:
  Generator(const MapSpec& spec, std::uint64_t seed, const GenerateOptions& options)
      : options_(options),
        random_(seed ^ 0x6d617070726f6f66ULL),
        domain_(domain_size(spec.key)),
        promised_(drawn_promises(options, &random_)),
        forecast_(spec.key, promised_) {
    program_.spec = spec;
    if (is_ordered(options.profile)) {
      choices_.push_back({&Generator::replace, 6});
      choices_.push_back({&Generator::overwrite, 4});
    }
    if (spec.hint > 0 && spec.hint < 200) raise_B(static_cast<std::size_t>(spec.hint));
    static constexpr std::array<std::uint32_t, 5> kPools = {4, 16, 64, 200, 1000};
    pool_ = std::min(random_.pick(kPools), domain_);
    draw_weights();
  }

  Program generate() {
    const std::size_t tail = std::min<std::size_t>(options_.ops / 4, 12);
    limit_ = options_.ops - tail;
    if (random_.percent(60)) fill_up();
    while (!full()) act();
    limit_ = options_.ops;
    if (random_.percent(25)) end_with_nil();
    finish_walks(90);
    return std::move(program_);
  }

 private:
  using Action = void (Generator::*)();
  struct Choice {
    Action action;
    unsigned weight;
  };

  // Where a walk over a map of another size raises, few ever get to their end. So some programs
  // keep still while they walk.
  static Promised drawn_promises(const GenerateOptions& options, SeededRandom* random) {
    Promised promised(options);
    if (promised.raises && random->percent(40)) {
      promised.changes_in_walk = promised.erases_in_walk = false;
    }
    return promised;
  }

  bool go() const { return options_.profile == Profile::go; }
  bool std_like() const { return options_.profile == Profile::std_like; }
  bool full() const { return program_.ops.size() >= limit_; }

  // Each program likes some actions and shuns others: a mixture of everything in each program would
  // reach far fewer states.
  void draw_weights() {
    static constexpr std::array<unsigned, 5> kFactors = {0, 1, 1, 2, 5};
    for (Choice& choice : choices_) {
      choice.weight *= random_.pick(kFactors);
    }
    choices_[0].weight += 1;  // something must always be possible
  }

  void act() {
    unsigned sum = 0;
    for (const Choice& choice : choices_) sum += choice.weight;
    std::uint32_t at = random_.below(sum);
    for (const Choice& choice : choices_) {
      if (at < choice.weight) return (this->*choice.action)();
      at -= choice.weight;
    }
  }

  // Appends an operation if the profile allows it, after ending walks that stand in its way.
  bool emit(const Op& op) {
    if (full()) return false;
    if (!promised_.changes_in_walk) {
      Forecast trial = forecast_;
      if (trial.apply(op) != nullptr) {
        finish_walks(50);
        trial = forecast_;
        if (full() || trial.apply(op) != nullptr) return false;
      }
    }
    forecast_.apply(op);
    program_.ops.push_back(op);
    raise_B(forecast_.live());
    return true;
  }

  void raise_B(std::size_t entries) {
    while (entries > most_entries(B_)) ++B_;
  }

  // ---- keys ----

  bool is_allowed(std::uint32_t key) const {
    const KeyClass its_class = key_class(program_.spec.key, key);
    if (its_class.nan && !options_.nan_keys) return false;
    if (its_class.nan && promised_.one_nan && !has_one_nan(program_.spec.key)) return false;
    return go() || !its_class.unhashable;
  }

  std::uint32_t any_key() {
    for (int tries = 0; tries < 8; ++tries) {
      std::uint32_t key = random_.below(pool_);
      if (random_.percent(12)) key = random_.between(kNil, kNaN);
      if (random_.percent(6)) key = random_.below(std::min(domain_, 4096U));
      if (key < domain_ && is_allowed(key)) return key;
    }
    return 0;
  }

  // How many of the steps of a burst come before a key that is not allowed.
  std::uint32_t room(const Op& op) const {
    std::uint32_t count = 0;
    each_key(program_.spec.key, op, [&](std::uint32_t key) {
      // Of a std-like map it may not be asked to store 0 and -0 in turn.
      if (!is_allowed(key) || (std_like() && key == kNegativeZero)) return false;
      ++count;
      return true;
    });
    return count;
  }

  bool burst(OpCode code, std::uint32_t key, std::uint32_t n) {
    if (key >= domain_ || key > kMaxBurstKey) return false;
    Op op = key_op(code, key, std::min(n, kMaxBurst));
    op.n = static_cast<std::uint16_t>(room(op));
    return op.n != 0 && emit(op);
  }

  // ---- single operations ----

  void put() { emit(key_op(OpCode::put, any_key())); }
  void del() { emit(key_op(OpCode::del, any_key())); }
  void look() {
    const OpCode code = random_.percent(50) ? OpCode::get : OpCode::has;
    emit(key_op(code, any_key()));
    if (random_.percent(20)) emit(plain_op(OpCode::len));
  }
  void check_layout() {
    if (go()) emit(plain_op(OpCode::audit));
  }

  // ---- walks ----

  void start_walk() {
    if (!options_.iterators) return;
    const unsigned slot = random_.below(kIterators);
    // A walk cut off early says nothing about completeness.
    if (forecast_.has_walk(slot) && random_.percent(70)) return walk();
    if (random_.percent(25)) {
      emit(slot_op(OpCode::iter_any, slot));
    } else {
      Op op = slot_op(OpCode::iter, slot);
      op.bucket = static_cast<std::uint8_t>(random_.below(1ULL << std::min(B_ + 1, 8U)));
      op.offset = static_cast<std::uint8_t>(random_.below(8));
      emit(op);
    }
    if (random_.percent(85)) emit(slot_op(OpCode::next, slot, random_.between(1, 3)));
  }

  void walk() {
    if (!options_.iterators) return;
    const unsigned first = random_.below(kIterators);
    for (unsigned i = 0; i < kIterators; ++i) {
      const unsigned slot = (first + i) % kIterators;
      if (!forecast_.has_walk(slot)) continue;
      const bool far = random_.percent(15);
      emit(slot_op(OpCode::next, slot, far ? random_.between(4, 60) : random_.between(1, 3)));
      return;
    }
    start_walk();
  }

  void end_walk() {
    const unsigned slot = random_.below(kIterators);
    if (!options_.iterators || !forecast_.has_walk(slot)) return;
    emit(slot_op(random_.percent(75) ? OpCode::drain : OpCode::drop, slot));
  }

  // To the end with so many chances in a hundred, else dropped.
  void finish_walks(unsigned drain_chance) {
    for (unsigned slot = 0; slot < kIterators && !full(); ++slot) {
      if (!forecast_.is_running(slot)) continue;
      const Op op = slot_op(random_.percent(drain_chance) ? OpCode::drain : OpCode::drop, slot);
      forecast_.apply(op);
      program_.ops.push_back(op);
    }
  }

  // ---- growth ----

  // To just below the bound, so that the next new keys start a growth that is then under way.
  void fill_up() {
    if (forecast_.live() > 900) return clear_and_refill();
    if (forecast_.live() + 2 > most_entries(B_) && B_ < 7) ++B_;
    const std::uint32_t bound = most_entries(B_);
    const std::uint32_t below = random_.below(3);
    const std::uint32_t want = bound - std::min(bound, below);
    burst(OpCode::putrange, 0, want);
    if (random_.percent(50)) start_walk();
    if (random_.percent(70)) cross_bound(want);
  }

  // A few new keys: the growth starts, walks begin in the middle of it.
  void cross_bound(std::uint32_t from) {
    const std::uint32_t steps = random_.between(1, 4);
    for (std::uint32_t i = 0; i < steps; ++i) {
      if (is_allowed((from + i) % domain_)) emit(key_op(OpCode::put, (from + i) % domain_));
      if (random_.percent(50)) start_walk();
      if (random_.percent(25)) walk();
    }
    if (random_.percent(30)) finish_growth();
  }

  // Overwrites move a growth on without starting another one.
  void finish_growth() {
    const std::uint32_t key = any_key() % (kMaxBurstKey + 1);
    if (!std_like() && !key_class(program_.spec.key, key).nan) {
      const std::uint32_t all = 1U << std::min(B_, 9U);
      emit(key_op(OpCode::touch, key, random_.percent(60) ? all : random_.between(1, all)));
    } else if (forecast_.lives(key)) {
      emit(key_op(OpCode::touch, key, random_.between(1, 8)));
    }
  }

  // Fill one residue class, empty it, take the next: overflow buckets pile up while the load stays
  // low, and with as many of them as buckets the next new key starts a growth of the same size.
  void churn() {
    if (B_ < 2) {  // with fewer buckets the load comes first
      burst(OpCode::putrange, 0, random_.between(14, 52));
      burst(OpCode::delrange, 0, 52);
    }
    if (forecast_.live() + 17 > most_entries(B_)) thin_out();
    std::uint32_t residue = random_.below(kFillStride);
    const std::uint32_t enough = 1U << std::min(B_, 9U);  // overflow buckets
    std::uint32_t overflow = 0;
    for (unsigned round = 0; round < 6 && !full(); ++round) {
      const std::size_t used = std::min<std::size_t>(forecast_.live(), most_entries(B_));
      const std::uint32_t free = most_entries(B_) - static_cast<std::uint32_t>(used);
      // The last fill ends just where the growth is due: a longer one would also finish it.
      const std::uint32_t due = 8 * (enough - overflow) + 1;
      const std::uint32_t n = std::min(due, std::max(free, 17U));
      if (!burst(OpCode::fill, residue, n)) return;
      if (random_.percent(20)) start_walk();
      if (n < due || random_.percent(30)) burst(OpCode::empty, residue, n);
      if (n == due) return creep(residue + n * kFillStride);
      overflow += (n + 7) / 8 - 1;
      residue = (residue + 1 + 2 * random_.below(3)) % kFillStride;
    }
  }

  // New keys one by one, so that walks begin and go on in the middle of the growth that they start.
  void creep(std::uint32_t from) {
    const std::uint32_t steps = random_.between(1, 6);
    for (std::uint32_t i = 0; i < steps; ++i) {
      const std::uint32_t key = from + i * kFillStride;
      if (key >= domain_ || !is_allowed(key)) return;
      emit(key_op(OpCode::put, key));
      if (random_.percent(40)) start_walk();
      if (random_.percent(40)) walk();
    }
    if (random_.percent(30)) finish_growth();
    if (random_.percent(15)) clear_and_refill();
  }

  void thin_out() {
    if (random_.percent(30)) {
      emit(plain_op(OpCode::clear));
      return;
    }
    const std::uint32_t n = static_cast<std::uint32_t>(forecast_.live());
    burst(OpCode::delrange, random_.below(8), std::max(1U, n));
  }

  void empty_and_refill() {
    const std::uint32_t n = std::max(1U, static_cast<std::uint32_t>(forecast_.live()));
    burst(OpCode::delrange, 0, n + random_.below(40));
    if (random_.percent(60)) burst(OpCode::putrange, random_.below(3), n);
  }

  void clear_and_refill() {
    const std::uint32_t n = static_cast<std::uint32_t>(forecast_.live());
    emit(plain_op(OpCode::clear));
    if (random_.percent(40)) walk();
    if (random_.percent(40)) burst(OpCode::putrange, 0, std::max(1U, n));  // the same keys
    if (random_.percent(25)) {
      const std::uint32_t other = random_.below(200);
      burst(OpCode::putrange, other, random_.between(1, 30));
    }
    if (random_.percent(40)) walk();
  }

  void put_awkward() {
    const KeyKind kind = program_.spec.key;
    const bool has_nan = domain_ > kNaN && key_class(kind, kNaN).nan;
    if (has_nan && is_allowed(kNaN) && random_.percent(60)) {
      emit(key_op(OpCode::touch, kNaN, random_.between(1, 12)));  // each one a new entry
      return;
    }
    const std::uint32_t key = random_.percent(50) ? kNegativeZero : random_.between(kNil, kNaN);
    if (key < domain_ && is_allowed(key)) emit(key_op(OpCode::put, key));
    if (random_.percent(30)) emit(key_op(OpCode::put, 0));
  }

  void end_with_nil() {
    if (!go() || !options_.nil_maps || !emit(plain_op(OpCode::nil))) return;
    static constexpr std::array<OpCode, 4> kOnNil = {OpCode::get, OpCode::has, OpCode::del,
                                                     OpCode::put};
    for (std::uint32_t i = random_.below(4); i > 0; --i) {
      const OpCode code = random_.pick(kOnNil);
      emit(key_op(code, any_key()));
    }
    emit(plain_op(random_.percent(50) ? OpCode::len : OpCode::clear));
    if (random_.percent(40)) start_walk();
  }

  // ---- maps with an order ----

  std::optional<std::uint32_t> any_key_that(bool lives) {
    for (int tries = 0; tries < 16; ++tries) {
      const std::uint32_t key = any_key();
      if (forecast_.lives(key) == lives) return key;
    }
    return std::nullopt;
  }

  // One entry for another, or for itself: the map keeps its size, a walk meets the new one.
  void replace() {
    const auto old = any_key_that(true);
    const auto other = random_.percent(50) ? old : any_key_that(false);
    if (!old || !other) return fill_up();
    if (random_.percent(50)) walk();
    const bool put_first = old != other && random_.percent(50);
    if (put_first) emit(key_op(OpCode::put, *other));
    emit(key_op(OpCode::del, *old));
    if (!put_first) emit(key_op(OpCode::put, *other));
    if (random_.percent(70)) walk();
  }

  // An overwrite moves no entry and changes no size.
  void overwrite() {
    const auto key = random_.percent(25) ? std::optional(kNegativeZero) : any_key_that(true);
    if (!key || *key >= domain_) return fill_up();
    if (*key == kNegativeZero && random_.percent(60)) emit(key_op(OpCode::put, 0));
    if (random_.percent(50)) walk();
    emit(key_op(OpCode::put, *key));
    if (random_.percent(70)) walk();
  }

  GenerateOptions options_;
  SeededRandom random_;
  std::uint32_t domain_;
  std::uint32_t pool_ = 16;
  std::size_t limit_ = 0;
  unsigned B_ = 0;  // a guess: the true one is the port's
  Promised promised_;
  Forecast forecast_;
  Program program_;
  std::vector<Choice> choices_ = {{&Generator::put, 8},
                                  {&Generator::look, 4},
                                  {&Generator::del, 6},
                                  {&Generator::check_layout, 1},
                                  {&Generator::start_walk, 5},
                                  {&Generator::walk, 8},
                                  {&Generator::end_walk, 2},
                                  {&Generator::fill_up, 3},
                                  {&Generator::finish_growth, 3},
                                  {&Generator::churn, 4},
                                  {&Generator::empty_and_refill, 2},
                                  {&Generator::clear_and_refill, 2},
                                  {&Generator::put_awkward, 2}};
};

// ---- specifications ----

std::int64_t draw_hint(SeededRandom& random) {
  static constexpr std::array<std::int64_t, 3> kBogus = {-1, std::int64_t{1} << 62, INT64_MAX};
  static constexpr std::array<std::int64_t, 10> kEdges = {7, 8, 9, 13, 14, 26, 27, 52, 53, 105};
  if (random.percent(50)) return 0;
  if (random.percent(5)) return random.pick(kBogus);
  return random.percent(50) ? random.pick(kEdges) : random.below(200);
}

std::vector<KeyHash> draw_table(SeededRandom& random, KeyKind kind) {
  std::vector<KeyHash> hashes;
  // Only the plain members: two indices of one equality class must not be given two hashes.
  const std::uint32_t plain = std::min(domain_size(kind), kNil);
  const std::uint32_t spread = random.between(1, 16);
  for (std::uint32_t key = 0; key < plain && hashes.size() < 24; ++key) {
    if (!random.percent(50)) continue;
    KeyHash one;
    one.key = static_cast<decltype(one.key)>(key);
    one.top = static_cast<std::uint8_t>(random.below(random.percent(50) ? 256 : 8));
    one.low = static_cast<decltype(one.low)>(random.below(spread));
    hashes.push_back(one);
  }
  return hashes;
}

bool uses_nan(KeyKind kind, const Op& op) {
  return !each_key(kind, op, [&](std::uint32_t key) { return !key_class(kind, key).nan; });
}
bool uses_nan(const Program& program) {
  return std::any_of(program.ops.begin(), program.ops.end(),
                     [&](const Op& op) { return uses_nan(program.spec.key, op); });
}
bool may_use_nan(KeyKind kind, const PortInfo& info) {
  return info.nan_keys && (info.profile != Profile::js || has_one_nan(kind));
}

// Of what lives, spread over all if there is too much, and of some keys that do not: small ones,
// since those are put and deleted most often, and none that has an equal written in another way.
std::vector<Op> look_ups(KeyKind kind, const Forecast& forecast) {
  constexpr std::size_t kMostLive = 2000;
  constexpr std::size_t kMostAbsent = 64;
  std::vector<Op> ops;
  const std::vector<std::uint32_t> live = forecast.live_keys();
  const std::size_t of_live = std::min(live.size(), kMostLive);
  for (std::size_t i = 0; i < of_live; ++i) {
    ops.push_back(key_op(OpCode::has, live[i * live.size() / of_live]));
  }
  const std::uint32_t domain = std::min(domain_size(kind), 4096U);
  for (std::uint32_t key = 0; key < domain && ops.size() < of_live + kMostAbsent; ++key) {
    const KeyClass its_class = key_class(kind, key);
    const bool plain = its_class.equality == key && !its_class.nan && !its_class.unhashable;
    if (plain && !forecast.lives(key)) ops.push_back(key_op(OpCode::has, key));
  }
  return ops;
}

// The operation after which the map holds more than it ever did before.
std::size_t largest_after(const Program& program, const Promised& terms) {
  Forecast forecast(program.spec.key, terms);
  std::size_t most = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    forecast.apply(program.ops[i]);
    if (forecast.live() <= most) continue;
    most = forecast.live();
    at = i;
  }
  return at;
}

bool has_bogus_hint(const MapSpec& spec) { return spec.hint < 0 || spec.hint >= 200; }

}  // namespace

Program generate(const MapSpec& spec, std::uint64_t seed, const GenerateOptions& options) {
  return Generator(spec, seed, options).generate();
}

MapSpec generate_spec(std::uint64_t seed) {
  static constexpr std::array<KeyKind, 6> kLikedKeys = {KeyKind::u64,       KeyKind::f64,
                                                        KeyKind::interface, KeyKind::string,
                                                        KeyKind::owning,    KeyKind::bigfloat};
  static constexpr std::array<HashMode, 10> kModes = {
      HashMode::identity, HashMode::identity, HashMode::identity, HashMode::identity,
      HashMode::strong,   HashMode::table,    HashMode::table,    HashMode::low,
      HashMode::top,      HashMode::constant};
  SeededRandom random(seed ^ 0x737065637330ULL);
  MapSpec spec;
  spec.key =
      random.percent(50) ? random.pick(kLikedKeys) : static_cast<KeyKind>(random.below(kKeyKinds));
  spec.elem = random.percent(60) ? ElemKind::u64 : static_cast<ElemKind>(random.below(kElemKinds));
  spec.hash = random.pick(kModes);
  spec.hash0 = static_cast<std::uint8_t>(random.below(256));
  spec.seed = static_cast<std::uint8_t>(random.below(256));
  spec.hint = draw_hint(random);
  if (spec.hash == HashMode::table) spec.hashes = draw_table(random, spec.key);
  return spec;
}

std::vector<std::pair<KeyKind, ElemKind>> stored_kinds(const Port& port) {
  std::vector<std::pair<KeyKind, ElemKind>> stored;
  for (std::size_t key = 0; key < kKeyKinds; ++key) {
    for (std::size_t elem = 0; elem < kElemKinds; ++elem) {
      MapSpec spec;
      spec.key = static_cast<KeyKind>(key);
      spec.elem = static_cast<ElemKind>(elem);
      if (port.supports(spec)) stored.emplace_back(spec.key, spec.elem);
    }
  }
  return stored;
}

GenerateOptions options_for(const PortInfo& info) {
  GenerateOptions options;
  options.profile = info.profile;
  options.nan_keys = info.nan_keys;
  options.nil_maps = info.nil_maps;
  options.erases_in_walk = info.erases_in_walk;
  options.updates_keys = info.updates_keys;
  return options;
}

Program with_look_ups(Program program, const PortInfo& info) {
  const KeyKind kind = program.spec.key;
  const Promised terms(options_for(info));
  const std::size_t largest = largest_after(program, terms);
  const std::vector<Op> ops = std::exchange(program.ops, {});
  program.expect.clear();
  program.notes.clear();
  Forecast forecast(kind, terms);
  bool nil = false;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    forecast.apply(ops[i]);
    program.ops.push_back(ops[i]);
    nil = nil || ops[i].code == OpCode::nil;
    const bool last = i + 1 == ops.size();
    if ((i != largest && !last) || nil) continue;
    for (const Op& op : look_ups(kind, forecast)) program.ops.push_back(op);
  }
  return program;
}

bool asks_only_promised(const Program& program, const PortInfo& info, std::string* reason) {
  const auto refuse = [reason](const char* why) {
    if (reason != nullptr) *reason = why;
    return false;
  };
  if (!info.nan_keys && uses_nan(program)) return refuse("NaN keys");
  if (info.profile == Profile::js && !has_one_nan(program.spec.key) && uses_nan(program)) {
    return refuse("NaN inside a key that is no number");
  }
  if (info.profile != Profile::go && has_bogus_hint(program.spec)) {
    return refuse("a hint that no map can follow");
  }
  if (info.profile == Profile::go && info.nil_maps) return true;
  Forecast forecast(program.spec.key, Promised(options_for(info)));
  for (const Op& op : program.ops) {
    if (const char* why = forecast.apply(op)) return refuse(why);
  }
  return true;
}

Program promised_part(Program program, const PortInfo& info) {
  const KeyKind kind = program.spec.key;
  if (info.profile != Profile::go && has_bogus_hint(program.spec)) program.spec.hint = 0;
  if (!may_use_nan(kind, info)) {
    std::erase_if(program.ops, [kind](const Op& op) { return uses_nan(kind, op); });
  }
  if (info.profile == Profile::go && info.nil_maps) return program;
  const Promised terms(options_for(info));
  Forecast forecast(kind, terms);
  std::vector<Op> promised;
  for (const Op& op : program.ops) {
    // Of what is refused nothing has happened. Where much is, a copy is cheaper than a new start.
    if (!terms.changes_in_walk && forecast.walking()) {
      Forecast after = forecast;
      if (after.apply(op) != nullptr) continue;
      forecast = std::move(after);
    } else if (forecast.apply(op) != nullptr) {
      forecast = Forecast(kind, terms);
      for (const Op& one : promised) forecast.apply(one);
      continue;
    }
    promised.push_back(op);
  }
  program.ops = std::move(promised);
  return program;
}

}  // namespace mapproof
