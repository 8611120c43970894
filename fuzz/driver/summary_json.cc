// The summary for other programs, as summary.schema.json says.
#include <nlohmann/json.hpp>

#include "fuzz/driver/summary.h"

namespace mapproof::driver {
namespace {

using nlohmann::json;

json as_json(const Place& place) {
  return {{"file", place.file}, {"line", place.line}, {"function", place.function}};
}

json as_json(const TargetResult& target) {
  return {{"name", target.name},
          {"proves", target.proves},
          {"left_out", target.left_out},
          {"seconds", target.seconds},
          {"executions", target.numbers.executions},
          {"operations", target.numbers.operations},
          {"cov", target.numbers.cov},
          {"ft", target.numbers.ft},
          {"peak_rss_mb", target.numbers.peak_rss_mb},
          {"replayed", target.replayed},
          {"restarts", target.restarts},
          {"corpus",
           {{"folder", target.corpus.string()},
            {"inputs", target.inputs},
            {"new", target.new_inputs},
            {"gone", target.gone_inputs}}},
          {"situations", {{"seen", target.numbers.seen}, {"new", target.new_situations()}}},
          {"peaks", target.numbers.peaks},
          {"findings", target.numbers.findings}};
}

json as_json(const Failure& failure) {
  json sources = json::array();
  for (const auto& file : failure.sources) sources.push_back(file.string());
  return {{"property", failure.property},
          {"target", failure.target},
          {"verdict", failure.verdict},
          {"place", as_json(failure.place)},
          {"folder", failure.folder.string()},
          {"artifact", failure.artifact.string()},
          {"program", failure.program.string()},
          {"shrunk", failure.shrunk.string()},
          {"operations", failure.operations},
          {"sources", sources},
          {"replay", failure.replay},
          {"source", failure.source},
          {"times", failure.times},
          {"seen_before", failure.seen_before}};
}

}  // namespace

json summary_json(const Summary& summary) {
  const Numbers totals = summary.totals();
  std::size_t inputs = 0;
  for (const TargetResult& target : summary.targets) inputs += target.inputs;
  json all = {{"mapproof", summary.version},
              {"target", summary.target},
              {"mode", summary.mode},
              {"status", summary.status()},
              {"sanitizer", summary.sanitizer},
              {"jobs", summary.jobs},
              {"seed", summary.seed},
              {"seconds", summary.seconds},
              {"interrupted", summary.interrupted},
              {"troubles", summary.troubles},
              {"executions", totals.executions},
              {"operations", totals.operations},
              {"ops_per_s", summary.ops_per_s()},
              {"cov", totals.cov},
              {"ft", totals.ft},
              {"peak_rss_mb", totals.peak_rss_mb},
              {"corpus", inputs},
              {"findings", totals.findings},
              {"targets", json::array()},
              {"failures", json::array()}};
  for (const TargetResult& target : summary.targets) all["targets"].push_back(as_json(target));
  for (const Failure& failure : summary.failures) all["failures"].push_back(as_json(failure));
  return all;
}

}  // namespace mapproof::driver
