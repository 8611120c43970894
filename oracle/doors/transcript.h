// A whole program's answers, for ports that live elsewhere: they run the program first, and what
// they answered is given to the judge call by call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "oracle/port.h"

namespace mapproof::doors {

enum class Call : std::uint8_t { none, make, put, get, has, del, clear, len, begin, next };

// What one call of Port's answered. Plain bytes, so that it can lie in memory shared with a child.
struct Answer {
  Call call = Call::none;
  bool panicked = false;
  bool present = false;  // get, has: found. put: the slot was dirty. begin, next: an entry, no end
  bool torn = false;     // begin, next, get, has
  MapPanic::Kind kind = MapPanic::Kind::other;  // of a panic; its words are in Transcript::words
  KeyId key = {};                               // begin, next
  std::uint32_t stamp = 0;                      // begin, next, get, has
  std::uint64_t number = 0;                     // len; of a panic: which of the words
};
static_assert(std::is_trivially_copyable_v<Answer>);

struct Transcript {
  std::vector<Answer> answers;     // in the order of the calls; `make` first
  std::vector<std::string> words;  // of panics
  // Why there are no more answers, thrown at whoever asks for more; at the end of a run, too, where
  // a leak shows. Nothing: all is well, and more is asked than the port has seen (port/answer).
  std::optional<PortFailure> ending;
};

// A failure of a process that has run other programs, and that a new one does not show.
PortFailure only_once(const PortFailure& failure);

// Answers out of transcripts. The rest of Port is left to who has one.
class TranscriptPort : public Port {
 public:
  void prepare(const Program& program) final;
  void make(const MapSpec& spec) final;
  void release() final;
  PutResult put(KeyId key, std::uint32_t stamp) final;
  Found get(KeyId key) final;
  Found has(KeyId key) final;
  void del(KeyId key) final;
  void clear() final;
  std::uint64_t len() final;
  Step begin(unsigned slot, const IterStart& start) final;
  Step next(unsigned slot) final;
  void drop(unsigned) final {}

 protected:
  // Runs the program from its beginning to its end and leaves what was answered. Called by
  // prepare().
  virtual void fetch(const Program& program, Transcript* transcript) = 0;

 private:
  const Answer& take(Call call);  // throws its panic, or the ending

  Transcript transcript_;
  std::size_t at_ = 0;
};

// Runs a program on `port` by the rules of run(), without a judge, and hands over each answer as
// soon as it is there. `words`: of a panic, else empty. Gives what ended the run early, if anything
// did: a PortFailure as a verdict.
using Recorder = std::function<void(const Answer& answer, const char* words)>;
std::optional<Verdict> record(const Program& program, Port& port, const Recorder& recorder);

}  // namespace mapproof::doors
