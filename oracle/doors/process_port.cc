#include "oracle/doors/process_port.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "oracle/doors/child.h"
#include "oracle/doors/protocol.h"
#include "oracle/doors/transcript.h"

namespace mapproof::doors {
namespace {

using nlohmann::json;

constexpr std::string_view kStart = R"({"type":"start","version":1})";
constexpr std::string_view kStop = R"({"type":"stop"})";
constexpr std::string_view kStdoutHint =
    "stdout belongs to the protocol: print other things to stderr";

std::string said(std::chrono::milliseconds limit) {
  return limit.count() % 1000 == 0 ? fmt::format("{} s", limit.count() / 1000)
                                   : fmt::format("{} ms", limit.count());
}

class ProcessPort final : public TranscriptPort {
 public:
  ProcessPort(std::vector<std::string> argv, const ProcessOptions& options)
      : argv_(std::move(argv)), options_(options) {
    if (argv_.empty()) throw std::runtime_error("a port needs a command: node my_port.mjs");
    command_ = fmt::format("{}", fmt::join(argv_, " "));
    description_ = start();
  }
  ~ProcessPort() override {
    if (child_) child_->part(kStop);
  }

  const PortInfo& info() const override { return description_.info; }
  bool supports(const MapSpec& spec) const override {
    const auto has = [](const auto& kinds, auto kind) {
      return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    return has(description_.keys, spec.key) && has(description_.elems, spec.elem);
  }

 protected:
  void fetch(const Program& program, Transcript* transcript) override {
    const FlatProgram flat = flatten(program, info().forces_hashes);
    if (options_.alone) child_.reset();
    if (child_ == nullptr && !start_again(transcript)) return;
    const std::uint64_t id = ++id_;
    child_->say(run_message(flat, flat.ops.size(), id));
    std::optional<PortFailure> failure;
    if (listen(flat, flat.ops.size(), program.spec, id, transcript, &failure)) return;
    locate(flat, program.spec, *failure, transcript);
  }

 private:
  // ---- starting ----

  [[noreturn]] void cannot_start(const std::string& why) {
    child_.reset();
    throw std::runtime_error(fmt::format("{}: {}", command_, why));
  }

  Description start() {
    try {
      child_ = std::make_unique<Child>(
          Child::Command{.argv = argv_, .memory_limit = options_.memory_limit});
    } catch (const std::runtime_error& why) {
      cannot_start(fmt::format("cannot be run ({}); is it installed, and in $PATH?", why.what()));
    }
    child_->say(kStart);
    std::string line;
    switch (child_->hear(&line, Child::Clock::now() + options_.start_limit)) {
      case Child::Heard::line:
        break;
      case Child::Heard::end:
        cannot_start(child_->end() + ", before it said what it is");
      case Child::Heard::late:
        cannot_start(fmt::format(
            "said nothing for {}; a port reads lines of JSON and answers {} with a line of type "
            "\"started\"",
            said(options_.start_limit), kStart));
      case Child::Heard::flood:
        cannot_start("its first line does not end");
    }
    const json started = json::parse(line, nullptr, false);
    if (started.is_discarded()) {
      cannot_start(fmt::format("expected a line of JSON of type \"started\", got {}; {}",
                               excerpt(line), kStdoutHint));
    }
    if (started.is_object() && started.contains("message") &&
        started.value("type", json()) == "error") {
      cannot_start(fmt::format("refuses to start: {}", excerpt(started, "/message")));
    }
    // Not optional: nothing could be asked of a port that says of itself what means nothing.
    if (const std::optional<Fault> fault = schema_fault("started", started)) {
      cannot_start(fmt::format("its answer to \"start\" is wrong at {}", fault->sentence()));
    }
    return read_description(started);
  }

  // For the next program. What the child says of itself now does not count.
  bool start_again(Transcript* transcript) {
    try {
      start();
      return true;
    } catch (const std::runtime_error& why) {
      *transcript = Transcript{};
      transcript->ending = PortFailure("port/crash", "to be started again", why.what());
      return false;
    }
  }

  // ---- one program ----

  // Takes the answer to run `id`, of so many operations, as a transcript. False: there is none, and
  // *failure says why; then the child is gone. An answer that is wrong is an ending.
  bool listen(const FlatProgram& flat, std::size_t ops, const MapSpec& spec, std::uint64_t id,
              Transcript* transcript, std::optional<PortFailure>* failure) {
    std::string line;
    const Child::Heard heard = child_->hear(&line, Child::Clock::now() + options_.time_limit);
    if (heard != Child::Heard::line) {
      failure->emplace(silence(heard));
      child_.reset();
      return false;
    }
    const json message = json::parse(line, nullptr, false);
    if (message.is_discarded()) {
      refuse(transcript, "a line of JSON", fmt::format("{}; {}", excerpt(line), kStdoutHint));
      return true;
    }
    const json type = message.is_object() ? message.value("type", json()) : json();
    if (type == "error") {
      *failure = PortFailure("port/answer", "answers",
                             fmt::format("an error: {}", excerpt(message, "/message")));
      child_.reset();
      return false;
    }
    const std::optional<Fault> fault =
        options_.validate || type != "answers" ? schema_fault("answers", message) : std::nullopt;
    if (fault && !fault->pointer.starts_with("/answers/")) {
      refuse(
          transcript,
          fmt::format("at {} {}", fault->pointer.empty() ? "/" : fault->pointer, fault->expected),
          fault->got);
      return true;
    }
    if (message.value("id", json()) != id) {
      refuse(transcript, fmt::format("at /id {}", id), excerpt(message, "/id"));
      return true;
    }
    // Where the schema has found something, the answers before it still count.
    const std::optional<Fault> wrong =
        read_answers(flat, ops, spec, message.value("answers", json()), transcript);
    if (const std::optional<Fault>& one = fault ? fault : wrong) {
      transcript->ending = PortFailure(
          "port/answer", fmt::format("at {} {}", one->pointer, one->expected), one->got);
    }
    return true;
  }

  // What came is no answer to what was asked. Who knows what comes next.
  void refuse(Transcript* transcript, const std::string& expected, const std::string& got) {
    child_.reset();
    *transcript = Transcript{};
    transcript->ending = PortFailure("port/answer", expected, got);
  }

  PortFailure silence(Child::Heard heard) {
    switch (heard) {
      case Child::Heard::late: {
        const std::string words = child_->last_words();
        return {"port/hang", fmt::format("an answer within {}", said(options_.time_limit)),
                words.empty() ? "nothing" : fmt::format("nothing; stderr: {}", words)};
      }
      case Child::Heard::flood:
        return {"port/answer", "a line of JSON", "one that does not end"};
      default:
        return {"port/crash", "an answer", child_->end()};
    }
  }

  // A child answers whole programs, so what it did before it died is not known. A new one is asked
  // for growing prefixes, all at once: the first without an answer ends with the operation.
  void locate(const FlatProgram& flat, const MapSpec& spec, const PortFailure& failure,
              Transcript* transcript) {
    constexpr std::size_t kPieces = 32;
    constexpr int kRounds = 3;  // enough for 32768 operations
    std::size_t good = 0;
    std::size_t bad = flat.ops.size();
    std::optional<PortFailure> why = failure;
    *transcript = Transcript{};
    Answer made;
    made.call = Call::make;
    transcript->answers.push_back(made);
    for (int round = 0; round < kRounds && (round == 0 || good + 1 < bad); ++round) {
      try {
        start();
      } catch (const std::runtime_error&) {
        break;  // what is known by now has to do
      }
      std::vector<std::size_t> lengths;
      const std::size_t pieces = std::clamp<std::size_t>(bad - good, 1, kPieces);
      for (std::size_t i = 1; i <= pieces; ++i) {
        // The whole is asked once, to see whether it fails again.
        if (i < pieces || round == 0) lengths.push_back(good + (bad - good) * i / pieces);
      }
      const std::uint64_t first = id_ + 1;
      for (const std::size_t length : lengths) child_->say(run_message(flat, length, ++id_));
      std::size_t answered = 0;
      for (; answered < lengths.size(); ++answered) {
        Transcript prefix;
        if (!listen(flat, lengths[answered], spec, first + answered, &prefix, &why)) {
          bad = lengths[answered];
          break;
        }
        *transcript = std::move(prefix);
        good = lengths[answered];
        if (transcript->ending) return;  // this time a wrong answer came before
      }
      if (round == 0 && answered == lengths.size()) {
        transcript->ending = only_once(failure);
        return;
      }
    }
    transcript->ending = std::move(why);
  }

  std::vector<std::string> argv_;
  ProcessOptions options_;
  std::string command_;
  std::unique_ptr<Child> child_;
  Description description_;
  std::uint64_t id_ = 0;
};

}  // namespace

std::unique_ptr<Port> make_process_port(std::vector<std::string> argv,
                                        const ProcessOptions& options) {
  return std::make_unique<ProcessPort>(std::move(argv), options);
}

}  // namespace mapproof::doors
