// Gathers what the runs of a check show, and makes the report of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/cli/examine.h"
#include "conformance/cli/known_failures.h"
#include "conformance/cli/opportunities.h"
#include "conformance/properties/catalogue.h"
#include "conformance/report.h"

namespace mapproof::cli {

// Why a failure does not count, or "" and "".
struct Excuse {
  std::string why;
  std::string link;
};

class ReportBuilder {
 public:
  // Fills in what is known of the port beforehand.
  ReportBuilder(const Examiner& examiner, std::vector<KnownFailure> listed);

  Report& report() { return report_; }
  const std::vector<KnownFailure>& listed() const { return listed_; }

  // Counts a run, whatever came of it.
  void ran(const Program& program, const Examination& examination,
           const std::optional<Opportunities::Watched>& watched);

  // Of a run that failed: a finding on record, or what is listed.
  Excuse excuse(const Examination& examination) const;

  // The lines of the properties, and whether the port holds. Call it once, at the end.
  void finish();

  // What stands in a list of known failures after this check: all that fails, and is not on record.
  std::vector<KnownFailure> still_failing() const;

 private:
  struct Tally {
    std::uint64_t failures = 0;
    std::uint64_t excused = 0;
    Excuse excuse;          // of the first one
    bool on_record = true;  // of all
  };

  PropertyLine line_of(const Property& property) const;
  void settle(PropertyLine* line, const Tally* tally) const;
  std::string why_unpromised(const Property& property) const;
  const KnownFailure* listed(std::string_view id) const;
  std::string told(std::string_view id) const;

  Report report_;
  Door door_;
  std::vector<KnownFailure> listed_;
  Opportunities opportunities_;
  std::map<std::string, Tally, std::less<>> tallies_;  // by property
};

}  // namespace mapproof::cli
