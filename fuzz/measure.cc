// Measures what judging costs: prints JSON. Run it through fuzz/measure.
//
// (a) the bare port, (b) a bare std::unordered_map, (c) the port under the judge, (d) the same with
// the layout audit as fuzzing does it; the same programs, in turns, medians over the turns.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "conformance/ports/gomap_port.h"
#include "fuzz/harness.h"
#include "fuzz/shrink_times.h"
#include "oracle/generate.h"
#include "oracle/hashing.h"
#include "oracle/judge.h"
#include "oracle/port.h"
#include "oracle/program.h"
#include "oracle/run.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

constexpr KeyKind kKey = KeyKind::u64;
constexpr ElemKind kElem = ElemKind::u64;

// std::unordered_map behind the same interface, hashing as the program says. It never walks.
class BareUnorderedMap : public Port {
 public:
  BareUnorderedMap() {
    info_.name = "std::unordered_map";
    info_.forces_hashes = true;
  }
  const PortInfo& info() const override { return info_; }
  bool supports(const MapSpec& spec) const override {
    return spec.key == kKey && spec.elem == kElem;
  }
  void make(const MapSpec& spec) override {
    hashing_ = Hashing(spec.key, spec.hash, spec.seed);
    for (const KeyHash& hash : spec.hashes) hashing_.set(hash.key, hash.value());
    hash0_ = spec.hash0;
    map_ = Map(0, Hash{this});
    if (spec.hint > 0 && spec.hint < 200) map_.reserve(static_cast<std::size_t>(spec.hint));
    nil_ = false;
  }
  void release() override {
    map_.clear();
    nil_ = true;
  }
  PutResult put(KeyId key, std::uint32_t stamp) override {
    if (nil_) throw MapPanic(MapPanic::Kind::nil_map, "assignment to entry in nil map");
    map_[make_key<kKey>(key)] = make_elem<kElem>(stamp);
    return {};
  }
  Found get(KeyId key) override { return has(key); }
  Found has(KeyId key) override {
    const auto found = map_.find(make_key<kKey>(key));
    if (found == map_.end()) return {};
    const auto stamp = elem_stamp<kElem>(found->second);
    return {true, stamp.value_or(0), !stamp.has_value()};
  }
  void del(KeyId key) override { map_.erase(make_key<kKey>(key)); }
  void clear() override { map_.clear(); }
  std::uint64_t len() override { return map_.size(); }
  Step begin(unsigned, const IterStart&) override { return ended(); }
  Step next(unsigned) override { return ended(); }
  void drop(unsigned) override {}

 private:
  static Step ended() {
    Step step;
    step.end = true;
    return step;
  }
  struct Hash {
    BareUnorderedMap* owner = nullptr;
    std::size_t operator()(KeyType<kKey> key) const {
      return owner->hashing_(key_id<kKey>(key).value_or(KeyId{}).index, owner->hash0_);
    }
  };
  using Map = std::unordered_map<KeyType<kKey>, ElemType<kElem>, Hash>;

  PortInfo info_;
  Hashing hashing_;
  std::uint64_t hash0_ = 0;
  Map map_{0, Hash{this}};
  bool nil_ = true;
};

struct Variant {
  const char* name;
  Port* port;
  Judge* judge;
  RunOptions options;
  std::uint64_t steps = 0;      // operations in a turn
  std::vector<double> seconds;  // one for each turn
};

double run_all(Variant& variant, const std::vector<Program>& programs) {
  variant.steps = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const Program& program : programs) {
    variant.steps += run(program, *variant.port, variant.judge, variant.options).steps;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Known defects of the faithful port would end a judged run early: such programs are left out.
bool usable(const Program& program, Port& port, Judge& judge) {
  return run(program, port, &judge).ok();
}

std::vector<Program> generated(std::size_t count) {
  std::vector<Program> programs;
  for (std::uint64_t seed = 1; programs.size() < count; ++seed) {
    MapSpec spec = generate_spec(seed);
    spec.key = kKey;
    spec.elem = kElem;
    programs.push_back(generate(spec, seed, {}));
    if (!invalid(programs.back()).empty()) programs.pop_back();
  }
  return programs;
}

void add_corpus(const std::string& folder, std::vector<Program>* programs) {
  if (folder.empty()) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".mapproof") continue;
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto parsed = parse(text);
    const auto* program = std::get_if<Program>(&parsed);
    if (program != nullptr && program->spec.key == kKey && program->spec.elem == kElem) {
      programs->push_back(*program);
    }
  }
}

// What fuzzers wrote to $MAPPROOF_STATS.
struct StatisticsFiles {
  std::vector<std::string> fuzzer, goruntime, asan, naive;
};

nlohmann::json read_statistics(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in, nullptr, false);
}

// `what` for each `per`, over all runs; null if there was none.
nlohmann::json fuzz_rate(const std::vector<std::string>& files, const char* what, const char* per) {
  double whats = 0;
  double pers = 0;
  for (const std::string& file : files) {
    const nlohmann::json stats = read_statistics(file);
    if (!stats.is_object()) continue;
    whats += stats.value(what, 0.0);
    pers += stats.value(per, 0.0);
  }
  return pers > 0 ? nlohmann::json(whats / pers) : nlohmann::json();
}

// The least of what the runs reached at most.
nlohmann::json fuzz_peak(const std::vector<std::string>& files, const char* what) {
  nlohmann::json least;
  for (const std::string& file : files) {
    const nlohmann::json stats = read_statistics(file);
    if (!stats.is_object() || !stats.contains("peaks")) return nullptr;
    const nlohmann::json peak = stats.at("peaks").value(what, 0);
    if (least.is_null() || peak < least) least = peak;
  }
  return least;
}

// In the order of this file's first comment.
struct Variants {
  Variant bare_port, bare_unordered_map, judged, audited;
  std::array<Variant*, 4> all() { return {&bare_port, &bare_unordered_map, &judged, &audited}; }
};

Variants make_variants(Port* port, Port* peer, Judge* judge) {
  Variants variants{.bare_port = {"bare_port", port, nullptr, {}, 0, {}},
                    .bare_unordered_map = {"bare_unordered_map", peer, nullptr, {}, 0, {}},
                    .judged = {"judged", port, judge, {}, 0, {}},
                    .audited = {"audited", port, judge, {}, 0, {}}};
  for (Variant* variant : variants.all()) variant->options.audit_ops = false;
  variants.bare_unordered_map.options.skip_iterators = true;
  variants.audited.options.audit_at_end = true;
  variants.audited.options.audit_every = kAuditEvery;
  variants.audited.options.audit_cells = kAuditCells;
  return variants;
}

void time_turns(const std::vector<Program>& programs, std::size_t turns, Variants* variants) {
  for (Variant* variant : variants->all()) run_all(*variant, programs);  // warms up memory, caches
  for (std::size_t turn = 0; turn < turns; ++turn) {
    for (Variant* variant : variants->all()) {
      variant->seconds.push_back(run_all(*variant, programs));
    }
  }
}

// The cost of judging is told by whole turns: the peer leaves out the walks, so a turn of it has
// fewer operations.
void tell_judging(Variants* variants, nlohmann::json* out) {
  for (const Variant* variant : variants->all()) {
    (*out)[std::string(variant->name) + "_ops_per_s"] =
        static_cast<double>(variant->steps) / median(variant->seconds);
  }
  const double judged = median(variants->judged.seconds);
  (*out)["judged_cost_ratio"] =
      judged / (median(variants->bare_port.seconds) + median(variants->bare_unordered_map.seconds));
  (*out)["audit_factor"] = median(variants->audited.seconds) / judged;
  (*out)["audit_every"] = kAuditEvery;
}

void measure_judging(const std::string& corpus, std::size_t turns, std::size_t count,
                     nlohmann::json* out) {
  const std::unique_ptr<Port> port = make_gomap_port(0);
  BareUnorderedMap peer;
  Judge judge;
  std::vector<Program> programs = generated(count);
  add_corpus(corpus, &programs);
  std::erase_if(programs, [&](const Program& program) { return !usable(program, *port, judge); });
  Variants variants = make_variants(port.get(), &peer, &judge);
  time_turns(programs, turns, &variants);
  tell_judging(&variants, out);
  (*out)["programs"] = programs.size();
  (*out)["turns"] = turns;
}

void measure_shrinking(std::size_t count, nlohmann::json* out) {
  const ShrinkTimes times = time_shrinking(count);
  double most = 0;
  for (const double spent : times.milliseconds) most = std::max(most, spent);
  (*out)["shrunk_programs"] = count;
  (*out)["shrink_median_ms"] = median(times.milliseconds);
  (*out)["shrink_most_ms"] = most;
  (*out)["shrink_median_ops_before"] = median(times.ops_before);
  (*out)["shrink_median_ops_after"] = median(times.ops_after);
}

void tell_fuzzing(const StatisticsFiles& stats, nlohmann::json* out) {
  const nlohmann::json asan = fuzz_rate(stats.asan, "operations", "seconds");
  const nlohmann::json naive = fuzz_rate(stats.naive, "operations", "seconds");
  (*out)["fuzz_ops_per_s"] = fuzz_rate(stats.fuzzer, "operations", "seconds");
  (*out)["asan_fuzz_ops_per_s"] = asan;
  (*out)["naive_fuzz_ops_per_s"] = naive;
  (*out)["asan_to_naive_ratio"] = asan.is_null() || naive.is_null()
                                      ? nlohmann::json()
                                      : nlohmann::json(asan.get<double>() / naive.get<double>());
  (*out)["asan_fuzz_in_bursts"] = fuzz_rate(stats.asan, "operations_in_bursts", "operations");
  (*out)["asan_fuzz_most_B"] = fuzz_peak(stats.asan, "B");
  (*out)["asan_fuzz_most_entries"] = fuzz_peak(stats.asan, "count");
  (*out)["naive_fuzz_most_entries"] = fuzz_peak(stats.naive, "live keys");
  (*out)["goruntime_programs_per_s"] = fuzz_rate(stats.goruntime, "executions", "seconds");
  (*out)["goruntime_ops_per_program"] = fuzz_rate(stats.goruntime, "operations", "executions");
}

int measure(const std::string& corpus, std::size_t turns, std::size_t count, std::size_t shrunk,
            const StatisticsFiles& stats) {
  nlohmann::json out;
  measure_judging(corpus, turns, count, &out);
  measure_shrinking(shrunk, &out);
  tell_fuzzing(stats, &out);
  std::printf("%s\n", out.dump(2).c_str());
  return 0;
}

}  // namespace
}  // namespace mapproof

int main(int argc, char** argv) {
  CLI::App app("What judging costs, as JSON");
  std::string corpus;
  mapproof::StatisticsFiles stats;
  std::size_t turns = 15;
  std::size_t count = 400;
  std::size_t shrunk = 100;
  app.add_option("--corpus", corpus, "folder of programs in text; those over u64 u64 are used")
      ->check(CLI::ExistingDirectory);
  app.add_option("--fuzz-stats", stats.fuzzer, "statistics that a fuzzer wrote to $MAPPROOF_STATS");
  app.add_option("--goruntime-stats", stats.goruntime, "likewise, of the fuzzer against a real Go");
  app.add_option("--asan-stats", stats.asan, "likewise, with AddressSanitizer alone; several runs");
  app.add_option("--naive-stats", stats.naive, "likewise, of the naive fuzzer");
  app.add_option("--turns", turns, "how often each variant runs")->check(CLI::PositiveNumber);
  app.add_option("--programs", count, "how many programs are generated")
      ->check(CLI::PositiveNumber);
  app.add_option("--shrink", shrunk, "how many failing programs are shrunk");
  CLI11_PARSE(app, argc, argv);
  return mapproof::measure(corpus, turns, count, shrunk, stats);
}
