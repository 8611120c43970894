#include "conformance/arbitration.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "conformance/attribution.h"
#include "conformance/ports/gomap_observed.h"
#include "conformance/ports/gomap_port.h"
#include "oracle/goruntime/go_port.h"
#include "oracle/goruntime/installed.h"
#include "oracle/goruntime/lockstep.h"
#include "oracle/goruntime/records.h"
#include "oracle/judge.h"
#include "oracle/run.h"

namespace mapproof {
namespace {

constexpr const char* kFaithful = "gomap";
constexpr const char* kCorrected = "gomap-corrected";

RunOptions options() {
  RunOptions options;
  options.audit_at_end = true;
  return options;
}

Ruling ask(const std::string& name, const Program& program, Port& port) {
  Judge judge;
  return {.port = name, .why_not = "", .verdict = run(program, port, &judge, options()).verdict};
}

Ruling ask_go(const std::string& name, const Program& program) {
  if (go::asks_for_too_much(program.spec)) {
    return {.port = name, .why_not = "its hint must not reach Go", .verdict = {}};
  }
  try {
    return ask(name, program, *go::make_go_port(go::runtime(name), name));
  } catch (const go::Unavailable& why) {
    return {.port = name, .why_not = why.what(), .verdict = {}};
  }
}

std::string lockstep_words(const Program& program) {
  go::Lockstep lockstep(make_observed_gomap_port(), go::runtime("go1.19"));
  const auto difference = lockstep.run(program).difference;
  return difference ? difference->sentence() : "no difference, bit for bit";
}

bool same(const std::optional<Verdict>& x, const std::optional<Verdict>& y) {
  if (!x || !y) return !x && !y;
  return x->property == y->property && x->op == y->op && x->step == y->step;
}

// "gomap breaks iter/once at op 3", "gomap holds"
std::string said_by(const std::string& who, const std::optional<Verdict>& verdict) {
  if (!verdict) return who + " holds";
  return fmt::format("{} breaks {} at op {}", who, verdict->property, verdict->op);
}

}  // namespace

std::string sentence_of(const std::vector<Ruling>& rulings,
                        const std::vector<std::string>& findings) {
  const auto& faithful = rulings[0].verdict;
  const auto& corrected = rulings[1].verdict;
  if (corrected) {
    return fmt::format("The port is wrong: {}, which must break nothing.",
                       said_by("the corrected one", corrected));
  }
  std::vector<std::string> alike;
  for (std::size_t i = 2; i < rulings.size(); ++i) {
    if (!rulings[i].why_not.empty()) continue;
    if (!same(rulings[i].verdict, faithful)) {
      return fmt::format("The port is wrong: {}, but {}.", said_by(kFaithful, faithful),
                         said_by(rulings[i].port, rulings[i].verdict));
    }
    alike.push_back(rulings[i].port);
  }
  if (alike.empty()) {
    return fmt::format("Nobody knows: {}, and no real Go is installed to settle it.",
                       said_by(kFaithful, faithful));
  }
  if (!faithful) return fmt::format("Nobody breaks anything: {} agree.", fmt::join(alike, " and "));
  const std::string cause = findings.empty()
                                ? "what is not on record"
                                : fmt::format("as on record in {}", fmt::join(findings, ", "));
  return fmt::format("Go itself breaks {}: {} and the faithful port do so at op {}, {}.",
                     faithful->property, fmt::join(alike, ", "), faithful->op, cause);
}

Arbitration arbitrate(const Program& program) {
  Arbitration arbitration;
  arbitration.rulings.push_back(ask(kFaithful, program, *make_gomap_port(0)));
  arbitration.rulings.push_back(ask(kCorrected, program, *make_gomap_port(~0U)));
  for (const go::Known& known : go::known_runtimes()) {
    arbitration.rulings.push_back(ask_go(known.name, program));
  }
  if (arbitration.rulings[2].why_not.empty()) arbitration.lockstep = lockstep_words(program);
  if (const auto& verdict = arbitration.rulings[0].verdict) {
    Attribution cause = attribute(program, *verdict, options());
    if (cause.known) arbitration.findings = std::move(cause.findings);
  }
  arbitration.sentence = sentence_of(arbitration.rulings, arbitration.findings);
  return arbitration;
}

std::string print(const Arbitration& arbitration) {
  std::string text;
  for (const Ruling& ruling : arbitration.rulings) {
    text += fmt::format("{:<16} {}\n", ruling.port,
                        !ruling.why_not.empty() ? "was not asked: " + ruling.why_not
                        : ruling.verdict        ? "breaks " + ruling.verdict->sentence()
                                                : "holds");
  }
  if (!arbitration.lockstep.empty()) {
    text += fmt::format("{:<16} {}\n", "gomap, go1.19", arbitration.lockstep);
  }
  return text + arbitration.sentence + "\n";
}

}  // namespace mapproof
