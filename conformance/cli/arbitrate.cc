// mapproof arbitrate: who is right, the port or the real Go?

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "conformance/arbitration.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/examine.h"
#include "conformance/cli/io.h"
#include "conformance/cli/results.h"

namespace mapproof::cli {
namespace {

struct ArbitrateOptions {
  std::vector<std::string> files;
  PortOptions port;
  bool json = false;
};

nlohmann::json arbitration_as_json(const std::string& file, const Arbitration& arbitration) {
  nlohmann::json rulings = nlohmann::json::array();
  for (const Ruling& ruling : arbitration.rulings) {
    nlohmann::json one = {{"port", ruling.port}, {"asked", ruling.why_not.empty()}};
    if (ruling.why_not.empty()) {
      one["verdict"] = as_json(ruling.verdict);
    } else {
      one["why_not"] = ruling.why_not;
    }
    rulings.push_back(std::move(one));
  }
  return {{"file", file},
          {"rulings", rulings},
          {"lockstep", arbitration.lockstep},
          {"findings", arbitration.findings},
          {"sentence", arbitration.sentence}};
}

// One more, whom the sentence about the port and Go leaves out.
std::string with_the_other(const std::string& sentence, const Ruling& ruling, bool known) {
  if (!ruling.why_not.empty()) return fmt::format("{} {} was not asked.", sentence, ruling.port);
  if (!ruling.verdict) return fmt::format("{} {} holds.", sentence, ruling.port);
  const std::string breaks = fmt::format("{} breaks {} at op {}", ruling.port,
                                         ruling.verdict->property, ruling.verdict->op);
  if (known) return fmt::format("{} {}, as the faithful port does.", sentence, breaks);
  return fmt::format("{}. Leaving it out: {}", breaks, sentence);
}

void ask_besides(const Program& program, const PortOptions& options, Arbitration* arbitration) {
  Examiner examiner(options);
  Ruling ruling;
  ruling.port = examiner.label();
  ruling.why_not = examiner.refusal(program);
  Examination examination;
  if (ruling.why_not.empty()) examination = examiner.examine(program);
  ruling.verdict = examination.result.verdict;
  arbitration->sentence = with_the_other(arbitration->sentence, ruling, examination.is_known());
  arbitration->rulings.push_back(std::move(ruling));
}

int arbitrate_all(const ArbitrateOptions& options) {
  int exit_code = kHolds;
  for (const std::string& file : options.files) {
    if (options.files.size() > 1 && !options.json) fmt::print("==> {} <==\n", file);
    const Program program = load_program(file);
    Arbitration arbitration = arbitrate(program);
    if (options.port.given()) ask_besides(program, options.port, &arbitration);
    if (options.json) {
      fmt::print("{}\n", dumped(arbitration_as_json(file, arbitration)));
    } else {
      fmt::print("{}", print(arbitration));
    }
    const bool broken =
        std::any_of(arbitration.rulings.begin(), arbitration.rulings.end(),
                    [](const Ruling& ruling) { return ruling.verdict.has_value(); });
    if (broken) exit_code = kFails;
  }
  return exit_code;
}

}  // namespace

void add_arbitrate(CLI::App& app, const std::vector<std::string>& behind, int* exit_code) {
  auto options = std::make_shared<ArbitrateOptions>();
  options->port.behind = behind;
  CLI::App* command = app.add_subcommand("arbitrate", "Ask the port and the real Go who is right");
  command->add_option("FILE", options->files, "programs, as text or bytes; - is the standard input")
      ->required();
  command->add_flag("--json", options->json, "one JSON object a file");
  add_port_options(command, "ask this one, too: a name or a library", &options->port);
  command->footer(
      R"(Runs each program on the faithful port, the corrected one, Go 1.19 and gccgo 12, judges all four, and says
in one sentence who breaks what. Exit code 1 if anybody does.

Examples:
  mapproof arbitrate corpus/findings/sibling-check-lost.mapproof
  mapproof arbitrate --port ./libmymap.so FILE
  mapproof generate --seed 7 | mapproof arbitrate -)");
  command->callback([options, exit_code] { *exit_code = arbitrate_all(*options); });
}

}  // namespace mapproof::cli
