#include "oracle/doors/transcript.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "oracle/run.h"

namespace mapproof::doors {
namespace {

std::string_view name(Call call) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "none", "make", "put", "get", "has", "del", "clear", "len", "begin", "next"};
  return static_cast<std::size_t>(call) < kNames.size() ? kNames[static_cast<std::size_t>(call)]
                                                        : "nonsense";
}

Found found_of(const Answer& answer) {
  return {.present = answer.present, .stamp = answer.stamp, .torn = answer.torn};
}
Step step_of(const Answer& answer) {
  return {.end = !answer.present, .torn = answer.torn, .key = answer.key, .stamp = answer.stamp};
}

// Passes each call on and tells what came of it.
class RecordingPort final : public Port {
 public:
  RecordingPort(Port& port, const Recorder& recorder) : port_(port), recorder_(recorder) {}

  const PortInfo& info() const override { return port_.info(); }
  bool supports(const MapSpec& spec) const override { return port_.supports(spec); }
  void make(const MapSpec& spec) override {
    ask(Call::make, [&](Answer&) { port_.make(spec); });
  }
  void release() override { port_.release(); }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    PutResult result;
    ask(Call::put, [&](Answer& answer) {
      result = port_.put(key, stamp);
      answer.present = result.slot_was_dirty;
    });
    return result;
  }
  Found get(KeyId key) override {
    return look(Call::get, [&] { return port_.get(key); });
  }
  Found has(KeyId key) override {
    return look(Call::has, [&] { return port_.has(key); });
  }
  void del(KeyId key) override {
    ask(Call::del, [&](Answer&) { port_.del(key); });
  }
  void clear() override {
    ask(Call::clear, [&](Answer&) { port_.clear(); });
  }
  std::uint64_t len() override {
    std::uint64_t len = 0;
    ask(Call::len, [&](Answer& answer) { answer.number = len = port_.len(); });
    return len;
  }
  Step begin(unsigned slot, const IterStart& start) override {
    return walk(Call::begin, [&] { return port_.begin(slot, start); });
  }
  Step next(unsigned slot) override {
    return walk(Call::next, [&] { return port_.next(slot); });
  }
  void drop(unsigned slot) override { port_.drop(slot); }

 private:
  template <class F>
  void ask(Call call, F&& f) {
    Answer answer;
    answer.call = call;
    try {
      f(answer);
    } catch (const MapPanic& panic) {
      answer.panicked = true;
      answer.kind = panic.kind();
      recorder_(answer, panic.what());
      throw;
    }
    recorder_(answer, "");
  }
  template <class F>
  Found look(Call call, F&& f) {
    Found found;
    ask(call, [&](Answer& answer) {
      found = f();
      answer.present = found.present;
      answer.stamp = found.stamp;
      answer.torn = found.torn;
    });
    return found;
  }
  template <class F>
  Step walk(Call call, F&& f) {
    Step step;
    ask(call, [&](Answer& answer) {
      step = f();
      answer.present = !step.end;
      answer.key = step.key;
      answer.stamp = step.stamp;
      answer.torn = step.torn;
    });
    return step;
  }

  Port& port_;
  const Recorder& recorder_;
};

}  // namespace

PortFailure only_once(const PortFailure& failure) {
  Verdict verdict;
  verdict.property = failure.property();
  verdict.expected = failure.expected();
  verdict.got = fmt::format("{} (not in a new process)", failure.what());
  return PortFailure(verdict);
}

void TranscriptPort::prepare(const Program& program) {
  at_ = 0;
  transcript_.answers.clear();
  transcript_.words.clear();
  transcript_.ending.reset();
  fetch(program, &transcript_);
}

void TranscriptPort::make(const MapSpec&) { take(Call::make); }

// The end of a run, or of the map in it: only at the end are there no answers left.
void TranscriptPort::release() {
  if (at_ == transcript_.answers.size() && transcript_.ending) {
    throw *std::exchange(transcript_.ending, std::nullopt);
  }
}

PutResult TranscriptPort::put(KeyId, std::uint32_t) {
  return {.slot_was_dirty = take(Call::put).present};
}
Found TranscriptPort::get(KeyId) { return found_of(take(Call::get)); }
Found TranscriptPort::has(KeyId) { return found_of(take(Call::has)); }
void TranscriptPort::del(KeyId) { take(Call::del); }
void TranscriptPort::clear() { take(Call::clear); }
std::uint64_t TranscriptPort::len() { return take(Call::len).number; }
Step TranscriptPort::begin(unsigned, const IterStart&) { return step_of(take(Call::begin)); }
Step TranscriptPort::next(unsigned) { return step_of(take(Call::next)); }

const Answer& TranscriptPort::take(Call call) {
  if (at_ == transcript_.answers.size()) {
    if (transcript_.ending) throw *transcript_.ending;
    throw PortFailure("port/answer", fmt::format("an answer to {}", name(call)), "none");
  }
  const Answer& answer = transcript_.answers[at_++];
  if (answer.call != call) {
    throw PortFailure("port/answer", fmt::format("an answer to {}", name(call)),
                      fmt::format("one to {}", name(answer.call)));
  }
  if (answer.panicked) {
    const std::size_t which = answer.number;
    throw MapPanic(answer.kind,
                   which < transcript_.words.size() ? transcript_.words[which] : "no words");
  }
  return answer;
}

std::optional<Verdict> record(const Program& program, Port& port, const Recorder& recorder) {
  RecordingPort recording(port, recorder);
  RunOptions options;
  options.audit_ops = false;
  return run(program, recording, nullptr, options).verdict;
}

}  // namespace mapproof::doors
