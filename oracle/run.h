// Runs a program on a port under the eyes of a judge.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/verdict.h"

namespace mapproof {

struct RunOptions {
  bool audit_ops = true;          // obey `audit` operations
  bool audit_at_end = false;      // and check the layout after the last operation
  std::uint64_t audit_every = 0;  // and after each n-th elementary operation; 0: never. 1: the
                                  // LayoutWatch sees each operation, too
  // An audit looks at each cell. If this is set, one that has looked at n cells puts the next of
  // `audit_every` off to n / audit_cells operations later, so that audits of large maps cost an
  // operation no more than those of small ones.
  std::uint64_t audit_cells = 0;
  // After each operation the chains that it touched, and the whole map at the end. Several times
  // cheaper than audit_every = 1, the more so the larger the map; see README.md.
  bool audit_touched = false;
  bool skip_iterators = false;  // leave out all iterator operations
  std::uint64_t max_steps = 0;  // stop quietly after so many elementary operations; 0: no bound
  // Called after each elementary operation with op index, step index and the result as text, as it
  // stands after "->" in a program ("" for operations without a result). Costs time; for replay.
  std::function<void(std::size_t, std::size_t, const std::string&)> trace;
  // Called when all operations are done and all is well, while walks and map are still there.
  std::function<void()> at_end = {};
};

struct RunResult {
  std::optional<Verdict> verdict;
  std::uint64_t steps = 0;        // elementary operations done
  std::uint64_t burst_steps = 0;  // those among them that a burst (fill, putrange, ...) asked for
  bool ok() const { return !verdict.has_value(); }
};

// The result of a look-up and of a step of a walk as text; `miss` stands for an entry that is not
// there, "" if it is.
std::string answer_text(const Found& found, std::string_view miss);
std::string answer_text(KeyKind kind, const Step& step);

// judge may be null (bare run). Never throws MapPanic. After the last operation all iterators are
// dropped, the map is released.
//
// Rules of execution, the same for every port: stamps are 1, 2, 3, ... in the order of puts (each
// elementary put takes one, a panicking one too). `next` on a slot without a running walk does
// nothing; the walk begins at the first `next` after `iter`. `iter` on a running slot drops it.
RunResult run(const Program& program, Port& port, Judge* judge, const RunOptions& options = {});

}  // namespace mapproof
