#include "oracle/situation_counter.h"

#include <utility>

#include "oracle/run.h"

namespace mapproof {

SituationCounter::SituationCounter(Port* port, SituationLog* log) : port_(*port), log_(*log) {}

void SituationCounter::make(const MapSpec& spec) {
  port_.make(spec);
  spec_ = spec;
  hashing_ = Hashing(spec.key, spec.hash, spec.seed);
  for (const KeyHash& hash : spec.hashes) hashing_.set(hash.key, hash.value());
  growth_.emplace(&log_);
  cells_.emplace(&log_);
  walks_.emplace(&log_);
  nil_ = false;
  look();
  note_made();
}

void SituationCounter::note_made() {
  log_.note_if(in_full_ && !now_.current, "make/no-bucket");
  log_.note_if(now_.B >= 1 && now_.B <= 3, "make/hint-with-buckets");
  log_.note_if(now_.B >= 4, "make/hint-with-spares");
  log_.note_if(spec_.hint < 0, "make/hint-negative");
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  log_.note_if(spec_.hint >= kHuge, "make/hint-huge");
}

void SituationCounter::release() {
  port_.release();
  nil_ = true;
  // Running walks go on in the map as it was.
  if (walks_) walks_->release();
}

// Only to be called where there is a map.
void SituationCounter::look() {
  in_full_ = false;
  if (!port_.info().lays_out_buckets || !port_.header(&now_)) return;
  if (now_.B < 32 && (std::uint32_t{1} << now_.B) <= kMostBuckets) {
    in_full_ = port_.snapshot(&now_);
  }
}

std::optional<std::uint64_t> SituationCounter::hash_of(KeyId key) const {
  const KeyClass c = key_class(spec_.key, key.index);
  if (c.nan || c.unhashable || !port_.info().forces_hashes) return std::nullopt;
  Hashing untouched = hashing_;
  return untouched(key.index, now_.hash0);
}

std::optional<std::uint64_t> SituationCounter::hash_of(const Step& step) const {
  return step.end || step.torn ? std::nullopt : hash_of(step.key);
}

template <class F>
auto SituationCounter::watched(F&& ask) -> decltype(ask()) {
  try {
    return ask();
  } catch (const MapPanic& panic) {
    note_panic(panic);
    throw;
  }
}

void SituationCounter::note_panic(const MapPanic& panic) {
  log_.note_if(panic.kind() == MapPanic::Kind::nil_map, "nil/put");
  if (panic.kind() != MapPanic::Kind::unhashable) return;
  if (nil_) return log_.note("unhashable/nil");
  log_.note(now_.count == 0 ? SituationId("unhashable/empty") : SituationId("unhashable/filled"));
  log_.note_if(is_growing(now_), "unhashable/growing");
}

void SituationCounter::wrote(Change::Kind kind, KeyId key) {
  const Snapshot before = std::exchange(now_, Snapshot{});
  const bool was_in_full = in_full_;
  look();
  Change change{.kind = kind,
                .spec = spec_,
                .before = before,
                .after = now_,
                .in_full = was_in_full && in_full_,
                .walks = walks_->running()};
  if (kind != Change::Kind::clear) {
    change.key = key;
    change.key_class = key_class(spec_.key, key.index);
    change.hash = hash_of(key);
  }
  growth_->write(change);
  cells_->write(change, walks_->live_nans());
  walks_->write(change);
}

PutResult SituationCounter::put(KeyId key, std::uint32_t stamp) {
  const PutResult result = watched([&] { return port_.put(key, stamp); });
  if (!nil_) wrote(Change::Kind::put, key);
  return result;
}

void SituationCounter::del(KeyId key) {
  watched([&] { port_.del(key); });
  if (nil_) return log_.note("nil/delete");
  wrote(Change::Kind::del, key);
}

void SituationCounter::clear() {
  watched([&] { port_.clear(); });
  if (nil_) return log_.note("nil/clear");
  wrote(Change::Kind::clear, {});
}

Found SituationCounter::get(KeyId key) {
  const Found found = watched([&] { return port_.get(key); });
  note_get(key);
  return found;
}

Found SituationCounter::has(KeyId key) {
  const Found found = watched([&] { return port_.has(key); });
  note_get(key);
  return found;
}

void SituationCounter::note_get(KeyId key) {
  if (nil_) return log_.note("nil/get");
  cells_->get(now_, in_full_, KeyMatch(spec_.key, key), hash_of(key), walks_->live_nans());
}

std::uint64_t SituationCounter::len() {
  log_.note_if(nil_, "nil/len");
  return port_.len();
}

Step SituationCounter::begin(unsigned slot, const IterStart& start) {
  const Step step = watched([&] { return port_.begin(slot, start); });
  if (nil_) {
    log_.note("nil/walk");
    return step;
  }
  // A begin sets flags and nothing else.
  Snapshot header;
  if (port_.header(&header)) now_.flags = header.flags;
  walks_->begin(slot, start, step, spec_, now_);
  if (!step.end) walks_->step(slot, step, spec_, now_, in_full_, hash_of(step));
  return step;
}

Step SituationCounter::next(unsigned slot) {
  const Step step = watched([&] { return port_.next(slot); });
  walks_->step(slot, step, spec_, now_, in_full_, hash_of(step));
  return step;
}

void SituationCounter::drop(unsigned slot) {
  port_.drop(slot);
  walks_->drop(slot, now_);
}

SituationLog situations_of(const Program& program, Port* port) {
  SituationLog log;
  SituationCounter counter(port, &log);
  RunOptions options;
  options.audit_ops = false;
  run(program, counter, nullptr, options);
  return log;
}

}  // namespace mapproof
