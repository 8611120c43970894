#include "conformance/cli/telling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "conformance/cli/io.h"
#include "conformance/drawing.h"
#include "conformance/reports/story.h"
#include "oracle/text.h"

namespace mapproof::cli {
namespace {

// What a step of a burst does, as an operation of its own.
Op one_step(const Program& program, std::size_t at, std::size_t step) {
  const Op& burst = program.ops[at];
  Op op;
  switch (burst.code) {
    case OpCode::fill:
    case OpCode::touch:
    case OpCode::putrange:
    case OpCode::empty:
    case OpCode::delrange: {
      const bool deletes = burst.code == OpCode::empty || burst.code == OpCode::delrange;
      op.code = deletes ? OpCode::del : OpCode::put;
      op.key = static_cast<std::uint16_t>(
          key_at(program.spec.key, burst, static_cast<std::uint32_t>(step)));
      return op;
    }
    case OpCode::next:
    case OpCode::drain:
      op.code = OpCode::next;
      op.slot = burst.slot;
      op.n = 1;
      return op;
    default:
      return burst;
  }
}

// So that what replay prints stays a program.
std::string as_comment(const std::string& lines) {
  std::string text = "# ";
  for (const char c : lines) text += c == '\n' ? std::string("\n# ") : std::string(1, c);
  text.resize(text.size() - 2);
  return text;
}

}  // namespace

void Story::tell(const std::string& text, Colour colour) {
  fmt::print("{}", colour != nullptr ? colour(text) : text);
  keep(text);
}

Teller::Teller(const Program& program, Examiner& examiner, const TellOptions& options, Story& story)
    : program_(program), examiner_(examiner), options_(options), story_(story) {
  results_.resize(program.ops.size());
  for (const Op& op : program.ops) {
    width_ = std::max(width_, std::min<std::size_t>(print(program.spec, op).size(), 40));
  }
}

void Teller::start() const {
  if (options_.silent) return;
  Program header;
  header.spec = program_.spec;
  header.comments = program_.comments;
  examiner_.name_port(&header);
  story_.tell(print(header));
}

void Teller::step(std::size_t op, const std::string& result) {
  tell_up_to(op);
  reached_ = op + 1;
  results_[op].push_back(result);
  if (options_.buckets) has_picture_ = examiner_.port().snapshot(&picture_);
}

void Teller::finish(const std::optional<Verdict>& verdict) {
  if (verdict) reached_ = std::max(reached_, std::min(verdict->op + 1, program_.ops.size()));
  broken_ = verdict;
  tell_up_to(reached_);
}

void Teller::tell_up_to(std::size_t end) {
  if (options_.silent) return;
  for (; told_ < end; ++told_) tell(told_);
  std::fflush(stdout);  // whether it gets there is asked at the end
}

void Teller::tell(std::size_t op) {
  const std::string result = compact(results_[op]);
  std::string line = print(program_.spec, program_.ops[op]);
  if (!result.empty()) line = fmt::format("{:<{}}  -> {}", line, width_, result);
  if (broken_ && broken_->op == op) line += "   # breaks " + broken_->property;
  story_.tell(line + "\n");
  if (options_.verbose && results_[op].size() > 1) tell_steps(op);
  if (!has_picture_) return;
  std::string drawing = as_comment(draw(picture_, program_.spec.key));
  if (drawing != drawn_) story_.tell(drawing);
  drawn_ = std::move(drawing);
}

void Teller::tell_steps(std::size_t op) {
  for (std::size_t i = 0; i < results_[op].size(); ++i) {
    const std::string words = print(program_.spec, one_step(program_, op, i));
    const std::string& result = results_[op][i];
    story_.tell(fmt::format("#   {}{}\n", words, result.empty() ? "" : "  -> " + result));
  }
}

}  // namespace mapproof::cli
