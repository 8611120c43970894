#include "fuzz/judge_target.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "fuzz/mutator/random.h"
#include "oracle/generate.h"
#include "oracle/kinds.h"
#include "oracle/run.h"

namespace mapproof {

// The model, which may tell one lie in a run. What is no lie to the judge is not told: a stamp in
// an elem that holds none, or a step of a walk over a dict that may do as it likes.
class JudgeTarget::Liar final : public Port {
 public:
  explicit Liar(std::unique_ptr<Port> model) : model_(std::move(model)) {}

  // Lies at the n-th answer of the next run (0: never), in a way that `kind` chooses.
  void lie_at(std::uint64_t n, std::uint32_t kind) {
    at_ = n;
    kind_ = kind;
  }
  std::uint64_t answers() const { return answers_; }
  const std::string& lie() const { return lie_; }  // "": none was told

  const PortInfo& info() const override { return model_->info(); }
  bool supports(const MapSpec& spec) const override { return model_->supports(spec); }
  void make(const MapSpec& spec) override {
    answers_ = changes_ = 0;
    lie_.clear();
    mask_ = stamp_mask(spec.elem);
    model_->make(spec);
  }
  void release() override { model_->release(); }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    return changing([&] { return model_->put(key, stamp); });
  }
  void del(KeyId key) override {
    changing([&] { model_->del(key); });
  }
  void clear() override {
    changing([&] { model_->clear(); });
  }
  Found get(KeyId key) override {
    Found found = model_->get(key);
    if (lies() && mask_ != 0) change_stamp(&found.stamp);
    return found;
  }
  Found has(KeyId key) override {
    Found found = model_->has(key);
    if (!lies()) return found;
    if (mask_ != 0 && kind_ % 2 == 0) {
      change_stamp(&found.stamp);
    } else {
      lie_ = found.present ? "absent instead of present" : "present instead of absent";
      found.present = !found.present;
    }
    return found;
  }
  std::uint64_t len() override {
    const std::uint64_t len = model_->len();
    if (!lies()) return len;
    lie_ = "another length";
    return kind_ % 2 == 0 && len != 0 ? len - 1 : len + 1;
  }
  Step begin(unsigned slot, const IterStart& start) override {
    begun_[slot] = changes_;
    return walked(slot, [&] { return model_->begin(slot, start); });
  }
  Step next(unsigned slot) override {
    return walked(slot, [&] { return model_->next(slot); });
  }
  void drop(unsigned slot) override { model_->drop(slot); }

 private:
  static constexpr Step kEnd{.end = true, .torn = false, .key = {}, .stamp = 0};

  bool lies() { return ++answers_ == at_; }

  void change_stamp(std::uint32_t* stamp) {
    lie_ = "another stamp";
    *stamp = (*stamp + 1) & mask_;
  }

  // An entry that comes or goes changes the number of entries.
  template <class Write>
  auto changing(Write&& write) -> decltype(write()) {
    struct Watch {
      Liar* liar;
      std::uint64_t before = liar->model_->len();
      ~Watch() { liar->changes_ += liar->model_->len() != before ? 1 : 0; }
    } watch{this};
    return write();
  }

  template <class Walk>
  Step walked(unsigned slot, Walk&& walk) {
    const bool free = info().profile == Profile::python && begun_[slot] != changes_;
    const bool lying = lies() && !free;
    const Step step = walk();
    if (!lying) return step;
    if (step.end) return made_up();
    switch (kind_ % 3) {
      case 0:
        lie_ = "the end instead of an entry";
        return kEnd;
      case 1:
        if (mask_ == 0) return step;
        return with_other_stamp(step);
      default:
        lie_ = "an entry skipped";
        return model_->next(slot);
    }
  }
  Step with_other_stamp(Step step) {
    change_stamp(&step.stamp);
    return step;
  }
  Step made_up() {
    lie_ = "an entry instead of the end";
    return {.end = false, .torn = false, .key = {}, .stamp = 1};
  }

  std::unique_ptr<Port> model_;
  std::uint64_t at_ = 0;
  std::uint32_t kind_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t changes_ = 0;
  std::array<std::uint64_t, kIterators> begun_ = {};  // changes by then
  std::uint32_t mask_ = 0;
  std::string lie_;
};

JudgeTarget::JudgeTarget(std::unique_ptr<Port> model)
    : liar_(std::make_unique<Liar>(std::move(model))) {}
JudgeTarget::~JudgeTarget() = default;

Program JudgeTarget::shaped(Program program) const {
  return promised_part(std::move(program), liar_->info());
}

std::optional<Stop> JudgeTarget::examine(const Program& program, Statistics* statistics) {
  liar_->lie_at(0, 0);
  RunResult honest = run(program, *liar_, &judge_);
  if (statistics != nullptr) statistics->count_run(honest.steps);
  if (!honest.ok()) {
    return Stop{.port = liar_->info().name,
                .verdict = *std::move(honest.verdict),
                .why = "the judge refuses what an honest map answers"};
  }
  const std::uint64_t answers = liar_->answers();
  const bool all = answers <= kAllLies;
  Random random(answers * 31 + program.ops.size());
  for (std::uint64_t i = 1; i <= (all ? answers : kDrawnLies); ++i) {
    const std::uint64_t at = all ? i : 1 + random.below(static_cast<std::uint32_t>(answers));
    liar_->lie_at(at, random.below(6));
    const RunResult lied = run(program, *liar_, &judge_);
    if (!lied.ok() || liar_->lie().empty()) continue;
    return Stop{.port = liar_->info().name,
                .verdict = {.property = "judge/refuses-lies",
                            .op = 0,
                            .step = 0,
                            .expected = "a verdict",
                            .got = fmt::format("none, though answer {} was {}", at, liar_->lie())},
                .why = "the judge accepts what no map may answer"};
  }
  return std::nullopt;
}

std::string JudgeTarget::replay(const Stop&) const {
  return fmt::format("build/{}_replay", name(liar_->info().profile));
}

}  // namespace mapproof
