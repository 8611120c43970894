// One stateful property, made by RapidCheck: whatever a program does to a map and to walks over it,
// the corrected port keeps every promise, and the faithful port breaks only what is on record.
//
// MAPPROOF_EFFORT scales the number of programs (1: 500; at least 200). RC_PARAMS="seed=N" repeats
// a run.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "conformance/attribution.h"
#include "conformance/ports/gomap_port.h"
#include "conformance/shrink.h"
#include "oracle/judge.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {

// RapidCheck finds this by its name: a counterexample is a program to read and to replay.
void showValue(const Program& program, std::ostream& os) { os << "\n" << print(program); }

namespace {

using Ops = std::vector<Op>;
using rc::Gen;
namespace gen = rc::gen;

// ---- generators; everything shrinks towards its first, smallest or shortest ----

// From low to high, both included.
template <class T>
Gen<T> between(int low, int high) {
  return gen::map(gen::inRange<int>(low, high + 1), [](int n) { return static_cast<T>(n); });
}

template <class T>
Gen<T> one_of(std::vector<T> choices) {
  const int last = static_cast<int>(choices.size()) - 1;
  return gen::map(between<std::size_t>(0, last),
                  [choices = std::move(choices)](std::size_t i) { return choices[i]; });
}

Gen<std::uint8_t> byte() { return between<std::uint8_t>(0, 255); }
Gen<std::uint8_t> slot() { return between<std::uint8_t>(0, kIterators - 1); }

// Kinds that differ in what the port does with them; the plain ones more often.
Gen<KeyKind> key_kind() {
  using enum KeyKind;
  return one_of<KeyKind>({u64,    u64,       u64,     u64,    f64, f64,      f64,
                          string, interface, owning,  owning, big, bigfloat, c128,
                          padded, array,     pointer, u16,    u8,  boolean,  empty});
}
Gen<ElemKind> elem_kind() {
  using enum ElemKind;
  return one_of<ElemKind>({u64, u64, u64, u32, string, owning, big, pointer, u8, empty});
}
Gen<HashMode> hash_mode() {
  using enum HashMode;
  return one_of<HashMode>(
      {identity, identity, identity, identity, table, table, low, top, constant, strong});
}
Gen<std::int64_t> hint() {
  const auto small = gen::map(between<int>(0, 199), [](int n) { return std::int64_t{n}; });
  return gen::oneOf(gen::just(std::int64_t{0}), gen::just(std::int64_t{0}), small,
                    one_of<std::int64_t>({-1, std::int64_t{1} << 62, INT64_MAX}));
}
Gen<std::vector<KeyHash>> key_hashes() {
  const auto key_hash = gen::map(
      gen::tuple(between<std::uint8_t>(0, kNegativeZero - 1), byte(), byte()), [](const auto& t) {
        return KeyHash{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
      });
  return gen::container<std::vector<KeyHash>>(key_hash);
}

// A specification that is valid whatever was drawn.
MapSpec make_spec(KeyKind key, ElemKind elem, HashMode hash, std::uint8_t hash0, std::uint8_t seed,
                  std::int64_t hint, std::vector<KeyHash> hashes) {
  if (hash != HashMode::table) hashes.clear();
  std::erase_if(hashes, [key](const KeyHash& h) { return h.key >= domain_size(key); });
  const auto by_key = [](const KeyHash& x, const KeyHash& y) { return x.key < y.key; };
  std::stable_sort(hashes.begin(), hashes.end(), by_key);
  const auto same_key = [](const KeyHash& x, const KeyHash& y) { return x.key == y.key; };
  hashes.erase(std::unique(hashes.begin(), hashes.end(), same_key), hashes.end());
  return {key, elem, hash, hash0, seed, hint, std::move(hashes)};
}
Gen<MapSpec> spec() {
  return gen::map(
      gen::tuple(key_kind(), elem_kind(), hash_mode(), byte(), byte(), hint(), key_hashes()),
      [](auto t) { return std::apply(make_spec, std::move(t)); });
}

// An index that may lie outside the kind's domain; make_program folds it.
Gen<std::uint16_t> key() {
  return gen::weightedOneOf<std::uint16_t>(
      {{8, between<std::uint16_t>(0, 63)},
       {2, between<std::uint16_t>(kNil, kNaN)},  // the awkward ones
       {1, between<std::uint16_t>(0, 1000)}});
}
Gen<std::uint16_t> burst() {
  return gen::weightedOneOf<std::uint16_t>(
      {{6, between<std::uint16_t>(1, 30)}, {1, between<std::uint16_t>(30, 300)}});
}

Gen<Ops> on_key(OpCode code) {
  return gen::map(key(), [code](std::uint16_t k) { return Ops{{.code = code, .key = k}}; });
}
Gen<Ops> bulk(OpCode code) {
  return gen::map(gen::pair(key(), burst()), [code](const auto& p) {
    return Ops{{.code = code, .key = p.first, .n = p.second}};
  });
}
Gen<Ops> on_slot(OpCode code) {
  return gen::map(slot(), [code](std::uint8_t s) { return Ops{{.code = code, .slot = s}}; });
}
Gen<Ops> plain(OpCode code) { return gen::just(Ops{{.code = code}}); }

Op begin_op(std::uint8_t s, std::uint8_t bucket, std::uint8_t offset) {
  return {.code = OpCode::iter, .slot = s, .bucket = bucket, .offset = offset};
}
Op next_op(std::uint8_t s, std::uint16_t n) { return {.code = OpCode::next, .slot = s, .n = n}; }

Gen<Ops> begin_walk() {
  return gen::map(gen::tuple(slot(), between<std::uint8_t>(0, 31), between<std::uint8_t>(0, 7),
                             between<std::uint16_t>(1, 12)),
                  [](const auto& t) {
                    const auto& [s, bucket, offset, n] = t;
                    return Ops{begin_op(s, bucket, offset), next_op(s, n)};
                  });
}
Gen<Ops> go_on() {
  return gen::map(gen::pair(slot(), between<std::uint16_t>(1, 20)),
                  [](const auto& p) { return Ops{next_op(p.first, p.second)}; });
}

// Fills one chain after the other and empties it again: overflow buckets pile up in a thin map,
// until it grows to its own size. A few entries stay, so that there is something to walk over; in
// kinds that have NaNs these may be it, since nothing but a clear takes them away.
Ops churn_ops(std::uint16_t first, int chains, std::uint16_t n, std::uint16_t stay, bool nans) {
  Ops ops;
  for (int i = 0; i < chains; ++i) {
    const auto c = static_cast<std::uint16_t>((first + i) % static_cast<int>(kFillStride));
    ops.push_back({.code = OpCode::fill, .key = c, .n = n});
    ops.push_back({.code = OpCode::empty, .key = c, .n = n});
    if (nans) {
      ops.push_back({.code = OpCode::touch, .key = kNaN, .n = stay});
    } else {
      ops.push_back({.code = OpCode::putrange, .key = c, .n = stay});
    }
  }
  return ops;
}
Gen<Ops> churn() {
  return gen::map(
      gen::tuple(between<std::uint16_t>(0, 63), between<int>(1, 10), between<std::uint16_t>(9, 16),
                 between<std::uint16_t>(1, 6), gen::element(false, true)),
      [](const auto& t) { return std::apply(churn_ops, t); });
}
// The same with a walk begun at some point and stepped now and then, and perhaps a clear under it.
Gen<Ops> walk_over_churn() {
  return gen::map(gen::tuple(begin_walk(), churn(), between<std::size_t>(0, 30),
                             between<std::uint16_t>(1, 3), gen::element(false, true)),
                  [](const auto& t) {
                    const auto& [walk, churned, begins, steps, clears] = t;
                    Ops ops;
                    for (std::size_t i = 0; i < churned.size(); ++i) {
                      if (i == std::min(begins, churned.size() - 1)) {
                        ops.insert(ops.end(), walk.begin(), walk.end());
                      }
                      ops.push_back(churned[i]);
                      if (i > begins) ops.push_back(next_op(walk[0].slot, steps));
                    }
                    if (clears) ops.push_back({.code = OpCode::clear});
                    ops.push_back(next_op(walk[0].slot, steps));
                    return ops;
                  });
}

// A walk among NaNs, which only the low bit of a tophash sends left or right, often in mid-growth.
Gen<Ops> walk_among_nans() {
  return gen::map(gen::tuple(between<std::uint16_t>(20, 120), begin_walk(),
                             between<std::uint16_t>(1, 9), between<std::uint16_t>(1, 30)),
                  [](const auto& t) {
                    const auto& [n, walk, more, steps] = t;
                    const Op last = {.code = OpCode::touch, .key = kNaN, .n = more};
                    Ops ops = {{.code = OpCode::touch, .key = kNaN, .n = n}};
                    ops.insert(ops.end(), walk.begin(), walk.end());
                    ops.insert(ops.end(), {last, next_op(walk[0].slot, steps), last});
                    ops.push_back({.code = OpCode::drain, .slot = walk[0].slot});
                    return ops;
                  });
}

// A few operations that belong together; also shrinks to some of them.
Gen<Ops> phrase() {
  using enum OpCode;
  auto any =
      gen::weightedOneOf<Ops>({{4, on_key(put)},   {3, on_key(del)},       {1, on_key(get)},
                               {1, on_key(has)},   {1, plain(len)},        {4, begin_walk()},
                               {6, go_on()},       {1, on_slot(iter_any)}, {2, on_slot(drain)},
                               {1, on_slot(drop)}, {3, bulk(fill)},        {2, bulk(OpCode::empty)},
                               {2, bulk(touch)},   {2, bulk(putrange)},    {2, bulk(delrange)},
                               {2, churn()},       {5, walk_over_churn()}, {2, walk_among_nans()},
                               {2, plain(clear)},  {1, plain(audit)}});
  return gen::shrink(std::move(any), [](const Ops& ops) {
    return ops.size() > 1 ? rc::shrink::removeChunks(ops) : rc::Seq<Ops>();
  });
}

void fold_key(KeyKind kind, Op& op) {
  std::uint32_t bound = std::min(domain_size(kind), 65536U);
  if (op.code == OpCode::fill || op.code == OpCode::empty) bound = kFillStride;
  if (op.code == OpCode::touch || op.code == OpCode::putrange || op.code == OpCode::delrange) {
    bound = std::min(bound, kMaxBurstKey + 1);
  }
  op.key = static_cast<std::uint16_t>(op.key % bound);
}

Program make_program(const MapSpec& map, const std::vector<Ops>& phrases, bool goes_nil) {
  Program program;
  program.spec = map;
  for (const Ops& ops : phrases) {
    for (Op op : ops) {
      fold_key(map.key, op);
      program.ops.push_back(op);
    }
  }
  // Walks go on over a map that nobody else holds; nothing else would be left to do.
  if (goes_nil) program.ops.push_back({.code = OpCode::nil});
  for (unsigned s = 0; s < kIterators; ++s) {
    program.ops.push_back({.code = OpCode::drain, .slot = static_cast<std::uint8_t>(s)});
  }
  return program;
}
Gen<Program> program() {
  // RapidCheck begins with size 0; a program of a few operations hardly ever reaches anything.
  const auto phrases = gen::withSize(
      [](int size) { return gen::resize(25 + size, gen::container<std::vector<Ops>>(phrase())); });
  return gen::map(gen::tuple(spec(), phrases, gen::element(false, false, false, true)),
                  [](const auto& t) { return std::apply(make_program, t); });
}

// ---- what the programs reach ----

// Passes everything on to a port and looks now and then which growths began under a walk.
class Watched final : public Port {
 public:
  explicit Watched(std::unique_ptr<Port> port) : port_(std::move(port)) {}

  bool bigger_under_walk = false;
  bool same_size_under_walk = false;

  const PortInfo& info() const override { return port_->info(); }
  bool supports(const MapSpec& spec) const override { return port_->supports(spec); }
  void make(const MapSpec& spec) override {
    walks_ = {};
    bigger_under_walk = same_size_under_walk = false;
    port_->make(spec);
  }
  void release() override { port_->release(); }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    const PutResult result = port_->put(key, stamp);
    if (++puts_ % 8 == 0) look();
    return result;
  }
  Found get(KeyId key) override { return port_->get(key); }
  Found has(KeyId key) override { return port_->has(key); }
  void del(KeyId key) override { port_->del(key); }
  void clear() override { port_->clear(); }
  std::uint64_t len() override { return port_->len(); }
  Step begin(unsigned slot, const IterStart& start) override {
    const Step step = port_->begin(slot, start);
    Snapshot now;
    port_->snapshot(&now);
    walks_[slot] = {!step.end, now.B, is_same_size(now)};
    return step;
  }
  Step next(unsigned slot) override {
    look();
    const Step step = port_->next(slot);
    walks_[slot].live = !step.end;
    return step;
  }
  void drop(unsigned slot) override {
    walks_[slot].live = false;
    port_->drop(slot);
  }
  bool snapshot(Snapshot* out) override { return port_->snapshot(out); }

 private:
  struct Walk {
    bool live = false;
    std::uint8_t B = 0;  // of the map when it began
    bool same_size = false;
  };

  static bool is_same_size(const Snapshot& s) { return (s.flags & map_flag::kSameSizeGrow) != 0; }

  void look() {
    if (bigger_under_walk && same_size_under_walk) return;
    if (std::none_of(walks_.begin(), walks_.end(), [](const Walk& w) { return w.live; })) return;
    Snapshot now;
    port_->snapshot(&now);
    for (const Walk& walk : walks_) {
      if (!walk.live) continue;
      if (now.B > walk.B) bigger_under_walk = true;
      if (is_same_size(now) && !walk.same_size) same_size_under_walk = true;
    }
  }

  std::unique_ptr<Port> port_;
  std::array<Walk, kIterators> walks_;
  unsigned puts_ = 0;
};

// ---- the property ----

double effort() {
  const char* text = std::getenv("MAPPROOF_EFFORT");
  const double scale = text == nullptr ? 1.0 : std::strtod(text, nullptr);
  return scale > 0 ? scale : 1.0;
}

class Property {
 public:
  // What is wrong with the ports' runs of p; "" if nothing is.
  std::string failure(const Program& p) {
    const RunResult corrected = run(p, corrected_, &judge_, options_);
    if (corrected.verdict) return "the corrected port: " + corrected.verdict->sentence();
    faithful_verdict_ = run(p, *faithful_, &judge_, options_).verdict;
    if (!faithful_verdict_) return "";
    const Attribution cause = attribute(p, *faithful_verdict_, options_);
    if (cause.known) return "";
    return "the faithful port: " + faithful_verdict_->sentence() + "; " + cause.sentence;
  }

  void operator()() {
    const Program p = *program();
    RC_ASSERT(invalid(p) == "");
    if (const std::string words = failure(p); !words.empty()) {
      smallest = p;  // RapidCheck asks about smaller and smaller ones: the last that fails stays
      RC_FAIL(words);
    }
    known_defects += faithful_verdict_.has_value();
    bigger += corrected_.bigger_under_walk;
    same_size += corrected_.same_size_under_walk;
    RC_CLASSIFY(corrected_.bigger_under_walk, "doubled under a walk");
    RC_CLASSIFY(corrected_.same_size_under_walk, "grew to its own size under a walk");
    RC_CLASSIFY(faithful_verdict_.has_value(), "shows a known defect of 1.14.6");
  }

  Program smallest;  // of the programs that failed
  int known_defects = 0;
  int bigger = 0;
  int same_size = 0;

 private:
  static RunOptions with_audit() {
    RunOptions options;
    options.audit_at_end = true;
    return options;
  }
  const RunOptions options_ = with_audit();
  Judge judge_;
  Watched corrected_{make_gomap_port(~0U)};
  const std::unique_ptr<Port> faithful_ = make_gomap_port(0);
  std::optional<Verdict> faithful_verdict_;
};

TEST(Stateful, TheCorrectedPortKeepsEveryPromiseAndTheFaithfulBreaksOnlyWhatIsOnRecord) {
  const rc::detail::Configuration& given = rc::detail::configuration();
  rc::detail::TestParams params = given.testParams;
  // With fewer it might, one time in millions, not reach what is asked for below.
  params.maxSuccess = std::max(200, static_cast<int>(std::lround(500 * effort())));
  rc::detail::TestMetadata metadata;
  metadata.id = metadata.description = "Stateful";

  Property property;
  const auto result = rc::detail::checkTestable([&property] { property(); }, metadata, params);
  std::ostringstream words;
  rc::detail::printResultMessage(result, words);
  std::ostringstream repeat;
  repeat << "repeat with: RC_PARAMS=\"seed=" << params.seed << "\" MAPPROOF_EFFORT=" << effort()
         << " stateful_rapidcheck_test\n";
  if (!result.is<rc::detail::SuccessResult>()) {
    const auto fails = [&property](const Program& p) { return !property.failure(p).empty(); };
    if (fails(property.smallest)) {
      const Program p = shrink(property.smallest, fails);
      words << "\n\nand smaller still, " << property.failure(p) << ":\n" << print(p);
    }
    FAIL() << words.str() << "\n" << repeat.str();
  }
  std::cout << words.str() << "\n" << repeat.str();

  // Without these the property would say little: same-size growth hardly comes by chance.
  EXPECT_GT(property.bigger, 0) << repeat.str();
  EXPECT_GT(property.same_size, 0) << repeat.str();
  EXPECT_GT(property.known_defects, 0) << "programs that find no old defect find no new one\n"
                                       << repeat.str();
}

}  // namespace
}  // namespace mapproof
