// A run of a program as it is told: each operation with what came of it, and the buckets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "conformance/cli/examine.h"
#include "oracle/program.h"
#include "oracle/snapshot.h"
#include "oracle/verdict.h"

namespace mapproof::cli {

// What is told: to the terminal at once, and kept without colours for a picture.
class Story {
 public:
  using Colour = std::string (*)(const std::string&);
  void keep(const std::string& text) { text_ += text; }
  void tell(const std::string& text, Colour colour = nullptr);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct TellOptions {
  bool buckets = false;  // are drawn after each operation that changes them
  bool verbose = false;  // the steps of bursts, too
  bool silent = false;   // nothing: who asks wants the results
};

// Follows a run; an operation is told as soon as the next one begins, so that a crash in the port
// leaves its story behind.
class Teller {
 public:
  Teller(const Program& program, Examiner& examiner, const TellOptions& options, Story& story);

  void start() const;
  void step(std::size_t op, const std::string& result);
  void finish(const std::optional<Verdict>& verdict);

  const std::vector<std::vector<std::string>>& results() const { return results_; }
  std::size_t reached() const { return reached_; }

 private:
  void tell_up_to(std::size_t end);
  void tell(std::size_t op);
  void tell_steps(std::size_t op);

  const Program& program_;
  Examiner& examiner_;
  TellOptions options_;
  Story& story_;
  std::vector<std::vector<std::string>> results_;
  std::size_t width_ = 0;
  std::size_t reached_ = 0;
  std::size_t told_ = 0;
  std::optional<Verdict> broken_;
  Snapshot picture_;
  bool has_picture_ = false;
  std::string drawn_;  // the last one: what has not changed is not drawn again
};

}  // namespace mapproof::cli
