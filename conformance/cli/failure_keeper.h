// What the report of a check tells of a failure: the smallest program, its story, and the command
// that repeats it.
#pragma once

#include <string>
#include <vector>

#include "conformance/cli/check_run.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/report_builder.h"
#include "conformance/report.h"

namespace mapproof::cli {

// Where a program comes from that failed.
struct FailureOrigin {
  std::string source;
  std::string advice = {};
  std::string file = {};  // that holds the program already
  bool watched = false;
};

class FailureKeeper {
 public:
  // Both must live as long as this.
  FailureKeeper(const CheckOptions& options, Examiner& examiner)
      : options_(options), examiner_(examiner) {}

  // What is known is told as it is; of the rest the smallest program is told, and left in a file.
  ReportFailure kept(const Program& program, const Examination& examination, const Excuse& excuse,
                     const FailureOrigin& origin);

  // Why programs could not be left in files, if any could not.
  const std::vector<std::string>& lost() const { return lost_; }

 private:
  void make_small(const Examination& examination, bool watched, ReportFailure* failure);
  std::string written(const ReportFailure& failure);
  std::string command_for(const ReportFailure& failure, bool watched) const;
  std::string check_command() const;
  Examiner examiner_alone() const;

  const CheckOptions& options_;
  Examiner& examiner_;
  std::vector<std::string> lost_;
};

}  // namespace mapproof::cli
